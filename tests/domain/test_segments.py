"""Segment counting: known answers, the rules of a greedy fill, and agreement with a naive count."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.segments import Encoding, Segmentation, measure, split

Bits = Literal[8, 16]

# Written out a second time on purpose: the table of the product must not check itself.
NAIVE_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
NAIVE_EXTENSION = "\f^{}\\[~]|€"
JOINED = {(True, 8): 153, (True, 16): 152, (False, 8): 67, (False, 16): 66}
"""Units per part, by whether the text is GSM-7 and by the width of the reference."""

BITS = st.sampled_from([8, 16])
TEXTS = st.one_of(
    st.text(st.sampled_from("abé€[]\n"), max_size=700),
    st.text(st.sampled_from("aê€😀\ud83d\ude00"), max_size=400),
    st.text(st.characters(), max_size=300),
    # Long runs meet the limits with every offset.
    st.builds(
        lambda head, unit, count, tail: head + unit * count + tail,
        st.text(st.sampled_from("a€ê😀"), max_size=5),
        st.sampled_from(["a", "€", "ê", "😀", "a€", "a😀"]),
        st.integers(0, 330),
        st.text(st.sampled_from("a€ê😀"), max_size=5),
    ),
)


def naive(text: str, bits: Bits) -> Segmentation:
    """Count as a person would: one character after the other, into the part that still has room."""
    culprits: list[str] = []
    for character in text:
        if character not in NAIVE_BASIC + NAIVE_EXTENSION and character not in culprits:
            culprits.append(character)
    if culprits:
        costs = [2 if ord(character) > 0xFFFF else 1 for character in text]
        single, joined = 70, JOINED[False, bits]
    else:
        costs = [2 if character in NAIVE_EXTENSION else 1 for character in text]
        single, joined = 160, JOINED[True, bits]
    encoding = Encoding.UCS2 if culprits else Encoding.GSM7
    if sum(costs) <= single:
        return Segmentation(encoding, sum(costs), (sum(costs),), tuple(culprits))
    parts = [0]
    for cost in costs:
        if parts[-1] + cost > joined:
            parts.append(0)
        parts[-1] += cost
    return Segmentation(encoding, sum(costs), tuple(parts), tuple(culprits))


def holds_a_surrogate_pair(text: str) -> bool:
    """Whether two separate surrogates stand together, which the naive count does not know as a pair."""
    return any("\ud800" <= a <= "\udbff" and "\udc00" <= b <= "\udfff" for a, b in pairwise(text))


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", "GSM-7", 0, (0,)),
        ("a", "GSM-7", 1, (1,)),
        ("a" * 160, "GSM-7", 160, (160,)),
        ("a" * 161, "GSM-7", 161, (153, 8)),
        ("a" * 306, "GSM-7", 306, (153, 153)),
        ("a" * 307, "GSM-7", 307, (153, 153, 1)),
        ("€" * 80, "GSM-7", 160, (160,)),
        ("€" * 81, "GSM-7", 162, (152, 10)),
        ("€" * 153, "GSM-7", 306, (152, 152, 2)),
        ("a" * 158 + "€", "GSM-7", 160, (160,)),
        ("a" * 159 + "€", "GSM-7", 161, (153, 8)),
        ("a" * 152 + "€" * 5, "GSM-7", 162, (152, 10)),
        ("a" * 151 + "€" * 5, "GSM-7", 161, (153, 8)),
        ("ê" * 70, "UCS-2", 70, (70,)),
        ("ê" * 71, "UCS-2", 71, (67, 4)),
        ("😀" * 35, "UCS-2", 70, (70,)),
        ("😀" * 36, "UCS-2", 72, (66, 6)),
        ("😀" * 67, "UCS-2", 134, (66, 66, 2)),
        ("ê" + "€" * 69, "UCS-2", 70, (70,)),
        ("\f\r\n", "GSM-7", 4, (4,)),
    ],
)
def test_known_answers(text: str, encoding: str, units: int, parts: tuple[int, ...]) -> None:
    """Boundaries and uncuttable pairs give the parts that operators bill."""
    measured = measure(text)
    assert (measured.encoding, measured.units, measured.parts) == (encoding, units, parts)
    assert measured.segments == len(parts)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, (160,)),
        ("a" * 161, (152, 9)),
        ("€" * 153, (152, 152, 2)),
        ("a€" * 80, (151, 89)),
        ("ê" * 70, (70,)),
        ("ê" * 71, (66, 5)),
        ("😀" * 67, (66, 66, 2)),
        ("ê" + "😀" * 40, (65, 16)),
    ],
)
def test_sixteen_bit_reference(text: str, parts: tuple[int, ...]) -> None:
    """The wider reference leaves 152 septets or 66 UTF-16 units to each part."""
    assert measure(text, reference_bits=16).parts == parts


def test_french() -> None:
    """à è é ù stay in GSM-7; ç ê œ and the word ARRÊT force UCS-2."""
    assert measure("à è é ù É Ç").encoding is Encoding.GSM7
    assert measure("ça, fête, œuf").culprits == ("ç", "ê", "œ")
    assert measure("ARRÊT").culprits == ("Ê",)
    assert measure("ARRET").encoding is Encoding.GSM7


def test_culprits_are_distinct_and_in_order() -> None:
    """Each character that forces UCS-2 is named once, in order of first appearance."""
    assert measure("ê’ê😀’a`\t\x1b").culprits == ("ê", "’", "😀", "`", "\t", "\x1b")


def test_nothing_is_normalised() -> None:
    """A decomposed é is counted as it stands: two units, with the accent as culprit."""
    assert measure("e\u0301") == Segmentation(Encoding.UCS2, 2, (2,), ("\u0301",))


def test_lone_surrogates() -> None:
    """A lone surrogate counts one unit; two that form a pair are not cut apart."""
    assert measure("\ud83d").units == 1
    assert measure("\ude00" * 71).parts == (67, 4)
    assert measure("ê" * 66 + "\ud83d\ude00" + "ê" * 5).parts == (66, 7)
    assert "".join(split("😀" * 50 + "\ud83d\ude00" * 50)) == "😀" * 50 + "\ud83d\ude00" * 50


def test_escape_in_ucs2_is_one_unit() -> None:
    """A raw ESC in a UCS-2 text is an ordinary unit that binds nothing."""
    assert measure("\x1b" * 71).parts == (67, 4)


def test_split_text() -> None:
    """The pieces are the texts of the parts, and a pair moves whole into the next one."""
    assert split("") == ("",)
    assert split("a" * 152 + "€" * 5) == ("a" * 152, "€" * 5)
    assert split("ê" * 66 + "😀" * 3) == ("ê" * 66, "😀" * 3)


@given(TEXTS, BITS)
def test_agrees_with_the_naive_count(text: str, bits: Bits) -> None:
    """On any text the fast count equals one made character by character."""
    if not holds_a_surrogate_pair(text):
        assert measure(text, reference_bits=bits) == naive(text, bits)


@given(TEXTS, BITS)
def test_parts_sum_and_fit(text: str, bits: Bits) -> None:
    """Parts add up to the units, none is larger than its limit, and only an empty text has an empty part."""
    measured = measure(text, reference_bits=bits)
    gsm7 = measured.encoding is Encoding.GSM7
    single, joined = (160, JOINED[True, bits]) if gsm7 else (70, JOINED[False, bits])
    assert sum(measured.parts) == measured.units
    assert max(measured.parts) <= (single if measured.segments == 1 else joined)
    assert min(measured.parts) > 0 or text == ""


@given(TEXTS, BITS)
def test_split_is_lossless_and_matches(text: str, bits: Bits) -> None:
    """Joined pieces are the text, and each piece has the units that its part claims."""
    measured = measure(text, reference_bits=bits)
    pieces = split(text, reference_bits=bits)
    assert "".join(pieces) == text
    wide = NAIVE_EXTENSION if measured.encoding is Encoding.GSM7 else ""
    sizes = tuple(sum(2 if c in wide or ord(c) > 0xFFFF else 1 for c in piece) for piece in pieces)
    assert sizes == measured.parts


@given(TEXTS, BITS)
def test_fill_is_greedy(text: str, bits: Bits) -> None:
    """The first character of a part would not have fitted into the part before."""
    measured = measure(text, reference_bits=bits)
    pieces = split(text, reference_bits=bits)
    gsm7 = measured.encoding is Encoding.GSM7
    for size, following in zip(measured.parts, pieces[1:], strict=False):
        first = following[0]
        wide = first in NAIVE_EXTENSION if gsm7 else ord(first) > 0xFFFF
        wide = wide or holds_a_surrogate_pair(following[:2])
        assert size + (2 if wide else 1) > JOINED[gsm7, bits]


@pytest.mark.parametrize("unit", ["a", "€", "a€", "ê", "😀", "a😀", "中文字"])
def test_long_texts_stay_linear(unit: str) -> None:
    """Sixteen times the text takes nowhere near 256 times as long, whatever it is made of."""

    def best(size: int) -> float:
        text = unit * (size // len(unit))
        times: list[float] = []
        for _ in range(5):
            start = time.process_time()
            split(text)
            times.append(time.process_time() - start)
        return min(times)

    assert best(160_000) < 80 * max(best(10_000), 0.001)
