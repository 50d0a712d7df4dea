"""Loads the settings: reads every table, checks that they fit together, and tells all problems at once."""

from __future__ import annotations

import pkgutil
import re
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

import gateway.providers
from gateway.errors import SettingsError
from gateway.providers.base import ProviderSettings, load
from gateway.settings.complaints import read_table
from gateway.settings.model import Settings
from gateway.settings.project import Project
from gateway.settings.references import complete_projects, resolve_senders
from gateway.settings.sources import Source, nearest, read_source
from gateway.settings.tables import Content, Database, Intake, Lanes, Security, SenderTable, Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_SINGLE: dict[str, type[BaseModel]] = {
    "server": Server,
    "security": Security,
    "database": Database,
    "lanes": Lanes,
    "intake": Intake,
    "content": Content,
}
_NAMED = ("providers", "senders", "projects")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_Table = TypeVar("_Table", bound=BaseModel)


def load_settings(path: Path, environ: Mapping[str, str]) -> Settings:
    """Return the settings of a file under an environment.

    Raises SettingsError with every problem found: where it is, what is wrong, and the nearest right name.
    """
    source = read_source(path, environ)
    _refuse_unknown_tables(source)
    single = {name: _single(source, name, model) for name, model in _SINGLE.items()}
    providers = dict(_providers(source))
    tables = dict(_named(source, "senders", SenderTable))
    projects = dict(_named(source, "projects", Project))
    senders, unusual = resolve_senders(source, tables, projects)
    complete, lacking = complete_projects(source, projects, senders)
    if not source.problems and not single["security"].secret and not single["database"].is_sqlite:
        source.report(("security", "secret"), "is required with PostgreSQL, so that every node has the same")
    if source.problems:
        raise SettingsError(source.problems)
    return Settings(
        file=path,
        providers=providers,
        senders=senders,
        projects=complete,
        warnings=(*unusual, *lacking),
        **single,
    )


def _refuse_unknown_tables(source: Source) -> None:
    known = (*_SINGLE, *_NAMED)
    for name in source.values:
        if name not in known:
            source.report((name,), "unknown table", nearest(name, known))


def _single(source: Source, name: str, model: type[_Table]) -> Any:
    return read_table(model, source, (name,), source.values.get(name, {}))


def _tables(source: Source, group: str) -> Iterator[tuple[str, Any]]:
    tables = source.values.get(group, {})
    if isinstance(tables, dict):
        yield from tables.items()
    else:
        source.report((group,), f"should be tables such as [{group}.NAME]")


def _named(source: Source, group: str, model: type[_Table]) -> Iterator[tuple[str, _Table]]:
    for name, values in _tables(source, group):
        if group == "projects" and not _NAME.fullmatch(name):
            source.report((group, name), "a name has lower-case letters, digits, - and _ only")
        if table := read_table(model, source, (group, name), values):
            yield name, table


def _providers(source: Source) -> Iterator[tuple[str, ProviderSettings]]:
    for name, values in _tables(source, "providers"):
        place = ("providers", name)
        if not _NAME.fullmatch(name):
            source.report(place, "a name has lower-case letters, digits, - and _ only")
        kind = values.get("kind") if isinstance(values, dict) else None
        if kind is None:
            source.report((*place, "kind"), "is required", None)
        elif kind not in (kinds := provider_kinds()):
            source.report((*place, "kind"), f"there is no provider of kind {kind!r}", nearest(kind, kinds))
        elif table := read_table(load(kind).Settings, source, place, values):
            yield name, table


def provider_kinds() -> list[str]:
    """Return every kind that has a file in `gateway/providers/`."""
    found = (module.name for module in pkgutil.iter_modules(gateway.providers.__path__))
    return sorted(name for name in found if name != "base" and not name.startswith("_"))
