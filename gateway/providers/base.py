"""The contract between the gateway and one telecom API."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol, runtime_checkable
from urllib.parse import parse_qsl

import aiohttp
from pydantic import BaseModel, ConfigDict

from gateway.domain.message import Inbound, Outbound, Receipt
from gateway.domain.outcome import Outcome
from gateway.errors import Problem, SettingsError


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do; the rest of the gateway asks here instead of by name."""

    look_up: bool = False
    """An unknown outcome can be asked for later."""
    names_inbound: bool = True
    """Each inbound carries an id, so that a repetition is recognised exactly."""
    hold: float = 8.0
    """Seconds that a webhook may wait for its answer before the provider gives up."""
    retries_inbound: bool = True
    """A webhook that we did not answer with 2xx comes again."""


@dataclass(frozen=True, slots=True)
class WebRequest:
    """A webhook as it came: nothing decoded, the public URL as the provider saw it."""

    method: str
    url: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""

    def form(self) -> list[tuple[str, str]]:
        """Return the urlencoded fields; raises UnicodeDecodeError on a wrong charset."""
        return parse_qsl(self.body.decode("utf-8"), keep_blank_values=True, errors="strict")


@dataclass(frozen=True, slots=True)
class WebResponse:
    """The answer that the provider expects."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unverified:
    """The request is not proven to come from the provider; answered without detail."""

    reason: str
    status: int = 403


@dataclass(frozen=True, slots=True)
class Malformed:
    """Proven, but not understood; nothing is stored as truth."""

    reason: str
    status: int = 400


Events = Sequence[Inbound | Receipt]


class ProviderSettings(BaseModel):
    """Keys that every `[providers.x]` table has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    timeout: float = 10.0
    """Seconds until a call to the provider counts as uncertain."""
    concurrency: int = 50
    """Calls open at once for each sender of this provider."""


class Provider(Protocol):
    """One configured account at a telecom API."""

    Settings: ClassVar[type[ProviderSettings]]
    capabilities: ClassVar[Capabilities]
    name: str

    def verify(self, request: WebRequest, now: datetime) -> Unverified | None: ...

    def parse(self, request: WebRequest, now: datetime) -> Events | Malformed: ...

    def answer(self, events: Events) -> WebResponse: ...

    async def send(self, outbound: Outbound) -> Outcome: ...

    async def look_up(self, outbound: Outbound, since: datetime) -> Outcome | None:
        """Return what became of a call made since that moment, or None when it is not known there."""
        ...


@runtime_checkable
class ChecksOnline(Protocol):
    """A provider that can tell, without sending, whether its account and numbers are in order."""

    async def check_online(self, numbers: Iterable[str]) -> list[str]:
        """Return findings in words; each begins with `good:`, `warning:` or `problem:`."""
        ...


class ProviderFactory(Protocol):
    """What a provider's file exports as `PROVIDER`."""

    Settings: ClassVar[type[ProviderSettings]]

    def __call__(
        self, name: str, settings: ProviderSettings, http: aiohttp.ClientSession, receipt_url: str
    ) -> Provider: ...


def load(kind: str, *, file: str = "config.toml", key: str = "providers") -> ProviderFactory:
    """Return the factory of `gateway/providers/<kind>.py`; SettingsError names an unknown kind."""
    if not kind.isidentifier() or kind == "base":
        raise SettingsError([Problem(file, key, f"there is no provider of kind {kind!r}")])
    try:
        module = importlib.import_module(f"gateway.providers.{kind}")
    except ModuleNotFoundError as error:
        if error.name != f"gateway.providers.{kind}":
            raise
        raise SettingsError([Problem(file, key, f"there is no provider of kind {kind!r}")]) from None
    factory: ProviderFactory = module.PROVIDER
    return factory
