"""What the gate must know of an address, taken from its rows."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.clock import from_ms
from gateway.domain.gate import Standing
from gateway.domain.ledger import fold
from gateway.domain.message import Number
from gateway.domain.phone import country_of
from gateway.domain.regions import own_region
from gateway.domain.zones import candidate_zones
from gateway.store.correspondents import Correspondent
from gateway.traffic.directory import Project

DAY = timedelta(hours=24)


def standing_of(person: Correspondent, project: Project) -> Standing:
    """Return the address as the gate sees it."""
    contact = person.contact
    number = Number(person.address.number)
    zones = candidate_zones(
        number,
        explicit=contact.timezone if contact else None,
        region=contact.region if contact else None,
        postal_code=contact.postal_code if contact else None,
        countries=project.table.countries,
        default=project.table.timezone,
    )
    country = country_of(number) or project.table.country
    return Standing(
        number=number,
        suppression=person.suppression,
        consents=fold(person.consents),
        zones=zones.names,
        region=own_region(contact.region, contact.postal_code, country) if contact else None,
        marketing_held=person.address.marketing_held_at is not None,
        marketing_today=person.marketing_today,
        marketing_week=person.marketing_week,
        day_frees_at=_after(person.marketing_today_from, DAY),
        week_frees_at=_after(person.marketing_week_from, 7 * DAY),
    )


def _after(moment: int | None, window: timedelta) -> datetime | None:
    return None if moment is None else from_ms(moment) + window
