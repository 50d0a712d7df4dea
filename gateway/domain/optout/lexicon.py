"""Both languages joined for the reader: the class of each word, and the phrases by their first word.

English stands first: a word of both languages ("contacts", "service") has the English class.
"""

from collections.abc import Mapping
from typing import Final

from gateway.domain.optout import english, french
from gateway.domain.optout.tags import Tag

Phrases = dict[tuple[str, ...], Tag | None]


def _classes() -> dict[str, Tag]:
    table: dict[str, Tag] = {}
    for words in (english.WORDS, french.WORDS):
        for tag, entries in words.items():
            for word in entries.split():
                table.setdefault(word, tag)
    return table


def _phrases() -> dict[str, Phrases]:
    """Index phrases by their first word, the longest first; None stands for "read as nothing"."""
    found: Phrases = {}
    for phrases in (english.PHRASES, french.PHRASES):
        for tag, entries in phrases.items():
            found.update({tuple(phrase.split()): tag for phrase in entries.split("|")})
    found.update(dict.fromkeys(french.LEFT_ALONE, Tag.ALONE))
    for nothing in (english.NOTHING, french.NOTHING):
        for phrase in nothing.split("|"):
            found.setdefault(tuple(phrase.split()), None)
    index: dict[str, Phrases] = {}
    for words in sorted(found, key=len, reverse=True):
        index.setdefault(words[0], {})[words] = found[words]
    return index


def _all_words(table: Mapping[Tag, str]) -> frozenset[str]:
    return frozenset(word for entries in table.values() for word in entries.split())


CLASS_OF: Final = _classes()
PHRASES: Final = _phrases()
ENGLISH_WORDS: Final = _all_words(english.WORDS)
FRENCH_WORDS: Final = _all_words(french.WORDS)
