"""One SQL text for both engines, translated once and cached.

Statements are written with `:name` parameters. What the two engines say differently stands in tokens:

* ``{{ rows(:keys; id text, n bigint) }}`` a table made of one JSON parameter, a list of objects.
  It is a parenthesised SELECT, so an alias follows it: ``FROM {{ rows(:keys; id text) }} AS k``.
  Types: ``text``, ``bigint``, ``double precision``; a missing key is NULL; JSON kept as text is given
  as a string that is JSON already.
* ``{{ skip_locked }}`` and ``{{ for_update }}``, or ``{{ skip_locked(m) }}`` to lock only the rows of `m`:
  nothing on SQLite, where the one writer holds the whole database.

String literals, quoted names, comments and ``::`` casts are left alone. Dollar quoting is not understood.
SQLite needs ``WHERE true`` between ``INSERT … SELECT … FROM`` and ``ON CONFLICT``; its RETURNING knows
neither an alias nor the FROM of an UPDATE: write ``UPDATE message SET … FROM … AS k … RETURNING message.id``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gateway.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


class Dialect(StrEnum):
    """The engine behind a database."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


_UNTOUCHED = r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|::"
_TOKEN = re.compile(_UNTOUCHED + r"|\{\{\s*(?P<token>.*?)\s*\}\}", re.DOTALL)
_PARAMETER = re.compile(_UNTOUCHED + r"|:(?P<name>[A-Za-z_]\w*)", re.DOTALL)
_PIECE = re.compile(_UNTOUCHED + r"|;", re.DOTALL)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_ROWS = re.compile(r"rows\(\s*:(?P<name>\w+)\s*;(?P<columns>[^()]+)\)")
_LOCK = re.compile(r"(?P<kind>skip_locked|for_update)(?:\((?P<of>\w+)\))?")
_AFFINITY = {"text": "TEXT", "bigint": "INTEGER", "double precision": "REAL"}


@lru_cache(maxsize=4096)
def expand(sql: str, dialect: Dialect) -> str:
    """Return the statement with its tokens written out for one engine; parameters stay `:name`."""

    def replace(match: re.Match[str]) -> str:
        token = match["token"]
        return match[0] if token is None else _expand_token(token, dialect)

    return _TOKEN.sub(replace, sql)


def _expand_token(token: str, dialect: Dialect) -> str:
    if rows := _ROWS.fullmatch(token):
        return _rows(rows["name"], list(_columns(rows["columns"])), dialect)
    if lock := _LOCK.fullmatch(token):
        return _lock(lock["kind"], lock["of"], dialect)
    raise StorageError(f"unknown SQL token {{{{ {token} }}}}")


def _columns(text: str) -> Iterator[tuple[str, str]]:
    for column in text.split(","):
        name, _, kind = " ".join(column.split()).partition(" ")
        if not name.isidentifier() or kind.lower() not in _AFFINITY:
            raise StorageError(f"rows(…) does not understand the column {column.strip()!r}")
        yield name, kind.lower()


# The names come from a constant statement and are identifiers (S608).
def _rows(parameter: str, columns: list[tuple[str, str]], dialect: Dialect) -> str:
    if dialect is Dialect.POSTGRES:
        described = ", ".join(f"{name} {kind}" for name, kind in columns)
        return f"(SELECT * FROM jsonb_to_recordset(CAST(:{parameter} AS jsonb)) AS given({described}))"  # noqa: S608
    extracted = ", ".join(
        f"CAST(json_extract(value, '$.{name}') AS {_AFFINITY[kind]}) AS {name}" for name, kind in columns
    )
    return f"(SELECT {extracted} FROM json_each(:{parameter}))"  # noqa: S608


def _lock(kind: str, of: str | None, dialect: Dialect) -> str:
    if dialect is Dialect.SQLITE:
        return ""
    target = f" OF {of}" if of else ""
    return f"FOR UPDATE{target}{' SKIP LOCKED' if kind == 'skip_locked' else ''}"


@dataclass(frozen=True, slots=True)
class Numbered:
    """A statement for PostgreSQL: its text with `$n`, and the name behind each number."""

    text: str
    names: tuple[str, ...]


@lru_cache(maxsize=4096)
def number(sql: str, names: tuple[str, ...], types: tuple[str | None, ...]) -> Numbered:
    """Return the statement for PostgreSQL, each parameter cast to the type of its value.

    The casts make an integer a bigint wherever it stands (``:now - 1000`` alone would be a 32-bit
    integer); a NULL is written out, since a lone ``$1 IS NULL`` has no type that PostgreSQL could find.
    """
    known = dict(zip(names, types, strict=True))
    order: dict[str, int] = {}

    def replace(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return match[0]
        if name not in known:
            raise StorageError(f"the statement asks for :{name}, which was not given")
        kind = known[name]
        return "NULL" if kind is None else f"${order.setdefault(name, len(order) + 1)}::{kind}"

    text = _PARAMETER.sub(replace, expand(sql, Dialect.POSTGRES))
    return Numbered(text, tuple(order))


def encode(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as both drivers take them: containers as JSON text, truth as 0 or 1."""
    return {name: _encode(value) for name, value in params.items()}


def _encode(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list | tuple | dict):
        try:
            return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        except (TypeError, ValueError) as error:
            raise StorageError(f"a parameter cannot be written as JSON: {error}") from error
    return value


def types_of(rows: Sequence[Mapping[str, Any]], names: Iterable[str]) -> tuple[str | None, ...]:
    """Return the PostgreSQL type of each named parameter over all rows; None where every value is NULL."""
    return tuple(_type_of([row.get(name) for row in rows]) for name in names)


def _type_of(values: Iterable[Any]) -> str | None:
    found: str | None = None
    for value in values:
        if isinstance(value, str):
            return "text"
        if isinstance(value, float):
            found = "double precision"
        elif value is not None:
            found = found or "bigint"
    return found


def split(script: str) -> list[str]:
    """Return the statements of a script, cut at each `;` that stands outside strings and comments."""
    pieces: list[str] = []
    start = 0
    for match in _PIECE.finditer(script):
        if match[0] == ";":
            pieces.append(script[start : match.start()])
            start = match.end()
    pieces.append(script[start:])
    return [piece.strip() for piece in pieces if _COMMENT.sub("", piece).strip()]
