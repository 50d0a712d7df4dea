"""The operator's projects and senders, in the form that traffic asks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.content.flows import Flows
from gateway.content.texts import LOCALES
from gateway.domain.consent import Scope
from gateway.domain.flow import Locale
from gateway.domain.folding import fold
from gateway.domain.gate import Policy
from gateway.domain.hours import WeeklyHours, next_opening, parse_hours
from gateway.domain.keywords import Vocabulary
from gateway.domain.message import Number
from gateway.domain.sender import Sender
from gateway.errors import NotFound
from gateway.settings import Project as ProjectTable
from gateway.settings import Settings

RESERVED_FLOWS = frozenset({"stop", "start", "help", "contact", "info", "answer"})


@dataclass(frozen=True, slots=True)
class Binding:
    """What a keyword starts: a flow, or the flow `answer` with a template."""

    flow: str = "answer"
    template: str | None = None
    locale: Locale | None = None
    """The language of the word, where its flow tells it."""


@dataclass(frozen=True, slots=True)
class Project:
    """A contact database with its words, hours and rules."""

    name: str
    table: ProjectTable
    vocabulary: Vocabulary
    keywords: Mapping[str, Binding]
    """By folded word."""
    policy: Policy
    hours: WeeklyHours | None
    notice_url: str

    @property
    def locale(self) -> Locale:
        return self.table.locale

    @property
    def locales(self) -> tuple[Locale, ...]:
        return self.table.locales

    def binding(self, keyword: str | None) -> Binding | None:
        """Return what a word of the operator starts."""
        return self.keywords.get(_folded(keyword)) if keyword else None

    @property
    def optout_scope(self) -> Scope:
        return Scope(self.table.optout.scope)

    def open_hours(self, now: datetime) -> tuple[bool, datetime | None]:
        """Return whether people answer now, and if not, when they do, in the project's zone."""
        if self.hours is None:
            return True, None
        opens = next_opening(now, (self.table.timezone,), self.hours)
        if opens == now:
            return True, None
        return False, opens.astimezone(ZoneInfo(self.table.timezone)) if opens else None

    def variables(self, now: datetime, sender: Sender, locale: Locale) -> dict[str, Any]:
        """Return what every SMS template may use."""
        open_now, opens_at = self.open_hours(now)
        return {
            "brand": self.table.name,
            "help_phone": self.table.help_phone,
            "legal": self.table.legal.model_dump(),
            "notice_url": self.notice_url,
            "monthly_messages": self.table.monthly_messages,
            "open_now": open_now,
            "opens_at": opens_at,
            "project": self.name,
            "sender": sender.number,
            "locale": locale,
            "scope": self.optout_scope.value,
        }


class Directory:
    """Looks up senders and projects by name."""

    def __init__(self, settings: Settings, flows: Flows) -> None:
        self._senders = dict(settings.senders)
        self._projects = {
            name: _project(name, table, flows, settings.server.public_url)
            for name, table in settings.projects.items()
        }
        self.own_numbers: frozenset[str] = frozenset(self._senders)
        self.phone_keyed = frozenset(n for n, t in settings.projects.items() if t.key == "phone")

    @property
    def senders(self) -> list[Sender]:
        return list(self._senders.values())

    @property
    def projects(self) -> list[Project]:
        return list(self._projects.values())

    def sender(self, number: str) -> Sender | None:
        """Return our sender of that number, or None when it is not configured."""
        return self._senders.get(Number(number))

    def project(self, name: str) -> Project:
        """Return a project; raises NotFound."""
        project = self._projects.get(name)
        if project is None:
            raise NotFound("unknown_project", f"there is no project {name!r}")
        return project

    def is_shared(self, number: str) -> bool:
        """Tell whether several projects speak from this number."""
        sender = self.sender(number)
        return sender is not None and len(sender.projects) > 1

    def sender_for(self, project: Project, number: str | None = None) -> Sender:
        """Return the sender that a project starts a conversation with; raises NotFound."""
        chosen = self.sender(number or project.table.default_sender or "")
        if chosen is None or project.name not in chosen.projects:
            raise NotFound("unknown_sender", f"project {project.name!r} has no sender {number!r}")
        return chosen


def _project(name: str, table: ProjectTable, flows: Flows, public_url: str) -> Project:
    words = _words_of(flows) | {
        word: Binding(keyword.flow) if keyword.flow else Binding(template=keyword.reply)
        for word, keyword in table.keywords.items()
    }
    return Project(
        name=name,
        table=table,
        vocabulary=Vocabulary.build(table.optout.words, words),
        keywords={_folded(word): binding for word, binding in words.items()},
        policy=_policy(table),
        hours=table.opening() if table.hours else None,
        notice_url=f"{public_url.rstrip('/')}/p/{name}",
    )


def _words_of(flows: Flows) -> dict[str, Binding]:
    """Return the words that the operator's flows declare, as they are written."""
    found: dict[str, Binding] = {}
    for name in flows.names:
        flow = flows.get(name)
        if flow is None or name in RESERVED_FLOWS:
            continue
        for locale, words in flow.keywords.items():
            known = next((each for each in LOCALES if each == locale), None)
            found |= {word: Binding(name, locale=known) for word in words}
    return found


def _folded(word: str) -> str:
    return fold(word).strip()


def _policy(table: ProjectTable) -> Policy:
    calendar = table.holidays
    return Policy(
        hours={
            purpose: parse_hours(lines, calendar=calendar) for purpose, lines in table.quiet_hours.items()
        },
        zone=table.timezone,
        per_day=table.frequency.marketing_per_day,
        per_week=table.frequency.marketing_per_week,
        countries=table.countries,
        max_segments=table.max_segments,
    )
