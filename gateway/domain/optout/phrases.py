"""Turns of phrase: several words that count as one class, or as nothing at all.

Only tables. `PHRASES` is applied while a clause is read, the longest phrase first. Entries are folded.
"""

from typing import Final

from gateway.domain.optout.lexicon import Tag

_ENGLISH: Final[dict[Tag, str]] = {
    Tag.OUT: """
        opt out | opt me out | opting out | opt us out | opt outs | sign off me | sign me off | do not call
        list | do not contact list | do not text list | do not disturb list | dnc list | dnd list | no call
        list | dont call list | no longer subscribed | un subscribe | take my name out | never contact list
    """,
    Tag.OUTED: """
        opted out | unsubscribe link | unsubscribe button | unsubscribe option | unsubscribe page | lien de
        desabonnement | lien pour se desabonner | bouton de desabonnement
    """,
    Tag.HALT: "if you stopped | if u stopped | if you quit | if you would stop",
    Tag.ALONE: """
        leave me alone | leave us alone | leave me be | leave me the hell alone | leave me the fuck alone |
        leave me in peace | let me be | get off my phone | get out of my phone | get out of my inbox | leave
        my phone alone | cease and desist | stop and desist | leave me tf alone | go away and leave
    """,
    Tag.DONT: """
        do not | not to | do nt | don t | dont ever | do not ever | never ever | mind not | dont you dare |
        dont you ever | dont u ever | dont be | do not be | no need to | never again | dont keep | do not
        keep | dont even
    """,
    Tag.NOT: """
        can not | can t | doesn t | didn t | won t | did not | does not | will not | could not | should not
        | would not | is not | am not | are not | was not | no reason | no intention | havent asked |
        instead of | rather than | opposite of
    """,
    Tag.NOMORE: """
        no longer | any more | any longer | no more | not any more | from now on | going forward | no mo
    """,
    Tag.WANT: """
        would like | id like | id love | would love | would prefer | would rather | id rather | id prefer |
        care to | care for | sign up | signed up | can i be | may i be | could i be | can we be | like to |
        like to be able | in favor of
    """,
    Tag.NEED: "have to | has to | got to | had to | need to | needs to | ought to",
    Tag.TIME: "other than | except for | when i | while i | when im | not yet | right before",
    Tag.MSG: """
        text messages | text message | sms messages | txt messages | txt msgs | text msgs | blow up my phone
        | blowing up my phone | phone calls | phone call | group texts | mass texts | text alerts | sms
        alerts | text notifications | these things | push notifications | text msg | robo texts | text
        blasts | chain texts
    """,
    Tag.WRITE: """
        hit me up | hitting me up | reach out to | reaching out to | talk to | talking to | bothering me |
        contacting this | in touch with | in touch | get in touch
    """,
    Tag.END: """
        turn off | shut off | switch off | put an end to | put a stop to | opt out of | shut down | turn
        these off
    """,
    Tag.ASK: """
        can i | could i | may i | do i | should i | can we | do we | is there | are there | i need to know |
        do you | did i | did you | am i | have i | was i | how to | what if | what happens | any way to | a
        way to
    """,
    Tag.SAID: "been trying | been asking | been telling | have asked | asked to",
    Tag.IF: "in case | as long as | only if | even if | what if",
    Tag.WILL: "about to | going to | plan to | ready to | want to know | am going to | i d be",
    Tag.THIRD: """
        my husband | my wife | my boss | my mother | my father | my son | my daughter | my doctor
    """,
    Tag.THING: """
        order status | my order | my appointment | my meds | free trial | credit card | email address
    """,
    Tag.LIST: """
        contact list | mailing list | text list | texting list | sms list | call list | calling list |
        distribution list | phone list | email list | marketing list | contacts list | subscriber list |
        data base | message list | messaging list | send list | phone book | phonebook | address book |
        group chat blast
    """,
    Tag.NUMBER: """
        phone number | cell number | cell phone number | telephone number | mobile number | cell phone |
        phone num | contact info | contact information | contact details | cell num | phone no
    """,
    Tag.AND: "because of | so that | or else",
    Tag.INTERESTED: "in interested",
}

_FRENCH: Final[dict[Tag, str]] = {
    Tag.OUT: """
        mettre fin a mon inscription | liste d exclusion | liste des exclus | liste rouge | liste de
        desabonnement | ne pas appeler | liste noire
    """,
    Tag.ALONE: """
        laissez moi tranquille | laisse moi tranquille | laissez moi en paix | laisse moi en paix | laissez
        nous tranquille | laissez nous tranquilles | laissez moi tranquile | laisser moi tranquille | lachez
        moi | lache moi | lacher moi | foutre la paix | donne moi patience | lachez moi la grappe | donnez
        moi patience | me laisser tranquille | me lacher | me laisser en paix | me foutre la paix | me
        laissez tranquille | laisse nous tranquille | laisser moi en paix | laisser nous tranquille | lachez
        nous | lache nous | me laisse tranquille | laissez mon numero tranquille | laissez moi donc
        tranquille
    """,
    Tag.NOMORE: """
        plus jamais | jamais plus | plus du tout | a l avenir | plus aucun | plus aucune | plus rien | pu
        rien | pu jamais | pu aucun | pu pantoute | plus pantoute
    """,
    Tag.PAS: "pas du tout | pas pantoute | surtout pas",
    Tag.NOT: """
        pas besoin | n ai pas demande | n ai jamais demande | pas demande | au lieu | plutot que | sans |
        pas envie de me | pas question
    """,
    Tag.NO: "pas aucun",
    Tag.OTHER: """
        en plus | de plus | de plus en plus | non plus | plus tard | plus tot | plus vite | plus souvent |
        plus de temps | plus d info | plus d infos | plus d information | plus d informations | plus de
        details | plus d options | au plus | plus grand | plus loin | plus ou moins | le plus | plus precis
        | plus de renseignements | plus de precisions | plus longtemps | plus d une | plus d un | sans arret
        | plus simple | plus de monde
    """,
    Tag.WANT: "ai envie | tiens a | ai envie de | je prefere | envie de | aime mieux",
    Tag.NEED: "ai besoin | avez a | il faut | faut",
    Tag.MSG: """
        messages textes | message texte | messages texte | messages publicitaires | messages promotionnels |
        envois de sms | vos affaires | courriers indesirables | texto promotionnel
    """,
    Tag.WRITE: """
        entrer en contact avec moi | casser les oreilles | casser les pieds | communiquer avec | communiquez
        avec | casser la tete | parler a | taper sur les nerfs
    """,
    Tag.SEND: "faire parvenir | envois de | envoyer de",
    Tag.GET: "entendre parler",
    Tag.END: """
        mettre fin | mettez fin | met fin | mets fin | mettre un terme | mettez un terme
    """,
    Tag.ASK: """
        est ce que je | est ce qu | puis je | peut on | y a t il | comment faire | est il possible | je peux
        | y a tu | c est quoi | qu est ce | est ce possible | dois je | comment je fais | pourrais je | ou
        est ce | suis je | j peux | je dois faire quoi | que faire pour | quoi faire | quoi faire pour
    """,
    Tag.IF: "au cas | a moins | a condition | meme si",
    Tag.WILL: "peut etre | sur le point | je pourrais | j allais | l intention",
    Tag.THIRD: """
        ma femme | mon mari | mon boss | mon patron | mon fils | ma fille | ma mere | mon pere
    """,
    Tag.THING: """
        rendez vous | arret de bus | arret maladie | arret de travail | fin de semaine | arret au | mon
        compte bancaire
    """,
    Tag.LIST: """
        liste d envoi | liste d envois | liste de diffusion | liste de contacts | liste de distribution |
        base de donnees | liste d appel | liste d appels | liste de clients | liste d abonnes | carnet d
        adresses
    """,
    Tag.NUMBER: """
        numero de telephone | numero de cellulaire | no de telephone | numero de tel | numero de cell |
        numero de portable
    """,
    Tag.I: "j ai",
}

_NOTHING: Final = """
    please | pls | plz | plse | pleas | kindly | thanks | thank you | thx | ty | just | now | immediately |
    asap | right now | right away | already | really | also | effective immediately | if possible | if you
    please | if you dont mind | if you do not mind | if its not too much trouble | if you could | if you
    would | if you can | if u can | if u could | if you wouldnt mind | if that is possible | if thats
    possible | at once | hello | hi | hey | yes | ok | okay | good morning | id appreciate it | i would
    appreciate it | would appreciate it | appreciate it | it would be nice | that would be great | be nice |
    seriously | sir | madam | can you | could you | would you | will you | can u | could u | would u | will
    u | can yall | could yall | would you mind | do you mind | would you be able to | can someone | could
    someone | would someone | can somebody | you guys | why dont you | why wont you | why cant you | cant
    you | cant u | couldnt you | wont you | why do you not | why dont u | how many times do i have to | how
    many times must i | how many times do we have to | make sure to | make sure you | be sure to | go ahead
    and | i beg you | for the last time | for the love of god | for gods sake | hereby | officially |
    formally | at this time | to be clear | you must | you need to | you have to | you should | all of you |
    all of your | each and | any of | some of | is there any way you could | is there a way you could | is
    there any way you can | is there a way you can | any way you can | any way you could | is there anyway
    you can | is there anyway you could | is it possible for you to | would it be possible to | is it
    possible to | ca fait | combien de fois | faut il vous dire d | faut il vous dire de | at all | on this
    number | on this phone | on my phone | on my cell | in the future | the last time | last time | one more
    time | for good | period | thats all | anyone | wonder if you could | was wondering if you could |
    wondering if you could | see to it that | i said | i mean | hurry and | someday | once and for all | on
    any | sorry to | sorry but | no thanks | no thank you | do me a favor and | kindly please | dear | team
    | all caps | the following | as soon as possible | today | as of today | as of now | like i said | as i
    said | find a way to | simply | finally | good evening | good day | lol no | svp | stp | s il vous plait
    | s il te plait | sil vous plait | sil te plait | merci | merci de | merci beaucoup | merci d avance |
    bien vouloir | veuillez | veuiller | veuillez bien | priere | priere de | maintenant | tout de suite |
    immediatement | bonjour | bonsoir | allo | salut | oui | simplement | juste | si possible | si c est
    possible | si vous pouvez | si tu peux | si vous voulez bien | si vous le pouvez | s il est possible de
    | pouvez vous | pourriez vous | pourrais tu | peux tu | voulez vous | vous pouvez | tu peux | vous
    pourriez | tu pourrais | peut tu | pouvez vs | est ce que vous pouvez | est ce que vous pourriez | est
    ce que tu peux | est ce possible de | est ce possible d | c est possible d | possible d | serait il
    possible d | y a t il moyen de | serait il possible de | il serait possible de | c est possible de |
    possible de | je vous prie de | je vous prie | je vous demande de | je te demande de | je demande de |
    vous prie de | de bien vouloir | pour la derniere fois | dernier avertissement | une fois pour toutes |
    des maintenant | sans delai | des aujourd hui | d urgence | aujourdhui | combien de fois dois je vous
    dire | combien de fois il faut vous dire | combien de fois faut il | bon dieu | pour vrai | pour de vrai
    | bande de | serieusement | enfin | bien | donc | alors | en fait | la prochaine fois | monsieur |
    madame | apprecierais | s v p | siouplait | svpp | sur mon cell | sur mon cellulaire | sur mon telephone
    | vous devez | tu dois | vous devriez | il faut | faut que vous | faudrait que vous | il faudrait |
    faudrait | sur ce numero | a ce numero | du tout
"""
"""Courtesy, requests in the form of a question ("can you", "pouvez-vous"), haste: read as nothing."""


_PEACE: Final = "fous foutez fiche fichez crisse crissez sacre sacrez calice calisse calissez donne donnez lache lachez laisse laissez"
_LEFT_ALONE: Final = tuple(
    (verb, whom, *what.split())
    for verb in _PEACE.split()
    for whom in ("moi", "nous")
    for what in ("la paix", "patience", "tranquille", "tranquilles", "en paix")
)
"""The many ways of Quebec to ask for peace."""


def _joined() -> dict[str, dict[tuple[str, ...], Tag | None]]:
    """Index phrases by their first word, the longest first."""
    found: dict[tuple[str, ...], Tag | None] = {}
    for table in (_ENGLISH, _FRENCH):
        for tag, phrases in table.items():
            found.update({tuple(phrase.split()): tag for phrase in phrases.split("|")})
    found.update(dict.fromkeys(_LEFT_ALONE, Tag.ALONE))
    for phrase in _NOTHING.split("|"):
        found.setdefault(tuple(phrase.split()), None)
    index: dict[str, dict[tuple[str, ...], Tag | None]] = {}
    for words in sorted(found, key=len, reverse=True):
        index.setdefault(words[0], {})[words] = found[words]
    return index


PHRASES: Final = _joined()
