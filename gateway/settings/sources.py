"""Where settings come from: the file, the environment over it, and what `env:` and `file:` point to.

pydantic-settings reads; on top of it, what it ignores in silence (a missing file, a mistyped variable) is a
problem that names itself.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from gateway.errors import Problem, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pydantic.fields import FieldInfo

PREFIX = "GATEWAY_"
ENVIRONMENT = "environment"
_OTHER_USES = frozenset({"GATEWAY_CONFIG", "GATEWAY_SPECS"})
_OTHER_PREFIXES = ("GATEWAY_TEST_", "GATEWAY_BENCH_")

Place = tuple[str, ...]
"""The way to a value: table, name, key."""


class _Tables(BaseSettings):
    """The tables there are; what stands in each is read later, so that all problems are told at once."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__")

    server: dict[str, Any] = {}
    security: dict[str, Any] = {}
    database: dict[str, Any] = {}
    providers: dict[str, Any] = {}
    senders: dict[str, Any] = {}
    projects: dict[str, Any] = {}
    lanes: dict[str, Any] = {}
    intake: dict[str, Any] = {}
    content: dict[str, Any] = {}


def nearest(name: object, names: Iterable[str]) -> str | None:
    """Return the right name that was probably meant."""
    known = {candidate.lower(): candidate for candidate in names}
    found = difflib.get_close_matches(str(name).lower(), known, n=1, cutoff=0.6)
    return known[found[0]] if found else None


@dataclass(slots=True)
class Source:
    """The values as written, each still a plain TOML value, and where those of the environment came from."""

    file: Path
    values: dict[str, Any]
    variables: dict[Place, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[Place] = field(default_factory=set)
    """Values whose reference led nowhere; they are not complained about twice."""

    def where(self, path: Place) -> tuple[Path | str, str]:
        """Return the file and the key, or the environment and the variable, that set this value."""
        for size in range(len(path), 0, -1):
            if variable := self.variables.get(tuple(part.lower() for part in path[:size])):
                return ENVIRONMENT, variable
        return self.file, dotted(path)

    def report(self, path: Place, reason: str, suggestion: str | None = None) -> None:
        """Note a problem of the value at this path."""
        file, key = self.where(path)
        if suggestion and file == ENVIRONMENT:
            suggestion = variable_name((*path[:-1], suggestion))
        self.problems.append(Problem(file, key, reason, suggestion))


def dotted(path: Place) -> str:
    """Return the key as TOML writes it: senders."+15145550100".rate."""
    return ".".join(
        part if part.replace("_", "").replace("-", "").isalnum() else f'"{part}"' for part in path
    )


def variable_name(path: Place) -> str:
    """Return the variable that overrides this key."""
    return PREFIX + "__".join(path).upper()


def read_source(file: Path, environ: Mapping[str, str]) -> Source:
    """Read the file, put the environment over it and follow references.

    Raises SettingsError when the file cannot be read at all; everything else is collected.
    """
    written = _read_toml(file)
    variables = {
        tuple(name.removeprefix(PREFIX).lower().split("__")): name
        for name in sorted(environ)
        if _is_ours(name)
    }
    given = {name: value for name, value in _Environment(environ)().items() if name in _Tables.model_fields}
    source = Source(file, _lay_over(written, given), variables)
    _check_variables(source)
    source.values = _follow(source, environ, (), source.values)
    return source


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        if file.is_file():
            return TomlConfigSettingsSource(_Tables, file)()
        reason = "there is no such file; `gateway init DIR` writes one"
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        reason = "is not UTF-8"
    except tomllib.TOMLDecodeError as error:
        reason = f"is not TOML: {error}"
    raise SettingsError([Problem(file, "", reason)])


class _Environment(EnvSettingsSource):
    """The given variables instead of the process's own; every value stays the text that was given."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        super().__init__(_Tables)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): text for name, text in self._environ.items() if _is_ours(name)}

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        return value


def _is_ours(variable: str) -> bool:
    other = variable in _OTHER_USES or variable.startswith(_OTHER_PREFIXES)
    return variable.startswith(PREFIX) and not other


def _lay_over(written: Any, given: Any) -> Any:
    """Return what is written with what is given over it; variables are upper case, names keep their own."""
    if not isinstance(given, dict):
        return _value(given)
    names = {name.lower(): name for name in written} if isinstance(written, dict) else {}
    merged = dict(written) if isinstance(written, dict) else {}
    for key, value in given.items():
        name = names.get(key.lower(), key)
        merged[name] = _lay_over(merged.get(name), value)
    return merged


def _value(text: str) -> Any:
    """Lists and tables are written as JSON; anything else is the text itself."""
    if text.startswith(("[", "{")):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _check_variables(source: Source) -> None:
    """Report what pydantic-settings skips in silence: unknown tables, and what a shorter variable hides."""
    for place, variable in source.variables.items():
        if place[0] not in _Tables.model_fields:
            suggestion = nearest(place[0], _Tables.model_fields)
            better = suggestion and variable_name((suggestion, *place[1:]))
            source.problems.append(Problem(ENVIRONMENT, variable, "there is no such setting", better))
        elif len(place) > 1 and place[:-1] in source.variables:
            reason = f"cannot be set beside {source.variables[place[:-1]]}"
            source.problems.append(Problem(ENVIRONMENT, variable, reason))


def _follow(source: Source, environ: Mapping[str, str], path: Place, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _follow(source, environ, (*path, key), item) for key, item in value.items()}
    if isinstance(value, list):
        return [_follow(source, environ, (*path, str(index)), item) for index, item in enumerate(value)]
    if not isinstance(value, str) or not value.startswith(("env:", "file:")):
        return value
    kind, _, name = value.partition(":")
    try:
        return _from_variable(name, environ) if kind == "env" else _from_file(source.file.parent / name)
    except LookupError as error:
        source.report(path, f"{value} {error.args[0]}")
        source.broken.add(path)
        return value


def _from_variable(name: str, environ: Mapping[str, str]) -> str:
    if name not in environ:
        raise LookupError("is not set in the environment")
    return environ[name]


def _from_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise LookupError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise LookupError("is not UTF-8 text") from None
