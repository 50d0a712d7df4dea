"""Texts that ask for messages, or wonder where they are: the opposite of an opt-out in nearly its words.

The learned scorer (`learned`) sees "messages", "number", "list" and leans to a stop; these few shapes say
that the person wants more of them. They are read on the folded words of a whole text.
"""

import re
from typing import Final

_GOES_ON: Final = (
    r"(?:^|\b(?:please|pls|plz|svp|just|and|do|bien|merci de|veuillez|stp) )"
    r"(?:keep|continue|resume|continuez?|continuer|garde[rz]?)\b"
    r"|\b(?:keep|garde[rz]?) (?:me|us|moi|nous) (?:posted|informed|updated|on|sur|dans|informee?)\b"
)
_WANTS: Final = (
    r"\b(?:i|we|still|id|and) (?:still |really |just |do |would )*(?:want|love|like|enjoy|appreciate)s? "
    r"(?:to (?:get|receive|have|keep)|getting|receiving|(?:all |some |more )?(?:your|these|the|more|mine))\b"
    r"|\b(?:want|wants|like|love|need) to (?:get|receive|keep|subscribe|sign up|join)\b"
    r"|\b(?:veux|veut|voudrais|souhaite|aimerais|aime|adore|desire|pouvoir) (?:\w+ ){0,2}recevoir\b"
    r"|\b(?:adore|aime) (?:bien |beaucoup |ca |ben )*(?:vos|les|recevoir|ca|tes)\b"
    r"|^(?:we )?(?:love|loving|like|enjoy) (?:your|these|the|this)\b"
)
_JOINS: Final = (
    r"\b(?:sign(?:ing)? up|subscribe|inscrire|abonner|join|enroll?) (?:\w+ ){0,4}"
    r"(?:texts?|alerts?|textos?|sms|alertes|list|liste|messages)\b"
    r"|\b(?:add|ajoute[rz]?|remette[sz]|remets|put) (?:\w+ ){1,4}"
    r"(?:back|to (?:your|the)|a (?:la|votre)|sur (?:la|votre))\b"
    r"|\b(?:new|nouveau|nouvelle) (?:\w+ ){0,2}(?:number|phone|numero|cell|cellulaire|telephone)\b"
    r"|\b(?:changed|change|changez) (?:my|de|mon) (?:number|numero|phone)\b"
)
_MISSES: Final = (
    r"(?<!should )(?<!must )(?<!rather )(?<!prefer )\b(?:not|havent|didnt|pas|nt|never|jamais) (?:\w+ )?"
    r"(?:got|gotten|get|received?|recu|eu) "
    r"(?:\w+ ){0,2}"
    r"(?:texts?|messages?|confirmation|code|reminders?|textos?|rappels?|sms|links?|lien)\b"
    r"|\b(?:stopped|ne recois plus|recois pu|stop) (?:getting|coming|receiving|vos|de)\b.*"
    r" (?:why|check|pourquoi|verifier|miss)"
    r"|\b(?:why|pourquoi)\b.* (?:stopped|stop|ne recois plus|recois pu) (?:getting|coming|receiving|vos|de)"
)
_FORBIDS_THE_END: Final = (
    r"^(?:please |pls |svp )?(?:dont|do not|never|n|ne|please dont) (?:me |m |nous )?(?:oubliez?|forget)\b"
    r"|(?<!if )(?<!you )(?<!vous )\b(?:dont|do not|never|ne) (?:me |m |nous )?"
    r"(?:stop|remove|unsubscribe|delete|drop|leave me off|take me off"
    r"|arretez?|cesse[sz]?|enlevez?|retirez?|desabonnez?|supprimez?|effacez?|otez?)\b"
    r"|(?<!me )(?<!m )(?<!nous )\b(?:arretez?|cesse[sz]?|desabonnez|enlevez|retirez|supprimez|effacez)"
    r"(?: moi| nous)?(?: surtout| donc)? (?:pas|jamais)\b"
)
_REFUSES: Final = re.compile(
    r"\b(?:no|not|never|dont|doesnt|didnt|pas|plus|pu|plu|ne|n|aucune?|sans|nothing|rien|jamais|last"
    r"|dernier|inutile|stop|end|off|out|deleted?|un|arret\w*|cess\w*|unsub\w*|remov\w*|fin|enlev\w*|retir\w*)\b"
)
_WANTED: Final = re.compile("|".join((_GOES_ON, _WANTS, _JOINS)))
_MISSED: Final = re.compile("|".join((_MISSES, _FORBIDS_THE_END)))


def wants_messages(text: str) -> bool:
    """Tell whether folded words, joined by spaces, ask for messages, miss them, or forbid an opt-out."""
    if _MISSED.search(text):
        return True
    return _WANTED.search(text) is not None and _REFUSES.search(text) is None
