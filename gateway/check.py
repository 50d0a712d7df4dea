"""What can be known to be wrong before anything starts: run by `gateway check` and by every start.

`load_settings` has checked the file by itself; here it meets the flows, the texts and the time-zone data.
"""

from __future__ import annotations

import difflib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from gateway.content import shipped_folder
from gateway.content.flows import Flows, load_flows
from gateway.content.texts import Texts
from gateway.domain import zones
from gateway.errors import Problem, TemplateError
from gateway.traffic.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gateway.domain.flow import Locale
    from gateway.settings import Settings

_MASK = "***"
_SHORTEST_SECRET = 4
_ANY_MOMENT = datetime(2026, 11, 23, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """What forbids a start, and what is merely unusual."""

    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]

    @property
    def good(self) -> bool:
        return not self.problems


def check(settings: Settings) -> Report:
    """Check everything that needs neither a database nor a network. Loads the operator's flow files."""
    zones.use_packaged_zones()
    flows = load_flows([settings.flows_folder, shipped_folder("flows")])
    texts = Texts([settings.templates_folder, shipped_folder("templates")])
    problems = [*_folder_problems(settings), *flows.problems, *_keyword_problems(settings, flows, texts)]
    warnings = list(settings.warnings)
    for problem, grave in _text_findings(settings, flows, texts):
        if grave:
            problems.append(problem)
        else:
            warnings.append(str(problem))
    if not zones.zones_are_sound():
        reason = "is too old: it does not know the clocks of 2026; upgrade the package tzdata"
        problems.append(Problem("tzdata", "", reason))
    return Report(tuple(dict.fromkeys(problems)), tuple(dict.fromkeys(warnings)))


def _folder_problems(settings: Settings) -> Iterator[Problem]:
    """A folder that is named must exist; without a name the shipped content serves."""
    named = settings.content.model_fields_set
    for key, folder in (("flows", settings.flows_folder), ("templates", settings.templates_folder)):
        if key in named and not folder.is_dir():
            yield Problem(settings.file, f"content.{key}", f"there is no folder {folder}")


def _keyword_problems(settings: Settings, flows: Flows, texts: Texts) -> Iterator[Problem]:
    for name, project in settings.projects.items():
        for word, keyword in project.keywords.items():
            kind, wanted, known = "flow", keyword.flow, flows.names
            if keyword.reply:
                kind, wanted, known = "template", keyword.reply, texts.names
            if wanted not in known:
                near = difflib.get_close_matches(str(wanted), known, n=1)
                key = f"projects.{name}.keywords.{word}"
                yield Problem(settings.file, key, f"there is no {kind} {wanted!r}", near[0] if near else None)


def _text_findings(settings: Settings, flows: Flows, texts: Texts) -> Iterator[tuple[Problem, bool]]:
    """Yield what is found in the texts, each in the languages and with the values of every project."""
    directory = Directory(settings, flows)
    for name, project in settings.projects.items():
        if project.default_sender is None:
            continue
        for locale in project.locales:
            sender = directory.sender_for(directory.project(name))
            values = directory.project(name).variables(_ANY_MOMENT, sender, locale)
            for template in texts.names:
                yield from _findings(texts, template, locale, values)


def _findings(
    texts: Texts, template: str, locale: Locale, values: Mapping[str, Any]
) -> Iterator[tuple[Problem, bool]]:
    """Say of each finding whether it is grave: the text cannot be sent. One that costs more can.

    A value that no text gets by itself may come from a flow or a backend; only its resemblance to one
    of ours is worth a word.
    """
    for problem in texts.check([template], values, locales=[locale]):
        given_elsewhere = problem.key.isidentifier()
        if not given_elsewhere or problem.suggestion:
            yield problem, not given_elsewhere and not _renders(texts, template, locale, values)


def _renders(texts: Texts, template: str, locale: Locale, values: Mapping[str, Any]) -> bool:
    try:
        return texts.render(template, locale, values).locale == locale
    except TemplateError:
        return False


def effective(settings: Settings) -> dict[str, Any]:
    """Return the configuration in force as JSON values, every secret masked."""
    tables = {
        name: _shown(getattr(settings, name))
        for name in ("server", "security", "database", "providers", "senders", "projects", "lanes", "intake")
    }
    tables["database"]["url"] = _hide_password(settings.database_url)
    content = {"flows": str(settings.flows_folder), "templates": str(settings.templates_folder)}
    tables |= {"file": str(settings.file), "content": content, "tzdata": zones.use_packaged_zones()}
    secrets = {secret for secret in settings.secret_values() if len(secret) >= _SHORTEST_SECRET}
    return {name: _without(table, secrets) for name, table in tables.items()}


def _hide_password(url: str) -> str:
    password = urlsplit(url).password
    return url.replace(f":{password}@", f":{_MASK}@") if password else url


def _shown(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return {name: _shown(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, dict):
        return {str(name): _shown(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shown(item) for item in value]
    if isinstance(value, SecretStr):
        return _MASK
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}s"
    if isinstance(value, Enum):
        return value.value
    return value if value is None or isinstance(value, (bool, int, float, str)) else _other(value)


def _other(value: Any) -> Any:
    return _shown(asdict(value)) if hasattr(value, "__dataclass_fields__") else str(value)


def _without(value: Any, secrets: set[str]) -> Any:
    """Mask a secret wherever else it was written, such as inside an address."""
    if isinstance(value, dict):
        return {name: _without(item, secrets) for name, item in value.items()}
    if isinstance(value, list):
        return [_without(item, secrets) for item in value]
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, _MASK)
    return value
