"""Every URL of the gateway, who answers it, and who may ask: the one page to review."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aiohttp.typedefs import Handler

from gateway.web import guidebook, health, hooks, public, signin, static_files
from gateway.web.console import handset, home, stream
from gateway.web.keys import Engine
from gateway.web.permission import May


@dataclass(frozen=True, slots=True)
class Route:
    """One URL and its permission."""

    method: str
    path: str
    handler: Handler
    may: May


def routes(engine: Engine) -> Iterator[Route]:
    """Yield what this gateway serves; simulated phones exist only with a simulated carrier."""
    yield from _HOOKS
    yield from _OPERATIONS
    yield from _SIGN_IN
    yield from _CONSOLE
    if engine.carrier is not None:
        yield from _HANDSET
    yield from _PUBLIC


_HOOKS = (
    Route("POST", "/hooks/{provider}/inbound", hooks.receive, May.PROVIDER),
    Route("GET", "/hooks/{provider}/inbound", hooks.receive, May.PROVIDER),
    Route("HEAD", "/hooks/{provider}/inbound", hooks.probe, May.PROVIDER),
    Route("POST", "/hooks/{provider}/receipt", hooks.receive, May.PROVIDER),
    Route("GET", "/hooks/{provider}/receipt", hooks.receive, May.PROVIDER),
    Route("HEAD", "/hooks/{provider}/receipt", hooks.probe, May.PROVIDER),
)
_OPERATIONS = (
    Route("GET", "/health/live", health.live, May.ANYONE),
    Route("GET", "/health/ready", health.ready, May.ANYONE),
    Route("GET", "/metrics", health.metrics, May.OPERATIONS),
)
_SIGN_IN = (
    Route("GET", "/signin", signin.show, May.ANYONE),
    Route("POST", "/signin", signin.enter, May.ANYONE),
    Route("POST", "/signout", signin.leave, May.CONSOLE),
)
_CONSOLE = (Route("GET", "/", home.show, May.CONSOLE),)
_HANDSET = (
    Route("GET", "/handset", handset.show, May.CONSOLE),
    Route("POST", "/handset/texts", handset.text, May.CONSOLE),
    Route("POST", "/handset/phones", handset.add, May.CONSOLE),
    Route("GET", "/handset/stream", stream.follow, May.CONSOLE),
)
_PUBLIC = (
    Route("GET", "/guide", guidebook.show, May.ANYONE),
    Route("GET", "/guide/{page}", guidebook.show, May.ANYONE),
    Route("GET", "/p/{project}", public.notice, May.ANYONE),
    Route("GET", "/p/{project}/contact.vcf", public.card, May.ANYONE),
    Route("GET", "/static/{name}", static_files.serve, May.ANYONE),
)
