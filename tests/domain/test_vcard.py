"""The vCard of a sender: what a phone reads is who writes."""

import vobject

from gateway.domain.vcard import LegalContact, write_vcard

CLINIC = LegalContact(
    brand="Clinique Étoile",
    name="Clinique Étoile, soins; inc.",
    address="100 rue Sherbrooke, Montréal QC H2X 1A1",
    registration="NEQ 1140000000",
    phone="1-800-555-0199",
    email="hello@clinic.example",
    url="https://clinic.example/p/clinic",
    senders=("+15145550100", "+18335550100"),
)


def test_another_program_reads_the_same_contact() -> None:
    """Name, organisation, address, numbers, e-mail and page survive, commas and accents included."""
    card = vobject.readOne(write_vcard(CLINIC))
    assert card.version.value == "3.0"
    assert card.fn.value == CLINIC.brand
    assert card.org.value == [CLINIC.name]
    assert card.adr.value.street == CLINIC.address
    assert [tel.value for tel in card.tel_list] == ["+15145550100", "+18335550100", "1-800-555-0199"]
    assert (card.email.value, card.url.value) == (CLINIC.email, CLINIC.url)
    assert card.note.value == CLINIC.registration


def test_the_numbers_that_write_are_marked_for_texts() -> None:
    """A phone files the sender numbers as mobile numbers and the office as a voice line."""
    card = vobject.readOne(write_vcard(CLINIC))
    assert [tel.type_param for tel in card.tel_list] == ["CELL", "CELL", "WORK"]
    assert [tel.params["TYPE"][1] for tel in card.tel_list] == ["MSG", "MSG", "VOICE"]


def test_what_is_not_known_is_left_out() -> None:
    """A brand alone is a valid card, without empty lines."""
    lines = write_vcard(LegalContact("Clinic")).split("\r\n")
    assert lines == ["BEGIN:VCARD", "VERSION:3.0", "FN:Clinic", "N:Clinic;;;;", "ORG:Clinic", "END:VCARD", ""]


def test_a_newline_cannot_add_a_property() -> None:
    """A value with a line break stays one value: nobody slips a second number in."""
    card = vobject.readOne(write_vcard(LegalContact("Clinic", phone="1-800-555-0199\r\nTEL:+19005550100")))
    assert [tel.value for tel in card.tel_list] == ["1-800-555-0199 TEL:+19005550100"]
