"""Requests to stop in plain words, English and French: "take me off your list", "arretez de m'ecrire".

Any reasonable wording counts as a revocation (47 CFR 64.1200(a)(10)), but a text that merely contains
the words must not cost a person their reminders. So a clause is read as classes of words (`english`,
`french`, `reading`), rules say which orders are a request (`grammar`), and guards take it back (`guards`).
Complaints alone are doubts (`doubts`).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from gateway.domain.folding import Clause
from gateway.domain.optout import guards
from gateway.domain.optout.doubts import DOUBTS, MESSAGE_DOUBTS, WHOLE_DOUBTS
from gateway.domain.optout.grammar import REQUESTS
from gateway.domain.optout.reading import Reading, read
from gateway.domain.optout.shapes import BARE, FORBIDS, NO_WISH, Rule
from gateway.domain.optout.verdict import Answer, Verdict
from gateway.domain.reserved import word_set

_HALF: Final = "complaint or half wish"
_NONE: Final = word_set("no pas aucun aucune plus")
_PLEASE: Final = word_set("please pls plz svp stp thanks thx merci")
_SILENCE: Final = Verdict(Answer.NONE, "no request")
OPEN: Final = frozenset({_HALF, _SILENCE.why})
"""Reasons that leave room for a second opinion (`learned`); all others were found and weighed."""

_WEIGHT: Final = {Answer.STOP: 2, Answer.AMBIGUOUS: 1, Answer.NONE: 0}

_ECHO: Final = re.compile(
    r"(?:^|\b(?:to|or|and|pour|ou|et|please|pls|svp|veuillez|you can|can|just|simply|says?|said|dit) )"
    r"(?:reply|replying|respond|text|txt|send|type"
    r"|repondez|repondre|envoyez|envoyer|textez|texter|tapez|ecrivez) "
    r"(?:with |par |avec |the word |le mot )?"
    r"(?:stop|arret|end|quit|unsubscribe|unsub|cancel|desabonner)"
    r"(?! (?:sending|texting|messaging|contacting|calling))\b"
    r"|\b(?:says?|said|dit) (?:stop|arret|end|quit) (?:to|pour)\b|\bdoes (?:\w+ )?stop\b"
)
"""Our own instruction coming back: "Reply STOP to opt out"."""

_BY_MISTAKE: Final = re.compile(
    r"\b(?:by (?:mistake|accident|error)|accidentally|mistakenly|accident|oops|oups|undo|meant to"
    r"|did ?(?:nt|not) mean to|unstop|resubscribe|takes? back"
    r"|par (?:erreur|accident|megarde)|sans faire expres|reabonn\w+"
    r"|(?:cancel|annule[rz]?|ignore[rz]?|revoke|reverse) (?:\w+ ){0,2}"
    r"(?:stop|unsubscri\w+|opt ?outs?|arret|desabonnement|desinscription))\b"
)
"""Somebody takes an opt-out back."""

_SPARE_FOR_WORD: Final = 3
_SPARE_FOR_PHRASE: Final = 6
"""A complaint is one when it is most of the clause, or stands beside a word for messages."""

_ELSEWHERE: Final = re.compile(
    r"\b(?:from|of|to|for|de|du|des|d|le|la|les|l) (?:the |your |my |our |la |vos |votre )?(?:\w+ )?"
    r"(?:emails?|e mails?|journal|magazine|papier|flu|vaccin\w*|shot|pension|insurance|assurance|gym|sport"
    r"|yoga|camp|trip|netflix|spotify|amazon|youtube|facebook|instagram|class|cours|trial|essai|app|appli)\b"
)
_BY_PHONE: Final = re.compile(
    r"\b(?:text\w*|sms|messag\w*|phone|numbers?|numeros?|lists?|listes?|alert\w*|everything|tout|calls?|rappels?|reminders?"
    r"|envois?|pubs?|offres?|alertes?|textos?)\b"
)
"""Something else that one may leave, and the words that show that it is not meant alone."""

_OTHERS_PLACE: Final = re.compile(
    r"\b(?:mon|ma|my) (?:(?:ancien(?:ne)?|autre|old|other|ex)\b"
    r"|(?:employ\w*|patron|boss|work|job|bureau|office|mari|husband|wife|femme|voisine?|neighbou?r)\b"
    r"(?! (?:phone|number|cell|numero|tel)))"
)
"""Whom else one may not want us to write to."""

PRAISE: Final = word_set("""
    gentil gentils gentille gentilles sweet kind hilarious blushing blush flattered gagne genial rire
""")
LAUGHTER: Final = word_set("lol lmao lmfao haha hahaha hahahaha rofl mdr ptdr hihi hehe jk joking kidding")
JEST: Final = LAUGHTER | PRAISE


def about_business(words: tuple[str, ...]) -> bool:
    """Tell whether a text speaks of appointments, orders and the like."""
    return guards.BUSINESS.search(read(words).classes) is not None


def unclear_object(words: tuple[str, ...]) -> bool:
    """Tell whether what follows the first word is of no known class, so that "STOP Acme" may mean us."""
    return set(read(words).classes[1:]) == {guards.UNKNOWN}


def judge(clauses: Sequence[Clause]) -> Verdict:
    """Read the clauses of a text; one request to stop decides, then one doubt, else none."""
    best = _SILENCE
    asked = conditional = False
    for clause in clauses:
        verdict = _judge_clause(clause.words, conditional=conditional, goes_on=clause.end == ",")
        nothing_came = verdict.why == FORBIDS and clause.words[0] in _NONE  # "pas de message?"
        if verdict.answer is Answer.STOP and clause.end == "?" and (asked or nothing_came):
            verdict = Verdict(Answer.AMBIGUOUS, "asks how to stop", verdict.locale)
        if _WEIGHT[verdict.answer] > _WEIGHT[best.answer] or (best is _SILENCE and verdict is not _SILENCE):
            best = verdict
        goes_on = clause.end == ","
        asked = goes_on and clause.words[0] in ("how", "comment", "why", "pourquoi", "what")
        conditional = goes_on and (conditional or clause.words[0] in ("if", "si", "unless"))
    if best.why == BARE and not all(PRAISE.isdisjoint(clause.words) for clause in clauses):
        return Verdict(Answer.AMBIGUOUS, "said in jest", best.locale)
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
    if verdict.answer is Answer.STOP and conditional:
        return Verdict(Answer.AMBIGUOUS, "conditional", reading.locale)
    if verdict.answer is Answer.STOP and _is_elsewhere(verdict, text):
        return Verdict(Answer.AMBIGUOUS, "about something else", reading.locale)
    if verdict.answer is Answer.STOP or verdict.why == _SILENCE.why:
        if excuse := _taken_back(words, text, reading):
            return Verdict(Answer.AMBIGUOUS, excuse, reading.locale)
        return verdict if verdict.answer is Answer.STOP else _half(words, reading, goes_on=goes_on)
    return verdict


def _is_elsewhere(verdict: Verdict, text: str) -> bool:
    """Tell whether another list, or another person's peace, is asked for."""
    if verdict.why == FORBIDS and _OTHERS_PLACE.search(text):
        return True
    return _ELSEWHERE.search(text) is not None and _BY_PHONE.search(text) is None


def _taken_back(words: tuple[str, ...], text: str, reading: Reading) -> str | None:
    """Say why a clause with a stop word in it is not meant as one."""
    if not guards.STOPPING.search(reading.classes):
        return None
    if _BY_MISTAKE.search(text):
        return "takes an opt-out back"
    about = guards.MESSAGING.search(reading.classes) or guards.BUSINESS.search(reading.classes)
    return None if about or LAUGHTER.isdisjoint(words) else "said in jest"


def _half(words: tuple[str, ...], reading: Reading, *, goes_on: bool) -> Verdict:
    """Judge a clause without a request: a doubt, or nothing."""
    if words in WHOLE_DOUBTS and goes_on:
        return _SILENCE  # "don't call me, text me"
    complains = _complains(words, reading)
    if _stop_beside_doubt(words, reading) or (complains and guards.STOP_AT_AN_END.search(reading.classes)):
        return Verdict(Answer.STOP, "complaint and stop", reading.locale)
    if complains or words in WHOLE_DOUBTS or guards.HALF_WISH.search(reading.classes):
        return Verdict(Answer.AMBIGUOUS, _HALF, reading.locale)
    return _SILENCE


def _request(reading: Reading) -> Verdict:
    """Return STOP if a rule fits and nothing takes it back; else the strongest of the reasons against."""
    best = _SILENCE
    if not guards.POSSIBLE.search(reading.classes):
        return best
    for rule in REQUESTS:
        found = rule.shape.search(reading.classes)
        if found is None:
            continue
        verdict = _guarded(rule, reading, found.start(), found.end())
        if verdict.answer is Answer.STOP:
            return verdict
        if best is _SILENCE or verdict.why == "negated":
            best = verdict
    return best


def _guarded(rule: Rule, reading: Reading, start: int, end: int) -> Verdict:
    before, after = reading.classes[:start], reading.classes[end:]
    if guards.NEGATED.search(before) or guards.NEGATED_AFTER.match(reading.classes, start):
        return Verdict(Answer.NONE, "negated", reading.locale)
    if guards.ASKED.search(before):
        return Verdict(Answer.AMBIGUOUS, "asks how to stop", reading.locale)
    if guards.CONDITIONAL.search(before) or guards.CONDITIONAL.search(after):
        return Verdict(Answer.AMBIGUOUS, "conditional", reading.locale)
    if guards.FUTURE.search(before):
        return Verdict(Answer.AMBIGUOUS, "intention only", reading.locale)
    if guards.OF_ANOTHER.search(before) or _is_passive(reading, start):
        return Verdict(Answer.NONE, "report", reading.locale)
    if rule.why == NO_WISH and guards.TO_END.match(after):
        return Verdict(Answer.NONE, "negated", reading.locale)
    if guards.LIMITED.search(after) or (rule.limitable and guards.LIMITED_TO.search(after)):
        return Verdict(Answer.AMBIGUOUS, "limited wish", reading.locale)
    return Verdict(Answer.STOP, rule.why, reading.locale)


def _is_passive(reading: Reading, start: int) -> bool:
    """Tell "I was unsubscribed" from "I am unsubscribing" and "I want to be unsubscribed"."""
    before = reading.classes[:start]
    told = guards.UNDERGONE.match(reading.classes, start) and guards.PASSIVE.search(before)
    if reading.words[start].endswith("ing"):
        return False
    return bool(told) and not guards.WANTED.search(before)


def _stop_beside_doubt(words: tuple[str, ...], reading: Reading) -> bool:
    """Read "stop, I'm done" typed without its comma."""
    if len(words) < 2:
        return False
    first, last = reading.classes[:1], reading.classes[-1:]
    halt = guards.HALT_LETTER
    return (first == halt and words[1:] in WHOLE_DOUBTS) or (last == halt and words[:-1] in WHOLE_DOUBTS)


def _complains(words: tuple[str, ...], reading: Reading) -> bool:
    about_messages = guards.MESSAGING.search(reading.classes) is not None
    if guards.BUSINESS.search(reading.classes) and not about_messages:
        return False
    for at, word in enumerate(words):
        for phrase in DOUBTS.get(word, ()):
            if words[at : at + len(phrase)] == phrase:
                spare = _SPARE_FOR_WORD if len(phrase) == 1 else _SPARE_FOR_PHRASE
                short = phrase not in MESSAGE_DOUBTS and len(words) <= len(phrase) + spare
                if about_messages or short:
                    return True
    return False
