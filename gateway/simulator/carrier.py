"""The simulated carrier: takes the gateway's texts, brings those of the phones, reports."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from aiohttp import web

from gateway.clock import Clock, to_ms
from gateway.domain.segments import measure, split
from gateway.ids import new_id
from gateway.simulator.doors import Doors
from gateway.simulator.faults import NOT_ARRIVING, NOT_TAKEN, REFUSALS, Fate, Faults, Refusal, Report, reports
from gateway.simulator.messages import Line, NotConnected, Order, Sent
from gateway.simulator.phones import NetworkOptOut, Phones, Received, Texted
from gateway.simulator.webhooks import Delivery, Webhooks
from gateway.simulator.workload import Spawn, Workload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_THROTTLE = 2
"""Calls of a throttled message that are answered 429."""
_LONGEST = 1600
"""Characters in one outbound text."""

Form = dict[str, str | int]


class Carrier:
    """Made and used inside a running loop; `start` before use, `stop` at the end.

    `sent` holds what was taken, in order; `faults` may be replaced at any time.
    """

    def __init__(
        self, clock: Clock, *, seed: int = 0, secret: str, token: str, faults: Faults | None = None
    ) -> None:
        self.token = token
        self.faults = faults or Faults()
        self.sent: list[Sent] = []
        self.work = Workload(clock)
        self._clock = clock
        self._rng = random.Random(seed)  # noqa: S311 -- repeatable on purpose
        self._lines: dict[str, Line] = {}
        self._phones = Phones()
        self._network = NetworkOptOut()
        self._throttled: Counter[str] = Counter()
        self._by_reference: defaultdict[str, list[Sent]] = defaultdict(list)
        self._webhooks = Webhooks(clock, secret, self.work)
        self._runner = web.AppRunner(Doors(self).application(), access_log=None, shutdown_timeout=1.0)

    async def start(self, spawn: Spawn, host: str = "127.0.0.1", port: int = 0) -> str:
        """Open the door and return its address; background work lives in one task of `spawn`."""
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        await self.work.start(spawn)
        return f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """End all work at once, calls that hang included, and close the door."""
        await self.work.stop()
        await self._runner.cleanup()
        await self._webhooks.close()

    async def settle(self) -> None:
        """Return when nothing is under way but what waits on the clock."""
        await self.work.settle()

    def connect(self, number: str, inbound_url: str, *, network_optout: bool = False) -> None:
        """Give a number of the gateway its webhook; a toll-free one has the network's own STOP."""
        self._lines[number] = Line(inbound_url, network_optout)

    def phone(self, number: str) -> list[Received]:
        """Return what lies on that phone, in order of arrival."""
        return list(self._phones[number].received) if number in self._phones else []

    def texted(self, number: str) -> list[Texted]:
        """Return what that phone wrote, in order."""
        return list(self._phones[number].texted) if number in self._phones else []

    def known(self, reference: str) -> list[Sent]:
        """Return the messages taken under that reference."""
        return list(self._by_reference.get(reference, ()))

    async def text(
        self,
        from_: str,
        to: str,
        body: str,
        id: str | None = None,
    ) -> Delivery:
        """Let a phone text one of our numbers; return when the gateway acknowledged or the carrier gave up.

        Raises NotConnected.
        """
        if (line := self._lines.get(to)) is None:
            raise NotConnected(to)
        text = Texted(id or f"in-{new_id()}", to, body, self._clock.now())
        self._phones[from_].texted.append(text)
        return await self.work.run(self._bring(line, from_, text))

    async def submit(self, order: Order) -> Sent | Refusal:
        """Take a message or refuse it, in the time that an answer needs."""
        fate = self.faults.fate(order.to, self._rng)
        wait = self._answer_time(fate)
        if refusal := self._refusal(order, fate):
            await self.work.pause(wait)
            return refusal
        sent = self._take(order)
        if fate is Fate.EARLY:
            await self._journey(sent, fate)
        elif fate is Fate.HANG:
            self.work.task(self._journey(sent, fate))
        await self.work.pause(wait)
        if fate not in {Fate.EARLY, Fate.HANG}:
            # It begins when the loop next turns; by then the answer is on the wire.
            self.work.task(self._journey(sent, fate))
        return REFUSALS.get(fate) or sent

    def _refusal(self, order: Order, fate: Fate) -> Refusal | None:
        if fate is Fate.THROTTLED and self._throttled[order.reference] < _THROTTLE:
            self._throttled[order.reference] += 1
            return Refusal(429, "throttled", "too many requests")
        if order.sender not in self._lines:
            return Refusal(400, "sender_unknown", "from is not a number of this account")
        if self._network.blocks(order.to, order.sender):
            return REFUSALS[Fate.OPTED_OUT]
        if len(order.text) > _LONGEST:
            return Refusal(400, "too_long", f"text is longer than {_LONGEST} characters")
        return REFUSALS[fate] if fate in NOT_TAKEN else None

    def _answer_time(self, fate: Fate) -> float:
        if fate in {Fate.HANG, Fate.SWALLOWED}:
            return self.faults.hang
        return self.faults.answer.draw(self._rng) + (self.faults.slow if fate is Fate.SLOW else 0.0)

    def _take(self, order: Order) -> Sent:
        sent = Sent(f"out-{new_id()}", order, measure(order.text).segments, self._clock.now())
        self.sent.append(sent)
        if order.reference:
            self._by_reference[order.reference].append(sent)
        return sent

    async def _journey(self, sent: Sent, fate: Fate) -> None:
        """Bring a message to its phone and report on it."""
        order = sent.order
        await self.work.pause(self._transit_time(order.to, fate))
        if fate not in NOT_ARRIVING:
            self._arrive(order.to, sent.id, order.sender, order.text)
        copies = 2 if fate is Fate.DOUBLED else 1
        for report in reports(fate) if order.receipt_url else ():
            await self.work.pause(self.faults.receipt.draw(self._rng))
            for form in self._receipt_forms(sent, report):
                await self._webhooks.deliver(order.receipt_url, form, self.faults, copies=copies)

    def _transit_time(self, number: str, fate: Fate) -> float:
        """Return the seconds until a text may lie on that phone, not before the one ahead of it."""
        now, phone = self._clock.monotonic(), self._phones[number]
        slow = self.faults.slow if fate is Fate.SLOW else 0.0
        phone.next_arrival = max(phone.next_arrival, now + slow + self.faults.transit.draw(self._rng))
        return phone.next_arrival - now

    def _arrive(self, number: str, id_: str, sender: str, text: str) -> None:
        parts = measure(text).segments
        self._phones[number].received.append(Received(id_, sender, text, parts, self._clock.now()))

    def _receipt_forms(self, sent: Sent, report: Report) -> Iterator[Form]:
        parts = sent.segments if self.faults.receipt_per_part else 1
        for part in range(1, parts + 1):
            yield {
                "id": sent.id,
                "reference": sent.order.reference,
                "status": report.status,
                "code": report.code,
                "at": to_ms(self._clock.now()),
                "part": part,
                "parts": parts,
            }

    async def _bring(self, line: Line, phone: str, text: Texted) -> Delivery:
        """Hand one text of a phone to the gateway, whole or in parts."""
        if line.network_optout and (words := self._network.hear(phone, text.to, text.text)):
            self._arrive(phone, f"net-{new_id()}", text.to, words)
        url, faults, parts = line.inbound_url, self.faults, []
        for form in self._inbound_forms(phone, text):
            copies = 2 if self._rng.random() < faults.inbound_doubled else 1
            parts.append(await self._webhooks.deliver(url, form, faults, copies=copies))
        # The worst part speaks for the whole text.
        worst = next((part for part in parts if not part.acknowledged), parts[-1])
        return Delivery(text.id, worst.status, sum(part.attempts for part in parts))

    def _inbound_forms(self, phone: str, text: Texted) -> Sequence[Form]:
        whole: Form = {
            "id": text.id,
            "from": phone,
            "to": text.to,
            "text": text.text,
            "received_at": to_ms(text.at),
        }
        pieces = split(text.text) if self.faults.inbound_split else ()
        if len(pieces) < 2:
            return [whole]
        # One octet, as in the header of a real part: two texts may bear the same.
        reference = self._rng.randrange(256)
        forms: list[Form] = [
            {
                **whole,
                "id": f"{text.id}.{number}",
                "text": piece,
                "concat_ref": reference,
                "concat_part": number,
                "concat_total": len(pieces),
            }
            for number, piece in enumerate(pieces, 1)
        ]
        if self.faults.inbound_shuffled:
            self._rng.shuffle(forms)
        return forms
