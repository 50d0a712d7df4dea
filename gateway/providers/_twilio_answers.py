"""What Twilio's REST API answers: to a send, and when it is asked for what was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from gateway.domain.message import Failure, Outbound
from gateway.domain.outcome import Accepted, Misconfigured, OptedOut, Outcome, Refused, RetryLater, Uncertain
from gateway.providers._twilio_codes import FAILURES, LATER, MISCONFIGURED, OPTED_OUT


def read_answer(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Return what an answer to a send means."""
    said = read_json(body)
    code, detail = str(said.get("code") or ""), str(said.get("message") or "")
    if 200 <= status < 300:
        return accepted(said)
    if status == 429 or code in LATER:
        after = whole(headers.get("Retry-After", "")) or LATER.get(code)
        reason = FAILURES.get(code, Failure.RATE_LIMITED)
        return RetryLater(reason, after, throttled=True, code=code, detail=detail)
    if status >= 500 or status == 408:
        return Uncertain(f"answered {status} {code}".rstrip())
    return _refusal(status, code, detail)


def _refusal(status: int, code: str, detail: str) -> Outcome:
    if code == OPTED_OUT:
        return OptedOut(code, detail)
    if code in MISCONFIGURED:
        return Misconfigured(FAILURES[code], code, detail)
    if code in FAILURES:
        return Refused(FAILURES[code], code, detail)
    if status in {401, 403}:
        return Misconfigured(Failure.AUTH, code, detail)
    if status in {400, 422}:
        return Refused(Failure.UNKNOWN, code, detail)
    return Misconfigured(Failure.CONFIG, code, f"answered {status}; are base_url and account_sid right?")


def accepted(said: Mapping[str, Any]) -> Outcome:
    """Return the name of a message that Twilio took; through a Messaging Service its segments read 0."""
    sid, segments = said.get("sid"), str(said.get("num_segments") or "")
    if not isinstance(sid, str) or not sid:
        return Uncertain("taken, as it seems, but the answer bears no sid")
    return Accepted(sid, whole(segments) or None)


def is_same(known: Mapping[str, Any], outbound: Outbound, since: datetime) -> bool:
    """Tell whether a message at Twilio is this one, made since that moment (to the second)."""
    wanted = (outbound.recipient, outbound.sender, outbound.body)
    if (known.get("to"), known.get("from"), known.get("body")) != wanted:
        return False
    try:
        made = parsedate_to_datetime(str(known.get("date_created")))
    except ValueError:
        return False
    return known.get("direction") != "inbound" and int(made.timestamp()) >= int(since.timestamp())


def records(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the records of one page of a list."""
    found = said.get(name)
    return [record for record in found if isinstance(record, dict)] if isinstance(found, list) else []


def read_json(body: bytes) -> dict[str, Any]:
    """Return the object that a body holds; an empty one where it holds none."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def whole(text: str) -> int | None:
    """Return the number that a text of digits says, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 13 else None
