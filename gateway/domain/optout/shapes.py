"""The notation of rules: names of classes (`tags.Tag`) and the signs of a regular expression.

`GAP` stands for up to four words without weight, `LITTLE` for up to three articles and adjectives; the other
groups are named for what they mean. Every repetition is bounded, so a clause costs linear time.
"""

import re
from dataclasses import dataclass
from typing import Final

from gateway.domain.optout.tags import Tag

_GROUPS: Final = {
    "GAP": "[FILL MY YOUR THIS FROM ME YOU OTHER GET SEND NO AGAIN RECEIVE NUMBER ACCOUNT LIST]{0,4}",
    "LITTLE": "[FILL MY YOUR THIS FROM NO OTHER]{0,3}",
    "MESSAGES": "[MSG TEXT]",
    "ADDRESSING": "[WRITE TEXT]",
    "NEGATOR": "[NOT DONT NE PAS]",
    "HALTING": "[HALT QUIT]",
    "NOLONGER": "[NOMORE PLUS]",
    "FORBID": "[PAS NOMORE PLUS]",
    "SUBJECT": "[I YOU THIRD]",
    "LAST": "(?:$|AND)",
    "OURS": "(?:THING{0,2}MSG)",
}
_NAME: Final = re.compile(r"[A-Z]{1,}[A-Z0-9]*")


def shape(text: str) -> re.Pattern[str]:
    """Compile a rule: names become classes, groups are spelled out, spaces mean nothing."""

    def written(match: re.Match[str]) -> str:
        name = match[0]
        if name in _GROUPS:
            return _NAME.sub(written, _GROUPS[name])
        return re.escape(Tag[name].value)

    return re.compile(_NAME.sub(written, text).replace(" ", ""))


FORBIDS: Final = "forbids messages"
NO_WISH: Final = "no wish to receive"
BARE: Final = "request to stop"


@dataclass(frozen=True, slots=True)
class Rule:
    """A named order of classes."""

    why: str
    shape: re.Pattern[str]

    @property
    def limitable(self) -> bool:
        """Whether "at work" or "about my order" behind it makes the wish a limited one."""
        return self.why == FORBIDS


def rules(why: str, *shapes: str) -> tuple[Rule, ...]:
    """Compile rules that share one reason."""
    return tuple(Rule(why, shape(text)) for text in shapes)
