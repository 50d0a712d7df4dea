"""Whether the tables fit each other: numbers, their projects and providers, words, zones and hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.domain import phone
from gateway.domain.sender import Sender, SenderKind, build_sender
from gateway.errors import InvalidRequest
from gateway.settings.sources import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gateway.domain.message import Number
    from gateway.settings.project import Project
    from gateway.settings.sources import Place, Source
    from gateway.settings.tables import SenderTable

_ZONES = {"CA": "America/Toronto", "US": "America/New_York", "FR": "Europe/Paris"}


def resolve_senders(
    source: Source, tables: Mapping[str, SenderTable], projects: Mapping[str, Project]
) -> tuple[dict[Number, Sender], list[str]]:
    """Return every sender by its number with the usual values filled in, and what is unusual about them."""
    senders: dict[Number, Sender] = {}
    warnings: list[str] = []
    for raw, table in tables.items():
        place = ("senders", raw)
        _check_sender_names(source, place, table)
        try:
            sender, unusual = _build(raw, table, projects)
        except InvalidRequest as error:
            if error.code != "sender_country" or all(name in projects for name in table.project_names):
                source.report(place, str(error).removeprefix(f"{raw}: "))
            continue
        if sender.number in senders:
            source.report(place, f"the same number as {sender.number}")
        senders[sender.number] = sender
        warnings += [f"senders: {warning.detail}" for warning in unusual]
        if len(sender.projects) > 1:
            warnings.append(f"senders: {sender.number} is shared: a STOP on it reaches all its projects")
    return senders, warnings


def _check_sender_names(source: Source, place: Place, table: SenderTable) -> None:
    known = _names(source, "projects")
    for name in table.project_names:
        if name not in known:
            key = "projects" if table.projects else "project"
            source.report((*place, key), f"there is no project {name!r}", nearest(name, known))
    if table.provider not in (known := _names(source, "providers")):
        reason = f"there is no provider {table.provider!r}"
        source.report((*place, "provider"), reason, nearest(table.provider, known))


def _names(source: Source, group: str) -> list[str]:
    """Names as written, also of tables that are wrong themselves, so that one mistake is told once."""
    tables: Any = source.values.get(group, {})
    return list(tables) if isinstance(tables, dict) else []


def _build(raw: str, table: SenderTable, projects: Mapping[str, Project]) -> tuple[Sender, Any]:
    country = table.country
    if country is None and phone.country_of(raw.strip()) is None:
        country = next((projects[name].country for name in table.project_names if name in projects), None)
    given = table.model_dump(exclude={"project", "projects", "country"})
    return build_sender(raw, projects=table.project_names, country=country, **given)


def complete_projects(
    source: Source, projects: Mapping[str, Project], senders: Mapping[Number, Sender]
) -> tuple[dict[str, Project], list[str]]:
    """Return the projects with every default that depends on another value, and what they lack."""
    complete: dict[str, Project] = {}
    warnings: list[str] = []
    for name, project in projects.items():
        own = [sender for sender in senders.values() if name in sender.projects]
        complete[name] = _complete(name, project, own)
        _check_default_sender(source, name, project, own)
        _check_words(source, name, project, own)
        warnings += [f"projects.{name}: {lack}" for lack in _lacks(complete[name], own)]
    return complete, warnings


def _complete(name: str, project: Project, own: list[Sender]) -> Project:
    brand = project.name or name.replace("-", " ").replace("_", " ").title()
    chosen = _normal(project.default_sender, project.country) if project.default_sender else None
    default = next((sender.number for sender in own if sender.can_converse), own[0].number if own else None)
    legal = project.legal
    return project.model_copy(
        update={
            "name": brand,
            "locales": project.locales or (project.locale,),
            "countries": project.countries or (project.country,),
            "timezone": project.timezone or _ZONES.get(project.country, "UTC"),
            "default_sender": chosen or default,
            "help_phone": project.help_phone or legal.phone,
            "legal": legal.model_copy(
                update={"name": legal.name or brand, "phone": legal.phone or project.help_phone}
            ),
        }
    )


def _normal(raw: str, country: str) -> Number | None:
    try:
        return phone.parse_sender(raw, country)
    except InvalidRequest:
        return None


def _check_default_sender(source: Source, name: str, project: Project, own: list[Sender]) -> None:
    if project.default_sender is None:
        return
    numbers = [sender.number for sender in own]
    known = {_normal(raw, project.country) for raw in _names(source, "senders")}
    if source.problems and _normal(project.default_sender, project.country) in known:
        return  # its table may be one of those that are wrong
    if _normal(project.default_sender, project.country) not in numbers:
        place = ("projects", name, "default_sender")
        source.report(place, "is not a sender of this project", nearest(project.default_sender, numbers))


def _check_words(source: Source, name: str, project: Project, own: list[Sender]) -> None:
    place = ("projects", name, "keywords")
    if project.keywords and own and not any(sender.can_converse for sender in own):
        source.report(place, "contacts cannot write to any sender of this project, so no word can reach it")
    if project.locales and project.locale not in project.locales:
        source.report(("projects", name, "locales"), f"should contain the locale {project.locale!r}")


def _lacks(project: Project, own: list[Sender]) -> Iterator[str]:
    if not own:
        yield "no sender belongs to this project; nothing can be sent"
    if not project.help_phone:
        yield "help_phone is missing; HELP can tell no telephone"
    if not (project.legal.address and (project.legal.phone or project.legal.email)):
        yield "legal needs an address and a phone or an e-mail; CONTACT and marketing rest on it"
    for sender in own:
        if sender.number == project.default_sender and not sender.can_converse:
            yield f"nobody can answer the default sender {sender.number}"
    if any(s.country == "CA" and s.kind is SenderKind.SHORT_CODE for s in own) and not _toll_free(project):
        yield "help_phone should be toll-free: HELP on a Canadian short code must give such a number"


def _toll_free(project: Project) -> bool:
    """Tell whether HELP can give a toll-free number (CWTA short code guidelines, 3.9)."""
    try:
        return phone.is_toll_free(phone.parse(project.help_phone, region=project.country))
    except phone.InvalidNumber:
        return False
