"""A server under load, in a process of its own: `python -m tests.benchmarks.server bare|sqlite|postgres`.

It prints one JSON line with its address and, for the gateway, what its webhooks are signed with.
"""

import asyncio
import contextlib
import dataclasses
import json
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import uvloop

from gateway.app import open_gateway, simulated
from gateway.logs import configure
from gateway.settings import Settings, load_settings
from gateway.simulator.faults import Faults
from gateway.web.server import serving
from tests.benchmarks.bare import bare_server
from tests.postgres import create_database, running_server

ROOT = Path(__file__).parent.parent.parent


def _settings(folder: Path, url: str, database: str | None) -> Settings:
    text = (ROOT / "config.toml").read_text().replace('[senders."51234"]', '[senders."51234"]\nrate = 100000')
    (folder / "config.toml").write_text(text)
    environ = {}
    if database:
        environ = {
            "GATEWAY_DATABASE__URL": database,
            "GATEWAY_DATABASE__MIGRATE": "true",
            "GATEWAY_SECURITY__SECRET": "a secret of the benchmark",
        }
    settings = load_settings(folder / "config.toml", environ)
    server = settings.server.model_copy(update={"public_url": url})
    return dataclasses.replace(settings, server=server)


@contextlib.asynccontextmanager
async def _gateway(database: str | None) -> AsyncIterator[dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = _settings(Path(folder), url, database)
        found = simulated(settings)
        assert found is not None
        secret = found[1].secrets[0].get_secret_value()
        async with open_gateway(settings, faults=Faults()) as gateway, serving(gateway, sock=listener):
            yield {"url": f"{url}/hooks/demo/inbound", "secret": secret}


@contextlib.asynccontextmanager
async def _chosen(kind: str) -> AsyncIterator[dict[str, str]]:
    if kind == "bare":
        async with bare_server() as url:
            yield {"url": url, "secret": ""}
    elif kind == "sqlite":
        async with _gateway(None) as place:
            yield place
    else:
        with running_server() as admin:
            async with _gateway(await create_database(admin, "bench")) as place:
                yield place


async def _serve(kind: str) -> None:
    async with _chosen(kind) as place:
        print(json.dumps(place), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    configure("ERROR", stream=sys.stderr)
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setaffinity(0, {0})
    uvloop.run(_serve(sys.argv[1]))
