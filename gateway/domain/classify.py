"""What an inbound text asks for: the one place that joins reactions, reserved words, operator's words and
sentences.

Order: reaction, then stop in every form, start, help, contact, info, the operator's words, a second opinion
on what may be a stop in unusual words, nothing. The rules are those of `keywords`, `reactions` and `optout`;
this file only decides who speaks first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.domain import folding, optout, reactions
from gateway.domain.courtesy import peel
from gateway.domain.folding import Clause
from gateway.domain.keywords import BUILTIN, Found, Vocabulary
from gateway.domain.optout.learned import Model, opinion
from gateway.domain.optout.reading import language
from gateway.domain.optout.verdict import Answer, Verdict
from gateway.domain.reserved import Intent, Locale, word_set

__all__ = ["BUILTIN", "Classification", "Intent", "Vocabulary", "classify"]

_IN_A_LINE: Final = 0.95
_IN_WORDS: Final = 0.9
_WITH_REST: Final = 0.9
_DOUBTFUL: Final = 0.5
_NOTHING: Final = 0.9

_WEAK: Final = frozenset({"CANCEL", "END", "QUIT", "REVOKE"})
"""Stop words that alone are an opt-out, but in a longer text are mostly ordinary verbs."""

_TO_NUMBER: Final = re.compile(
    r"(stop|arret|arreter|arretez)(?: (?:au|a|to|at|le|sms|svp))*((?: \d+)+)(?: svp| please| merci)*"
)
_SHORTEST_CODE: Final = 5

_ASKS: Final = word_set("""
    are is do does can could will what when where who why how which was were did has have am may should any
    quel quelle quels quelles quand comment ou est avez etes pouvez combien pourquoi y a c qui peut puis
    faut faites prix horaire horaires heures hours price prices about on sur pour for
""")
_TELLS: Final = word_set("""
    received recu recue recus recues is was thanks thank merci wrong incorrect incorrecte seems noted bien
    pas not sent envoyee given donnee only desk center centre kiosque
""")
_NAMES: Final = word_set("received recu recue recus recues desk center centre kiosque")
_INFO_HEAD: Final = frozenset({"info", "infos"})
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_REST_EDGE: Final = " \t\r\n:,.;-–—!?…\u00a0"
_STOPPERS: Final = word_set("stop arret")


@dataclass(frozen=True, slots=True)
class Classification:
    """The intent of a text; `rest` is what follows an INFO or an operator's word, as it was written."""

    intent: Intent
    keyword: str | None
    locale: Locale | None
    confidence: float
    why: str
    rest: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the object that `gateway classify` prints."""
        return {
            "intent": self.intent.value,
            "keyword": self.keyword,
            "locale": self.locale,
            "confidence": self.confidence,
            "why": self.why,
        }


def classify(
    text: str,
    vocabulary: Vocabulary = BUILTIN,
    *,
    recent: Sequence[str] | None = None,
    model: Model | None = None,
) -> Classification:
    """Say what a text asks for.

    `recent` holds the bodies that we lately sent to that address; None means that no history is known, and
    then a reaction is recognised by its shape alone. Of a text
    longer than `folding.LIMIT` folded characters the two ends count.
    `model` is for the trainer; None means the one that is shipped.
    """
    folded = folding.fold(text)
    if len(text) <= folding.LIMIT and (found := vocabulary.exact(_only_word(folded))):
        return _of(found)
    if reaction := reactions.read(folded, recent):
        return Classification(Intent.NONE, None, None, _NOTHING, reaction.value)
    return _without_reaction(text, folded, vocabulary, model)


def _only_word(folded: str) -> tuple[str, ...]:
    """Return a text that is one bare word, the commonest of all inbound texts, without reading it closer."""
    bare = folded.strip()
    return (bare,) if bare.isalnum() else ()


def _without_reaction(text: str, folded: str, vocabulary: Vocabulary, model: Model | None) -> Classification:
    spoken = reactions.without_quotations(folded)
    if not folding.words(spoken):
        spoken = folded
    words = folding.words(spoken)
    if not words:
        return Classification(Intent.NONE, None, None, _NOTHING, "no words")
    found = vocabulary.exact(words) or vocabulary.disguised(words) or vocabulary.typo(words)
    if found and found.entry.intent is Intent.STOP:
        return _of(found)
    clauses = folding.clauses(spoken)
    if stop := _stop_to_number(words) or _stop_in_part(spoken, clauses, vocabulary):
        return stop
    if found:
        return _of(found)
    verdict = optout.judge(clauses)
    if verdict.answer is not Answer.STOP and (opened := _opened(text, words, vocabulary)):
        return opened
    if verdict.why in optout.OPEN and (second := opinion(clauses, model)):
        verdict = second
    return _in_sentences(words, clauses, vocabulary, verdict)


def _in_sentences(
    words: tuple[str, ...], clauses: list[Clause], vocabulary: Vocabulary, verdict: Verdict
) -> Classification:
    if verdict.answer is Answer.STOP:
        sure = verdict.confidence or _IN_WORDS
        return Classification(Intent.STOP, None, _spoken(verdict, words), sure, verdict.why)
    if verdict.answer is Answer.AMBIGUOUS:
        return Classification(Intent.AMBIGUOUS, None, _spoken(verdict, words), _DOUBTFUL, verdict.why)
    if doubt := _doubtful_stop(words, clauses, vocabulary):
        return Classification(Intent.AMBIGUOUS, None, language(words), _DOUBTFUL, doubt)
    return Classification(Intent.NONE, None, language(words), _NOTHING, verdict.why)


def _spoken(verdict: Verdict, words: tuple[str, ...]) -> Locale:
    return verdict.locale or language(words) or "en"


def _of(found: Found, confidence: float | None = None, why: str | None = None) -> Classification:
    entry = found.entry
    return Classification(
        entry.intent, entry.keyword, entry.locale, confidence or found.confidence, why or found.why
    )


def _stop_to_number(words: tuple[str, ...]) -> Classification | None:
    """Read `STOP au 36111`, the wording of French advertisers, as the plain word."""
    if words[0] not in ("stop", "arret", "arreter", "arretez") or len(words) > 12:
        return None
    match = _TO_NUMBER.fullmatch(" ".join(words))
    if match is None or len(match[2].replace(" ", "")) < _SHORTEST_CODE:
        return None
    keyword, locale = ("STOP", "en") if match[1] == "stop" else ("ARRET", "fr")
    if " au " in f" {' '.join(words)} ":
        locale = "fr"
    return Classification(
        Intent.STOP, keyword, "fr" if locale == "fr" else "en", _IN_A_LINE, "stop word with a number"
    )


def _stop_in_part(spoken: str, clauses: list[Clause], vocabulary: Vocabulary) -> Classification | None:
    """Find a stop word that is a whole line, or a whole sentence at either end of the text."""
    for line in spoken.split("\n") if "\n" in spoken else ():
        found = vocabulary.exact(folding.words(line))
        if found and found.entry.intent is Intent.STOP:
            return _of(found, _IN_A_LINE, "stop word on its own line")
    if len(clauses) < 2:
        return None
    whole = folding.words(spoken)
    for clause in (clauses[-1], clauses[0]):
        if clause.end == "?" or not optout.JEST.isdisjoint(whole):
            continue
        found = vocabulary.exact(clause.words)
        if found and found.entry.intent is Intent.STOP and found.entry.keyword not in _WEAK:
            return _of(found, _IN_A_LINE, "stop word as a sentence")
    return None


def _opened(text: str, words: tuple[str, ...], vocabulary: Vocabulary) -> Classification | None:
    """Read a text that begins with INFO or an operator's word and goes on."""
    core, _ = peel(words)
    if core and core[0] in _INFO_HEAD and words[0] == core[0] and _is_question(text, core):
        rest = _rest(text, 1)
        return Classification(
            Intent.INFO, "INFO", language(core[1:]), _WITH_REST, "info word and a question", rest
        )
    if leading := vocabulary.leading(words):
        entry, size = leading
        return Classification(
            entry.intent, entry.keyword, None, _WITH_REST, "keyword and more", _rest(text, size)
        )
    return None


def _is_question(text: str, core: tuple[str, ...]) -> bool:
    if len(core) < 2:
        return False
    after = text.strip()[len(core[0]) :].lstrip()[:1]
    if after in (":", "-", "?", "–", "—", ","):
        return True
    if "?" in text:
        return core[1] not in _NAMES
    if core[1] in _TELLS:
        return False
    return core[1] in _ASKS or len(core) <= 4


def _rest(text: str, size: int) -> str:
    """Cut `size` folded words off the front of a text, and keep the rest as it was written."""
    for match in _WORD.finditer(text):
        size -= len(folding.words(folding.fold(match[0])))
        if size <= 0:
            return text[match.end() :].strip(" \t\r\n").lstrip(_REST_EDGE)
    return ""


def _doubtful_stop(words: tuple[str, ...], clauses: list[Clause], vocabulary: Vocabulary) -> str | None:
    """Name the doubt about a stop word that stands alone in a part of the text, or opens a very short one."""
    if words == ("non", "stop"):
        return "non stop"
    for clause in clauses if len(clauses) > 1 else ():
        found = vocabulary.exact(clause.words)
        if found and found.entry.intent is Intent.STOP and not optout.about_business(words):
            return "stop word among other sentences"
    if words[0] in _STOPPERS and 2 <= len(words) <= 3 and optout.unclear_object(words):
        return "stop word with an unknown object"
    return None
