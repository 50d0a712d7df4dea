"""What the learned scorer looks at: words, pieces of words and the grammar's classes, as numbered buckets.

A feature is hashed into a bucket (CRC-32, the same on every machine), so no table of features is kept. The
cost is linear in the length, and only the first LIMIT characters count.
"""

from collections.abc import Sequence
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
_DIGITS: Final = str.maketrans("123456789", "000000000")


def buckets(clauses: Sequence[Clause]) -> set[int]:
    """Return the buckets of a text, given as clauses of folded words."""
    tokens = ["^", *_tokens(clauses), "$"]
    found = {
        crc32(" ".join(("w", *tokens[at : at + size])).encode("utf-8", "replace")) & _MASK
        for size in range(1, _LONGEST_RUN + 1)
        for at in range(len(tokens) - size + 1)
    }
    for word in set(tokens):
        spaced = f" {word} ".encode("utf-8", "replace")
        for size in range(2, min(_LONGEST_PIECE, len(spaced)) + 1):
            for at in range(len(spaced) - size + 1):
                found.add(crc32(spaced[at : at + size]) & _MASK)
    _add_classes(found, clauses)
    return found


def _tokens(clauses: Sequence[Clause]) -> list[str]:
    """Return the words spelled out, digits made alike, with the marks that ask or exclaim."""
    tokens: list[str] = []
    for clause in clauses:
        tokens.extend(spelled_out(clause.words))
        if clause.end in ("?", "!"):
            tokens.append(clause.end)
    return " ".join(tokens)[:LIMIT].translate(_DIGITS).split()


def _add_classes(found: set[int], clauses: Sequence[Clause]) -> None:
    left = LIMIT
    for clause in clauses:
        classes = f"^{read(clause.words).classes[:left]}$".encode()
        for size in range(1, _LONGEST_CLASSES + 1):
            for at in range(len(classes) - size + 1):
                found.add(crc32(b"k" + classes[at : at + size]) & _MASK)
        left -= len(classes)
        if left <= 0:
            return
