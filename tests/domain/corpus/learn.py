"""Learns `gateway/domain/optout/weights.bin` from the corpora, and says how well that goes.

Run as `python -m tests.domain.corpus.learn` after a corpus changed. Plain logistic regression by AdaGrad, no
library, and no chance in it: the same corpora give the same weights. An ambiguous phrase is aimed at one
half. What matters are the texts in which the grammar finds no request, so the others weigh less, and a text
that is no stop weighs double, because a false stop costs a person their reminders.
"""

import math
import random
import sys
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import gateway.domain.optout
from gateway.domain import folding
from gateway.domain.classify import classify
from gateway.domain.optout.features import BITS, buckets
from gateway.domain.optout.learned import Model
from gateway.domain.reserved import Intent
from tests.domain.corpus.phrases import LEARNED_FROM, digest, phrases

WEIGHTS: Final = Path(gateway.domain.optout.__file__).with_name("weights.bin")
SILENT: Final = Model(array("b", bytes(1 << BITS)), 0.0, -30.0, b"")
"""A model that never speaks: the grammar alone."""

FOLDS: Final = 5
EPOCHS: Final = 6
RATE: Final = 0.3
BIAS_RATE: Final = 0.05
DECAY: Final = 1e-5
SEED: Final = 1
LARGEST: Final = 127
TARGETS: Final = {Intent.STOP: 1.0, Intent.AMBIGUOUS: 0.5}


@dataclass(frozen=True, slots=True)
class Example:
    """A phrase with its buckets, the score it should have, and how much it weighs."""

    corpus: str
    label: Intent
    phrase: str
    buckets: tuple[int, ...]
    target: float
    weight: float


def examples() -> list[Example]:
    """Read every corpus but the one held out."""
    found: list[Example] = []
    for corpus in LEARNED_FROM:
        for label, phrase in phrases(corpus):
            seen = tuple(sorted(buckets(folding.clauses(folding.fold(phrase)))))
            target = TARGETS.get(label, 0.0)
            found.append(Example(corpus, label, phrase, seen, target, _weight(label, phrase)))
    random.Random(SEED).shuffle(found)  # noqa: S311
    return found


def _weight(label: Intent, phrase: str) -> float:
    if label is Intent.AMBIGUOUS:
        return 0.5
    if label is not Intent.STOP:
        return 2.0
    return 0.3 if classify(phrase, model=SILENT).intent is Intent.STOP else 1.0


def learn(rows: Sequence[Example]) -> Model:
    """Return a model of the rows, its weights rounded to a byte."""
    weights = [0.0] * (1 << BITS)
    squares = [1e-3] * (1 << BITS)
    bias = 0.0
    order = list(rows)
    chance = random.Random(SEED)  # noqa: S311
    for _ in range(EPOCHS):
        chance.shuffle(order)
        for row in order:
            size = 1 / math.sqrt(len(row.buckets) or 1)
            logit = bias + size * sum([weights[bucket] for bucket in row.buckets])
            error = (1 / (1 + math.exp(-max(-30.0, min(30.0, logit)))) - row.target) * row.weight
            bias -= BIAS_RATE * error
            slope = error * size
            for bucket in row.buckets:
                squares[bucket] += slope * slope
                step = (slope + DECAY * weights[bucket]) / math.sqrt(squares[bucket])
                weights[bucket] -= RATE * step
    scale = max(map(abs, weights)) / LARGEST or 1.0
    return Model(array("b", [round(weight / scale) for weight in weights]), scale, bias, digest())


def validate(rows: Sequence[Example]) -> list[tuple[Example, Intent]]:
    """Classify each row by the grammar and by a model that has not seen it."""
    told: list[tuple[Example, Intent]] = []
    for fold in range(FOLDS):
        model = learn([row for at, row in enumerate(rows) if at % FOLDS != fold])
        told += [(row, classify(row.phrase, model=model).intent) for row in rows[fold::FOLDS]]
    return told


def report(title: str, told: Sequence[tuple[Example, Intent]]) -> None:
    """Print, for each corpus, how many stops were heard and what became of the others."""
    sys.stdout.write(f"{title}\n")
    for corpus in LEARNED_FROM:
        counts = Counter(
            (row.label if row.label in TARGETS else Intent.NONE, intent)
            for row, intent in told
            if row.corpus == corpus
        )
        asked = sum(count for (label, _), count in counts.items() if label is Intent.STOP)
        silent = sum(count for (label, _), count in counts.items() if label is Intent.NONE)
        sys.stdout.write(
            f"  {corpus:12} stops heard {counts[Intent.STOP, Intent.STOP]}/{asked},"
            f" as ambiguous {counts[Intent.STOP, Intent.AMBIGUOUS]};"
            f" others stopped {counts[Intent.NONE, Intent.STOP]}/{silent},"
            f" as ambiguous {counts[Intent.NONE, Intent.AMBIGUOUS]};"
            f" ambiguous stopped {counts[Intent.AMBIGUOUS, Intent.STOP]}\n"
        )


def main() -> None:
    """Print the figures of the grammar alone and of both, cross-validated; write the weights of all."""
    rows = examples()
    report("grammar alone", [(row, classify(row.phrase, model=SILENT).intent) for row in rows])
    told = validate(rows)
    report(f"with what was learned, {FOLDS} folds", told)
    for row, intent in told:
        if intent is Intent.STOP and row.label not in TARGETS:
            sys.stdout.write(f"  false stop: {row.phrase!r}\n")
    WEIGHTS.write_bytes(learn(rows).pack())


if __name__ == "__main__":
    main()
