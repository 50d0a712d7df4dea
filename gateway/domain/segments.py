"""How many segments a text costs, and where it is cut.

Sizes come from 3GPP TS 23.040, section 9.2.3.24.1: a single segment holds 160 septets or 70 UTF-16 units;
a segment of a longer text gives 6 octets (8-bit reference) or 7 octets (16-bit reference) to its header.
The same section forbids cutting an escape pair or a surrogate pair, so segments are filled greedily and
never counted by division: 153 euro signs are 306 septets, but three segments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

from gateway.domain import gsm

if TYPE_CHECKING:
    from collections.abc import Iterator


class Encoding(StrEnum):
    """The two ways in which a text travels."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


ReferenceBits = Literal[8, 16]
"""Width of the reference number that ties the segments of one text together."""

SINGLE_SEPTETS: Final = 160
SINGLE_UTF16_UNITS: Final = 70
"""Units in a text of one segment: GSM-7, UCS-2."""

JOINED: Final[dict[tuple[Encoding, ReferenceBits], int]] = {
    (Encoding.GSM7, 8): 153,
    (Encoding.GSM7, 16): 152,
    (Encoding.UCS2, 8): 67,
    (Encoding.UCS2, 16): 66,
}
"""Units in each segment of a longer text."""


@dataclass(frozen=True, slots=True)
class Segmentation:
    """What a text costs. Units are septets in GSM-7 and UTF-16 units in UCS-2."""

    encoding: Encoding
    units: int
    parts: tuple[int, ...]
    """Units in each segment."""
    culprits: tuple[str, ...]
    """The distinct characters that force UCS-2, in order of first appearance."""

    @property
    def segments(self) -> int:
        """Number of billed segments, at least one."""
        return len(self.parts)


_is_basic = re.compile(f"[{re.escape(''.join(gsm.BASIC))}]*+").fullmatch
_WIDE: Final = {
    Encoding.GSM7: re.compile(f"[{re.escape(''.join(gsm.EXTENSION))}]"),
    Encoding.UCS2: re.compile("[\U00010000-\U0010ffff]"),
}
# Stands for any character of two units: an escape pair in GSM-7, a surrogate pair in UCS-2.
_PAIR: Final = "\ud800\udc00"
# Nearly every text is one of these, and making the dataclass would take longer than reading the text.
_ORDINARY: Final = tuple(
    Segmentation(Encoding.GSM7, units, (units,), ()) for units in range(SINGLE_SEPTETS + 1)
)


def measure(text: str, *, reference_bits: ReferenceBits = 8) -> Segmentation:
    """Count a text exactly as given, without any normalisation.

    The empty text is one GSM-7 segment of 0 units; a lone surrogate counts as one UCS-2 unit.
    """
    if _is_basic(text):
        units = len(text)
        if units <= SINGLE_SEPTETS:
            return _ORDINARY[units]
        limit = JOINED[Encoding.GSM7, reference_bits]
        return Segmentation(Encoding.GSM7, units, _even_parts(units, limit), ())
    culprits = tuple(c for c in dict.fromkeys(text) if c not in gsm.ALPHABET)
    encoding = Encoding.UCS2 if culprits else Encoding.GSM7
    stream = _WIDE[encoding].sub(_PAIR, text)
    units = len(stream)
    if units <= (SINGLE_UTF16_UNITS if culprits else SINGLE_SEPTETS):
        return Segmentation(encoding, units, (units,), culprits)
    limit = JOINED[encoding, reference_bits]
    return Segmentation(encoding, units, tuple(_greedy_parts(stream, limit)), culprits)


def split(text: str, *, reference_bits: ReferenceBits = 8) -> tuple[str, ...]:
    """Return the text of each segment; joined again they are the text."""
    measured = measure(text, reference_bits=reference_bits)
    if measured.segments == 1:
        return (text,)
    is_wide = _WIDE[measured.encoding].match
    pieces: list[str] = []
    start = end = 0
    for size in measured.parts:
        left = size
        while left:
            left -= 2 if is_wide(text, end) else 1
            end += 1
        pieces.append(text[start:end])
        start = end
    return tuple(pieces)


def _even_parts(units: int, limit: int) -> tuple[int, ...]:
    full, rest = divmod(units, limit)
    return (limit,) * full + ((rest,) if rest else ())


def _greedy_parts(stream: str, limit: int) -> Iterator[int]:
    """Yield the size of each segment of a stream that has one character per unit."""
    start, total = 0, len(stream)
    while total - start > limit:
        end = start + limit
        if "\ud800" <= stream[end - 1] <= "\udbff" and "\udc00" <= stream[end] <= "\udfff":
            end -= 1
        yield end - start
        start = end
    yield total - start
