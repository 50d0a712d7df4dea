"""Our requests against Twilio's own OpenAPI file, in a mock server that refuses what the file does not allow.

Run by `make conformance`. GATEWAY_SPECS names the folder that holds twilio/twilio_api_v2010.json; prism is
taken from PATH, from GATEWAY_TEST_PRISM, or installed by npm into a folder of the test's own.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest

from gateway.clock import SteppedClock, SystemClock
from gateway.domain.outcome import Accepted, Refused, Uncertain
from gateway.providers.twilio import PROVIDER, Settings, TwilioProvider
from tests.providers.contract import NAME, NOW, OURS, OUTBOUND

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [pytest.mark.conformance, pytest.mark.timeout(300)]

ACCOUNT = "AC0123456789abcdef0123456789abcdef"
SERVICE = "MG0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="session")
def spec() -> Path:
    """Give Twilio's file."""
    folder = os.environ.get("GATEWAY_SPECS", "")
    found = Path(folder) / "twilio/twilio_api_v2010.json"
    if not folder or not found.is_file():
        pytest.fail(f"GATEWAY_SPECS should name a folder that holds {found.name} in twilio/", pytrace=False)
    return found


@pytest.fixture(scope="session")
def prism(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the mock server's program."""
    if found := os.environ.get("GATEWAY_TEST_PRISM") or shutil.which("prism"):
        return found
    folder = tmp_path_factory.mktemp("prism")
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)]
    subprocess.run([*command, "@stoplight/prism-cli"], check=True, timeout=240, capture_output=True)
    return str(folder / "node_modules/.bin/prism")


@pytest.fixture
async def mock(prism: str, spec: Path) -> AsyncIterator[str]:
    """Give the address of a mock server that speaks Twilio's file."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [prism, "mock", "-h", "127.0.0.1", "-p", str(port), str(spec)]
    quiet = asyncio.subprocess.DEVNULL
    running = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
    try:
        await _listening(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        with suppress(ProcessLookupError):
            running.terminate()
        await running.wait()


async def _listening(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await SystemClock().sleep(0.1)
                continue
            writer.close()
            await writer.wait_closed()
            return


def provider(
    http: aiohttp.ClientSession, base_url: str, account: str = ACCOUNT, **more: str
) -> TwilioProvider:
    """Return the provider, calling the mock server."""
    given = {"account_sid": account, "auth_token": "t", "base_url": base_url, **more}
    settings = Settings.model_validate(given)
    return PROVIDER(NAME, settings, http, "https://gw.example/hooks/tw/receipt", SteppedClock(NOW))


async def test_our_requests_are_as_the_file_says(mock: str) -> None:
    """Sends of every shape are taken; lists and resources are answered, so nothing of a question is wrong."""
    async with aiohttp.ClientSession() as http:
        expiring = replace(OUTBOUND, expires_at=NOW + timedelta(minutes=5))
        for message, more in (
            (OUTBOUND, {}),
            (expiring, {}),
            (expiring, {"messaging_service_sid": SERVICE}),
            (OUTBOUND, {"api_key_sid": "SK0123456789abcdef0123456789abcdef", "api_key_secret": "s"}),
        ):
            assert isinstance(await provider(http, mock, **more).send(message), Accepted)
        assert not isinstance(await provider(http, mock).look_up(OUTBOUND, NOW), Uncertain)
        found = await provider(http, mock).check_online([OURS, "51234"])
        assert "good: the credentials open the account" in found
        assert not [finding for finding in found if "answered" in finding]


async def test_the_mock_server_does_refuse(mock: str) -> None:
    """What the file forbids is refused, so that the test above proves something."""
    async with aiohttp.ClientSession() as http:
        wrong = await provider(http, mock, account="AC1").send(OUTBOUND)
        assert isinstance(wrong, Refused)
        url = f"{mock}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        async with http.post(url, data={"From": OURS, "Body": "x"}) as response:
            assert response.status in {401, 422}
