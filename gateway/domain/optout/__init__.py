"""Requests to stop in plain words, English and French: "take me off your list", "arretez de m'ecrire".

Any reasonable wording counts as a revocation (47 CFR 64.1200(a)(10)), but a text that merely contains the words
must not cost a person their reminders. So a clause is read as classes of words (`lexicon`, `phrases`, `reading`),
rules say which orders are a request, and guards take it back (`grammar`). Three answers: stop, ambiguous, none.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from gateway.domain.folding import Clause
from gateway.domain.optout import grammar
from gateway.domain.optout.doubts import DOUBTS, MESSAGE_DOUBTS, WHOLE_DOUBTS
from gateway.domain.optout.reading import Reading, read
from gateway.domain.reserved import Locale


class Answer(StrEnum):
    """Whether a text asks to stop."""

    STOP = "stop"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, a short reason, and the language of the words that gave it."""

    answer: Answer
    why: str
    locale: Locale | None = None


_HALF: Final = "complaint or half wish"
_PLEASE: Final = word_set("please pls plz svp stp thanks thx merci")
_SILENCE: Final = Verdict(Answer.NONE, "no request")
_WEIGHT: Final = {Answer.STOP: 2, Answer.AMBIGUOUS: 1, Answer.NONE: 0}

_ECHO: Final = re.compile(
    r"(?:^|\b(?:to|or|and|pour|ou|et|please|pls|svp|veuillez|you can|can|just|simply) )"
    r"(?:reply|replying|respond|text|txt|send|repondez|repondre|envoyez|envoyer|textez|texter|tapez|ecrivez|type) "
    r"(?:with |par |avec |the word |le mot )?(?:stop|arret|end|quit|unsubscribe|unsub|cancel|desabonner)"
    r"(?! (?:sending|texting|messaging|contacting|calling))\b"
)
"""Our own instruction coming back: "Reply STOP to opt out"."""

_BY_MISTAKE: Final = re.compile(
    r"\b(?:by (?:mistake|accident|error)|accidentally|mistakenly|accident|par (?:erreur|accident|megarde)|didnt mean to"
    r"|did not mean to|sans faire expres|oops|oups|meant to|undo|unstop|resubscribe|reabonn\w+|take(?:s)? back"
    r"|(?:cancel|annule[rz]?|undo|ignore[rz]?|revoke|reverse) (?:\w+ ){0,2}(?:stop|unsubscri\w+|opt ?outs?|opt out|arret"
    r"|desabonnement|desinscription))\b"
)
"""Somebody takes an opt-out back."""

_SPARE_FOR_WORD: Final = 2
_SPARE_FOR_PHRASE: Final = 6
"""A complaint is one when it is most of the clause, or stands beside a word for messages."""

LAUGHTER: Final = word_set("lol lmao lmfao haha hahaha hahahaha rofl mdr ptdr hihi hehe jk joking kidding")


def about_business(words: tuple[str, ...]) -> bool:
    """Tell whether a text speaks of appointments, orders and the like."""
    return grammar.BUSINESS.search(read(words).classes) is not None


def unclear_object(words: tuple[str, ...]) -> bool:
    """Tell whether what follows the first word is of no known class, so that "STOP Acme" may mean us."""
    return set(read(words).classes[1:]) == {grammar.UNKNOWN}


def judge(clauses: Iterable[Clause]) -> Verdict:
    """Read the clauses of a text; one request to stop decides, then one doubt, else none."""
    best = _SILENCE
    asked = conditional = False
    for clause in clauses:
        verdict = _judge_clause(clause.words, conditional=conditional, goes_on=clause.end == ",")
        if verdict.answer is Answer.STOP and asked and clause.end == "?":
            verdict = Verdict(Answer.AMBIGUOUS, "asks how to stop", verdict.locale)
        if _WEIGHT[verdict.answer] > _WEIGHT[best.answer] or (best is _SILENCE and verdict is not _SILENCE):
            best = verdict
        goes_on = clause.end == ","
        asked = goes_on and clause.words[0] in ("how", "comment", "why", "pourquoi", "what")
        conditional = goes_on and (conditional or clause.words[0] in ("if", "si", "unless"))
    return best


def _judge_clause(words: tuple[str, ...], *, conditional: bool, goes_on: bool) -> Verdict:
    """Judge a clause, and if nothing is asked, what stands behind a courtesy inside it."""
    verdict = _judge_words(words, conditional=conditional, goes_on=goes_on)
    if verdict.answer is Answer.STOP or verdict.why not in (_SILENCE.why, _HALF):
        return verdict
    for at, word in enumerate(words):
        if word in _PLEASE and 0 < at < len(words) - 1:
            tail = _judge_words(words[at + 1 :], conditional=conditional, goes_on=goes_on)
            if tail.answer is Answer.STOP:
                return tail
    return verdict


@lru_cache(maxsize=1024)
def _judge_words(words: tuple[str, ...], *, conditional: bool, goes_on: bool) -> Verdict:
    text = " ".join(words)
    reading = read(words)
    if _ECHO.search(text):
        return Verdict(Answer.NONE, "quotes an instruction", reading.locale)
    verdict = _request(reading)
    if verdict.answer is Answer.STOP:
        if conditional:
            return Verdict(Answer.AMBIGUOUS, "conditional", reading.locale)
        if _BY_MISTAKE.search(text):
            return Verdict(Answer.AMBIGUOUS, "takes an opt-out back", reading.locale)
        if not LAUGHTER.isdisjoint(words) and not grammar.MESSAGING.search(reading.classes):
            return Verdict(Answer.AMBIGUOUS, "said in jest", reading.locale)
        return verdict
    if verdict.answer is Answer.NONE and verdict.why == _SILENCE.why:
        return _half(words, text, reading, goes_on=goes_on)
    return verdict


def _half(words: tuple[str, ...], text: str, reading: Reading, *, goes_on: bool) -> Verdict:
    """Judge a clause without a request: a doubt, or nothing."""
    if grammar.STOPPING.search(reading.classes):
        if _BY_MISTAKE.search(text):
            return Verdict(Answer.AMBIGUOUS, "takes an opt-out back", reading.locale)
        if not LAUGHTER.isdisjoint(words) and not grammar.BUSINESS.search(reading.classes):
            return Verdict(Answer.AMBIGUOUS, "said in jest", reading.locale)
    if words in WHOLE_DOUBTS and goes_on:
        return _SILENCE  # "don't call me, text me"
    if len(words) > 1 and _stop_beside_doubt(words, reading):
        return Verdict(Answer.STOP, "complaint and stop", reading.locale)
    if words in WHOLE_DOUBTS or grammar.HALF_WISH.search(reading.classes):
        return Verdict(Answer.AMBIGUOUS, _HALF, reading.locale)
    if _complains(words, reading):
        if grammar.STOP_AT_AN_END.search(reading.classes):
            return Verdict(Answer.STOP, "complaint and stop", reading.locale)
        return Verdict(Answer.AMBIGUOUS, _HALF, reading.locale)
    return _SILENCE


def _request(reading: Reading) -> Verdict:
    """Return STOP if a rule fits and nothing takes it back; else the strongest of the reasons against."""
    best = _SILENCE
    for rule in grammar.REQUESTS:
        found = rule.shape.search(reading.classes)
        if found is None:
            continue
        verdict = _guarded(rule, reading, found.start(), found.end())
        if verdict.answer is Answer.STOP:
            return verdict
        if best is _SILENCE or verdict.why == "negated":
            best = verdict
    return best


def _guarded(rule: grammar.Rule, reading: Reading, start: int, end: int) -> Verdict:
    before, after = reading.classes[:start], reading.classes[end:]
    tells: Locale | None = reading.locale

    def against(answer: Answer, why: str) -> Verdict:
        return Verdict(answer, why, tells)

    if grammar.NEGATED.search(before) or grammar.NEGATED_AFTER.match(reading.classes, start):
        return against(Answer.NONE, "negated")
    if grammar.ASKED.search(before):
        return against(Answer.AMBIGUOUS, "asks how to stop")
    if grammar.CONDITIONAL.search(before) or grammar.CONDITIONAL.search(after):
        return against(Answer.AMBIGUOUS, "conditional")
    if grammar.FUTURE.search(before):
        return against(Answer.AMBIGUOUS, "intention only")
    if grammar.OF_ANOTHER.search(before) or _is_passive(reading, start):
        return against(Answer.NONE, "report")
    if grammar.LIMITED.search(after) or (rule.limitable and grammar.LIMITED_TO.search(after)):
        return against(Answer.AMBIGUOUS, "limited wish")
    return Verdict(Answer.STOP, rule.why, tells)


def _is_passive(reading: Reading, start: int) -> bool:
    """Tell "I was unsubscribed" from "I am unsubscribing" and "I want to be unsubscribed"."""
    before = reading.classes[:start]
    told = grammar.UNDERGONE.match(reading.classes, start) and grammar.PASSIVE.search(before)
    if reading.words[start].endswith("ing"):
        return False
    return bool(told) and not grammar.WANTED.search(before)


def _stop_beside_doubt(words: tuple[str, ...], reading: Reading) -> bool:
    """Read "stop, I'm done" typed without its comma."""
    first, last = reading.classes[:1], reading.classes[-1:]
    halt = grammar.HALT_LETTER
    return (first == halt and words[1:] in WHOLE_DOUBTS) or (last == halt and words[:-1] in WHOLE_DOUBTS)


def _complains(words: tuple[str, ...], reading: Reading) -> bool:
    about_messages = grammar.MESSAGING.search(reading.classes) is not None
    if grammar.BUSINESS.search(reading.classes) and not about_messages:
        return False
    for at, word in enumerate(words):
        for phrase in DOUBTS.get(word, ()):
            if words[at : at + len(phrase)] == phrase:
                spare = _SPARE_FOR_WORD if len(phrase) == 1 else _SPARE_FOR_PHRASE
                short = phrase not in MESSAGE_DOUBTS and len(words) <= len(phrase) + spare
                if about_messages or short:
                    return True
    return False
