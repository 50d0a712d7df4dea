"""What a handler may ask of the gateway, and the keys under which the application keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import aiohttp
from aiohttp import web

from gateway.clock import Clock
from gateway.metrics import Metrics
from gateway.providers.base import Provider
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.writer import Writer
from gateway.supervisor import Supervisor
from gateway.traffic.directory import Directory
from gateway.traffic.feed import Feed
from gateway.traffic.intake import Intake
from gateway.traffic.lanes import Lanes
from gateway.traffic.receipts import Receipts


class SimulatedNetwork(Protocol):
    """The carrier of this process."""

    @property
    def base_url(self) -> str:
        """Where it listens."""


class Engine(Protocol):
    """The parts of a running gateway that doors use; `gateway.app.Gateway` has them all."""

    @property
    def settings(self) -> Settings: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def metrics(self) -> Metrics: ...

    @property
    def supervisor(self) -> Supervisor: ...

    @property
    def database(self) -> Database: ...

    @property
    def writer(self) -> Writer: ...

    @property
    def directory(self) -> Directory: ...

    @property
    def feed(self) -> Feed: ...

    @property
    def intake(self) -> Intake: ...

    @property
    def receipts(self) -> Receipts: ...

    @property
    def providers(self) -> Mapping[str, Provider]: ...

    @property
    def carrier(self) -> SimulatedNetwork | None: ...

    @property
    def lanes(self) -> Lanes | None: ...


ENGINE: web.AppKey[Engine] = web.AppKey("engine")
HTTP = web.AppKey("http", aiohttp.ClientSession)
"""A client without cookies, for calls to the simulated carrier."""
