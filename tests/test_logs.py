"""Logs: whatever is logged, by whomever, no number, body or secret reaches a line in clear."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import StorageError
from gateway.logs import configure, register_secret
from gateway.redaction import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BODY = "MARKED words of a contact"
NUMBER = "+15145550123"
SECRET = "hunter2/marked"
CLEAR = ("MARKED", "5145550123", "514-555-0123", "hunter2")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root, names = logging.getLogger(), ("gateway", "flows")
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in names}
    yield
    root.handlers[:], root.level = handlers, level
    for name in names:
        logging.getLogger(name).setLevel(levels[name])
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture(params=[True, False], ids=["json", "console"])
def output(request: pytest.FixtureRequest) -> io.StringIO:
    """Give where the lines go, in either form."""
    stream = io.StringIO()
    configure("DEBUG", json=request.param, stream=stream)
    register_secret(SECRET)
    return stream


def _fail() -> None:
    try:
        raise ValueError(f"cannot send {BODY} to {NUMBER} with {SECRET}")
    except ValueError as error:
        error.add_note(BODY)
        raise ExceptionGroup(BODY, [KeyError(BODY), StorageError(f"no row for {NUMBER}")]) from error


def _log_failure(log: Callable[..., Any], *args: Any) -> None:
    try:
        _fail()
    except ExceptionGroup as error:
        log(*args, exc_info=error)


ours = structlog.get_logger("gateway.test")
theirs = logging.getLogger("some.library")
WAYS: dict[str, Callable[[], Any]] = {
    "keys": lambda: ours.info("x", body=BODY, text=BODY, number=NUMBER, to=NUMBER, token=SECRET),
    "another key": lambda: ours.info(
        "x", whatever=BODY, sender=NUMBER, url=f"/x?msisdn=%2B{NUMBER[1:]}&k={SECRET}"
    ),
    "nested": lambda: ours.info("x", data={"a": [{"body": BODY}, (BODY, NUMBER)], NUMBER: 1}),
    "bytes": lambda: ours.info("x", raw=BODY.encode()),
    "object": lambda: ours.info("x", thing=ValueError(BODY), other=io.StringIO(BODY)),
    "event": lambda: ours.info(f"got {BODY} from {NUMBER}"),
    "positional": lambda: ours.info("got %s", BODY),
    "formatted number": lambda: ours.info("x", reason="call (514) 555-0123 or 514-555-0123"),
    "context": lambda: (structlog.contextvars.bind_contextvars(contact=BODY, number=NUMBER), ours.info("x")),
    "bound": lambda: ours.bind(subject=BODY).warning("x"),
    "our exception": lambda: _log_failure(ours.error, "x"),
    "library": lambda: theirs.warning("got %s from %s as %d", BODY, NUMBER, int(NUMBER)),
    "library mapping": lambda: theirs.warning("got %(body)s", {"body": BODY}),
    "library quoting": lambda: theirs.error(f"future: <Task exception=ValueError({BODY!r})>\nin {BODY}"),
    "library exception": lambda: _log_failure(theirs.error, "failed for %s", NUMBER),
    "library mistake": lambda: theirs.warning("%d", BODY),
    "library number": lambda: theirs.warning(f"sent to {NUMBER} with {SECRET}"),
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_leaks(way: str, output: io.StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    """A marked body, number and secret stay out of the line, and the line is written all the same."""
    root = logging.getLogger()
    root.handlers[:] = [handler for handler in root.handlers if type(handler).__module__ == "gateway.logs"]
    WAYS[way]()
    captured = capfd.readouterr()
    written = output.getvalue() + captured.out + captured.err
    assert output.getvalue().strip()
    assert not [word for word in CLEAR if word in written], written


def test_what_helps_stays() -> None:
    """Ids, times, counts, event names and the types and places of errors can be read."""
    stream = io.StringIO()
    configure("INFO", json=True, stream=stream)
    message = "0193a4b2-7c1e-7000-8000-123456789012"
    structlog.contextvars.bind_contextvars(message_id=message)
    ref, until = "SM" + "1234567890abcdef" * 2, "2026-11-23T10:00:00+00:00"
    ours.info("lane.sent", provider="demo", provider_ref=ref, segments=2, until=until, ip="192.168.100.200")
    _log_failure(ours.error, "flow.failed")
    sent, failed = map(json.loads, stream.getvalue().splitlines())
    assert sent["event"] == "lane.sent"
    assert sent["level"] == "info"
    assert sent["logger"] == "gateway.test"
    assert (sent["message_id"], sent["provider_ref"], sent["until"]) == (message, ref, until)
    assert (sent["segments"], sent["ip"]) == (2, "192.168.100.200")
    assert "ValueError" in failed["exception"]
    assert "test_logs.py" in failed["exception"]
    assert "StorageError: no row for ***23" in failed["exception"]


def test_a_number_keeps_its_last_digits() -> None:
    """Two lines about one phone can be told to belong together, the phone cannot be told."""
    assert clean(f"to {NUMBER}, 33612345678 and 0033 6 12 34 56 78") == "to ***23, ***78 and ***78"


@given(st.text("0123456789", min_size=8, max_size=15), st.text(" to+:/=&x", max_size=5))
def test_no_run_of_digits_survives(digits: str, around: str) -> None:
    """Whatever stands around it, a phone-like run of digits is masked."""
    assert digits not in clean(f"{around}{digits}{around}")


def test_libraries_are_quiet() -> None:
    """A library's chatter below WARNING is not our log, ours below the level is not either."""
    stream = io.StringIO()
    configure("INFO", json=True, stream=stream)
    theirs.info("chatter")
    ours.debug("detail")
    ours.info("seen")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["seen"]


def test_configuring_twice_writes_once() -> None:
    """A second start in the process, as in tests, does not double the lines."""
    first, second = io.StringIO(), io.StringIO()
    configure("INFO", json=True, stream=first)
    configure("INFO", json=True, stream=second)
    ours.info("seen")
    assert (first.getvalue(), second.getvalue().count("seen")) == ("", 1)


CRASH = f"""
import threading
from gateway.logs import catch_crashes, configure
configure("INFO", json=True)
catch_crashes()
def fail():
    raise ValueError({BODY + NUMBER!r})
class Thing:
    def __del__(self):
        fail()
thing = Thing()
del thing
thread = threading.Thread(target=fail)
thread.start()
thread.join()
fail()
"""


@pytest.mark.slow
def test_a_crash_is_logged_without_words() -> None:
    """Errors that nobody caught reach the log redacted, not Python's own report."""
    run = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in run.stderr.splitlines()]
    assert run.returncode == 1
    assert [line["event"] for line in lines] == ["error.ignored", "process.crashed", "process.crashed"]
    assert all("ValueError" in line["exception"] for line in lines)
    assert not [word for word in CLEAR if word in run.stderr + run.stdout]
