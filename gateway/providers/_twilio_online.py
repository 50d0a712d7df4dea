"""What a Twilio account says of itself: is it in order, and do its numbers point at us?

Findings are sentences for the operator; each begins with `good:`, `warning:` or `problem:`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

ADVICE = "#rc=3&rp=all"
"""Three more tries after any failure; without it Twilio only tries once more when it cannot connect."""


def account_findings(status: int, said: Mapping[str, Any]) -> Iterator[str]:
    """Say whether the credentials open the account, and in what state it is."""
    if status == 0:
        yield f"problem: Twilio cannot be reached ({said.get('message')})"
    elif status in {401, 403}:
        yield "problem: Twilio refuses the credentials; compare account_sid and auth_token with the console"
    elif status != 200:
        yield f"problem: Twilio answered {status} for the account; are account_sid and base_url right?"
    elif said.get("status") != "active":
        yield f"problem: the account is {said.get('status')}"
    else:
        yield "good: the credentials open the account"
        if said.get("type") == "Trial":
            yield "warning: a trial account texts only numbers verified in its console"


def number_findings(
    number: str, status: int, owned: Sequence[Mapping[str, Any]], inbound_url: str, *, service: bool
) -> Iterator[str]:
    """Say whether a number is on the account, can text, and hands its texts to us, with retries."""
    if status != 200:
        yield f"problem: Twilio answered {status} when asked for {number}"
        return
    mine = next((n for n in owned if number in (n.get("phone_number"), n.get("short_code"))), None)
    if mine is None:
        yield f"problem: {number} is not a number of this account"
        return
    abilities = mine.get("capabilities")
    if isinstance(abilities, dict) and not (abilities.get("sms") or abilities.get("SMS")):
        yield f"problem: {number} cannot send texts"
    if mine.get("sms_application_sid"):
        yield f"warning: a TwiML application decides where texts to {number} go, not the number's webhook"
        return
    if service:
        yield (
            f"warning: a Messaging Service may decide where texts to {number} go; its page Integration "
            'should say "Defer to sender\'s webhook", or the address below'
        )
    yield from _webhook_findings(number, str(mine.get("sms_url") or ""), inbound_url)


def _webhook_findings(number: str, url: str, inbound_url: str) -> Iterator[str]:
    address, _, overrides = url.partition("#")
    wanted = f"{inbound_url}{ADVICE}"
    if not address:
        yield f"problem: {number} has no webhook for texts; enter {wanted}"
        return
    if address != inbound_url:
        yield f"problem: texts to {number} go to {_without_secrets(address)}; enter {wanted}"
        return
    asked = parse_qs(overrides)
    if asked.get("rc", ["0"])[0] in {"", "0"}:
        yield f"warning: Twilio does not repeat a text to {number} that we could not take; enter {wanted}"
    elif not {"all", "5xx"} & set(",".join(asked.get("rp", [])).split(",")):
        yield f"warning: Twilio repeats a text to {number} only when it cannot connect; enter {wanted}"
    else:
        yield f"good: texts to {number} come here, and are repeated until we take them"


def _without_secrets(address: str) -> str:
    """An address of somebody else's may hold a password or a token."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
