"""Complaints and half wishes: they suppress marketing and call a person, but are no opt-out by themselves.

Only tables, folded, one phrase between bars.
"""

from typing import Final

_WHOLE: Final = """
    bon debarras | la c est assez | blocked | scam | arnaque | reported | pause | assez | c est assez | jen
    ai assez | j en ai assez | non merci assez | block | delete | terminate | annuler | annulez | annule |
    annulation | retirer | retirez | supprimer | supprimez | enlever | enlevez | retrait | fini | c est fini
    | c est trop | too much | its too much | no more | no mas | im done | i am done | done | im out | i am
    out | count me out | cancel it | cancel this | cancel that | cancel me | cancel all | cancel everything
    | please cancel me | i want to cancel | i need to cancel | i would like to cancel | id like to cancel |
    want to cancel | end it | end this | quit it | i quit | i want to quit | je veux annuler | je voudrais
    annuler | j annule | annulez tout | annuler tout | annule tout | resilier | resiliez | resiliation |
    terminer | cesser | j arrete | j abandonne | plus rien | je veux rien | je ne veux rien | je veux plus
    rien | j en veux plus | je n en veux plus | n en veux plus | j en veux pu | en veux plus | degage |
    degagez | bloquer | bloquez | bloque | je bloque | unfollow | reject | refuse | refused | je refuse | do
    not call | dont call | dont call me | do not call me | get out | goodbye | bye bye | cut it out | knock
    it off | not ok | i want out | want out | no interest | non stop | dont want it | i dont want it | i
    dont want this | i dont want any | i dont want any more | i dont want anymore | i dont want anything |
    never again | plus jamais | jamais plus | uninstall | no longer | pas pour moi | not for me | leave |
    laisse faire | i dont consent | end everything | arrete moi ca | je n en veux pas | j en veux pas | get
    lost
"""

_ANYWHERE: Final = """
    enough | enough already | thats enough | that is enough | had enough | enough is enough | too many texts
    | too many messages | too many | so many texts | so many messages | too much spam | enough with | enough
    of | sick of | tired of | fed up | had it with | is annoying | so annoying | you are annoying | youre
    annoying | are annoying | its annoying | very annoying | annoying texts | getting annoying | fuck off |
    fuck you | fuck u | f off | f you | fk off | eff off | go to hell | go fuck | screw you | screw off |
    piss off | bugger off | buzz off | go away | get a life | eat shit | kiss my ass | shut up | stfu | gtfo
    | f u | fu | fuck yourself | suck my | bite me | get bent | go kill | wrong number | wrong person |
    wrong phone | wrong guy | not the person | you want isnt | never signed up | didnt sign up | did not
    sign up | never subscribed | didnt subscribe | did not subscribe | dont remember signing | never asked
    for | didnt ask for | did not ask for | never agreed | didnt agree | did not agree | never gave you |
    did not give you | didnt give you | never consented | didnt consent | did not consent | didnt opt in |
    never opted in | how did you get my number | where did you get my number | who gave you my number | how
    do you have my number | this is spam | is spam | spam | spamming | report you | report this | reporting
    you | reported you | will report | report as | block you | block this number | blocking you | blocking
    this | blocked you | block me | will block | harassment | harassing | unsolicited | give it a rest | get
    rid of | unsubscribe link | need a break | delete my data | delete my information | delete my info |
    delete my account | close my account | cancel my account | less texts | fewer texts | fewer messages |
    less messages | texts a day | texting too much | texting me too much | too often | why do you keep |
    keep texting me | keeps texting me | keep sending me | keep messaging me | keep contacting me | why are
    you texting me | why am i getting | why am i receiving | why do i get | why do i keep | a nuisance |
    pause my | take a break | bothering me | driving me crazy | leave it | rather not | calling my lawyer |
    sue you | my lawyer | illegal | against the law | not your customer | dont have an account | all these
    texts | all these messages | assez de vos | assez de ces | assez de tes | assez de textos | assez de
    messages | assez de sms | assez de pub | ca suffit | ca suffi | suffit | cela suffit | trop de textos |
    trop de messages | trop de sms | trop de pub | trop de pubs | trop de texto | trop de message | trop de
    courriels | trop souvent | trop frequent | trop frequents | trop insistants | marre | ras le bol | plein
    le dos | plein le cul | plein mon casque | ma claque | mon voyage | tanne | tannee | tannes | tannant |
    tannants | tannante | fatigant | fatigants | fatiguant | ecoeure | ecoeuree | ecoeurant | gossant |
    achalant | achalants | agacant | agacants | derangeant | enervant | enervants | penible | envahissant |
    vous me derangez | me deranger | me derange | me derangent | vous me gossez | tu me gosses | me gosse |
    vous me tannez | tu me tannes | vous m achalez | vous me fatiguez | vous m enervez | tu m enerves | vous
    m ecoeurez | vous me harcelez | va chier | allez chier | va te faire | allez vous faire | va au diable |
    allez au diable | ta gueule | tais toi | taisez vous | ferme la | ferme ta gueule | fermez la |
    decalisse | decalissez | decrisse | decrissez | sacrez votre camp | crissez votre camp | fous le camp |
    foutez le camp | fichez le camp | mange de la marde | mange la marde | mangez de la marde | mange d la
    marde | va jouer | casse toi | cassez vous | nique | connard | connards | mauvais numero | mauvaise
    personne | trompez de numero | trompe de numero | trompez de personne | faux numero | erreur de numero |
    pas la bonne personne | pas le bon numero | erreur sur la personne | jamais inscrit | jamais inscrite |
    pas inscrit | pas inscrite | jamais donne mon | jamais demande | rien demande | n ai pas demande |
    jamais abonne | pas abonne | jamais accepte | jamais consenti | d ou vous avez mon numero | comment avez
    vous eu mon numero | ou avez vous pris mon numero | ou avez vous eu mon numero | qui vous a donne mon |
    c est du spam | du spam | pourriel | pourriels | harcelement | je bloque ce | vous bloquer | te bloquer
    | bloquer ce numero | vous signaler | vais signaler | porter plainte | veux rien savoir | n en peux plus
    | en peux plus | effacer mes donnees | effacez mes donnees | supprimez mes donnees | supprimer mes
    donnees | supprimer mon compte | fermer mon compte | supprimez mon compte | fermez mon compte | moins de
    textos | moins de messages | moins de sms | moins souvent | ca va faire | ca fera | faut que ca arrete |
    ca commence a faire | pourquoi vous m ecrivez | pourquoi m ecrivez vous | pourquoi je recois | pourquoi
    vous me textez | pourquoi est ce que je recois | c est illegal | vous bloque | du harcelement | etre
    tannant | si souvent | mettre en pause | une pause
"""

_OF_MESSAGES: Final = """
    too much | too many | trop | less | fewer | less often | moins | once a week | once a month | frequency
    | slow down | every hour | so often | souvent | frequence
"""


def _phrases(table: str) -> list[tuple[str, ...]]:
    return [tuple(phrase.split()) for phrase in table.split("|")]


def _by_first_word(phrases: list[tuple[str, ...]]) -> dict[str, list[tuple[str, ...]]]:
    index: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        index.setdefault(phrase[0], []).append(phrase)
    return index


WHOLE_DOUBTS: Final = frozenset(_phrases(_WHOLE))
"""Doubts only when they are the whole clause, courtesy left out."""

MESSAGE_DOUBTS: Final = frozenset(_phrases(_OF_MESSAGES))
"""Doubts only beside a word for messages: "you text too much"."""

DOUBTS: Final = _by_first_word(_phrases(_ANYWHERE) + _phrases(_OF_MESSAGES))
"""Doubts by their first word, wherever they stand in a short clause or beside a word for messages."""
