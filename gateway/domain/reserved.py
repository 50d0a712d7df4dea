"""The words that mean the same in every project, and the small words that may stand around them.

Only tables. Sources: 47 CFR 64.1200(a)(10) (the words that are an opt-out in themselves), CWTA Canadian Common
Short Code Application Guidelines 3.9 (STOP, ARRET, HELP, AIDE, INFO and their aliases), AF2M practice for French
short codes (STOP, CONTACT), the networks' own words for toll-free numbers (UNSTOP, NONARRET). YES, NO, OUI and NON
are absent on purpose: they answer a question that is open, and never decide consent.

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


WORDS: Final[tuple[tuple[Intent, Locale | None, str, str], ...]] = (
    # intent, locale, canonical word, other forms separated by commas
    (Intent.STOP, "en", "STOP", "stopp, stop it, stop this, stop that, stop now, stop please, stop these, stop them"),
    (Intent.STOP, "en", "STOPALL", "stop all, stop everything, stop to quit, stop 2 quit, stop to end, stop 2 end"),
    (Intent.STOP, "en", "STOP SMS", "stop text, stop texts, stop texting, stop messages, stop message, stop msg, stop msgs"),
    (Intent.STOP, "fr", "STOP SMS", "stop texto, stop textos, stop publicite, stop publicites, stop les sms"),
    (Intent.STOP, "en", "STOP PUB", "stop promo, stop promos, stop marketing, stop notification, stop notifications"),
    (Intent.STOP, "en", "UNSUBSCRIBE", "unsub, unsubscribe me, unsub me, unsubscribe all, unsubscribe now, unsubs"),
    (Intent.STOP, "en", "CANCEL", ""),
    (Intent.STOP, "en", "END", ""),
    (Intent.STOP, "en", "QUIT", ""),
    (Intent.STOP, "en", "REVOKE", ""),
    (Intent.STOP, "en", "OPTOUT", "opt out, opt me out, optout me, opting out, opt out all"),
    (Intent.STOP, "en", "REMOVE", "remove me, remove us, remove my number"),
    (
        Intent.STOP,
        "fr",
        "ARRET",
        "arrete, arretes, arretez, arreter, arretons, arrett, arretez tout, arrete tout, arretez ca, arrete ca,"
        " arretez tous, arretez cela, arreter tout, arret immediat, arret total, stop tout, stop ca, stoppe, stopper,"
        " stoppez, stoppez tout, stoppez ca, stopper tout, arret sms, arret pub, arret texto, arret textos",
    ),
    (
        Intent.STOP,
        "fr",
        "DESABONNER",
        "desabonnez, desabonne, desabonnement, desabonnez moi, desabonne moi, desabonnez nous, me desabonner, se"
        " desabonner, desabonner moi, desabonnes moi, je me desabonne, desabo, desab, desabonnee",
    ),
    (
        Intent.STOP,
        "fr",
        "DESINSCRIRE",
        "desinscription, desinscrivez, desinscris, desinscrivez moi, desinscris moi, desinscrivez nous, me desinscrire,"
        " se desinscrire, desinscrire moi, je me desinscris, desincription, desincrire, desincrivez moi, desinscrit",
    ),
    (Intent.START, "en", "START", "start all, start again, start now, restart, resume, opt in, optin, opt me in"),
    (Intent.START, "en", "UNSTOP", "un stop, unstop all, unstop me"),
    (Intent.START, "en", "SUBSCRIBE", "resubscribe, re subscribe, subscribe me, resubscribe me, subscribe again"),
    (Intent.START, "fr", "DEBUT", "debuter, debutez, commencer, commencez, demarrer, demarrez, recommencer, recommencez"),
    (Intent.START, "fr", "REPRISE", "reprendre, reprenez, reprends"),
    (
        Intent.START,
        "fr",
        "REABONNER",
        "reabonnez, reabonne, reabonnement, reabonnez moi, reabonne moi, me reabonner, se reabonner, abonner,"
        " abonnez moi, abonne moi, m abonner, s abonner, je me reabonne, reinscription, reinscrire, reinscrivez moi,"
        " reinscris moi, me reinscrire",
    ),
    (Intent.START, "fr", "NONARRET", "non arret"),
    (Intent.HELP, "en", "HELP", "help me, helpme, need help, i need help, need some help, i need some help, get help"),
    (
        Intent.HELP,
        "fr",
        "AIDE",
        "aidez, aidez moi, aide moi, aidez nous, a l aide, besoin d aide, besoin aide, j ai besoin d aide, jai besoin"
        " d aide, besoin de l aide, de l aide, au secours",
    ),
    (Intent.CONTACT, None, "CONTACT", "contacts"),
    (Intent.CONTACT, "en", "CONTACT", "contact us, contact info, contact details"),
    (Intent.CONTACT, "fr", "CONTACT", "contacter, contactez, nous contacter, vous contacter, contact infos"),
    (Intent.INFO, None, "INFO", "infos, information, informations"),
    (Intent.INFO, "en", "INFO", "more info, more information, get info, need info, i need info"),
    (Intent.INFO, "fr", "INFO", "plus d info, plus d infos, plus d information, plus d informations, renseignement,"
     " renseignements"),
)  # fmt: skip
"""Every reserved form. A later row never overrides an earlier one."""

POLITE_EN: Final = """
    please | pls | plz | plse | pleas | plss | pleaze | kindly | thanks | thank you | thank u | thankyou | thx | tks | ty
    | tysm | thanks you | many thanks | thanks a lot | thank you so much | thank you very much | thanks so much | cheers
    | now | right now | right away | immediately | at once | asap | already | for good | forever | hi | hello
    | hey | hey there | hi there | good morning | good day | good afternoon | good evening | dear sir | dear team | sir
    | madam | ok | okay | k | yes | yeah | yep | no | nope | just | guys | folks | team | dude | man | bro | omg | wtf | lord
    | seriously | sorry | kind regards | regards | have a nice day | have a good day | god bless | i said | i say
    | for gods sake | for the love of god | the word | keyword | im begging you | i beg you | damn it | dammit
"""

POLITE_FR: Final = """
    svp | stp | s il vous plait | s il te plait | sil vous plait | sil te plait | sivouplait | siouplait | silvouplait
    | merci | merci beaucoup | merci d avance | mrc | merci bien | merci bcp | mille mercis | maintenant | tout de suite
    | immediatement | des maintenant | bonjour | bjr | bonsoir | bsr | allo | salut | slt | coucou | oui | ouais | d accord
    | dac | bonne journee | bonne soiree | bonne fin de journee | cordialement | cdt | cdlt | je vous prie | je vous en prie
    | monsieur | madame | mme | messieurs | de grace | par pitie | pitie | sans delai | au plus vite
    | desole | desolee | a vous aussi | le mot
"""
"""Courtesy, greeting and haste: words that may surround a keyword without changing it."""

ORDINARY: Final = frozenset(
    """
    top step shop stp atop stomp stoop stow slop strop swop sop stroop
    cancer cancels chancel qui nuit quite huit suit quiet cuit quiz fuit quid quil quint quilt quot quip quito puit uit
    quoi revoked evoke revoie removed remote removes renove remover arrest arreta arretee arretees arrests garret jarret
    barret barrett rarete arete aretes arretera stopped shopper topper stoppee stoppeur stepper output
    star stars smart starts started stuart stark stat stare starr tart strat sart starz sturt stair
    subscribed subscriber subscribers subscribes debat debt debout debit debute debuta rebut debug debuts
    reprises repris meprise reprime eprise reprit abonne abonnee abonnes donner bonne
    held hell helps helm heap hemp welp yelp hel kelp hep hela heli helo whelp helped helper
    aime side aider wide ride aid vide aside hide aise aides aids acide aile aie aire tide aine aude aided abide raide
    laide bide avide ide aride aida gide ade alde amide aimez aiden mide cide
    into indo inf ino inflo contract contacte contacted contant contracter contest
    resumed resumes presume commence demarre recommence restarts
    contractor contracts conformation formation formations
    """.split()
)
"""Words of both languages within one slip of a reserved word; a typo rule must leave them alone."""
