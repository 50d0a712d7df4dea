"""`make bench`: what the gateway carries, as ratios against the bare limit of this machine.

Each case is measured in short slices, in shuffled order with the others, and its median is told:
a busy machine changes speed within seconds, and a ratio of one run means little.
"""

import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import uvloop

from gateway.simulator.webhooks import sign
from tests.benchmarks.load import Answers, closed_loop, post

ROUNDS = int(os.environ.get("GATEWAY_BENCH_ROUNDS", "5"))
SLICE = int(os.environ.get("GATEWAY_BENCH_SLICE", "2000"))
CONNECTIONS = 64
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Server:
    """A server in its own process, pinned to a core of its own."""

    kind: str
    url: str
    secret: str


@contextlib.contextmanager
def started(kind: str) -> Iterator[Server]:
    """Run one server until the block ends."""
    command = [sys.executable, "-m", "tests.benchmarks.server", kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            place = json.loads(process.stdout.readline())
            yield Server(kind, place["url"], place["secret"])
        finally:
            process.stdin.close()
            process.wait(30)


def inbounds(server: Server, count: int) -> list[bytes]:
    """Return signed webhooks of so many new contacts, each with a text of its own kind."""
    moment, made = int(time.time()), []
    for _ in range(count):
        phone = f"+1514{random.randrange(2_000_000, 9_999_999)}"  # noqa: S311 - any phone
        fields = {
            "id": uuid.uuid4().hex,
            "from": phone,
            "to": "51234",
            "text": random.choice(("HELP", "CONTACT", "INFO are you open?")),  # noqa: S311 - any word
            "time": str(moment * 1000),
        }
        body = urlencode(fields).encode()
        headers = FORM
        if server.secret:
            headers = {**FORM, "X-Carrier-Signature": sign(server.secret, server.url, body, moment)}
        made.append(post(server.url, body, headers))
    return made


async def measure(server: Server) -> Answers:
    """Measure one slice."""
    answers = await closed_loop(server.url, inbounds(server, SLICE), CONNECTIONS)
    refused = {status: n for status, n in answers.statuses.items() if status != 200}
    if refused:
        raise SystemExit(f"{server.kind}: {refused} were not acknowledged")
    return answers


async def main() -> None:
    """Measure and print the table."""
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(started(kind)) for kind in ("bare", "sqlite", "postgres")]
        found: dict[str, list[Answers]] = {server.kind: [] for server in servers}
        for server in servers:
            await measure(server)
        for _ in range(ROUNDS):
            for server in random.sample(servers, len(servers)):
                found[server.kind].append(await measure(server))
    bare = statistics.median(a.rate for a in found["bare"])
    print(
        f"durable inbound, {CONNECTIONS} connections, {ROUNDS} rounds; the same process hands the answers on,"
    )
    print("plays the carrier that takes them, and takes its receipts")
    print(f"{'case':<10} {'per second':>12} {'of bare':>9} {'p50 ms':>9} {'p99 ms':>9}")
    for kind, rounds in found.items():
        rate = statistics.median(a.rate for a in rounds)
        p50 = statistics.median(a.quantile(0.5) for a in rounds)
        p99 = statistics.median(a.quantile(0.99) for a in rounds)
        print(f"{kind:<10} {rate:>12,.0f} {rate / bare:>9.0%} {p50:>9.1f} {p99:>9.1f}")


if __name__ == "__main__":
    uvloop.run(main())
