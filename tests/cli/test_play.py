"""`gateway test` and `gateway say`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import gateway

pytestmark = pytest.mark.slow

GOOD = """
@ project clinic, contact +15145550123, now 2026-11-23 10:00
> HELP
< Clinic: For help call 1-800-555-0199. Up to 8 msgs/month. Msg&data rates may apply. Reply INFO to ask a question, STOP to cancel.
= consent none
"""  # noqa: E501


def test_a_transcript_is_played(folder: Path) -> None:
    """The transcripts beside the configuration are played; each gets a line, and all is well."""
    transcripts = folder / "tests/transcripts"
    transcripts.mkdir(parents=True)
    (transcripts / "help.txt").write_text(GOOD)
    done = gateway("test", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"ok     {transcripts / 'help.txt'}\n"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ((" cancel.\n", " end.\n"), "help.txt:4: expected 'Clinic: For help"),
        (
            ("= consent none", "= consent subscribed"),
            "help.txt:5: expected consent subscribed, got consent none",
        ),
        (("= consent none", "(silence)\n< More"), "help.txt:6: expected 'More', got nothing"),
        (
            ("= consent none", "> INFO\n> x"),
            "help.txt:6: expected no further text before this line, got 'Clinic: Ask",
        ),
        (("= consent none", "> INFO"), "help.txt:5: expected the end of the conversation, got 'Clinic: Ask"),
        (("= consent none", "= thread waiting"), "help.txt:5: expected thread waiting, got thread none"),
        (("project clinic", "project clinik"), "help.txt:2: expected one of the projects clinic, got clinik"),
        (("= consent", "? consent"), "help.txt: line 5:"),
    ],
)
def test_what_goes_otherwise_is_said(changed: tuple[str, str], words: str, folder: Path) -> None:
    """A failure names file, line, what was expected and what came; the exit code is 1."""
    (folder / "help.txt").write_text(GOOD.replace(*changed))
    done = gateway("test", "help.txt", folder=folder)
    assert done.returncode == 1
    assert words in done.stdout
    assert done.stdout.startswith("failed help.txt\n")


def test_no_transcript_is_no_success(folder: Path) -> None:
    """An empty folder and a file that is not there do not count as played."""
    (folder / "empty").mkdir()
    assert gateway("test", "empty", folder=folder).returncode == 1
    missing = gateway("test", "missing.txt", folder=folder)
    assert missing.returncode == 1
    assert "missing.txt: cannot be read" in missing.stdout


def test_talk_with_the_bot(folder: Path) -> None:
    """Each line is a text; shown are what was understood, the answer, its status and its size."""
    done = gateway(
        "say", folder=folder, stdin="INFO Do you open on Sunday?\nagent> From nine.\nagent! close\nSTOP\n"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "  understood: info (" in done.stdout
    assert "< Clinic: Thank you." in done.stdout
    assert "< From nine.\n  delivered; 1 segment of GSM-7\n" in done.stdout
    assert "< Clinic: You are unsubscribed and will receive no more messages." in done.stdout
