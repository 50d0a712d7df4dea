"""The stage: a whole gateway that serves on a free port, with the simulated carrier before it."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import SecretStr

from gateway.app import Gateway, open_gateway
from gateway.clock import Clock, to_ms
from gateway.errors import GatewayError
from gateway.providers.simulator import Settings as SimulatorSettings
from gateway.settings import Settings
from gateway.settings.tables import Database, Security
from gateway.simulator.carrier import Carrier
from gateway.simulator.faults import Faults
from gateway.simulator.phones import Received
from gateway.store.database import open_database
from gateway.store.migrate import migrate
from gateway.web.server import serving

_PROVIDER = "simulator"
_SECRET = "the secret of a stage, where nothing is secret"  # noqa: S105
_PERFECT = Faults(retries=())
"""At once, and a webhook that is refused shows at once too."""

Place = Callable[[], AbstractAsyncContextManager[str]]
"""Gives the URL of an empty database, and takes it back."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A gateway at work, and the world around it."""

    gateway: Gateway
    carrier: Carrier
    address: str
    """Where it really serves."""
    public_url: str
    """Where the operator's configuration says that it serves."""

    def received(self, phone: str) -> list[Received]:
        """Return what came to a phone from the gateway; what the network itself says is left out.

        A text that names the public address reads as it would at the operator's.
        """
        ours = {sent.id for sent in self.carrier.sent}
        return [
            replace(text, text=text.text.replace(self.address, self.public_url))
            for text in self.carrier.phone(phone)
            if text.id in ours
        ]


@asynccontextmanager
async def staged(settings: Settings, database_url: str, clock: Clock) -> AsyncIterator[Stage]:
    """Run a gateway with the operator's content on a database of its own."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        address = f"http://127.0.0.1:{sock.getsockname()[1]}"
        own = _rehearsed(settings, database_url, address)
        async with open_gateway(own, clock=clock, faults=_PERFECT) as gateway, serving(gateway, sock=sock):
            if gateway.carrier is None:
                raise GatewayError("the simulated carrier did not start")
            yield Stage(gateway, gateway.carrier.carrier, address, settings.server.public_url)


def _rehearsed(settings: Settings, database_url: str, address: str) -> Settings:
    """Return the operator's settings with another database and address, and every number simulated."""
    return replace(
        settings,
        server=settings.server.model_copy(update={"public_url": address}),
        security=Security(secret=(SecretStr(_SECRET),)),
        database=Database(url=SecretStr(database_url), migrate=True),
        providers={_PROVIDER: SimulatorSettings()},
        senders={n: replace(sender, provider=_PROVIDER) for n, sender in settings.senders.items()},
    )


@asynccontextmanager
async def own_files(clock: Clock) -> AsyncIterator[Place]:
    """Give places for SQLite databases in a folder that is removed in the end; the schema is made once."""
    with tempfile.TemporaryDirectory(prefix="gateway-stage-") as folder:
        template = Path(folder) / "template.db"
        database = await open_database(f"sqlite:///{template}", root=Path(folder))
        try:
            await migrate(database, now_ms=to_ms(clock.now()))
        finally:
            await database.close()

        @asynccontextmanager
        async def place() -> AsyncIterator[str]:
            with tempfile.TemporaryDirectory(dir=folder) as own:
                shutil.copyfile(template, Path(own) / "stage.db")
                yield f"sqlite:///{own}/stage.db"

        yield place
