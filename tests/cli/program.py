"""The command as a user runs it, in a folder of its own."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from gateway.cli import main

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30.0
"""Seconds for a program that does what it should; a busy machine needs some of them."""
PROGRAM = (sys.executable, "-m", "gateway")


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without anything that speaks to the gateway."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    return {**kept, **(more or {})}


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def gateway(*arguments: str, folder: Path, stdin: str = "", environ: Mapping[str, str] | None = None) -> Done:
    """Run `gateway …` to its end within this process, which costs no start; it must leave no trace."""
    out, err = _stream(""), _stream("")
    with (
        contextlib.chdir(folder),
        _environment(environment(environ)),
        _streams(["gateway", *arguments], _stream(stdin), out, err),
        _quiet_afterwards(),
    ):
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return Done(code, _written(out), _written(err))


def program(
    *arguments: str, folder: Path, stdin: str = "", environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `python -m gateway …` to its end, as a process of its own."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=folder,
        input=stdin,
        env=environment(environ),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def _stream(text: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(text.encode("utf-8")), encoding="utf-8", newline="")


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


@contextlib.contextmanager
def _environment(names: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(names)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _streams(arguments: list[str], *streams: io.TextIOWrapper) -> Iterator[None]:
    before = sys.argv, sys.stdin, sys.stdout, sys.stderr
    sys.argv = arguments
    sys.stdin, sys.stdout, sys.stderr = streams
    try:
        yield
    finally:
        sys.argv, sys.stdin, sys.stdout, sys.stderr = before


@contextlib.contextmanager
def _quiet_afterwards() -> Iterator[None]:
    """Take the command's log handlers away again: their stream ends with the command."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(level)


@dataclass(slots=True)
class Server:
    """A running `gateway run`."""

    process: subprocess.Popen[str]
    url: str
    log: list[str]

    def until_ready(self) -> None:
        """Return once the server calls itself ready, as whatever starts it would wait."""
        pause = threading.Event()
        for _ in range(round(PATIENCE / 0.1)):
            if self._is_ready():
                return
            pause.wait(0.1)
        raise AssertionError("the server is not ready:\n" + "".join(self.log))

    def _is_ready(self) -> bool:
        host, port = self.url.removeprefix("http://").rsplit(":", 1)
        connection = HTTPConnection(host, int(port), timeout=PATIENCE)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        finally:
            connection.close()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextlib.contextmanager
def running(
    *arguments: str,
    folder: Path,
    program: tuple[str, ...] = PROGRAM,
    environ: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Start `gateway run` and yield once it serves; whatever happens, nothing of it stays."""
    process = subprocess.Popen(
        [*program, "run", "--port", "0", *arguments],
        cwd=folder,
        env=environment(environ),
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    log: list[str] = []
    started: Queue[str] = Queue()
    reader = threading.Thread(target=_read, args=(process, log, started))
    reader.start()
    try:
        yield Server(process, _url(started, log), log)
    finally:
        process.kill()
        process.wait()
        reader.join()
        if process.stderr:
            process.stderr.close()


def _read(process: subprocess.Popen[str], log: list[str], started: Queue[str]) -> None:
    for line in process.stderr or ():
        log.append(line)
        with contextlib.suppress(ValueError):
            entry: dict[str, Any] = json.loads(line)
            if entry.get("event") == "gateway.started":
                started.put(entry["url"])
    started.put("")


def _url(started: Queue[str], log: list[str]) -> str:
    with contextlib.suppress(Empty):
        if url := started.get(timeout=PATIENCE):
            return url
    raise AssertionError("the server did not start:\n" + "".join(log))
