"""The shipped flows, loaded as the gateway loads them, and one step of one of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.content import shipped_folder
from gateway.content.flows import load_flows
from gateway.domain.flow import Event, EventKind, Facts, Flow, Step, take_step

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
FLOWS = load_flows([shipped_folder("flows")])
ENGLISH = Facts("en")


def flow_named(name: str) -> type[Flow]:
    """Return a shipped flow."""
    flow = FLOWS.get(name)
    assert flow, f"no flow {name!r}: {FLOWS.problems}"
    return flow


def step(
    name: str,
    event: Event | EventKind = EventKind.KEYWORD,
    facts: Facts = ENGLISH,
    *,
    state: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> Step:
    """Take one step of a shipped flow; an event may be its kind alone."""
    happened = event if isinstance(event, Event) else Event(event)
    return take_step(flow_named(name), state, happened, facts, NOW, data)
