"""The answer to one question: does this text ask to stop?"""

from dataclasses import dataclass
from enum import StrEnum

from gateway.domain.reserved import Locale


class Answer(StrEnum):
    """Whether a text asks to stop."""

    STOP = "stop"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, a short reason, and the language of the words that gave it.

    `confidence` (0 to 1) is told only where it was measured, see `learned`.
    """

    answer: Answer
    why: str
    locale: Locale | None = None
    confidence: float | None = None
