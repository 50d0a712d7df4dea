"""`send`, `messages` and `threads`, without a server and beside one."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from gateway.app import open_gateway
from gateway.clock import SystemClock
from gateway.domain.message import Inbound, Number
from gateway.settings import load_settings
from tests.cli.program import gateway, program, running

CONTACT = "+15145550123"
SENDER = "+15145550100"


def _text(folder: Path, body: str) -> None:
    """Let a contact text us, without any server."""
    asyncio.run(_take(folder, body))


async def _take(folder: Path, body: str) -> None:
    settings = load_settings(folder / "config.toml", {})
    inbound = Inbound("demo", f"in-{body}", Number(SENDER), Number(CONTACT), body, SystemClock().now())
    async with open_gateway(settings, serving=False) as opened:
        await opened.writer.submit(opened.intake, inbound)


@pytest.mark.slow
def test_a_text_is_written_for_the_next_server(folder: Path) -> None:
    """`send` says id, status, size, price and why; `messages show` tells the same text's whole story."""
    sent = gateway("send", "--to", "514 555 0123", "--body", "Your file is ready…", "--json", folder=folder)
    message = json.loads(sent.stdout)
    assert sent.returncode == 0, sent.stderr
    assert (message["number"], message["status"], message["purpose"]) == (CONTACT, "queued", "transactional")
    assert (message["segments"], message["encoding"], message["price"]) == (1, "UCS-2", "0.0075")
    assert message["why"][0] == "operator"
    shown = gateway("messages", "show", message["id"], "--json", folder=folder)
    story = json.loads(shown.stdout)
    assert story["attempts"] == []
    assert [event["type"] for event in story["history"]] == ["message.queued"]
    told = gateway("messages", "show", message["id"], folder=folder).stdout
    assert "status   queued" in told
    assert "'Your file is ready…'" in told


@pytest.mark.slow
def test_a_text_that_waits_can_be_withdrawn(folder: Path) -> None:
    """`messages cancel` ends a queued text once; a second time, and for an unknown id, it says why not."""
    sent = gateway("send", "--to", CONTACT, "--body", "Too early", "--json", folder=folder)
    id = json.loads(sent.stdout)["id"]
    cancelled = gateway("messages", "cancel", id, folder=folder)
    assert (cancelled.returncode, "status   cancelled" in cancelled.stdout) == (0, True), cancelled.stderr
    story = json.loads(gateway("messages", "show", id, "--json", folder=folder).stdout)
    assert [event["type"] for event in story["history"]] == ["message.queued", "message.cancelled"]
    again = gateway("messages", "cancel", id, folder=folder)
    assert (again.returncode, "it is cancelled" in again.stderr) == (1, True)
    assert gateway("messages", "cancel", "nothing", folder=folder).returncode == 1


@pytest.mark.slow
def test_send_after_stop_is_refused(folder: Path) -> None:
    """Nothing goes out after STOP: the text is kept with its reason, and the exit code is 1."""
    _text(folder, "STOP")
    sent = gateway("send", "--to", CONTACT, "--body", "Hello", folder=folder)
    assert sent.returncode == 1
    assert "status   suppressed (opted_out)" in sent.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--to", "12", "--body", "x"), 1, "the number is too short"),
        (("--to", CONTACT, "--template", "help/halp"), 1, "did you mean 'help/help'?"),
        (("--to", CONTACT, "--body", "x", "--sender", "+15145550999"), 1, "has no sender '+15145550999'"),
        (("--to", CONTACT, "--body", "x", "--project", "clinik"), 1, "there is no project 'clinik'"),
        (("--to", CONTACT), 2, "give either --body or --template"),
        (("--to", CONTACT, "--body", "x", "--purpose", "reply"), 2, "purpose"),
    ],
)
def test_send_explains_what_is_wrong(arguments: tuple[str, ...], code: int, words: str, folder: Path) -> None:
    """A number, template, sender or project that cannot be is said in words; nothing is written."""
    done = gateway("send", *arguments, folder=folder)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_thread_is_answered_and_closed(folder: Path) -> None:
    """An agent lists what waits, answers and closes, all from the terminal."""
    _text(folder, "INFO Do you open on Sunday?")
    (thread,) = json.loads(gateway("threads", "list", "--json", folder=folder).stdout)
    assert (thread["number"], thread["state"], thread["last"]) == (
        CONTACT,
        "waiting",
        "INFO Do you open on Sunday?",
    )
    answered = gateway("threads", "reply", thread["id"], "From nine.", "--author", "ann", folder=folder)
    assert answered.returncode == 0, answered.stderr
    assert "answered ann" in gateway("threads", "list", folder=folder).stdout
    closed = gateway("threads", "close", thread["id"], folder=folder)
    assert closed.stdout == f"{thread['id']} closed (agent)\n"
    assert gateway("threads", "list", "--json", folder=folder).stdout == "[]\n"
    late = gateway("threads", "reply", thread["id"], "Also at ten.", folder=folder)
    assert (late.returncode, late.stderr) == (1, "the thread is closed (agent)\n")


def test_unknown_ids_are_named(folder: Path) -> None:
    """A text or a thread that is not there is a plain sentence and exit code 1."""
    for command in (("messages", "show", "42"), ("threads", "close", "42"), ("threads", "reply", "42", "Hi")):
        done = gateway(*command, folder=folder)
        assert (done.returncode, done.stdout) == (1, "")
        assert "'42'" in done.stderr
        assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_send_works_beside_a_server(folder: Path) -> None:
    """What another process writes the running server hands over within seconds; --wait sees it delivered."""
    with running(folder=folder) as server:
        sent = program("send", "--to", CONTACT, "--body", "Hello", "--wait", folder=folder)
        assert sent.returncode == 0, sent.stderr
        assert "status   delivered" in sent.stdout
        assert server.stop() == 0
