"""What may stand in a log line, and what is put in its place (numbers and bodies never reach one in clear).

The rule is by shape, because a body can come under any name: a text with a space in it is shown only under
the few names where the gateway itself wrote the sentence. Digits that may be a phone number keep their last
two. Exceptions keep their types and places; the words of foreign ones, which often quote their input, do not.
"""

from __future__ import annotations

import re
import sqlite3
import traceback
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from gateway.errors import GatewayError

WITHHELD = "[withheld]"
_PRIVATE = frozenset(
    (
        *("address", "cookie", "email", "from", "msisdn", "name", "number", "phone", "recipient", "to"),
        *("body", "content", "positional_args", "question", "reply", "subject", "text", "variables"),
        *("auth", "authorization", "key", "password", "secret", "signature", "token"),
    )
)
_SENTENCES = frozenset(("exception", "hint", "problem", "reason", "suggestion", "warning"))
_WORD = re.compile(r"[\w.:/+\-=@%#,\[\]*]*")
_KEPT = r"""
    [0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}      # our ids
  | (?<![0-9A-Za-z])[A-Za-z]{0,2}[0-9a-fA-F]{32}(?![0-9A-Za-z])  # theirs
  | (?<!\d)\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:[+-]\d\d:\d\d)?(?!\d)
  | (?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])              # IPv4
"""
_DIGITS = re.compile(rf"(?P<kept>{_KEPT})|(?:\+|%2B)?\d(?:[\s.()\-]{{0,2}}\d){{7,}}", re.VERBOSE)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|<[^<>]*>|\n.*", re.DOTALL)
_SHORTEST_SECRET = 4
_secrets: set[str] = set()


def register_secret(value: str) -> None:
    """Remove this value, from now on, from every line of this process."""
    if len(value) >= _SHORTEST_SECRET:
        _secrets.update({value, quote(value, safe="")})


def clean(text: str) -> str:
    """Return the text without registered secrets and with every phone-like run of digits masked."""
    for secret in _secrets:
        text = text.replace(secret, "***")
    return _DIGITS.sub(_mask, text)


def redact(key: str, value: Any) -> Any:
    """Return what may be shown of a value that is logged under this name."""
    if _is_private(key):
        return value if value is None or isinstance(value, bool) else _mask_whole(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {clean(str(name)): redact(str(name), item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [redact(key, item) for item in value]
    if isinstance(value, BaseException):
        return describe(value)
    if isinstance(value, (bytes, bytearray)):
        return WITHHELD
    return _redact_text(key, str(value))


def redact_foreign(template: str) -> str:
    """Return the text of a library's line without its quotations, which may be somebody's words."""
    return clean(_QUOTED.sub("…", template))


def redact_argument(value: object) -> object:
    """Return what a library may put into its text: numbers, and of anything else its kind."""
    if isinstance(value, (bool, int, float)):
        return value
    return describe(value) if isinstance(value, BaseException) else f"[{type(value).__name__}]"


def describe(error: BaseException) -> str:
    """Return the type of an exception, and its words when they are known to quote nobody."""
    name = type(error).__qualname__
    if isinstance(error, OSError):
        words = error.strerror or ""
    else:
        words = str(error) if isinstance(error, (GatewayError, sqlite3.Error)) else ""
    return clean(f"{name}: {words}" if words else name)


def describe_trace(error: BaseException) -> str:
    """Return an exception with its causes and places, without source lines and foreign words."""
    return "\n".join(_trace(error, set()))


def _trace(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _trace(before, seen)
        yield "which led to"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    yield describe(error)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from (f"  | {line}" for line in _trace(inner, seen))


def _is_private(key: str) -> bool:
    name = key.lower()
    return name in _PRIVATE or any(
        name.endswith(f"_{word}") for word in ("body", "number", "password", "secret", "text", "token")
    )


def _redact_text(key: str, text: str) -> str:
    if key.lower() in _SENTENCES or _WORD.fullmatch(text):
        return clean(text)
    return WITHHELD


def _mask_whole(value: Any) -> str:
    text = str(value)
    return _tail(text) if re.fullmatch(r"\+?[\d\s.()\-]{5,}", text) else "***"


def _mask(match: re.Match[str]) -> str:
    return match[0] if match["kept"] else _tail(match[0])


def _tail(text: str) -> str:
    digits = [character for character in text if character.isdigit()]
    return "***" + "".join(digits[-2:])
