"""A clause as a string of class letters, ready for the rules of `grammar`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from gateway.domain.optout.lexicon import CLASS_OF, ENGLISH_WORDS, FRENCH_WORDS, PHRASES
from gateway.domain.optout.spellings import SPELLINGS
from gateway.domain.optout.tags import Tag
from gateway.domain.reserved import ORDINARY, Locale, word_set

_MISSPELLED_LETTERS: Final = 6
_LONG_RUN: Final = re.compile(r"(.)\1{2,}")
_LONGEST_WORD: Final = 20
_PHONE_DIGITS: Final = 7
_MEANT: Final = frozenset(
    {Tag.OUT, Tag.DROP, Tag.HALT, Tag.MSG, Tag.TEXT, Tag.WRITE, Tag.RECEIVE, Tag.CONSENT, Tag.LIST}
)
_NEARBY: Final = tuple(
    word for word, tag in CLASS_OF.items() if tag in _MEANT and len(word) >= _MISSPELLED_LETTERS
)
_OTHER_WORDS: Final = word_set("""
    testing tested massage massages massager contract contracts contracted contractor cancer listen listed
    spending resending mending ending calming calling casting existing waiting wanting whiting remote
    remover removes stopped stopper stoppers ordering passage passages tracing taxing renotify modify
    decrire inscrire inscription subscribe subscribed subscriber subscribers abonner abonne abonnez abonnes
    reabonner reabonnez resubscribe supprime suppose contests context contexts textile textiles texture
    relance balance avance arrived arrive arrives arriver arrivez crushes garbage notice noticed notices
    altered alerted officer offered offre officers office deranged systeme masking massing missing passing
    relancer balancer avancer lancer danger changer ranger manger deletes promotion promotions promoting
    received receives receiver mailing mailings emailing sailing bailing railing failing retired retirement
    retirer enlevement bothered brother brothers mother brothering writhing written whining
""")
"""Ordinary words that one slip turns into a word of the table."""

_INFINITIVES: Final = ("er", "ir", "re")


@dataclass(frozen=True, slots=True)
class Reading:
    """The words that counted, one letter of class for each, and the language they speak, if they tell."""

    words: tuple[str, ...]
    classes: str
    locale: Locale | None


@lru_cache(maxsize=1024)
def read(words: tuple[str, ...]) -> Reading:
    """Class the words of one clause, courtesy left out."""
    plain = tuple(spelled_out(words))
    kept: list[str] = []
    classes: list[str] = []
    at = 0
    while at < len(plain):
        size, tag = _class_at(plain, at)
        if tag is not None:
            word = plain[at]
            if tag is Tag.OTHER and _is_another_doing(word, classes):
                tag = Tag.DOING
            classes.append(tag.value)
            kept.append(word)
        at += size
    return Reading(tuple(kept), "".join(classes), language(words))


def language(words: tuple[str, ...]) -> Locale | None:
    """Return the language in which more of the words stand, None if neither leads."""
    french = sum(word in FRENCH_WORDS for word in words)
    english = sum(word in ENGLISH_WORDS for word in words)
    return None if french == english else "fr" if french > english else "en"


def spelled_out(words: tuple[str, ...]) -> Iterator[str]:
    """Yield the words with the spellings of the thumb written out."""
    for word in words:
        if written := SPELLINGS.get(word):
            yield from written
        else:
            yield word


def _class_at(words: tuple[str, ...], at: int) -> tuple[int, Tag | None]:
    if words[at].isdigit() and (size := _phone_number(words, at)):
        return size, Tag.NUMBER
    for phrase, tag in PHRASES.get(words[at], {}).items():
        if words[at : at + len(phrase)] == phrase:
            return len(phrase), tag
    return 1, CLASS_OF.get(words[at]) or _misspelled(words[at])


def _phone_number(words: tuple[str, ...], at: int) -> int:
    """Return how many words from here write a telephone number, 0 if none."""
    end = at
    while end < len(words) and words[end].isdigit():
        end += 1
    return end - at if sum(map(len, words[at:end])) >= _PHONE_DIGITS else 0


@lru_cache(maxsize=4096)
def _misspelled(word: str) -> Tag:
    """Class a drawn-out word, or one a slip away from a telling word of the table; OTHER if neither."""
    if drawn_out := CLASS_OF.get(_LONG_RUN.sub(r"\1", word)):
        return drawn_out
    if not _MISSPELLED_LETTERS - 1 <= len(word) <= _LONGEST_WORD or not word.isalpha():
        return Tag.OTHER
    if word in _OTHER_WORDS or word in ORDINARY:
        return Tag.OTHER
    near = process.extractOne(word, _NEARBY, scorer=OSA.distance, score_cutoff=1)
    return CLASS_OF[near[0]] if near and near[0][0] == word[0] else Tag.OTHER


def _is_another_doing(word: str, before: list[str]) -> bool:
    """Tell a verb that is none of ours right after a stop word: `stop lying`, `arrete de mentir`."""
    if not before:
        return False
    if before[-1] == Tag.HALT:
        return word.endswith("ing")
    return before[-1] == Tag.FROM and before[-2:-1] == [Tag.HALT.value] and word.endswith(_INFINITIVES)
