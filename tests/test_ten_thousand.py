"""Ten thousand contacts text at once, over HTTP in both directions; each gets exactly one right answer."""

import asyncio
import dataclasses
import socket
from pathlib import Path

import pytest

from gateway.app import Gateway, open_gateway
from gateway.settings import Settings, load_settings
from gateway.simulator.faults import Faults
from gateway.web.server import serving

ROOT = Path(__file__).parent.parent
CONTACTS = 10_000
AT_ONCE = 64
SENDER = "51234"
ANSWERS = {
    "HELP": "Clinic: For help call",
    "AIDE": "Clinic: Aide au",
    "CONTACT": "Clinic (Clinic Inc.)",
    "INFO": "Clinic: Ask your question",
    "STOP": "Clinic: You are unsubscribed",
    "ARRET": "Clinic: Désabonnement confirmé",
}
WORDS = tuple(ANSWERS)


def fast_settings(folder: Path, url: str) -> Settings:
    """The demo, with a short code that is as fast as the machine."""
    text = (ROOT / "config.toml").read_text().replace('[senders."51234"]', '[senders."51234"]\nrate = 100000')
    (folder / "config.toml").write_text(text)
    settings = load_settings(folder / "config.toml", {})
    server = settings.server.model_copy(update={"public_url": url})
    return dataclasses.replace(settings, server=server)


def number_of(index: int) -> str:
    """A phone in Montréal."""
    return f"+1514{2_000_000 + index}"


async def text_all(gateway: Gateway) -> int:
    """Have every contact send its word; return how many texts were acknowledged."""
    assert gateway.carrier is not None
    carrier, turns = gateway.carrier.carrier, asyncio.Semaphore(AT_ONCE)

    async def text(index: int) -> bool:
        async with turns:
            word = WORDS[index % len(WORDS)]
            return (await carrier.text(number_of(index), SENDER, word)).acknowledged

    return sum(await asyncio.gather(*(text(index) for index in range(CONTACTS))))


@pytest.mark.timeout(400)
async def test_each_of_ten_thousand_contacts_gets_one_right_answer(tmp_path: Path) -> None:
    """No text is lost, none is answered twice, and nobody gets a neighbour's answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings = fast_settings(tmp_path, f"http://127.0.0.1:{listener.getsockname()[1]}")
        async with open_gateway(settings, faults=Faults()) as gateway, serving(gateway, sock=listener):
            assert await text_all(gateway) == CONTACTS
            assert gateway.carrier is not None
            carrier = gateway.carrier.carrier
            async with asyncio.timeout(300):
                while len(carrier.sent) < CONTACTS:
                    await gateway.clock.sleep(0.1)
            await carrier.settle()
            for index in range(CONTACTS):
                received = [r.text for r in carrier.phone(number_of(index))]
                assert len(received) == 1
                assert received[0].startswith(ANSWERS[WORDS[index % len(WORDS)]])
