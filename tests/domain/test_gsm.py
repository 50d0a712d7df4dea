"""The GSM 7-bit alphabet: every code both ways, and what a receiver makes of odd escapes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import gsm

GSM_TEXTS = st.text(st.sampled_from(sorted(gsm.ALPHABET)))


def test_alphabet_size() -> None:
    """The alphabet is 127 basic characters and 10 extension characters, with no overlap."""
    assert len(gsm.BASIC) == 127
    assert len(gsm.EXTENSION) == 10
    assert len(gsm.ALPHABET) == 137


@pytest.mark.parametrize(
    ("text", "septets"),
    [
        ("@", "00"),
        ("£$¥èéùìòÇ", "01 02 03 04 05 06 07 08 09"),
        ("\n\r", "0a 0d"),
        ("Δ_ΦΓΛΩΠΨΣΘΞ", "10 11 12 13 14 15 16 17 18 19 1a"),
        ("ÆæßÉ ", "1c 1d 1e 1f 20"),
        ("¤", "24"),
        ("¡A", "40 41"),
        ("ÄÖÑÜ§¿a", "5b 5c 5d 5e 5f 60 61"),
        ("äöñüà", "7b 7c 7d 7e 7f"),
        ("\f^{}\\[~]|€", "1b0a 1b14 1b28 1b29 1b2f 1b3c 1b3d 1b3e 1b40 1b65"),
    ],
)
def test_known_codes(text: str, septets: str) -> None:
    """Characters have the codes printed in TS 23.038, both ways."""
    wire = bytes.fromhex(septets)
    assert gsm.encode(text) == wire
    assert gsm.decode(wire) == text


@pytest.mark.parametrize(
    "character", ["`", "\t", "\x1b", "\x00", "°", "ê", "ç", "’", "\u00a0", "µ", "\u2126", "😀"]
)
def test_foreign_characters_are_refused(character: str) -> None:
    """A character outside the alphabet is refused at its place and never replaced in silence."""
    with pytest.raises(UnicodeEncodeError) as refused:
        gsm.encode(f"ab{character}")
    assert refused.value.start == 2


@given(GSM_TEXTS)
def test_round_trip(text: str) -> None:
    """Whatever the alphabet can write comes back unchanged, in septets that fit seven bits."""
    septets = gsm.encode(text)
    assert max(septets, default=0) < 0x80
    assert gsm.decode(septets) == text


@given(st.binary().map(lambda data: bytes(byte & 0x7F for byte in data)))
def test_any_septets_decode(septets: bytes) -> None:
    """Every sequence of septets decodes to text that the alphabet can write."""
    assert set(gsm.decode(septets)) <= gsm.ALPHABET


@pytest.mark.parametrize(
    ("septets", "text"),
    [
        ("1b 41", "A"),
        ("1b 04 65", "èe"),
        ("1b 1b 65", " e"),
        ("41 1b", "A "),
        ("1b 20", " "),
        ("1b 0d 0a", "\r\n"),
    ],
)
def test_unknown_escapes(septets: str, text: str) -> None:
    """An unknown escape shows the basic character; an escape of nothing, or of an escape, shows a space."""
    assert gsm.decode(bytes.fromhex(septets)) == text


def test_eight_bit_data_is_refused() -> None:
    """A byte above 0x7F is no septet."""
    with pytest.raises(UnicodeDecodeError):
        gsm.decode(b"\x80")
