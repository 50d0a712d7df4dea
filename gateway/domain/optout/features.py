"""What the learned scorer looks at: words, pieces of words and the grammar's classes, as numbered buckets.

A feature is hashed into a bucket (CRC-32, the same on every machine), so no table of features is kept. The
cost is linear in the length, and only the first LIMIT characters count.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from zlib import crc32

from gateway.domain.folding import Clause
from gateway.domain.optout.reading import read, spelled_out

BITS: Final = 16
"""Two to this power is the number of buckets."""

LIMIT: Final = 400
"""Characters of folded words that are looked at."""

_MASK: Final = (1 << BITS) - 1
_LONGEST_RUN: Final = 3  # words
_LONGEST_PIECE: Final = 5  # letters
_LONGEST_CLASSES: Final = 4
_LONGEST_WORD: Final = 24  # letters looked at
_RUN_SEED: Final = crc32(b"w")
_DIGITS: Final = str.maketrans("123456789", "000000000")


def buckets(clauses: Sequence[Clause]) -> set[int]:
    """Return the buckets of a text, given as clauses of folded words."""
    tokens = ["^", *_tokens(clauses), "$"]
    found = _runs(tokens)
    for token in tokens:
        found.update(_pieces(token[:_LONGEST_WORD]))
    left = LIMIT
    for clause in clauses:
        classes = read(clause.words).classes[:left]
        found.update(_orders(classes))
        left -= len(classes)
        if left <= 0:
            break
    return found


def _runs(tokens: list[str]) -> set[int]:
    """Return the buckets of one, two and three words in a row; a CRC goes on where the last one ended."""
    spaced = [f" {token}".encode("utf-8", "replace") for token in tokens]
    found = set()
    for at in range(len(spaced)):
        code = _RUN_SEED
        for token in spaced[at : at + _LONGEST_RUN]:
            code = crc32(token, code)
            found.add(code & _MASK)
    return found


@lru_cache(maxsize=2048)
def _pieces(word: str) -> tuple[int, ...]:
    """Return the buckets of the pieces of a word, its edges marked by spaces."""
    spaced = f" {word} ".encode("utf-8", "replace")
    return tuple(
        crc32(spaced[at : at + size]) & _MASK
        for size in range(2, min(_LONGEST_PIECE, len(spaced)) + 1)
        for at in range(len(spaced) - size + 1)
    )


@lru_cache(maxsize=256)
def _orders(classes: str) -> tuple[int, ...]:
    """Return the buckets of the orders of classes in a clause."""
    marked = f"^{classes}$".encode()
    return tuple(
        crc32(b"k" + marked[at : at + size]) & _MASK
        for size in range(1, _LONGEST_CLASSES + 1)
        for at in range(len(marked) - size + 1)
    )


def _tokens(clauses: Sequence[Clause]) -> list[str]:
    """Return the words spelled out, digits made alike, with the marks that ask or exclaim."""
    tokens: list[str] = []
    for clause in clauses:
        tokens.extend(spelled_out(clause.words))
        if clause.end in ("?", "!"):
            tokens.append(clause.end)
    return " ".join(tokens)[:LIMIT].translate(_DIGITS).split()
