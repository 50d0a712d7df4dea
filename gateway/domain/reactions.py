"""Reactions that phones send as text: `Liked "… Reply STOP to opt out"` quotes us and asks for nothing.

The words before the quotation differ by phone and by language, so a quotation of what we lately sent
counts more than the list of prefixes; without history the shape decides.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from gateway.domain import folding


class Reaction(StrEnum):
    """How a reaction was known; the value is written in `why`."""

    QUOTES_US = "reaction to our text"
    BY_SHAPE = "reaction by its shape"


_VERBS: Final = (
    # English: iOS, Google Messages, Samsung
    r"liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted(?: to| with| .{1,12} to)?"
    r"|removed (?:a|an|the|his|her|their) (?:[a-z]+ ){1,3}(?:from|reaction)|removed .{1,12} from"
    # French
    r"|(?:a )?(?:bien )?(?:aime|adore|ri|rigole|souligne|accentue|desapprouve|deteste)(?: (?:de|a|au|sur))?"
    r"|n'?a pas aime|(?:a )?n'?aime pas|j'?aime"
    r"|(?:a )?(?:mis|met) (?:l'accent|en evidence|un j'?aime)(?: (?:sur|a))?"
    r"|(?:a )?insiste(?: sur)?|(?:a )?(?:remis en question|mis en doute|pose une question sur|questionne)"
    r"|(?:a )?reagi(?: (?:a|avec|au message|par))?(?: .{1,12} (?:a|au|sur))?"
    r"|(?:a )?(?:supprime|retire|enleve) (?:un|une|le|la|sa|son|l'|des)? ?.{1,28}(?: (?:de|du|a|sur))?"
    # Spanish, German, Italian, Portuguese phones in the same countries
    r"|(?:le )?(?:gusto|encanto)|me gusta|le encanto|se rio de|gefallt|liebt|lacht uber|piace"
    r"|ha messo mi piace a|gostou de|amou|curtiu"
)
_OPEN: Final = r"[\"']"
_BY_VERB: Final = re.compile(rf"\s*(?:{_VERBS}) *:? *{_OPEN}")
_BY_EMOJI: Final = re.compile(rf"[^\w\"'\n]{{1,16}}(?: *(?:to|a|sur|from|de|an|auf|zu))? *:? *{_OPEN}")
_OF_MEDIA: Final = re.compile(
    rf"\s*(?:{_VERBS}|[^\w\"'\n]{{1,16}}(?:to|a)?) "
    r"(?:an?|une?|your|votre|le|la) (?:image|photo|picture|video|message|attachment|voice message"
    r"|link|sticker|movie"
    r"|piece jointe|message vocal|lien|film|gif)s?[\s.!]*$"
)
_QUOTATION: Final = re.compile(r"\"([^\"]*)\"?|(?<!\w)'([^']{12,})'(?!\w)")
_PREFIX_MAX: Final = 60
_PREFIX_WORDS: Final = 5
_QUOTED_WORDS: Final = 3
_ASKS: Final = re.compile(
    r"stop|quit|cancel|arret|cess|unsub|desab|desin|opt|remove|delete|texts?\b|send|envoy|spam|more|plus"
    r"|said|ask|dit"
)


def read(folded: str, recent: Sequence[str] | None) -> Reaction | None:
    """Tell whether folded text is a reaction; `recent` holds what we lately sent there, None if unknown."""
    if _OF_MEDIA.match(folded[: 2 * _PREFIX_MAX]):
        return Reaction.BY_SHAPE
    opening = folded.find('"', 0, _PREFIX_MAX)
    by_shape = (_BY_VERB.match(folded) or _BY_EMOJI.match(folded)) and _closes(folded)
    if opening >= 0 and recent and _quotes(folded[opening + 1 :], recent):
        prefix = folded[:opening]
        if by_shape or (
            len(prefix.split()) <= _PREFIX_WORDS and not _ASKS.search(prefix) and _closes(folded)
        ):
            return Reaction.QUOTES_US
    return Reaction.BY_SHAPE if by_shape else None


def _closes(folded: str) -> bool:
    """Hold that nothing is said after the quotation, which a long text or a phone may have cut short."""
    tail = folded.rstrip(" \n.")
    last = max(tail.rfind('"'), tail.rfind("'"))
    opened = tail.count('"') == 1 and '"' in tail[:_PREFIX_MAX]
    return (
        last == len(tail) - 1 or len(folded) >= folding.LIMIT or opened or not folding.words(tail[last + 1 :])
    )


def _quotes(quoted: str, recent: Sequence[str]) -> bool:
    span = " ".join(folding.words(quoted))
    if len(span.split()) < _QUOTED_WORDS:
        return False
    return any(span in " ".join(folding.words(folding.fold(body))) for body in recent)


def without_quotations(folded: str) -> str:
    """Drop quotations of several words, which are somebody else's words; a quoted keyword stays."""

    def said(match: re.Match[str]) -> str:
        span = match[1] or match[2] or ""
        return " " if len(folding.words(span)) >= _QUOTED_WORDS else match[0]

    return _QUOTATION.sub(said, folded) if '"' in folded or "'" in folded else folded
