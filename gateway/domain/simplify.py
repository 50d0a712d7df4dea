"""Safe replacements that keep a text in GSM-7, and what each foreign character costs.

Three tiers, from the invisible to the visible: typography (quotes, dashes, spaces), ligatures (œ to oe),
accents (ê to e). A character that GSM-7 carries is never touched, so à è é ù stay. Signs whose plain form
could change the meaning stay too: ° ² ½ © are left to the author.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Final

from gateway.domain import gsm
from gateway.domain.segments import Encoding, ReferenceBits, Segmentation, measure

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


class Tier(StrEnum):
    """A family of replacements; the order of definition is the order of increasing visibility."""

    TYPOGRAPHY = "typography"
    LIGATURES = "ligatures"
    ACCENTS = "accents"


@dataclass(frozen=True, slots=True)
class Replacement:
    """The plain form of one character; the empty text removes it."""

    text: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class Economy:
    """A text before and after `economise`; both are kept, because both are stored."""

    original: str
    text: str
    before: Segmentation
    after: Segmentation

    @property
    def changed(self) -> bool:
        """Whether the text to send differs from the text written."""
        return self.text != self.original


@dataclass(frozen=True, slots=True)
class Cost:
    """What one culprit, in all its places, costs its text."""

    character: str
    saves: int
    """Segments saved if it alone were replaced, or removed where no replacement is known."""
    replacement: Replacement | None


_JOINERS: Final = "\u200c\u200d"
_DIRECTIONS: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_VARIATIONS: Final = "\ufe0e\ufe0f"
_MARKS: Final = "".join(map(chr, range(0x0300, 0x0370)))

_PLAIN_FORMS: Final = {
    "'": "\u2018\u2019\u201a\u201b\u2032\u2035\u2039\u203a\u00b4`"
    "\u02b9\u02bb\u02bc\u02bd\u02c8\u275b\u275c\uff07",
    '"': "\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb\u02ba\u275d\u275e\u301d\u301e\uff02",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u2023\u2043\u25aa\u25cf\u25e6\ufe58\ufe63\uff0d",
    ".": "\u00b7\u2024\u2027\u2219\u22c5",
    "..": "\u2025",
    "...": "\u2026",
    "/": "\u2044\u2215",
    "*": "\u204e\u2217",
    "!!": "\u203c",
    "??": "\u2047",
    "?!": "\u2048",
    "!?": "\u2049",
    "\n": "\u000b\u0085\u2028\u2029",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "": "\u00ad\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff",
}
_KNOWN: Final = (
    {c: Replacement(plain, Tier.TYPOGRAPHY) for plain, group in _PLAIN_FORMS.items() for c in group}
    | {c: Replacement("", Tier.TYPOGRAPHY) for c in _JOINERS + _DIRECTIONS + _VARIATIONS}
    | {c: Replacement("", Tier.ACCENTS) for c in _MARKS}
    | {
        c: Replacement(plain, Tier.LIGATURES)
        for c, plain in {"œ": "oe", "Œ": "OE", "\u1e9e": "SS", "\u0149": "'n"}.items()
    }
    # Letters with a stroke have no decomposition in Unicode.
    | {c: Replacement(b, Tier.ACCENTS) for c, b in zip("łŁđĐħĦŧŦı", "lLdDhHtTi", strict=True)}
)

# These are taken out only where they hold nothing together: a joiner keeps a family emoji or a Persian word
# in shape, a direction mark orders Arabic or Hebrew, a mark may belong to a Cyrillic letter.
_BY_NEIGHBOUR: Final = frozenset(_JOINERS + _DIRECTIONS + _VARIATIONS + _MARKS)
_LATIN_LETTERS: Final = "".join(c for c in gsm.BASIC if c.isalpha() and c < "\u0370")
_LATIN: Final = "\u0000-\u024f\u1e00-\u1eff"
_LOOSE = re.compile(
    f"(?<![^{_LATIN}])[{_JOINERS}]+|[{_JOINERS}]+(?![^{_LATIN}])|(?<=[{_LATIN}])[{_VARIATIONS}](?!\u20e3)"
)
_LOOSE_MARKS = re.compile(f"(?<=[{_LATIN_LETTERS}])[{_MARKS}{_VARIATIONS}]+")
_DIRECTION_MARKS = re.compile(f"[{_DIRECTIONS}]+")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


@lru_cache(maxsize=4096)
def replacement_of(character: str) -> Replacement | None:
    """Return the plain form of a character outside GSM-7, or None where no safe one is known."""
    if character in gsm.ALPHABET:
        return None
    return _KNOWN.get(character) or _decomposed(character)


def _decomposed(letter: str) -> Replacement | None:
    """Find the base of a Latin letter, as Unicode compatibility decomposition (NFKD) gives it."""
    if not unicodedata.category(letter).startswith("L"):
        return None
    base = "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
    if not base or not all(c in _LATIN_LETTERS for c in base):
        return None
    return Replacement(base, Tier.ACCENTS if len(base) == 1 else Tier.LIGATURES)


def simplify(text: str, tiers: Collection[Tier]) -> str:
    """Compose the text (NFC), then apply every replacement of the given tiers."""
    text = unicodedata.normalize("NFC", text)
    if Tier.TYPOGRAPHY in tiers:
        text = _LOOSE.sub("", _replace(text, Tier.TYPOGRAPHY))
        if not _RIGHT_TO_LEFT.search(text):
            text = _DIRECTION_MARKS.sub("", text)
        text = unicodedata.normalize("NFC", text)
    if Tier.LIGATURES in tiers:
        text = _replace(text, Tier.LIGATURES)
    if Tier.ACCENTS in tiers:
        text = _LOOSE_MARKS.sub("", _replace(text, Tier.ACCENTS))
    return text


def _replace(text: str, tier: Tier) -> str:
    table: dict[int, str] = {}
    for character in set(text) - gsm.ALPHABET - _BY_NEIGHBOUR:
        found = replacement_of(character)
        if found and found.tier is tier:
            table[ord(character)] = found.text
    return text.translate(table) if table else text


def economise(
    text: str, tiers: Collection[Tier] = (Tier.TYPOGRAPHY,), *, reference_bits: ReferenceBits = 8
) -> Economy:
    """Simplify a text only as far as that lowers its segment count.

    Every combination of the permitted tiers is tried, fewest and least visible first; the lowest count
    wins, a tie goes to the earlier, and the original stands when nothing is lower. With no tier permitted
    the text is not touched, not even composed.
    """
    before = measure(text, reference_bits=reference_bits)
    best, after = text, before
    if tiers and before.segments > 1 and before.encoding is Encoding.UCS2:
        for candidate in _candidates(text, tiers):
            measured = measure(candidate, reference_bits=reference_bits)
            if measured.segments < after.segments:
                best, after = candidate, measured
    return Economy(text, best, before, after)


def _candidates(text: str, tiers: Collection[Tier]) -> Iterator[str]:
    composed = unicodedata.normalize("NFC", text)
    found = {r.tier for r in map(replacement_of, set(composed)) if r}
    useful = [tier for tier in Tier if tier in tiers and tier in found]
    for size in range(len(useful) + 1):
        for chosen in combinations(useful, size):
            yield simplify(composed, chosen)


def cost_of(text: str, *, reference_bits: ReferenceBits = 8) -> tuple[Cost, ...]:
    """Tell for each character that forces UCS-2 what it costs and what could stand in its place.

    Several culprits often save nothing alone, because the others still force UCS-2. Each culprit is one
    more measurement of the text: meant for a preview, not for a batch.
    """
    before = measure(text, reference_bits=reference_bits)
    costs: list[Cost] = []
    for culprit in before.culprits:
        replacement = replacement_of(culprit)
        if replacement and culprit in _BY_NEIGHBOUR and culprit in simplify(text, (replacement.tier,)):
            replacement = None
        changed = text.replace(culprit, replacement.text if replacement else "")
        after = measure(changed, reference_bits=reference_bits)
        costs.append(Cost(culprit, before.segments - after.segments, replacement))
    return tuple(costs)


def inspect(
    text: str, *, reference_bits: ReferenceBits = 8, tiers: Collection[Tier] = ()
) -> dict[str, object]:
    """Describe a text in the JSON form that `gateway inspect` prints.

    The top level is the raw text; `simplified` is the text with every given tier applied, whether or not
    that is cheaper, or None when no tier is given or nothing changes.
    """
    plain = simplify(text, tiers) if tiers else text
    simplified = None
    if plain != text:
        simplified = _described(measure(plain, reference_bits=reference_bits)) | {"text": plain}
    return _described(measure(text, reference_bits=reference_bits)) | {"simplified": simplified}


def _described(measured: Segmentation) -> dict[str, object]:
    return {
        "encoding": measured.encoding.value,
        "units": measured.units,
        "segments": measured.segments,
        "parts": list(measured.parts),
        "culprits": list(measured.culprits),
    }
