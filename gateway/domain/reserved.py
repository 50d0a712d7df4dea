"""The words that mean the same in every project, and the small words that may stand around them.

Only tables. Sources: 47 CFR 64.1200(a)(10) (the words that are an opt-out in themselves), CWTA Canadian
Common Short Code Application Guidelines 3.9 (STOP, ARRET, HELP, AIDE, INFO and their aliases), AF2M
practice for French short codes (STOP, CONTACT), the networks' own words for toll-free numbers (UNSTOP,
NONARRET). YES, NO, OUI and NON are absent on purpose: they answer a question that is open, and never
decide consent.

All entries are written folded (see `folding`): lower case, no accents, no apostrophes.
"""

from enum import StrEnum
from typing import Final, Literal

Locale = Literal["en", "fr"]


class Intent(StrEnum):
    """What an inbound text asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    CONTACT = "contact"
    INFO = "info"
    KEYWORD = "keyword"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


def word_set(table: str) -> frozenset[str]:
    """Return the words of a table."""
    return frozenset(table.split())


WORDS: Final[tuple[tuple[Intent, Locale | None, str, str], ...]] = (
    # intent, locale, canonical word, other forms separated by commas
    (Intent.STOP, "en", "STOP", """
        stopp, stop it, stop this, stop that, stop now, stop please, stop these, stop them
    """),
    (Intent.STOP, "en", "STOPALL", """
        stop all, stop everything, stop to quit, stop 2 quit, stop to end, stop 2 end
    """),
    (Intent.STOP, "en", "STOP SMS", """
        stop text, stop texts, stop texting, stop messages, stop message, stop msg, stop msgs
    """),
    (Intent.STOP, "fr", "STOP SMS", """
        stop texto, stop textos, stop publicite, stop publicites, stop les sms
    """),
    (Intent.STOP, "en", "STOP PUB", """
        stop promo, stop promos, stop marketing, stop notification, stop notifications
    """),
    (Intent.STOP, "en", "UNSUBSCRIBE", "unsub, unsubscribe me, unsub me, unsubscribe all, unsubs"),
    (Intent.STOP, "en", "CANCEL", ""),
    (Intent.STOP, "en", "END", ""),
    (Intent.STOP, "en", "QUIT", ""),
    (Intent.STOP, "en", "REVOKE", ""),
    (Intent.STOP, "en", "OPTOUT", "opt out, opt me out, optout me, opting out, opt out all"),
    (Intent.STOP, "en", "REMOVE", "remove me, remove us, remove my number, off the list, off your list"),
    (Intent.STOP, "fr", "ARRET", """
        arrete, arretes, arretez, arreter, arretons, arrett, arretez tout, arrete tout, arretez ca,
        arrete ca, arreter sa, arrete sa, arretez sa, arretez tous, arretez cela, arreter tout, arret
        immediat, arret total, stop tout, stop ca, stoppe, stopper, stoppez, stoppez tout, stoppez ca,
        stopper tout, arret sms, arret pub, arret texto, arret textos
    """),
    (Intent.STOP, "fr", "DESABONNER", """
        desabonnez, desabonne, desabonnement, desabonnez moi, desabonne moi, desabonnez nous, me desabonner,
        se desabonner, desabonner moi, desabonnes moi, je me desabonne, desabo, desab, desabonnee
    """),
    (Intent.STOP, "fr", "DESINSCRIRE", """
        desinscription, desinscrivez, desinscris, desinscrivez moi, desinscris moi, desinscrivez nous, me
        desinscrire, se desinscrire, desinscrire moi, je me desinscris, desincription, desincrire,
        desincrivez moi, desinscrit
    """),
    (Intent.START, "en", "START", """
        start all, start again, start now, restart, resume, opt in, optin, opt me in
    """),
    (Intent.START, "en", "UNSTOP", "un stop, unstop all, unstop me"),
    (Intent.START, "en", "SUBSCRIBE", """
        resubscribe, re subscribe, subscribe me, resubscribe me, subscribe again
    """),
    (Intent.START, "fr", "DEBUT", """
        debuter, debutez, commencer, commencez, demarrer, demarrez, recommencer, recommencez
    """),
    (Intent.START, "fr", "REPRISE", "reprendre, reprenez, reprends"),
    (Intent.START, "fr", "REABONNER", """
        reabonnez, reabonne, reabonnement, reabonnez moi, reabonne moi, me reabonner, se reabonner, abonner,
        abonnez moi, abonne moi, m abonner, s abonner, je me reabonne, reinscription, reinscrire,
        reinscrivez moi, reinscris moi, me reinscrire
    """),
    (Intent.START, "fr", "NONARRET", "non arret"),
    (Intent.HELP, "en", "HELP", """
        help me, helpme, need help, i need help, need some help, i need some help, get help
    """),
    (Intent.HELP, "fr", "AIDE", """
        aidez, aidez moi, aide moi, aidez nous, a l aide, besoin d aide, besoin aide, j ai besoin d aide,
        jai besoin d aide, besoin de l aide, de l aide, au secours
    """),
    (Intent.CONTACT, None, "CONTACT", "contacts"),
    (Intent.CONTACT, "en", "CONTACT", "contact us, contact info, contact details"),
    (Intent.CONTACT, "fr", "CONTACT", """
        contacter, contactez, nous contacter, vous contacter, contact infos
    """),
    (Intent.INFO, None, "INFO", "infos, information, informations"),
    (Intent.INFO, "en", "INFO", "more info, more information, get info, need info, i need info"),
    (Intent.INFO, "fr", "INFO", """
        plus d info, plus d infos, plus d information, plus d informations, renseignement, renseignements
    """),
)  # fmt: skip
"""Every reserved form. A later row never overrides an earlier one."""

ORDINARY: Final = word_set("""
    abide abonne abonnee abonnes acide ade aid aida aided aiden aider aides aids aie aile aime aimez aine
    aire aise alde amide arete aretes aride arrest arrests arreta arretee arretees arretera aside atop aude
    avide barret barrett bide bonne cancels cancer chancel cide commence conformation contacte contacted
    contant contest contract contracter contractor contracts cuit debat debit debout debt debug debuta
    debute debuts demarre donner eprise evoke formation formations fuit garret gide heap hel hela held heli
    hell helm helo helped helper helps hemp hep hide huit ide indo inf inflo ino into jarret kelp laide
    meprise mide nuit output presume puit qui quid quiet quil quilt quint quip quite quito quiz quoi quot
    raide rarete rebut recommence remote removed remover removes renove reprime repris reprises reprit
    restarts resumed resumes revoie revoked ride sart shop shopper side slop smart sop stair star stare
    stark starr stars started starts starz stat step stepper stomp stoop stopped stoppee stoppeur stow stp
    strat stroop strop stuart sturt subscribed subscriber subscribers subscribes suit swop tart tide top
    topper uit vide welp whelp wide yelp
""")
"""Words of both languages within one slip of a reserved word; a typo rule must leave them alone."""
