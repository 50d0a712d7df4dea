"""What takes a request to stop back, what limits it, and what comes close to one without being one."""

from typing import Final

from gateway.domain.optout.shapes import shape
from gateway.domain.optout.tags import Tag

POSSIBLE: Final = shape(
    "[HALT QUIT END OUT OUTED DROP DROPPED TAKE LOSE ALONE DONT NOT NE PAS PLUS NOMORE NO OFF]"
)
"""No request does without one of these; most texts are done with here."""

NEGATED: Final = shape(
    "(?: NEGATOR | NOMORE (?= WANT ) | NO (?= NEED | OTHER | WANT ) )"
    " (?: [FILL ME YOU WANT TO FROM SAID NEED BE I MY GET MSG KEEP SEND PAS NOMORE PLUS WILL]{0,5}"
    " | [OTHER FILL ME YOU WANT SAID NEED BE I PAS PLUS]{0,4} [TO FROM] [FILL ME BE OTHER]{0,2} ) $"
)
"""Before the request: "don't", "I did not ask to", "ne me"."""

NEGATED_AFTER: Final = shape("[HALT OUT DROP END ALONE] ME? PAS (?! INTERESTED )")
"""French imperatives are negated behind the verb: "arretez pas", "desabonnez-moi pas"."""

CONDITIONAL: Final = shape("IF")
FUTURE: Final = shape("WILL (?! YOU ) [OTHER FILL TO FROM ME BE]{0,4} $")
ASKED: Final = shape("ASK [OTHER FILL I ME TO FROM YOU BE NEED WANT GET MY THIS WILL CALL]{0,6} $")
OF_ANOTHER: Final = shape("THIRD [OTHER FILL SAID ME WANT WILL NEED]{0,3} TO? $")
PASSIVE: Final = shape("BE (?: FILL | OTHER )? $")
"""Before "unsubscribed" or "removed" this tells what happened."""

UNDERGONE: Final = shape("[OUT OUTED DROP DROPPED]")
TO_END: Final = shape("[FILL FROM YOU]{0,3} TO [HALT END QUIT OUT]")
"""After "I do not want the messages": "to stop"."""

LIMITED: Final = shape("^ [FILL ME THIS MSG TEXT TO FROM]{0,4} TIME (?! FILL? [THIS MY FILL]{0,2} NUMBER )")
"""After the request: "until Monday", "while I drive"."""

LIMITED_TO: Final = shape("^ [FILL FROM]{0,2} [MY FILL]{0,1} (?: THING | TIME )")
"""After "do not text me": "at work", "about my appointment"."""

WANTED: Final = shape("(?: WANT | NEED | SAID ) [TO FILL FROM YOU]{0,3} BE (?: FILL | OTHER )? $")
MESSAGING: Final = shape("[MSG TEXT WRITE SEND CALL RECEIVE]")
BUSINESS: Final = shape("[THING]")
HALT_LETTER: Final = Tag.HALT.value
UNKNOWN: Final = Tag.OTHER.value
HALF_WISH: Final = shape(
    "(?<! BE ) (?<! GET ) (?<! BE OTHER ) OUTED | (?<! DONT ) (?<! NOT ) (?: END"
    " | HALTING ) LITTLE ACCOUNT | DROP (?: MY | FILL"
    " ) ACCOUNT"
    " | WANT PLUS $ | ASK (?: [OTHER FILL I ME TO FROM YOU BE NEED WANT GET THIS WILL]{0,5} [I TO YOU"
    " NEED FROM] )? (?: OTHER THIS )?"
    " HALT THIS? $"
    " | (?: NOT | DONT | PAS ) FILL? INTERESTED (?: LAST | (?: TIME | FILL | FROM )? (?: GAP MSG | THIS |"
    " YOUR ) )"
    " | INTERESTED PAS LAST | ^ I QUIT $ | IF YOU? [DONT NOT] HALT | (?: ASK"
    " | IF ) [OTHER FILL I ME TO YOU NEED WILL]{0,5} (?:"
    " ADDRESSING | SEND | SAID ) FILL{0,2} HALT"
    " | ASK [OTHER FILL I ME TO YOU NEED]{0,4} (?: GET | TAKE ) (?: ME | MY NUMBER )? OFF FROM? [FILL"
    " YOUR THIS]{0,2} [LIST MSG TEXT THIS]"
    " | [DONT NOT] WANT [THIS FILL NOMORE FROM]{0,3} $ | ^ WANT? NOMORE THIS? $"
)
"""No request by itself, but close to one: "I unsubscribed", "end my membership"."""

STOP_AT_AN_END: Final = shape(
    "^ (?: HALT | OUT ) (?! ASK | BREAK ) | (?<! FILL ) (?<! THING ) (?<! MY ) (?: HALT | OUT | DROP ME? ) $"
)
"""A complaint that begins or ends with the word itself: "not interested stop"."""

STOPPING: Final = shape("[HALT QUIT END OUT OUTED DROP]")
