"""The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, section 6.2.1).

One septet is one byte here, 0x00 to 0x7F; squeezing eight septets into seven octets is left to the
carrier. National shift tables are not part of this room: they have no French one, and phones differ.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ESCAPE: Final = 0x1B

# Position is code; 0x1B is the escape, which stands for no character.
_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)

BASIC: Final[Mapping[str, int]] = MappingProxyType(
    {character: code for code, character in enumerate(_BASIC) if code != ESCAPE}
)
"""Character to code, one septet each."""

EXTENSION: Final[Mapping[str, int]] = MappingProxyType(
    {
        "\f": 0x0A,
        "^": 0x14,
        "{": 0x28,
        "}": 0x29,
        "\\": 0x2F,
        "[": 0x3C,
        "~": 0x3D,
        "]": 0x3E,
        "|": 0x40,
        "€": 0x65,
    }
)
"""Character to the code that follows an escape, two septets each."""

ALPHABET: Final = frozenset(BASIC) | frozenset(EXTENSION)
"""Every character that a GSM-7 text can carry."""

_OUTSIDE = re.compile(f"[^{re.escape(''.join(sorted(ALPHABET)))}]")
_ESCAPED = re.compile(r"\x1b(.?)", re.DOTALL)

# While decoding, an escaped code is held above the seven bits, so that one table serves both halves.
_HELD = 0x80
_SEPTETS: Final = {ord(character): chr(code) for character, code in BASIC.items()} | {
    ord(character): chr(ESCAPE) + chr(code) for character, code in EXTENSION.items()
}
_CHARACTERS: Final = (
    {code: character for character, code in BASIC.items()}
    | {_HELD | code: character for character, code in EXTENSION.items()}
    | {ESCAPE: " "}
)


def encode(text: str) -> bytes:
    """Turn a text into septets, one per byte.

    Raises UnicodeEncodeError at the first character that is not in the alphabet.
    """
    outside = _OUTSIDE.search(text)
    if outside:
        raise UnicodeEncodeError(
            "gsm-7", text, outside.start(), outside.end(), "not in the GSM 7-bit alphabet"
        )
    return text.translate(_SEPTETS).encode("ascii")


def decode(septets: bytes) -> str:
    """Turn septets, one per byte, into text.

    As TS 23.038 asks of a receiver, an escape before a code without an extension character yields the
    basic character of that code, and an escape before another escape or before nothing yields a space.
    Raises UnicodeDecodeError at a byte above 0x7F.
    """
    return _ESCAPED.sub(_hold, septets.decode("ascii")).translate(_CHARACTERS)


def _hold(escaped: re.Match[str]) -> str:
    code = escaped[1] or chr(ESCAPE)
    held = _HELD | ord(code)
    return chr(held) if held in _CHARACTERS else code
