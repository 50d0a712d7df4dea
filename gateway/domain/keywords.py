"""The vocabulary of a project: reserved words, the operator's words, and how a text is matched with them.

A match is exact, polite ("please STOP, thanks"), disguised ("S T O P", "ST0P", "stopstop", "STOOOP") or
a typo ("STPO"). Sentences are not read here: see `optout`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from gateway.domain import folding
from gateway.domain.courtesy import peel
from gateway.domain.reserved import ORDINARY, WORDS, Intent, Locale

__all__ = ["BUILTIN", "RESERVED", "Entry", "Found", "Intent", "Vocabulary", "shadows", "suggest"]

EXACT: Final = 1.0
DISGUISED: Final = 0.95
TYPO: Final = 0.85

_TYPO_LETTERS: Final = 4
_FAR_TYPO_LETTERS: Final = 9
_LONGEST_WORD: Final = 40
_LONGEST_PHRASE: Final = 14
_FEW: Final = 4
_GLUED_POLITE: Final = ("please", "pls", "plz", "svp", "stp", "merci", "thanks", "now", "it", "me", "ok")
_DIGITS_AS_LETTERS: Final = str.maketrans("013457", "oieast")
_LONG_RUN: Final = re.compile(r"(.)\1{2,}")
_SHORT_RUN: Final = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One word or phrase of the vocabulary; `keyword` is how it is written to people."""

    intent: Intent
    keyword: str
    locale: Locale | None


@dataclass(frozen=True, slots=True)
class Found:
    """An entry met in a text, how sure we are, and why."""

    entry: Entry
    confidence: float
    why: str


def _reserved() -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for intent, locale, keyword, others in WORDS:
        for form in filter(str.strip, (keyword.lower(), *others.split(","))):
            entries.setdefault(" ".join(form.split()), Entry(intent, keyword, locale))
    return entries


_BUILT_IN: Final = _reserved()
RESERVED: Final[Mapping[str, tuple[Intent, Locale | None]]] = {
    form: (entry.intent, entry.locale) for form, entry in _BUILT_IN.items()
}
"""Every reserved form, folded, with its meaning and its language (None: the same in both)."""

_RESERVED_SQUASHED: Final = {form.replace(" ", ""): meaning[0] for form, meaning in RESERVED.items()}


def shadows(word: str) -> Intent | None:
    """Return the reserved meaning that an operator's keyword would hide behind, None if it is free."""
    return _RESERVED_SQUASHED.get("".join(folding.words(folding.fold(word))))


@dataclass(frozen=True)
class Vocabulary:
    """The words of one project; build it once and share it."""

    entries: Mapping[str, Entry] = field(default_factory=lambda: _BUILT_IN)

    @classmethod
    def build(
        cls, stop_words: Mapping[Locale, Iterable[str]] | None = None, keywords: Iterable[str] = ()
    ) -> "Vocabulary":
        """Join the reserved words (which win), further stop words by language, and the operator's words."""
        entries = dict(_BUILT_IN)
        for locale, forms in (stop_words or {}).items():
            for form in forms:
                _add(entries, form, Entry(Intent.STOP, form.strip().upper(), locale))
        for keyword in keywords:
            _add(entries, keyword, Entry(Intent.KEYWORD, keyword.strip(), None))
        return cls(entries)

    @cached_property
    def squashed(self) -> dict[str, Entry]:
        """Entries by their letters alone: `OPT OUT`, `OPT-OUT` and `O.P.T O.U.T` are one."""
        forms: dict[str, Entry] = {}
        for form, entry in self.entries.items():
            forms.setdefault(form.replace(" ", ""), entry)
        return forms

    @cached_property
    def _typo_forms(self) -> list[str]:
        forms = (form for form, entry in self.squashed.items() if entry.intent is not Intent.KEYWORD)
        return sorted((f for f in forms if len(f) >= _TYPO_LETTERS), key=lambda f: not self._stops(f))

    @cached_property
    def _operator_words(self) -> dict[tuple[str, ...], Entry]:
        own = {tuple(f.split()): e for f, e in self.entries.items() if e.intent is Intent.KEYWORD}
        return dict(sorted(own.items(), key=lambda item: -len(item[0])))

    def _stops(self, form: str) -> bool:
        return self.squashed[form].intent is Intent.STOP

    def exact(self, words: tuple[str, ...]) -> Found | None:
        """Find words that are one entry, courtesy around it allowed."""
        if len(words) > _LONGEST_PHRASE:
            return None
        if entry := self.entries.get(" ".join(words)):
            return Found(entry, EXACT, f"exact {_kind(entry)}")
        core, locale = peel(words)
        if not core or words == ("non", "stop"):
            return None
        if entry := self.entries.get(" ".join(core)):
            told = (
                entry
                if locale is None or (entry.locale and locale == "en")
                else replace(entry, locale=locale)
            )
            return Found(told, EXACT, f"polite {_kind(entry)}")
        return None

    def disguised(self, words: tuple[str, ...]) -> Found | None:
        """Find an entry spelled apart, with digits, repeated, or glued to courtesy."""
        if len(words) > _LONGEST_PHRASE and len(set(words)) > _FEW:
            return None
        core, _ = peel(words)
        if not core or len(core) > _LONGEST_WORD or sum(map(len, core)) > 4 * _LONGEST_WORD:
            return None
        if entry := self._all_reserved(core):
            return Found(entry, DISGUISED, f"repeated {_kind(entry)}")
        letters = "".join(core)
        if core[0] in ORDINARY:
            return None
        spelled = len(letters) == len(core)
        if len(core) == 1 or spelled or (len(core) <= 3 and len(letters) >= _TYPO_LETTERS):
            for shape in _shapes(letters, single=len(core) == 1):
                entry = self.squashed.get(shape)
                if entry and (len(core) == 1 or spelled or entry.intent is not Intent.START):
                    return Found(entry, DISGUISED, f"disguised {_kind(entry)}")
        return None

    def _all_reserved(self, core: tuple[str, ...]) -> Entry | None:
        """Read `STOP STOP`, `STOP/ARRET`, `help stop`: only reserved single words, of which stop wins."""
        if core[0] in ("cancel", "remove", "end", "revoke", "unstop") and set(core) != {core[0]}:
            return None  # "cancel stop" takes a stop back
        found = [
            entry for word in core if (entry := self.entries.get(word)) and entry.intent is not Intent.KEYWORD
        ]
        if len(found) < len(core):
            return None
        return next((entry for entry in found if entry.intent is Intent.STOP), found[0])

    def typo(self, words: tuple[str, ...]) -> Found | None:
        """Find a lone word one slip from a reserved word (two slips from nine letters on)."""
        if len(words) > _LONGEST_PHRASE:
            return None
        core, _ = peel(words)
        letters = "".join(core)
        if not self._may_be_typo(core, letters):
            return None
        for slips in (1, 2):
            near = process.extractOne(letters, self._typo_forms, scorer=OSA.distance, score_cutoff=slips)
            if near and _believable(letters, near[0], slips, len(core)):
                entry = self.squashed[near[0]]
                return Found(entry, TYPO, f"typo of {entry.keyword}")
        return None

    def _may_be_typo(self, core: tuple[str, ...], letters: str) -> bool:
        if not 1 <= len(core) <= 3 or not _TYPO_LETTERS - 1 <= len(letters) <= _LONGEST_WORD:
            return False
        if letters.isdigit() or letters in ORDINARY or letters in self.squashed:
            return False
        return len(core) == 1 or len(letters) >= _FAR_TYPO_LETTERS - 2

    def leading(self, words: tuple[str, ...]) -> tuple[Entry, int] | None:
        """Find the longest operator's word that begins the text, and its count of words."""
        for form, entry in self._operator_words.items():
            if words[: len(form)] == form:
                return entry, len(form)
        return None


def _add(entries: dict[str, Entry], form: str, entry: Entry) -> None:
    folded = " ".join(folding.words(folding.fold(form)))
    if folded:
        entries.setdefault(folded, entry)


def _kind(entry: Entry) -> str:
    return "keyword" if entry.intent is Intent.KEYWORD else f"{entry.intent} word"


def _shapes(letters: str, *, single: bool) -> Iterator[str]:
    """Yield the plainer words that a lone token may stand for."""
    yield letters
    plain = letters if letters.isdigit() else letters.translate(_DIGITS_AS_LETTERS)
    yield plain
    yield _LONG_RUN.sub(r"\1", plain)
    yield _SHORT_RUN.sub(r"\1", plain)
    for size in (4, 5, 11):  # stopstopstop, arretarret, unsubscribeunsubscribe
        if len(plain) > size and plain == plain[:size] * (len(plain) // size):
            yield plain[:size]
    for courtesy in _GLUED_POLITE if single else ():
        if plain.endswith(courtesy):
            yield plain.removesuffix(courtesy)
        if plain.startswith(courtesy):
            yield plain.removeprefix(courtesy)


def _believable(letters: str, form: str, slips: int, parts: int) -> bool:
    if slips == 1:
        return parts == 1 or len(form) >= _FAR_TYPO_LETTERS - 2
    return parts == 1 and len(form) >= _FAR_TYPO_LETTERS and letters[0] == form[0]


def suggest(text: str, vocabulary: Vocabulary) -> str | None:
    """Return the keyword that a text nearly is, for "Did you mean INFO?"; never a stop word."""
    core, _ = peel(folding.words(folding.fold(text)))
    letters = "".join(core)
    if (
        len(letters) < _TYPO_LETTERS - 1
        or len(letters) > _LONGEST_WORD
        or len(core) > 4
        or letters in ORDINARY
    ):
        return None
    forms = [form for form in vocabulary.squashed if len(form) >= _TYPO_LETTERS]
    slips = 2 if len(letters) > _TYPO_LETTERS else 1
    near = process.extractOne(letters, forms, scorer=OSA.distance, score_cutoff=slips)
    if near is None or near[1] == 0:
        return None
    entry = vocabulary.squashed[near[0]]
    return None if entry.intent is Intent.STOP else entry.keyword


BUILTIN: Final = Vocabulary()
"""The vocabulary of no project in particular: reserved words only."""
