"""Twilio's signature: HMAC over the public URL and, of a form, its fields in order.

Twilio, "Webhooks security". The official package agrees, as `tests/providers/test_twilio.py` proves.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlsplit

from gateway.providers.base import WebRequest


def is_signed(request: WebRequest, given: str, keys: Sequence[bytes], digest: str) -> bool:
    """Tell whether one of these keys made the signature."""
    signature, fields = given.encode(errors="replace"), _signed_fields(request)
    for url in _spellings(request.url):
        # A hostile request may hold what UTF-8 cannot.
        signed = (url + fields).encode(errors="replace")
        for key in keys:
            if hmac.compare_digest(base64.b64encode(hmac.digest(key, signed, digest)), signature):
                return True
    return False


def is_json(request: WebRequest) -> bool:
    """Tell whether the body is JSON: then the URL alone is signed, and names the body by its hash."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return request.method == "POST" and kind == "application/json"


def names_its_body(request: WebRequest) -> bool:
    """Tell whether the signed URL names this body; the official package lets an absent hash pass."""
    named = parse_qs(urlsplit(request.url).query).get("bodySHA256", [""])[0]
    found = hashlib.sha256(request.body).hexdigest()
    return hmac.compare_digest(found.encode(), named.encode(errors="replace"))


def fields_of(request: WebRequest) -> Mapping[str, str]:
    """Return the fields, which a GET has in its URL. Raises ValueError where they cannot be read."""
    if request.method == "GET":
        return dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True, errors="strict"))
    if not is_json(request):
        return dict(_form(request.body))
    said = json.loads(request.body)
    if not isinstance(said, dict):
        raise ValueError("not an object")
    return {name: str(value) for name, value in said.items() if isinstance(value, str | int)}


def _signed_fields(request: WebRequest) -> str:
    """Return names and values as they are signed: sorted, a field that comes twice alike once."""
    if request.method == "GET" or is_json(request):
        return ""
    try:
        pairs = _form(request.body)
    except UnicodeDecodeError:
        pairs = _form(request.body, "replace")
    return "".join([name + value for name, value in sorted(set(pairs))])


@lru_cache(maxsize=1)
def _form(body: bytes, errors: str = "strict") -> tuple[tuple[str, str], ...]:
    """Read a form; kept for a moment, since `verify` and `parse` both ask for the same one.

    Half the time of `parse_qsl`, which decodes names and values that need none.
    """
    pairs = []
    for field in body.decode("utf-8", errors).split("&"):
        name, _, value = field.partition("=")
        if "%" in field or "+" in field:
            name, value = unquote_plus(name, errors=errors), unquote_plus(value, errors=errors)
        if field:
            pairs.append((name, value))
    return tuple(pairs)


def _spellings(url: str) -> Iterator[str]:
    """Yield the URL as configured, then with or without its port: Twilio signs either."""
    yield url
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return
    if port is not None:
        yield parts._replace(netloc=parts.netloc.rpartition(":")[0]).geturl()
    else:
        usual = 443 if parts.scheme == "https" else 80
        yield parts._replace(netloc=f"{parts.netloc}:{usual}").geturl()
