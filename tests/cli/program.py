"""The command as a user runs it: a process of its own, in a folder of its own."""

from __future__ import annotations

import contextlib
import json
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

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30.0
"""Seconds for a program that does what it should; a busy machine needs some of them."""
PROGRAM = (sys.executable, "-m", "gateway")


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without anything that speaks to the gateway."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    return {**kept, **(more or {})}


def gateway(
    *arguments: str, folder: Path, stdin: str = "", environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `gateway …` to its end."""
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


@dataclass(slots=True)
class Server:
    """A running `gateway run`."""

    process: subprocess.Popen[str]
    url: str
    log: list[str]

    def is_ready(self) -> bool:
        """Tell whether the server calls itself ready."""
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
