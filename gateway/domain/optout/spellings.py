"""Spellings of the thumb, written out: `jveux` is `je veux`, `txtn` is `texting`. Only a table."""

from typing import Final

_TABLE: Final = """
    jveux = je veux | jveut = je veux | jveu = je veux | jvx = je veux | jvoudrais = je voudrais | jaimerais
    = j aimerais | jai = j ai | jsuis = je suis | chu = je suis | chui = je suis | chus = je suis | jsui =
    je suis | jpeux = je peux | jveuxpu = je veux pu | jen = j en | jte = je te | jvous = je vous | mecrire
    = m ecrire | mecrivez = m ecrivez | mecris = m ecris | menvoyer = m envoyer | menvoyez = m envoyez |
    menvoie = m envoie | menvoies = m envoies | mappeler = m appeler | mappelez = m appelez | menlever = m
    enlever | darreter = d arreter | darretez = d arretez | denvoyer = d envoyer | decrire = d ecrire |
    larret = l arret | narretez = n arretez | narrete = n arrete | narreter = n arreter | nenvoyez = n
    envoyez | nenvoie = n envoie | necrivez = n ecrivez | txtn = texting | txtng = texting | texing =
    texting | texign = texting | txing = texting | frm = from | wud = would | r = are | abt = about | 4 =
    for | shud = should | ne1 = anyone | wanna = want to | gonna = going to | ill = i will | im = i am | ive
    = i have | lemme = let me | iam = i am | youre = you are | txtin = texting | textn = texting | textng =
    texting | tx = text | txtmsg = text | rdv = rendezvous | msge = message | nb = number | 2 = to | thse =
    these | stoptexting = stop texting | removeme = remove me | unsubscribeme = unsubscribe | leavemealone =
    leave me alone | bcp = beaucoup | donttext = dont text | takemeoff = take me off | ds = dans | ke = que
    | tjrs = toujours | fone = phone | cel = cell | mssg = message | mssgs = messages |
    rmv = remove | rmve = remove | stahp = stop
"""


def _written_out() -> dict[str, tuple[str, ...]]:
    pairs = (entry.split("=") for entry in _TABLE.split("|"))
    return {short.strip(): tuple(full.split()) for short, full in pairs}


SPELLINGS: Final = _written_out()
"""What one written word stands for."""
