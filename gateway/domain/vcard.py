"""The sender's legal contact as a vCard 3.0 (RFC 2426): a phone can save who writes from this number."""

from collections.abc import Sequence
from dataclasses import dataclass

import vobject


@dataclass(frozen=True, slots=True)
class LegalContact:
    """Who is behind a sender number, as the law wants it said. Empty values are left out."""

    brand: str
    """The name that contacts know; the card is filed under it."""
    name: str = ""
    """The legal name of the organisation, when it differs."""
    address: str = ""
    registration: str = ""
    phone: str = ""
    email: str = ""
    url: str = ""
    senders: Sequence[str] = ()
    """The numbers that texts come from."""


def write_vcard(contact: LegalContact) -> str:
    """Return the card with CRLF line ends, ready for a `.vcf` file (media type `text/vcard`)."""
    card = vobject.vCard()
    card.add("fn").value = _line(contact.brand)
    card.add("n").value = vobject.vcard.Name(family=_line(contact.brand))
    card.add("org").value = [_line(contact.name or contact.brand)]
    for sender in contact.senders:
        _add(card, "tel", sender, ["CELL", "MSG"])
    _add(card, "tel", contact.phone, ["WORK", "VOICE"])
    _add(card, "email", contact.email, ["INTERNET", "WORK"])
    if contact.address:
        address = card.add("adr")
        address.value = vobject.vcard.Address(street=_line(contact.address))
        address.type_param = ["WORK"]
    _add(card, "url", contact.url)
    _add(card, "note", contact.registration)
    return str(card.serialize())


def _add(card: vobject.base.Component, name: str, value: str, types: Sequence[str] = ()) -> None:
    if not value:
        return
    line = card.add(name)
    line.value = _line(value)
    if types:
        line.type_param = list(types)


def _line(value: str) -> str:
    """Keep a value on one line: a newline in it would start a property of its own."""
    return " ".join(value.split())
