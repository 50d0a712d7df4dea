"""Courtesy, greeting and haste: words that may surround a keyword without changing it.

YES and OUI are here because "yes stop" stops; they decide nothing by themselves.
"""

from typing import Final

from gateway.domain.reserved import Locale

POLITE_EN: Final = """
    please | pls | plz | plse | pleas | plss | pleaze | kindly | thanks | thank you | thank u | thankyou |
    thx | tks | ty | tysm | thanks you | many thanks | thanks a lot | thank you so much | thank you very
    much | thanks so much | cheers | now | right now | right away | immediately | at once | asap | already |
    for good | forever | hi | hello | hey | hey there | hi there | good morning | good day | good afternoon
    | good evening | dear sir | dear team | sir | madam | ok | okay | k | yes | yeah | yep | no | nope |
    just | guys | folks | team | dude | man | bro | omg | wtf | lord | seriously | sorry | kind regards |
    regards | have a nice day | have a good day | god bless | i said | i say | for gods sake | for the love
    of god | the word | keyword | im begging you | i beg you | damn it | dammit
"""

POLITE_FR: Final = """
    svp | stp | s il vous plait | s il te plait | sil vous plait | sil te plait | sivouplait | siouplait |
    silvouplait | merci | merci beaucoup | merci d avance | mrc | merci bien | merci bcp | mille mercis |
    maintenant | tout de suite | immediatement | des maintenant | bonjour | bjr | bonsoir | bsr | allo |
    salut | slt | coucou | oui | ouais | d accord | dac | bonne journee | bonne soiree | bonne fin de
    journee | cordialement | cdt | cdlt | je vous prie | je vous en prie | monsieur | madame | mme |
    messieurs | de grace | par pitie | pitie | sans delai | au plus vite | desole | desolee | a vous aussi |
    le mot
"""


def _phrases(table: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(phrase.split()) for phrase in table.split("|"))


_FRENCH_POLITE: Final = _phrases(POLITE_FR)
_POLITE: Final = _phrases(POLITE_EN) | _FRENCH_POLITE
_LONGEST_POLITE: Final = max(map(len, _POLITE))


def peel(words: tuple[str, ...]) -> tuple[tuple[str, ...], Locale | None]:
    """Take courtesy off both ends; return what is left and the language that the courtesy told, if any."""
    start, end = 0, len(words)
    french = english = False
    while size := _polite_size(words, start, end, at_end=False):
        french, english = _told(words[start : start + size], french, english)
        start += size
    while size := _polite_size(words, start, end, at_end=True):
        french, english = _told(words[end - size : end], french, english)
        end -= size
    locale: Locale | None = "fr" if french else "en" if english else None
    return words[start:end], locale


def _polite_size(words: tuple[str, ...], start: int, end: int, *, at_end: bool) -> int:
    for size in range(min(_LONGEST_POLITE, end - start), 0, -1):
        if (words[end - size : end] if at_end else words[start : start + size]) in _POLITE:
            return size
    return 0


def _told(courtesy: tuple[str, ...], french: bool, english: bool) -> tuple[bool, bool]:
    is_french = courtesy in _FRENCH_POLITE
    return french or is_french, english or not is_french
