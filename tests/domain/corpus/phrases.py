"""The corpora of phrases: which there are, how a line is read, and a hash that tells when one changed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway.domain.reserved import Intent

HERE: Final = Path(__file__).parent
LEARNED_FROM: Final = ("tuning", "learning_en", "learning_fr", "written_en", "written_fr")
"""All corpora but `heldout`, which nothing learns from and nobody reads while working on the rules."""


def phrases(name: str) -> Iterator[tuple[Intent, str]]:
    """Yield the label and the phrase of each line; `\\n` in a phrase is a line break."""
    for line in (HERE / f"{name}.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("# "):
            label, phrase = line.split("\t", 1)
            yield Intent(label), phrase.replace("\\n", "\n")


def digest() -> bytes:
    """Return 16 bytes of the SHA-256 of all that is learned from."""
    told = hashlib.sha256()
    for name in LEARNED_FROM:
        told.update((HERE / f"{name}.tsv").read_bytes())
    return told.digest()[:16]
