"""A second opinion on texts in which the grammar found no request: how much they are worded like requests.

A linear model over hashed features (`features`). Its weights were learned from the phrases in
tests/domain/corpus by `python -m tests.domain.corpus.learn`; nobody writes them by hand. They lie in
`weights.bin` beside this file, and that is the one file that a room without I/O may read: it is part of the
program like a table in a module, is read once from the package itself, and 64 kB of numbers in Python source
would be read by nobody. Layout: magic, the number of bits of a bucket, scale and bias as little-endian
floats, 16 bytes of the SHA-256 of the corpora, then one signed byte for each bucket.
"""

import math
import struct
from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from gateway.domain.folding import Clause
from gateway.domain.optout import guards
from gateway.domain.optout.features import BITS, buckets
from gateway.domain.optout.reading import language, read
from gateway.domain.optout.verdict import Answer, Verdict
from gateway.domain.optout.wishes import wants_messages

HIGH: Final = 0.75
LOW: Final = 0.5
"""At HIGH a text is a stop, from LOW on it is ambiguous; chosen by cross-validation, see the trainer."""

_SUREST: Final = 0.95
_FEWEST_WORDS: Final = 3
_HEADER: Final = struct.Struct("<4sHff16s")
_MAGIC: Final = b"PLO1"
_STEEPEST: Final = 30.0


@dataclass(frozen=True, slots=True)
class Model:
    """The weights of all buckets in units of `scale`, the bias, and what corpora they were learned from."""

    weights: "array[int]"
    scale: float
    bias: float
    corpora: bytes

    @classmethod
    def unpack(cls, data: bytes) -> "Model":
        """Read the file format; ValueError if it is not one of this version."""
        magic, bits, scale, bias, corpora = _HEADER.unpack_from(data)
        weights = array("b", data[_HEADER.size :])
        if magic != _MAGIC or bits != BITS or len(weights) != 1 << BITS:
            raise ValueError("weights.bin was made by another version of the trainer")
        return cls(weights, scale, bias, corpora)

    def pack(self) -> bytes:
        """Write the file format."""
        return _HEADER.pack(_MAGIC, BITS, self.scale, self.bias, self.corpora) + self.weights.tobytes()

    def score(self, found: Collection[int]) -> float:
        """Return how much the buckets look like a request to stop, 0 to 1."""
        weights = self.weights
        total = sum([weights[bucket] for bucket in found])
        logit = self.bias + self.scale * total / math.sqrt(len(found) or 1)
        return 1 / (1 + math.exp(-max(-_STEEPEST, min(_STEEPEST, logit))))


@cache
def shipped() -> Model:
    """Return the model of this release."""
    return Model.unpack(resources.files(__package__).joinpath("weights.bin").read_bytes())


def opinion(clauses: Sequence[Clause], model: Model | None = None) -> Verdict | None:
    """Judge a text in which the grammar found no request; None if it says nothing either."""
    words = tuple(word for clause in clauses for word in clause.words)
    if len(words) < _FEWEST_WORDS:
        return None
    score = (model or shipped()).score(buckets(clauses))
    if score < LOW or wants_messages(" ".join(words)):
        return None
    if score < HIGH or _is_business(clauses):
        return Verdict(Answer.AMBIGUOUS, "worded a little like requests to stop", language(words))
    confidence = min(score, _SUREST)
    return Verdict(Answer.STOP, "worded like requests to stop", language(words), confidence)


def _is_business(clauses: Sequence[Clause]) -> bool:
    """Tell whether a text names orders, visits and the like and never messages."""
    classes = [read(clause.words).classes for clause in clauses]
    return any(map(guards.BUSINESS.search, classes)) and not any(map(guards.MESSAGING.search, classes))
