"""What a text asks for: corpora of phrases, reactions, order of the checks, robustness."""

import time
from array import array
from dataclasses import astuple, dataclass
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import folding
from gateway.domain.classify import classify
from gateway.domain.courtesy import peel
from gateway.domain.keywords import shadows
from gateway.domain.optout.features import BITS
from gateway.domain.optout.learned import Model, shipped
from gateway.domain.reserved import Intent
from tests.domain.corpus.phrases import LEARNED_FROM, digest, phrases

NATURAL_BAR = 0.95
RECENT = [
    "Acme: your table is ready. Reply STOP to opt out.",
    "Rappel: rdv demain 9h. ARRET pour vous désabonner.",
]


def is_keyword_form(phrase: str) -> bool:
    """Tell whether a phrase is one reserved word and courtesy."""
    core, _ = peel(folding.words(folding.fold(phrase)))
    return shadows(" ".join(core)) is not None


@dataclass(frozen=True, slots=True)
class Tally:
    """How a corpus was read, in numbers only: what is held out must not be shown by a failing test."""

    phrases: int = 0
    wrong_keyword_forms: int = 0
    natural: int = 0
    wrong_natural: int = 0
    natural_stops: int = 0
    missed_natural_stops: int = 0
    false_stops: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*map(add, astuple(self), astuple(other)))


def tally(label: Intent, phrase: str) -> Tally:
    """Read one phrase."""
    found = classify(phrase).intent
    wrong, natural = found is not label, not is_keyword_form(phrase)
    stop = natural and label is Intent.STOP
    return Tally(
        phrases=1,
        wrong_keyword_forms=wrong and not natural,
        natural=natural,
        wrong_natural=wrong and natural,
        natural_stops=stop,
        missed_natural_stops=wrong and stop,
        false_stops=found is Intent.STOP and label not in (Intent.STOP, Intent.AMBIGUOUS),
    )


@pytest.mark.parametrize("name", ["tuning", "heldout"])
def test_the_bars_hold(name: str) -> None:
    """Keyword forms all right, natural phrases at 95 %, and nobody is stopped who did not ask."""
    told = sum((tally(label, phrase) for label, phrase in phrases(name)), Tally())
    assert told.phrases >= 100
    assert told.wrong_keyword_forms == 0
    assert told.false_stops == 0
    assert told.missed_natural_stops <= (1 - NATURAL_BAR) * told.natural_stops
    assert told.wrong_natural <= (1 - NATURAL_BAR) * told.natural


@pytest.mark.parametrize("name", [name for name in LEARNED_FROM if name != "tuning"])
def test_the_bars_of_the_hard_corpora_hold(name: str) -> None:
    """Of irony, threats and questions nine tenths are heard, and still nobody is stopped who did not ask."""
    told = sum((tally(label, phrase) for label, phrase in phrases(name)), Tally())
    assert told.phrases >= 400
    assert told.wrong_keyword_forms == 0
    assert told.false_stops == 0
    assert told.missed_natural_stops <= 0.1 * told.natural_stops


def test_the_weights_were_learned_from_these_corpora() -> None:
    """A changed corpus must be learned anew: `python -m tests.domain.corpus.learn`."""
    assert shipped().corpora == digest()


def test_weights_of_another_version_are_refused() -> None:
    """A file of another format is an error, never a silent misreading."""
    model = shipped()
    assert Model.unpack(model.pack()) == model
    with pytest.raises(ValueError, match="another version"):
        Model.unpack(b"PLO0" + model.pack()[4:])


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("I would rather eat glass than get another one of these texts", "en"),
        ("Que ce soit le dernier message que je reçois de vous", "fr"),
    ],
)
def test_an_unusual_wording_is_heard_by_its_likeness(text: str, locale: str) -> None:
    """Where the grammar finds nothing, likeness to known requests decides, and is less sure of itself."""
    found = classify(text)
    assert (found.intent, found.why, found.locale) == (Intent.STOP, "worded like requests to stop", locale)
    assert 0.7 <= found.confidence <= 0.95


@pytest.mark.parametrize(
    "text",
    [
        "Please keep the messages coming",
        "Je souhaite recevoir vos textos",
        "I want to get your messages again",
        "ne m'enlevez pas de la liste svp",
        "I changed my number, please update your list",
        "Can you text me when my order is ready?",
        "Pouvez-vous m'écrire quand ma commande est prête?",
        "I'll be ten minutes late for my appointment",
        "the bus did not stop for me this morning",
    ],
)
def test_who_wants_messages_or_talks_of_business_is_left_alone(text: str) -> None:
    """The words of a request in a text that asks for nothing of the kind do not stop anything."""
    assert classify(text).intent is Intent.NONE


@pytest.mark.parametrize(
    "text", ["how do I unsubscribe?", "ne me désabonnez pas", "I unsubscribed by mistake", "HELP", "no texts"]
)
def test_likeness_never_overrules_what_was_found(text: str) -> None:
    """Even a model that takes everything for a request is not asked once something was found."""
    eager = Model(array("b", bytes(1 << BITS)), 0.0, 30.0, b"")
    assert classify(text, model=eager) == classify(text)
    assert classify("see you at nine", model=eager).intent is Intent.STOP


def test_the_tuning_corpus_is_large_enough() -> None:
    """At least 350 phrases, and every label is there."""
    read = list(phrases("tuning"))
    assert len(read) >= 350
    assert {label for label, _ in read} == set(Intent) - {Intent.KEYWORD}


@pytest.mark.parametrize(
    "text",
    [
        'Liked "Acme: your table is ready. Reply STOP to opt out."',
        "Loved “Acme: your table is ready. Reply STOP…”",
        "A adoré « Rappel: rdv demain 9h. ARRET pour vous désabonner. »",
        "Gefällt mir: „Acme: your table is ready. Reply STOP to opt out.“",
        "👍 to “ Acme: your table is ready. Reply STOP to opt out. ”",
        "Tykkäsi “Acme: your table is ready. Reply STOP to opt out.”",
    ],
)
def test_a_reaction_to_our_text_is_no_keyword(text: str) -> None:
    """A phone's reaction quotes our STOP notice in its own language; nobody is unsubscribed."""
    found = classify(text, recent=RECENT)
    assert (found.intent, found.why) == (Intent.NONE, "reaction to our text")


def test_a_reaction_is_known_by_its_shape_without_history() -> None:
    """Without history the verb and the quotation suffice, also around a line that says STOP."""
    for text in ("Laughed at “STOP”", "Liked “Sale!\nSTOP\nto end”", "A aimé « STOP »", "Liked an image"):
        assert classify(text).intent is Intent.NONE, text


def test_a_request_that_quotes_us_is_a_request() -> None:
    """Words that ask to stop are heard although they quote our text."""
    text = "Stop sending me “Acme: your table is ready. Reply STOP to opt out.”"
    assert classify(text, recent=RECENT).intent is Intent.STOP
    assert classify("“STOP”", recent=RECENT).intent is Intent.STOP


def test_a_line_of_its_own_stops() -> None:
    """A stop word on a line of its own counts between greeting and signature."""
    assert classify("Bonjour,\nARRÊT\nJean Tremblay").intent is Intent.STOP
    assert classify("We stop\nby at 5").intent is Intent.NONE


def test_info_keeps_the_question_as_written() -> None:
    """What follows INFO is the question, with its own case and marks; its language is told."""
    found = classify("Info: Êtes-vous ouverts dimanche ?")
    assert (found.intent, found.rest, found.locale) == (Intent.INFO, "Êtes-vous ouverts dimanche ?", "fr")
    assert classify("INFO are you open on Sunday?").rest == "are you open on Sunday?"
    assert classify("INFO").rest == ""
    assert classify("INFO: please stop texting me").intent is Intent.STOP


def test_the_json_object_has_exactly_the_documented_keys() -> None:
    """Programs read intent, keyword, locale, confidence and why, nothing else."""
    assert classify("take me off your list").as_json() == {
        "intent": "stop",
        "keyword": None,
        "locale": "en",
        "confidence": 0.9,
        "why": "request to be removed",
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("don't stop the messages", "negated"),
        ("ne me désabonnez pas", "negated"),
        ("how do I unsubscribe?", "asks how to stop"),
        ("if you text again I will unsubscribe", "conditional"),
        ("I might unsubscribe", "intention only"),
        ("Reply STOP to opt out", "quotes an instruction"),
        ("ne me textez pas au travail", "limited wish"),
        ("I unsubscribed by mistake", "takes an opt-out back"),
        ("STPO", "typo of STOP"),
        ("STOP", "exact stop word"),
    ],
)
def test_the_reason_is_told(text: str, why: str) -> None:
    """Each answer says why, for the log and for the person who reviews it."""
    assert classify(text).why == why


@given(st.text(st.characters(), max_size=400))
def test_any_text_is_read(text: str) -> None:
    """Any Unicode text, lone surrogates included, has an answer between 0 and 1."""
    found = classify(text, recent=[text[:50]])
    assert 0 <= found.confidence <= 1
    assert text.endswith(found.rest.strip())


@pytest.mark.parametrize(
    "piece",
    [
        "stop ",
        "n'",
        "\"'",
        "a",
        "\u200b",
        "don't ",
        "Liked “",
        "\ud800",
        "s.t.",
        "please ",
        "!?",
        "\n",
        "ﷺ",
        " ",
        "1",
    ],
)
def test_a_huge_text_costs_no_more_than_its_length(piece: str) -> None:
    """A text of 100 kB is read in a fraction of a second whatever it repeats."""
    text = piece * (100_000 // len(piece))
    before = time.perf_counter()
    classify(text, recent=[text])
    assert time.perf_counter() - before < 1


def test_the_beginning_and_the_end_of_a_long_text_count() -> None:
    """A stop word on the last or the first line is heard however long a complaint is, and behind padding."""
    angry = "I am very angry about this. "
    for times in (45, 60, 100, 4_000):
        assert classify(angry * times + "\nSTOP").intent is Intent.STOP
        assert classify("STOP\n" + angry * times).intent is Intent.STOP
        assert classify(angry * times).intent is Intent.NONE
    for padding in ("\u200b" * 5_000, " " * 5_000, "x" * 5_000 + "\n"):
        assert classify(padding + "STOP").intent is Intent.STOP


def test_a_word_that_is_cut_in_two_is_no_stop_word() -> None:
    """Wherever the middle of a long text is cut out, no half of a word becomes a line of its own."""
    for shift in range(12):
        text = "x" * shift + "\nnonstop\nstopgap" * 400
        assert classify(text).intent is Intent.NONE, shift


def test_a_folded_text_has_a_limit() -> None:
    """At most LIMIT characters are compared, and a text as long as that is kept whole."""
    line = "ab cd\n" * (folding.LIMIT // 6)
    assert folding.fold(line) == line
    for piece in ("ab ", "é", "ﷺ", "x"):
        assert len(folding.fold(piece * 9_000)) <= folding.LIMIT
