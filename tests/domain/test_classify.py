"""What a text asks for: corpora of phrases, reactions, order of the checks, robustness."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import folding
from gateway.domain.classify import classify
from gateway.domain.courtesy import peel
from gateway.domain.keywords import shadows
from gateway.domain.reserved import Intent

CORPUS = Path(__file__).parent / "corpus"
NATURAL_BAR = 0.95
RECENT = [
    "Acme: your table is ready. Reply STOP to opt out.",
    "Rappel: rdv demain 9h. ARRET pour vous désabonner.",
]


def phrases(name: str) -> Iterator[tuple[Intent, str]]:
    """Yield the label and the phrase of each line; `\\n` in a phrase is a line break."""
    for line in (CORPUS / f"{name}.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            label, phrase = line.split("\t", 1)
            yield Intent(label), phrase.replace("\\n", "\n")


def is_keyword_form(phrase: str) -> bool:
    """Tell whether a phrase is one reserved word and courtesy."""
    core, _ = peel(folding.words(folding.fold(phrase)))
    return shadows(" ".join(core)) is not None


@pytest.mark.parametrize("name", ["tuning", "heldout"])
def test_the_bars_hold(name: str) -> None:
    """Keyword forms all right, natural phrases at 95 %, and nobody is stopped who did not ask."""
    read = [(label, phrase, classify(phrase).intent) for label, phrase in phrases(name)]
    assert len(read) >= 100
    wrong = [(label, found, phrase) for label, phrase, found in read if label is not found]
    stopped = [
        phrase for label, found, phrase in wrong if found is Intent.STOP and label is not Intent.AMBIGUOUS
    ]
    assert stopped == []
    assert [line for line in wrong if is_keyword_form(line[2])] == []
    natural = [row for row in read if not is_keyword_form(row[1])]
    assert 1 - len(wrong) / len(natural) >= NATURAL_BAR, wrong


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
        "1",
    ],
)
def test_a_huge_text_costs_no_more_than_its_length(piece: str) -> None:
    """A text of 100 kB is read in a fraction of a second whatever it repeats."""
    text = piece * (100_000 // len(piece))
    before = time.perf_counter()
    classify(text, recent=[text])
    assert time.perf_counter() - before < 1


def test_only_the_first_folded_characters_count() -> None:
    """A stop word behind invisible characters counts; behind a thousand letters it does not."""
    assert classify("\u200b" * 5_000 + "STOP").intent is Intent.STOP
    assert classify("x" * folding.LIMIT + "\nSTOP").intent is Intent.NONE
