"""The vocabulary: reserved words in every disguise, the operator's own words, near misses."""

import pytest

from gateway.domain.classify import classify
from gateway.domain.keywords import BUILTIN, RESERVED, Vocabulary, shadows, suggest
from gateway.domain.reserved import ORDINARY, Intent

STOP_WORDS = [
    "\n    STOP ",
    " STOPALL ",
    " STOP ALL ",
    " STOP SMS ",
    " STOP PUB ",
    " UNSUBSCRIBE ",
    " UNSUB ",
    " CANCEL ",
    " END ",
    " QUIT ",
    " REVOKE ",
    " OPTOUT\n    ",
    " OPT OUT ",
    " OPT-OUT ",
    " REMOVE ",
    " ARRET ",
    " ARRETE ",
    " ARRETEZ ",
    " ARRETT ",
    " DESABONNER ",
    " DESABONNEMENT ",
    " DESINSCRIRE\n    ",
    " DESINSCRIPTION\n",
]
OTHER_WORDS = {
    Intent.START: ("START", "UNSTOP", "SUBSCRIBE", "DEBUT", "REABONNER", "NONARRET"),
    Intent.HELP: ("HELP", "AIDE"),
    Intent.INFO: ("INFO",),
    Intent.CONTACT: ("CONTACT",),
}
DRESSES = (
    "{}", "{}.", "{}!!!", "  {}\n", '"{}"', "({})", "{} 🛑", "🙏 {}", "\u200b{}\ufeff", "\u202e{}",
    "please {}",
    "{} please",
    "{} svp", "{}, merci", "Hello, {}. Thank you", "{} stp", "«\u00a0{}\u00a0»",
)  # fmt: skip


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("word", [word.strip() for word in STOP_WORDS])
def test_every_stop_word_stops_in_every_dress(word: str, dress: str) -> None:
    """Each recommended word stops, with any case, courtesy, emoji or invisible character around it."""
    for written in (word, word.lower(), word.title()):
        assert classify(dress.format(written)).intent is Intent.STOP, written


@pytest.mark.parametrize(("intent", "word"), [(i, w) for i, ws in OTHER_WORDS.items() for w in ws])
def test_every_other_reserved_word_is_known_in_every_dress(intent: Intent, word: str) -> None:
    """START, HELP, INFO, CONTACT and their French twins are known with courtesy around them too."""
    for dress in DRESSES:
        found = classify(dress.format(word.lower()))
        assert (found.intent, found.keyword) == (intent, word), dress


@pytest.mark.parametrize(
    ("text", "keyword", "locale"),
    [
        ("STOP", "STOP", "en"),
        ("arrêt", "ARRET", "fr"),
        ("ARRÊTEZ", "ARRET", "fr"),
        ("Ａｒｒｅｔ", "ARRET", "fr"),
        ("ЅТОР", "STOP", "en"),
        ("S.T.O.P.", "STOP", "en"),
        ("ST0P", "STOP", "en"),
        ("STOOOOP", "STOP", "en"),
        ("opt-out", "OPTOUT", "en"),
        ("désabonnez-moi", "DESABONNER", "fr"),
        ("STOP svp", "STOP", "fr"),
        ("STOP au 36111", "STOP", "fr"),
        ("INFO", "INFO", None),
        ("info svp", "INFO", "fr"),
        ("contact please", "CONTACT", "en"),
        ("AIDE", "AIDE", "fr"),
        ("hlep", "HELP", "en"),
    ],
)
def test_the_canonical_word_and_its_language_are_told(text: str, keyword: str, locale: str | None) -> None:
    """Whatever the spelling, the answer names the word as the operator knows it, and the language."""
    found = classify(text)
    assert (found.keyword, found.locale) == (keyword, locale)


@pytest.mark.parametrize("word", sorted(ORDINARY))
def test_no_ordinary_word_is_taken_for_a_typo_of_stop(word: str) -> None:
    """Words of both languages that look like a keyword are left alone."""
    assert classify(word).intent not in (Intent.STOP, Intent.START)


@pytest.mark.parametrize(
    "text", ["yes", "no", "OUI", "Non", "stp", "svp", "merci", "ok", "", "   ", "👍", "🛑", "36111"]
)
def test_answers_and_courtesy_are_no_keywords(text: str) -> None:
    """YES, NO, OUI and NON answer an open question and never decide consent; courtesy alone says nothing."""
    assert classify(text).intent is Intent.NONE


def test_exact_is_surer_than_disguised_and_typo() -> None:
    """Confidence falls from exact to disguised to typo."""
    sure, disguised, typo = (classify(text).confidence for text in ("STOP", "S T O P", "STPO"))
    assert sure == 1.0 > disguised > typo


def test_operator_words_are_found_whole_first_and_longest_first() -> None:
    """A keyword of several words wins over its first word, and what follows it is kept as written."""
    vocabulary = Vocabulary.build(keywords=["RDV", "RDV demain", "Café"])
    assert classify("rdv", vocabulary).keyword == "RDV"
    assert classify("RDV Demain svp", vocabulary).keyword == "RDV demain"
    found = classify("cafe: Grand Crème, à 8h", vocabulary)
    assert (found.intent, found.keyword, found.rest) == (Intent.KEYWORD, "Café", "Grand Crème, à 8h")


def test_stop_wins_over_an_operator_word() -> None:
    """A request to stop that happens to begin with the operator's word is still a stop."""
    vocabulary = Vocabulary.build(stop_words={"fr": ["Ciao"]}, keywords=["PROMO", "STOP"])
    assert classify("PROMO stop sending me promos", vocabulary).intent is Intent.STOP
    assert classify("stop", vocabulary).intent is Intent.STOP
    assert classify("ciao!", vocabulary).keyword == "CIAO"


def test_a_reserved_word_cannot_be_taken() -> None:
    """An operator's keyword that would hide behind a reserved word is named."""
    assert shadows("Arrêt") is Intent.STOP
    assert shadows("opt-out") is Intent.STOP
    assert shadows("Infos") is Intent.INFO
    assert shadows("RDV") is None
    assert all(shadows(form) is intent for form, (intent, _) in RESERVED.items())


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("INFFO", "INFO"),
        ("imfoo", "INFO"),
        ("contcat", "CONTACT"),
        ("menuu", "MENU"),
        ("Rabias please", "RABAIS"),
    ],
)
def test_a_near_miss_is_suggested(text: str, meant: str) -> None:
    """A word close to a keyword is offered for "Did you mean"."""
    assert suggest(text, Vocabulary.build(keywords=["MENU", "RABAIS"])) == meant


@pytest.mark.parametrize(
    "text", ["STPO", "arrte", "unsubscrib", "into", "INFO", "hello there", "", "qwertyuiop"]
)
def test_stop_words_and_strangers_are_never_suggested(text: str) -> None:
    """A near stop is acted on, never asked about; an exact word or a far one brings no suggestion."""
    assert suggest(text, BUILTIN) is None
