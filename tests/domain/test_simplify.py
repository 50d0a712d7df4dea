"""Replacements by tier, the rule that they must pay, and what each foreign character costs."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import gsm
from gateway.domain.segments import Encoding, measure
from gateway.domain.simplify import (
    Cost,
    Replacement,
    Tier,
    cost_of,
    economise,
    inspect,
    replacement_of,
    simplify,
)

TYPOGRAPHY = (Tier.TYPOGRAPHY,)
LIGATURES = (Tier.LIGATURES,)
ACCENTS = (Tier.ACCENTS,)
ALL = tuple(Tier)

TEXTS = st.text(
    st.one_of(
        st.sampled_from("aeé€ êçœ’«»…—\u00a0\u202f\u200b\u200d\u0302\ufe0f👨😀ﬁ"),
        st.characters(),
    ),
    max_size=250,
)
TIERS = st.sets(st.sampled_from(ALL))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("l’été, ‘ici’", "l'été, 'ici'"),
        ("“oui” «non» „ja‟", '"oui" "non" "ja"'),
        ("5′ 10″ ` ´", "5' 10\" ' '"),
        ("a‐b‑c‒d–e—f―g−h", "a-b-c-d-e-f-g-h"),
        ("• un…", "- un..."),
        ("10\u202fh\u00a030\tici\u2009là\u2007!\u3000", "10 h 30 ici là ! "),
        ("a\u200bb\u2060c\ufeffd\u00ade", "abcde"),
        ("\u202a+1\u202f514\u202c", "+1 514"),
        ("un\u2028deux", "un\ndeux"),
        ("étudiant·e·s", "étudiant.e.s"),
        ("a\u200db\u200c", "ab"),
        ("\u2126", "Ω"),
    ],
)
def test_typography(text: str, plain: str) -> None:
    """Quotes, dashes, dots, spaces and invisible characters get their plain form, one for one."""
    assert simplify(text, TYPOGRAPHY) == plain
    assert measure(plain).encoding is Encoding.GSM7


def test_every_unicode_space_becomes_a_plain_one() -> None:
    """Whatever Unicode calls a space is one plain space afterwards."""
    spaces = [chr(c) for c in range(0x10000) if unicodedata.category(chr(c)) == "Zs"]
    assert "\u00a0" in spaces
    for space in spaces:
        assert simplify(f"a{space}b", TYPOGRAPHY) == "a b"


@pytest.mark.parametrize(
    ("text", "plain"), [("cœur ŒUVRE", "coeur OEUVRE"), ("ﬁn ﬂot ĳ", "fin flot ij"), ("STRAẞE", "STRASSE")]
)
def test_ligatures(text: str, plain: str) -> None:
    """Joined letters are written out."""
    assert simplify(text, LIGATURES) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("âçêëîïôûÿ", "aceeiiouy"),
        ("ÀÂÈÊËÎÏÔÙÛŸ", "AAEEEIIOUUY"),
        ("ARRÊT", "ARRET"),
        ("Dvořák, Łódź, Nguyễn", "Dvorak, Lodz, Nguyen"),
        ("1ᵉʳ", "1er"),
        ("x\u0302", "x"),
        ("é\u0302", "é"),
        ("ǿ", "ø"),
    ],
)
def test_accents(text: str, plain: str) -> None:
    """Latin letters outside GSM-7 fall back to their base letter."""
    assert simplify(text, ACCENTS) == plain


def test_tiers_keep_to_themselves() -> None:
    """A tier that was not asked for changes nothing."""
    text = "l’œuf de la fête"
    assert simplify(text, TYPOGRAPHY) == "l'œuf de la fête"
    assert simplify(text, LIGATURES) == "l’oeuf de la fête"
    assert simplify(text, ACCENTS) == "l’œuf de la fete"
    assert simplify(text, ALL) == "l'oeuf de la fete"


def test_composition_comes_first() -> None:
    """A decomposed é becomes the é of GSM-7 and keeps its accent, even when accents may be folded."""
    assert simplify("e\u0301te\u0302", ALL) == "éte"
    assert simplify("e\u0301te\u0302", ()) == "étê"


@pytest.mark.parametrize(
    "text",
    [
        "👨\u200d👩\u200d👧",
        "❤\ufe0f",
        "1\ufe0f\u20e3",
        "می\u200cروم",
        "\u05d0\u200e1",
        "и\u0306\u0300",
        "20 °C, 3 m², 1½, Ἀθῆναι, Киев",
    ],
)
def test_meaning_is_left_alone(text: str) -> None:
    """Emoji sequences, other scripts and signs without a safe plain form stay as written."""
    assert simplify(text, ALL) == unicodedata.normalize("NFC", text)


@given(st.text(st.sampled_from(sorted(gsm.ALPHABET))), TIERS)
def test_gsm_text_is_never_touched(text: str, tiers: set[Tier]) -> None:
    """A text that GSM-7 carries is the same after any tier."""
    assert simplify(text, tiers) == text


@given(TEXTS, TIERS)
def test_nothing_replaceable_is_left(text: str, tiers: set[Tier]) -> None:
    """No character with a plain form in a given tier is left, but for those that hold others together."""
    for character in simplify(text, tiers):
        replacement = replacement_of(character)
        assert replacement is None or replacement.tier not in tiers or replacement.text == ""


@given(TEXTS, TIERS)
def test_economise_never_costs_more(text: str, tiers: set[Tier]) -> None:
    """A text is changed only where that lowers its segment count, and the counts told are true."""
    economy = economise(text, tiers)
    assert economy.original == text
    assert economy.before == measure(text)
    assert economy.after == measure(economy.text)
    assert economy.changed == (economy.after.segments < economy.before.segments)
    for tier in tiers:
        assert economy.after.segments <= measure(simplify(text, (tier,))).segments


def test_economise_pays() -> None:
    """One curly apostrophe in a text of 100 characters costs a segment, which typography wins back."""
    economy = economise("l’" + "a" * 98)
    assert economy.text == "l'" + "a" * 98
    assert (economy.before.segments, economy.after.segments) == (2, 1)


def test_economise_leaves_what_would_not_pay() -> None:
    """Fifty-four ellipses are one UCS-2 segment and would be two in GSM-7: they stay."""
    assert not economise("…" * 54).changed
    assert not economise("l’été").changed
    assert not economise("l’" + "ê" * 98).changed


def test_economise_uses_the_fewest_tiers() -> None:
    """Accents are folded only when permitted, and other tiers do not ride along for nothing."""
    text = "fête " + "a" * 90
    assert not economise(text).changed
    assert economise(text, ALL).text == "fete " + "a" * 90
    decomposed = "e\u0301" + "a" * 90
    assert economise(decomposed).text == "é" + "a" * 90
    assert not economise(decomposed, ()).changed
    # The emoji keeps the text in UCS-2, where only the removal of invisible characters saves units.
    assert economise("😀œê" + "a" * 66 + "\u200b", ALL).text == "😀œê" + "a" * 66


def test_cost_of_one_culprit() -> None:
    """A single culprit shows the segments that it costs, and its plain form."""
    assert cost_of("l’" + "a" * 98) == (Cost("’", 1, Replacement("'", Tier.TYPOGRAPHY)),)
    assert cost_of("😀" + "a" * 99) == (Cost("😀", 1, None),)
    assert cost_of("plain") == ()


def test_cost_of_several_culprits() -> None:
    """Two culprits save nothing alone, because the other still forces UCS-2."""
    first, second = cost_of("œ" + "a" * 98 + "ê")
    assert (first.character, first.saves, first.replacement) == ("œ", 0, Replacement("oe", Tier.LIGATURES))
    assert (second.character, second.saves, second.replacement) == ("ê", 0, Replacement("e", Tier.ACCENTS))


def test_cost_of_a_joiner_that_holds_an_emoji() -> None:
    """No replacement is proposed where it would break a family emoji."""
    assert [cost.replacement for cost in cost_of("👨\u200d👩")] == [None, None, None]
    assert cost_of("a\u200db")[0].replacement == Replacement("", Tier.TYPOGRAPHY)


def test_inspect_raw() -> None:
    """The description of a text without tiers is that of the raw text, with nothing simplified."""
    assert inspect("a" * 161) == {
        "encoding": "GSM-7",
        "units": 161,
        "segments": 2,
        "parts": [153, 8],
        "culprits": [],
        "simplified": None,
    }
    assert inspect("ê" * 71, reference_bits=16)["parts"] == [66, 5]
    assert inspect("")["parts"] == [0]


def test_inspect_simplified() -> None:
    """Tiers add the simplified text with its own count, and leave the raw count alone."""
    assert inspect("ARRÊT", tiers=ALL) == {
        "encoding": "UCS-2",
        "units": 5,
        "segments": 1,
        "parts": [5],
        "culprits": ["Ê"],
        "simplified": {
            "encoding": "GSM-7",
            "units": 5,
            "segments": 1,
            "parts": [5],
            "culprits": [],
            "text": "ARRET",
        },
    }
    assert inspect("ARRÊT", tiers=TYPOGRAPHY)["simplified"] is None
    assert inspect("ARRET", tiers=ALL)["simplified"] is None
    simplified = inspect("…" * 54, tiers=TYPOGRAPHY)["simplified"]
    assert isinstance(simplified, dict)
    assert simplified["parts"] == [153, 9]
