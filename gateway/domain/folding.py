"""How a person's text is folded before it is compared with anything.

Folding removes what a keyboard, a phone or a copy and paste adds and what never changes the meaning of a
short text: case, accents, invisible characters, typographic quotes, look-alike letters, letters in
boxes. The result is for comparing only; nobody reads it. What the words mean is said elsewhere
(`keywords`, `optout`).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

LIMIT: Final = 1_600
"""Characters of folded text that count, about a text of ten segments: of longer ones the two ends.

An opt-out is short and stands at the beginning or at the end; the middle is only cost.
"""

_END: Final = LIMIT // 2 - 1
_CUT: Final = "\n\n"
_SPACES: Final = re.compile("  +")
_SLICE: Final = 2_048

_LOOKALIKES: Final = dict(
    zip("авеёкмнорстухіјѕԛԝαβεηικμνορτυχοℓıłøđ", "abeekmhopctyxijsqwabenikmvoptuxolilod", strict=True)
)
_SMALL_CAPITALS: Final = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True))
_BOXED: Final = {
    chr(first + offset): chr(ord("a") + offset)
    for first in (0x1F150, 0x1F170, 0x1F1E6)  # white on black circle, on black square, regional indicator
    for offset in range(26)
}
_APART: Final = {"œ": "oe", "æ": "ae", "ß": "ss", "`": "'", "´": "'", "‘": "'", "’": "'", "ʼ": "'", "′": "'"}
_QUOTES: Final = dict.fromkeys("“”„‟«»❝❞〝〞＂", '"')
_BREAKS: Final = dict.fromkeys("\r\x0b\x0c\x85\u2028\u2029", "\n")
_LETTERS: Final = str.maketrans(_LOOKALIKES | _SMALL_CAPITALS | _BOXED | _APART | _QUOTES | _BREAKS)

_TOKEN: Final = re.compile(
    r"[^\W_]+(?:'[^\W_]+)*"  # a word, apostrophes included
    r"|[!?;,\n]|[.:](?=\s|$|[^\w])"  # a mark; the dot of an address or the colon of an hour is none
    r"|(?<=\s)[-–—]+(?=\s)"
)
_ELIDED: Final = frozenset(
    {"c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quelqu"}
)
_CONTROLS: Final = {code: " " for code in (*range(32), 127) if chr(code) not in "\n\r\t"} | {13: "\n"}


def fold(text: str) -> str:
    """Return at most LIMIT folded characters of text; any string is accepted, lone surrogates included."""
    head, start = "", 0
    while start < len(text) and len(head) <= LIMIT:
        head += _fold_slice(text[start : start + _SLICE])
        start += _SLICE
    if len(head) <= LIMIT:
        return head
    tail, end = "", len(text)
    while end > start and len(tail) <= _END:
        tail = _fold_slice(text[max(start, end - _SLICE) : end]) + tail
        end -= _SLICE
    return _ends(head, tail)


def _ends(head: str, tail: str) -> str:
    """Cut the middle out, and the halves of words with it: that of "nonstop" is no stop word."""
    first, last = head[:_END], (head[_END:] + tail)[-_END:]
    return first[: _END - _broken(reversed(first))] + _CUT + last[_broken(last) :]


def _broken(characters: Iterable[str]) -> int:
    """Return how many letters stand before anything else."""
    return sum(1 for _ in takewhile(str.isalnum, characters))


def _fold_slice(text: str) -> str:
    if text.isascii():
        return _SPACES.sub(" ", text.lower().translate(_CONTROLS))
    before = text.translate(_LETTERS)
    decomposed = unicodedata.normalize("NFKD", before).casefold().translate(_LETTERS)
    return _SPACES.sub(" ", "".join(_keep(c) for c in decomposed))


def _keep(character: str) -> str:
    if character <= "\x7f":
        return character if character.isprintable() or character in "\n\t" else " "
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):  # accents, variation selectors, zero widths, direction marks
        return ""
    return " " if category[0] in "CZ" else character


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of words between punctuation marks; `end` is the mark that closed it, or an empty string."""

    words: tuple[str, ...]
    end: str = ""


def clauses(folded: str) -> list[Clause]:
    """Cut folded text into clauses of words: `"don't go, l'arret"` gives (dont go) and (l arret)."""
    found: list[Clause] = []
    words: list[str] = []
    for piece in _TOKEN.findall(folded):
        if piece[0].isalnum():
            words.extend(_words_of(piece))
        elif words:
            found.append(Clause(tuple(words), piece))
            words = []
        elif found and piece == "?":
            found[-1] = Clause(found[-1].words, piece)  # "stop!?" asks
    if words:
        found.append(Clause(tuple(words)))
    return found


def words(folded: str) -> tuple[str, ...]:
    """Return every word of folded text, punctuation and emoji dropped."""
    return tuple(word for token in _TOKEN.findall(folded) if token[0].isalnum() for word in _words_of(token))


def _words_of(token: str) -> list[str]:
    """Split French elisions (`m'ecrire` is two words) and close English contractions (`don't` is dont)."""
    if "'" not in token:
        return [token]
    parts = token.split("'")
    heads = 0
    while heads < len(parts) - 1 and parts[heads] in _ELIDED and len(parts[heads + 1]) > 1:
        heads += 1
    return [*parts[:heads], "".join(parts[heads:])]
