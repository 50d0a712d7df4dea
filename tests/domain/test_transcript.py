"""Transcripts: what operators write down is read as they mean it, or refused in words."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gateway.domain.transcript import (
    AgentCloses,
    AgentWrites,
    ConsentExpected,
    ContactWrites,
    ReplyExpected,
    SilenceExpected,
    ThreadExpected,
    TimePasses,
    TimeReaches,
    parse_transcript,
)
from gateway.errors import ContentError

SHIPPED = sorted((Path(__file__).parents[1] / "transcripts").glob("*.txt"))
HEADER = "@ project clinic, contact +15145550123, now 2026-11-23 10:00\n"
WHOLE = """\
# A remark before everything.

@ project clinic, sender +15145550100, contact +15145550123, locale fr, now 2026-11-23 10:00
> Bonjour,\\nouvrez-vous le dimanche? C:\\\\temp
< Clinic: Merci.
= thread waiting
... 25h
... 2d 3h 4m 5s
... until 2026-11-24 08:00
(silence)
agent> Oui, # dès neuf heures.
agent! close
= consent none
@ project other, contact +15145550124, now 2026-11-23 10:00:30
>
"""


def test_every_kind_of_line_is_read() -> None:
    """Each line becomes the thing that it says, with its place in the file."""
    first, _ = parse_transcript(WHOLE, "whole.txt")
    assert first.steps == (
        ContactWrites(4, "Bonjour,\nouvrez-vous le dimanche? C:\\temp"),
        ReplyExpected(5, "Clinic: Merci."),
        ThreadExpected(6, "waiting"),
        TimePasses(7, timedelta(hours=25)),
        TimePasses(8, timedelta(days=2, hours=3, minutes=4, seconds=5)),
        TimeReaches(9, datetime.fromisoformat("2026-11-24 08:00")),
        SilenceExpected(10),
        AgentWrites(11, "Oui, # dès neuf heures."),
        AgentCloses(12),
        ConsentExpected(13, "none"),
    )


def test_a_file_holds_several_conversations() -> None:
    """Each `@` line starts anew, with its own people and its own time."""
    first, second = parse_transcript(WHOLE, "whole.txt")
    assert (first.sender, first.contact, first.locale) == ("+15145550100", "+15145550123", "fr")
    assert first.now == datetime.fromisoformat("2026-11-23 10:00")
    assert (second.project, second.sender, second.locale) == ("other", None, None)
    assert second.now == datetime.fromisoformat("2026-11-23 10:00:30")
    assert second.steps == (ContactWrites(15, ""),)


def test_line_ends_of_windows_change_nothing() -> None:
    """A file saved on another system reads the same."""
    assert parse_transcript(WHOLE.replace("\n", "\r\n"), "f") == parse_transcript(WHOLE, "f")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("> STOP", "line 1", "before the first '@"),
        ("@ project clinic, now 2026-11-23 10:00", "line 1", "lacks contact"),
        ("@ project clinic, phone +15145550123", "line 1", "'phone' is none of project, sender"),
        ("@ project a, project b", "line 1", "'project' is given twice"),
        ("@ project", "line 1", "'project' has no value"),
        ("@ project a, contact b, now tomorrow", "line 1", "'tomorrow' is no moment"),
        ("@ project a, contact b, now 2026-13-01 10:00", "line 1", "month"),
        ("@ project a, contact b, locale de, now 2026-11-23 10:00", "line 1", "it can be en, fr"),
        (HEADER + "\nSTOP", "line 3", "'STOP' begins with none of"),
        (HEADER + "... a while", "line 2", "'a while' is no length of time"),
        (HEADER + "...", "line 2", "'' is no length of time"),
        (HEADER + "... until noon", "line 2", "'noon' is no moment"),
        (HEADER + "= consent maybe", "line 2", "it can be subscribed, unsubscribed, none"),
        (HEADER + "= mood good", "line 2", "'= mood good' is neither"),
        (HEADER + "agent! leave", "line 2", "an agent can only 'close'"),
        (HEADER + "> C:\\temp", "line 2", "\\t means nothing"),
        ("# nothing here", "", "holds no conversation"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: str, reason: str) -> None:
    """Whoever wrote the transcript is told where and what, in words."""
    with pytest.raises(ContentError) as caught:
        parse_transcript(text, "mine.txt")
    problem = caught.value.problem
    assert (problem.file, problem.key) == ("mine.txt", line)
    assert reason in problem.reason


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_shipped_transcripts_are_whole(file: Path) -> None:
    """Every conversation says what comes of each text, and no two share a contact."""
    conversations = parse_transcript(file.read_text("utf-8"), file)
    assert len({conversation.contact for conversation in conversations}) == len(conversations)
    for conversation in conversations:
        for done, after in zip(conversation.steps, conversation.steps[1:], strict=False):
            if isinstance(done, ContactWrites):
                assert isinstance(after, ReplyExpected | SilenceExpected), f"{file}:{done.line}"
