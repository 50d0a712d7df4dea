"""The classes of words of which a request to stop is made."""

from enum import StrEnum


class Tag(StrEnum):
    """The class of a word; the value is the letter that stands for it in a rule."""

    HALT = "S"  # stop, arretez
    QUIT = "q"  # quit: halts only with an object
    END = "E"  # cancel, annuler: halts only messages and consent
    OUT = "U"  # unsubscribe, desabonner: says it all
    OUTED = "O"  # unsubscribed: a report, unless wanted
    DROP = "R"  # remove (me), enlevez (moi)
    DROPPED = "r"  # removed, taken off
    TAKE = "K"  # take (me off)
    LOSE = "e"  # lose, forget (my number)
    ALONE = "A"  # leave me alone, lachez moi
    DONT = "D"  # do not, never: forbids
    NOT = "N"  # did not, cannot: tells
    NE = "n"  # French first half of a negation
    PAS = "p"  # pas, jamais
    PLUS = "X"  # plus: no more, if a negation is meant
    NOMORE = "x"  # no longer, anymore, pu
    NO = "o"  # no, zero, aucun
    AGAIN = "g"  # again, ever
    WANT = "W"
    NEED = "w"
    RECEIVE = "G"
    GET = "H"  # get, see, hear: receives only with an object
    MSG = "M"  # messages in the plural or in bulk
    TEXT = "T"  # text, message: one message, or to write one
    WRITE = "V"  # contact, texting, harass, ecrire
    SEND = "Z"
    CALL = "C"
    ME = "P"
    MY = "y"
    YOUR = "v"
    NUMBER = "B"
    LIST = "L"
    CONSENT = "c"  # subscription, consent
    ACCOUNT = "d"  # membership, account: not ours to end by text
    OFF = "f"
    FROM = "F"
    TO = "2"
    THIS = "h"  # it, this, everything
    THING = "k"  # appointment, order, bus: business that a text may be about
    KEEP = "-"  # miss, ignore: what one does not do to unwanted messages
    DOING = "j"  # any other verb after a stop word: stop lying
    BREAK = "b"  # know, recognise: ends the reach of a negation
    ASK = "Q"  # how, why, can I
    IF = "i"
    WILL = "l"  # will, might, thinking of
    INTERESTED = "z"
    SAID = "s"
    BE = "1"
    I = "I"  # noqa: E741 the pronoun itself
    YOU = "u"
    THIRD = "t"  # he, my wife: somebody else's wish
    TIME = "m"  # until, at, tomorrow: a limit, not an end
    AND = "&"
    FILL = "a"  # articles, adjectives, oaths
    OTHER = "."
