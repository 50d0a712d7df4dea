"""The ledger added up: where each topic stands after all that contacts decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.domain.consent import EVERY_TOPIC, Basis, Consent, ConsentStatus, lifts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gateway.domain.consent import ConsentEvent


@dataclass(frozen=True, slots=True)
class _Topic:
    """A topic during the fold."""

    current: Consent | None = None
    before: _Topic | None = None
    """What an event about everything closed, and a START restores."""

    @property
    def own_stop(self) -> bool:
        return self.current is not None and self.current.own_stop


_UNKNOWN = _Topic()


def fold(events: Iterable[ConsentEvent]) -> dict[str, Consent]:
    """Return where each topic stands after all events; read it through `consent_for`.

    Events count by the moment of the decision, at one moment in the order given (of recording).
    """
    return {name: topic.current for name, topic in _topics(events).items() if topic.current is not None}


def restorable(events: Iterable[ConsentEvent]) -> bool:
    """Tell whether a START would restore anything."""
    return any(topic.before is not None for topic in _topics(events).values())


def consent_for(consents: Mapping[str, Consent], topic: str) -> Consent | None:
    """Return what governs a topic: its own line, else the one about everything."""
    return consents.get(topic) or consents.get(EVERY_TOPIC)


def _topics(events: Iterable[ConsentEvent]) -> dict[str, _Topic]:
    topics: dict[str, _Topic] = {}
    for event in sorted(events, key=lambda event: event.at):
        if event.topic == EVERY_TOPIC:
            for name in {EVERY_TOPIC, *topics}:
                topics[name] = _step_of_all(topics.get(name, _UNKNOWN), event, own=name == EVERY_TOPIC)
            continue
        # A topic starts from a STOP that covers everything, so that an import cannot slip past it.
        start = topics.get(event.topic) or _inherited(topics.get(EVERY_TOPIC, _UNKNOWN))
        after = _step(start, event)
        if after is not start:
            topics[event.topic] = after
    return topics


def _inherited(everything: _Topic) -> _Topic:
    return _Topic(everything.current) if everything.own_stop else _UNKNOWN


def _consent(event: ConsentEvent) -> Consent:
    return Consent(event.status, event.at, event.basis, event.source, event.expires_at)


def _step(topic: _Topic, event: ConsentEvent) -> _Topic:
    """Apply an event about one topic, or what everything was granted."""
    if event.status is ConsentStatus.UNSUBSCRIBED:
        return _Topic(_refused(topic, event))
    current = topic.current
    if event.basis is Basis.RESTORED or _keeps(topic, event):
        return topic
    if current is not None and current.status is ConsentStatus.SUBSCRIBED:
        return _Topic(_stronger(current, _consent(event)))
    return _Topic(_consent(event))


def _step_of_all(topic: _Topic, event: ConsentEvent, *, own: bool) -> _Topic:
    """Apply an event about everything to one topic: STOP closes it, START restores what that closed."""
    if event.status is ConsentStatus.UNSUBSCRIBED:
        return _closed(topic, event)
    if event.basis is Basis.RESTORED:
        return topic if topic.before is None or _keeps(topic, event) else topic.before
    if own:
        return _step(topic, event)
    return topic if _keeps(topic, event) else _opened(topic)


def _closed(topic: _Topic, event: ConsentEvent) -> _Topic:
    """Close a topic over what it was; a second STOP closes nothing more, staff never weaken a STOP."""
    if topic.before is None:
        return _Topic(_refused(topic, event), before=topic)
    if topic.own_stop and event.source.own:
        return _Topic(_consent(event), before=topic.before)
    if topic.own_stop:
        return topic
    return _Topic(_consent(event), before=topic if event.source.own else topic.before)


def _opened(topic: _Topic) -> _Topic:
    """Return what was there before anything closed everything."""
    while topic.before is not None:
        topic = topic.before
    return topic


def _refused(topic: _Topic, event: ConsentEvent) -> Consent:
    """Keep the contact's own STOP in force when staff or an import refuse on top of it."""
    if topic.current is not None and topic.current.own_stop and not event.source.own:
        return topic.current
    return _consent(event)


def _keeps(topic: _Topic, event: ConsentEvent) -> bool:
    """Tell whether the contact's own STOP outlives the event."""
    current = topic.current
    return current is not None and current.own_stop and not lifts(event, current.at)


def _stronger(held: Consent, given: Consent) -> Consent:
    """Keep the consent that reaches further: express for ever outlives an implied one that expires."""
    if (held.basis is Basis.TRANSACTIONAL) != (given.basis is Basis.TRANSACTIONAL):
        return given if held.basis is Basis.TRANSACTIONAL else held
    if held.expires_at is None:
        return held
    if given.expires_at is None or given.expires_at >= held.expires_at:
        return given
    return held
