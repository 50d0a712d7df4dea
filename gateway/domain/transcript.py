"""Reads transcripts: conversations written down as they must go, one thing to a line.

    @ project clinic, sender +15145550100, contact +15145550123, locale en, now 2026-11-23 10:00
    > STOP                        the contact writes; \\n is a line break, \\\\ a backslash
    < Clinic: You are …           the contact must receive exactly this
    (silence)                     nothing came since the last thing that was done
    = consent unsubscribed        subscribed | unsubscribed | none
    = thread waiting              waiting | answered | closed | none
    ... 2d 3h                     time passes: d, h, m, s
    ... until 2026-11-24 08:00    time passes up to a moment of the project's zone
    agent> We open at nine.       a person answers in the thread
    agent! close                  a person closes the thread
    # a remark

An `@` line starts a conversation of its own; a file may hold several. Replies that no `<` expects fail, and
so does `(silence)` after a reply. `sender` and `locale` may be left out: the project's own are taken.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal, TypeVar

from gateway.errors import ContentError, Problem

ConsentState = Literal["subscribed", "unsubscribed", "none"]
ThreadState = Literal["waiting", "answered", "closed", "none"]

_CONSENTS: Final[Mapping[str, ConsentState]] = {s: s for s in ("subscribed", "unsubscribed", "none")}
_THREADS: Final[Mapping[str, ThreadState]] = {s: s for s in ("waiting", "answered", "closed", "none")}
_State = TypeVar("_State", bound=str)
_LOCALES: Final[Mapping[str, Literal["en", "fr"]]] = {"en": "en", "fr": "fr"}
_KEYS: Final = ("project", "sender", "contact", "locale", "now")
_NEEDED: Final = ("project", "contact", "now")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")
_SPAN: Final = re.compile(r"(\d+)([dhms])")
_ESCAPE: Final = re.compile(r"\\(.?)")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing done or expected, and its line in the file (the first is 1)."""

    line: int


@dataclass(frozen=True, slots=True)
class ContactWrites(Line):
    """The contact sends a text."""

    text: str


@dataclass(frozen=True, slots=True)
class ReplyExpected(Line):
    """The contact has received this text, the next in order."""

    text: str


@dataclass(frozen=True, slots=True)
class SilenceExpected(Line):
    """The contact has received nothing since the last thing that was done."""


@dataclass(frozen=True, slots=True)
class ConsentExpected(Line):
    """The consent of the contact stands so."""

    state: ConsentState


@dataclass(frozen=True, slots=True)
class ThreadExpected(Line):
    """The contact's thread of questions stands so."""

    state: ThreadState


@dataclass(frozen=True, slots=True)
class TimePasses(Line):
    """Time passes, and all that falls due meanwhile happens."""

    span: timedelta


@dataclass(frozen=True, slots=True)
class TimeReaches(Line):
    """Time passes up to a moment."""

    moment: datetime
    """Without zone: the project's is meant."""


@dataclass(frozen=True, slots=True)
class AgentWrites(Line):
    """A person answers in the contact's thread."""

    text: str


@dataclass(frozen=True, slots=True)
class AgentCloses(Line):
    """A person closes the contact's thread."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Who talks with whom, from when on, and what happens."""

    file: Path | str
    line: int
    project: str
    contact: str
    now: datetime
    """Without zone: the project's is meant."""
    sender: str | None
    locale: Literal["en", "fr"] | None
    steps: tuple[Line, ...]


def parse_transcript(text: str, file: Path | str) -> tuple[Conversation, ...]:
    """Read the text of a transcript; `file` is named in errors. Raises ContentError with the line."""
    blocks: list[tuple[int, Mapping[str, str], list[Line]]] = []
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        try:
            if line.startswith("@"):
                blocks.append((number, _read_header(line[1:]), []))
            elif not blocks:
                raise ValueError("something happens before the first '@ project …, contact …, now …' line")
            else:
                blocks[-1][2].append(_read_step(line, number))
        except ValueError as error:
            raise ContentError(Problem(file, f"line {number}", str(error))) from error
    if not blocks:
        raise ContentError(Problem(file, "", "holds no conversation; one starts with '@ project …'"))
    return tuple(_conversation(file, number, header, steps) for number, header, steps in blocks)


def _conversation(file: Path | str, line: int, header: Mapping[str, str], steps: list[Line]) -> Conversation:
    return Conversation(
        file=file,
        line=line,
        project=header["project"],
        contact=header["contact"],
        now=_moment(header["now"]),
        sender=header.get("sender"),
        locale=_LOCALES.get(header.get("locale", "")),
        steps=tuple(steps),
    )


def _read_header(text: str) -> dict[str, str]:
    header: dict[str, str] = {}
    for part in text.split(","):
        key, _, value = part.strip().partition(" ")
        if key not in _KEYS:
            raise ValueError(f"{key!r} is none of {', '.join(_KEYS)}")
        if key in header:
            raise ValueError(f"{key!r} is given twice")
        if not value.strip():
            raise ValueError(f"{key!r} has no value")
        header[key] = value.strip()
    if missing := [key for key in _NEEDED if key not in header]:
        raise ValueError(f"the '@' line lacks {' and '.join(missing)}")
    _moment(header["now"])
    _choose("locale", header.get("locale", "en"), _LOCALES)
    return header


def _read_step(line: str, number: int) -> Line:
    if line.startswith("..."):
        return _read_time(line[3:].strip(), number)
    if line.startswith("="):
        return _read_state(line[1:].split(), number)
    if line == "(silence)":
        return SilenceExpected(number)
    if line.startswith("agent!"):
        if line[6:].strip() != "close":
            raise ValueError(f"an agent can only 'close', not {line[6:].strip()!r}")
        return AgentCloses(number)
    for mark, kind in (("agent>", AgentWrites), (">", ContactWrites), ("<", ReplyExpected)):
        if line.startswith(mark):
            return kind(number, _unescape(line.removeprefix(mark).strip()))
    raise ValueError(f"{line!r} begins with none of: @ > < = ... (silence) agent> agent! #")


def _read_time(text: str, number: int) -> Line:
    if text.startswith("until "):
        return TimeReaches(number, _moment(text.removeprefix("until ").strip()))
    spans = [_SPAN.fullmatch(part) for part in text.split()]
    found = [span.groups() for span in spans if span]
    if not found or len(found) < len(spans):
        raise ValueError(f"{text!r} is no length of time; write '25h', '2d 3h' or 'until 2026-11-24 08:00'")
    names = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
    return TimePasses(number, sum((timedelta(**{names[u]: int(n)}) for n, u in found), timedelta()))


def _read_state(words: list[str], number: int) -> Line:
    match words:
        case ["consent", state]:
            return ConsentExpected(number, _choose("consent", state, _CONSENTS))
        case ["thread", state]:
            return ThreadExpected(number, _choose("thread", state, _THREADS))
        case _:
            raise ValueError(f"'= {' '.join(words)}' is neither '= consent …' nor '= thread …'")


def _choose(what: str, value: str, known: Mapping[str, _State]) -> _State:
    if value not in known:
        raise ValueError(f"{what} is {value!r}; it can be {', '.join(known)}")
    return known[value]


def _moment(text: str) -> datetime:
    if not _MOMENT.fullmatch(text):
        raise ValueError(f"{text!r} is no moment; write '2026-11-23 10:00'")
    return datetime.fromisoformat(text)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_unescape_one, text)


def _unescape_one(match: re.Match[str]) -> str:
    letter = match[1]
    if letter not in ("n", "\\"):
        raise ValueError(f"\\{letter} means nothing; write \\n for a line break, \\\\ for a backslash")
    return "\n" if letter == "n" else "\\"
