"""`gateway check --online` asks a Twilio-shaped account, and says what it found."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.cli.program import program

CONFIG = """
[server]
public_url = "https://sms.example.org"
[providers.tw]
kind = "twilio"
account_sid = "AC00000000000000000000000000000001"
auth_token = "0123456789abcdef0123456789abcdef"
base_url = "{url}"
[senders."+15145550100"]
project = "clinic"
provider = "tw"
optout_handled_by = "provider"
[projects.clinic]
"""


async def _refuse(request: web.Request) -> web.Response:
    return web.json_response({"code": 20003, "message": "Authenticate", "status": 401}, status=401)


async def test_wrong_credentials_are_found_without_sending(tmp_path: Path) -> None:
    """The command names the refusal, exits 1, and never shows the token."""
    app = web.Application()
    app.router.add_get("/{tail:.*}", _refuse)
    async with TestServer(app) as server:
        (tmp_path / "config.toml").write_text(CONFIG.format(url=str(server.make_url("")).rstrip("/")))
        done = await asyncio.to_thread(program, "check", "--online", folder=tmp_path)
    assert done.returncode == 1
    assert "Twilio refuses the credentials" in done.stdout
    assert "0123456789abcdef" not in done.stdout + done.stderr
