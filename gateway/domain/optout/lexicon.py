"""The words that a request to stop is made of, sorted into classes, in English and in French.

Only tables. Every word has one class and every class one letter, so that a clause becomes a short string of letters
on which `grammar` states its rules. Entries are folded: lower case, no accents, no apostrophes. To teach the reader a
new word, add it to its class here; to teach it a turn of phrase, look in `phrases`.
"""

from enum import StrEnum
from typing import Final


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


ENGLISH: Final[dict[Tag, str]] = {
    Tag.HALT: "stop stopping cease halt desist discontinue stoping stopp",
    Tag.QUIT: "quit quitting",
    Tag.END: """
        end ending cancel canceling cancelling terminate deactivate disable suspend revoke revoking withdraw
        withdrawing rescind retract
    """,
    Tag.OUT: """
        unsubscribe unsubscribing unsub unsubs unenroll unregister deregister optout unsuscribe unsubcribe
    """,
    Tag.OUTED: "unsubscribed unsubbed",
    Tag.DROP: """
        remove removing delete deleting erase exclude scrub purge unlist removal deletion
    """,
    Tag.DROPPED: "removed deleted erased excluded taken",
    Tag.TAKE: "take cross let knock bump taking drop pull scratch strike kick cut",
    Tag.LOSE: "lose forget loose ditch",
    Tag.DONT: "dont never donot dnt",
    Tag.NOT: """
        not doesnt didnt wont cant cannot couldnt wouldnt shouldnt isnt arent wasnt werent havent hasnt
        hadnt aint nothing neither nor without
    """,
    Tag.NOMORE: "anymore nomore refuse decline",
    Tag.NO: "no zero",
    Tag.AGAIN: "again ever further",
    Tag.WANT: """
        want appreciate wanted wants wish wished desire prefer authorize authorise permit allow agree agreed
        opted signed subscribe subscribed
    """,
    Tag.NEED: "need needs have must gotta",
    Tag.RECEIVE: "receive receiving recieve recieving receving",
    Tag.GET: "get getting see seeing hear hearing having got",
    Tag.MSG: """
        texts messages msgs mesages messges txts notifications alerts reminders promos promotions promotion
        ads adverts advertisement advertisements advertising spam marketing newsletter newsletters updates
        offers deals coupons communications communication emails mails mail junk solicitations solicitation
        campaigns campaign surveys invites invitations broadcasts blasts announcements correspondence
        outreach crap bs bullshit nonsense garbage
    """,
    Tag.TEXT: """
        text texting txt message msg sms mms texto notification alert reminder promo ad newsflash email
        mesage messge
    """,
    Tag.WRITE: """
        txting textin texted txted messaging messaged msging contact contacting contacted write writing
        spamming spammed bother bothering bothered harass harassing harassed bug bugging bugged annoy pester
        pestering hound hounding bombard bombarding flooding solicit soliciting solicited disturb disturbing
        disturbed communicate communicating notify notifying notified badger badgering stalking emailing
        reaching reach pinging hassle hassling blowing mailing talking irritating
    """,
    Tag.SEND: "send sending sends sent forwarding sendin",
    Tag.CALL: "call calling called phone phoning ring ringing calls robocalls",
    Tag.ME: "me us myself",
    Tag.MY: "my our mine",
    Tag.YOUR: "your ur thy yr",
    Tag.NUMBER: "number numbers name cell cellphone mobile num nbr",
    Tag.LIST: """
        list lists database system records roster directory distribution program lst contacts subscribers
        rolodex thread threads chain registry
    """,
    Tag.CONSENT: """
        subscription subscriptions consent permission authorization authorisation enrollment enrolment
    """,
    Tag.ACCOUNT: "membership account plan service services data info information profile trial",
    Tag.OFF: "off out",
    Tag.FROM: "from of",
    Tag.TO: "to",
    Tag.THIS: """
        it this that these those them everything anything all stuff things shit everyone
    """,
    Tag.THING: """
        appointment appointments appt apt order orders booking reservation meeting meetings bus sign signs
        light lights job work smoking sale sales weekend class classes course session sessions card payment
        payments visit delivery deliveries package packages parcel school flight train station street road
        corner store office gym team game event party waitlist schedule rental doctor insurance item items
        product products cart bill invoice invoices receipt receipts day month year song music loss watch
        motion sticker shift chat room table ticket tickets seat group password code prescription shipment
        transfer hotel trip tour lesson lessons interview
    """,
    Tag.KEEP: """
        miss missing ignore ignoring losing reading read replying answering blocking misunderstand skip
        delay mute forward screenshot
    """,
    Tag.BREAK: "report sue know knows knew care recognize recognise remember understand live",
    Tag.ASK: "how why when where what whats which did does whether",
    Tag.IF: "if unless otherwise suppose",
    Tag.WILL: """
        will might may could gonna going perhaps maybe thinking considering tempted planning should
        wondering shall almost nearly
    """,
    Tag.INTERESTED: "interested",
    Tag.SAID: """
        said told asked asking ask tell telling replied wrote typed say saying requested request requesting
        begged demand demanding demanded tried trying
    """,
    Tag.BE: "be being am is are was were been stay",
    Tag.I: "i we im ive id",
    Tag.YOU: "you u ya yall youre youve guys people",
    Tag.THIRD: """
        nobody he she they hes shes theyre someone somebody husband wife son daughter mom mother dad father
        boss friend brother sister coworker kid kids neighbor customer customers patient client clients him
        her
    """,
    Tag.TIME: """
        until till before after during while at tonight tomorrow yet monday tuesday wednesday thursday
        friday saturday sunday sundays saturdays weekdays early late night nights morning mornings evening
        noon midnight by in over near past later soon once pm oclock lunch
    """,
    Tag.AND: "and or but because cuz cause then since",
    Tag.FILL: """
        the a an any more with about such stupid damn fucking fuckin effing freaking bloody annoying dumb
        useless unwanted unsolicited constant endless daily weekly automated political boring disgusting
        threatening misleading repeated random additional future other continuous incessant up on even for
        every fucken goddamn fkn so too very much really spammy back own only silly ridiculous another
        personal new through via cellular always keep keeps continually constantly multiple many unnecessary
    """,
}

FRENCH: Final[dict[Tag, str]] = {
    Tag.HALT: """
        arrete arretes arretez arreter arretons arret arretiez cesse cesses cessez cesser cessiez stoppe
        stoppes stoppez stopper arette arettez areter aretez aretes aretter finissez
    """,
    Tag.END: """
        annule annules annulez annuler annulation desactive desactives desactivez desactiver termine
        terminez terminer suspendre suspendez resilie resiliez resilier revoque revoquez revoquer
        interrompre interrompez
    """,
    Tag.OUT: """
        desabonne desabonner desabonnez desabonnes desabonnement desabo desabonnee desinscrire desinscrivez
        desinscris desinscrit desinscrite desinscription desinscrives desincrire desincrivez
    """,
    Tag.DROP: """
        enleve enleves enlevez enlever retire retires retirez retirer retrait supprime supprimes supprimez
        supprimer suppression efface effaces effacez effacer ote otez oter raye rayez rayer radie radiez
        radier biffez biffer oublie oubliez oublier exclure excluez ecartez
    """,
    Tag.DROPPED: "retiree enlevee supprimee effacee radiee rayee",
    Tag.TAKE: "sors sortez sortir sort",
    Tag.LOSE: "perds perdez perdre",
    Tag.NE: "ne n",
    Tag.PAS: "pas jamais rien",
    Tag.PLUS: "plus",
    Tag.NOMORE: "fini finis refuse refusons pu pus desormais dorenavant",
    Tag.NO: "aucun aucune aucuns",
    Tag.AGAIN: "encore",
    Tag.WANT: """
        veux veut veu vx vouloir voulu souhaite souhaites souhaitons souhaiter souhaiterais desire desirons
        desirer voudrais voudrai aimerais aimerai prefere prefererais accepte consens autorise autorisons
        tiens voulons apprecierais vourais
    """,
    Tag.NEED: "besoin dois doit doivent devez",
    Tag.RECEIVE: "recevoir recevez recois recoive recoivent",
    Tag.GET: "avoir voir entendre",
    Tag.MSG: """
        textos textes smss pub pubs publicite publicites publicitaires publicitaire rappels alertes avis
        annonces sollicitations sollicitation offres infolettre infolettres courriels relances campagnes
        envois communications pourriels pourriel courrier reclame reclames promos promotionnels messages
        spams notifs niaiseries cochonneries conneries merdes sms
    """,
    Tag.TEXT: """
        texto texte message rappel alerte notif notification courriel promo envoi mesage
    """,
    Tag.WRITE: """
        ecrire ecris ecrit ecrivez ecrives ecriviez ecrive texter textez textent contacter contactez
        contactes contacte contactee contacterez contactiez deranger derangez derange deranges harceler
        harcelez harcele harceles importuner importunez importune embeter embetez embete emmerder emmerdez
        emmerde achaler achalez achale gosser gossez gosse ecoeurer ecoeurez tanner tannez solliciter
        sollicitez sollicite sollicitee relancer relancez relance spammer spammez spamme joindre bombarder
        bombardez inonder inondez polluer soliciter casser cassez notifier notifiez aviser communiquer
        ennuyer ennuyez agacer saouler souler saoulez fatiguer communiquez demarcher demarchez prospecter
        faire niaiser textoter messager
    """,
    Tag.SEND: """
        envoyer envoyez envoie envoies envoient envoyiez envoyes envoye parvenir expedier transmettre
        adresser renvoyer renvoyez adressez
    """,
    Tag.CALL: "appeler appelez appelle appelles telephoner telephonez appel appels",
    Tag.ME: "moi nous m",
    Tag.MY: "mon ma mes notre nos",
    Tag.YOUR: "votre vos ton ta tes vs",
    Tag.NUMBER: "numero numeros nom cellulaire telephone tel portable ligne coordonnees cell",
    Tag.LIST: """
        liste listes fichier fichiers base bases systeme repertoire registre bottin programme diffusion
        contacts listing carnet
    """,
    Tag.CONSENT: "abonnement abonnements consentement autorisation inscription",
    Tag.ACCOUNT: """
        compte adhesion forfait donnees informations profil infos service services renseignements
    """,
    Tag.FROM: "de d du des hors",
    Tag.THIS: "ca cela ceci tout toutes tous celui chose choses affaires celle ceux",
    Tag.THING: """
        rendezvous rdv rencontre commande commandes bus autobus maladie travail job cours colis livraison
        livraisons semaine semaines journee mois annee contrat facture factures paiement paiements vente
        reservation reservations visite magasin boutique ecole metro gare rue coin feu feux billet billets
        chambre table groupe evenement article articles produit produits panier seance seances atelier
        equipe match clinique medecin docteur dentiste voiture auto char pilule pilules traitement
        medicament medicaments cigarette fumer chien jardin rond respiratoire cardiaque virement transfert
        repas recu essai place
    """,
    Tag.KEEP: "manquer manque rater perdu ignorer lire repondre",
    Tag.BREAK: "sais connais connait reconnais comprends souviens",
    Tag.ASK: "comment pourquoi quand quel quelle quels quelles combien",
    Tag.IF: "si",
    Tag.WILL: "vais va vas allons pense songe hesite envisage pourrais risque failli",
    Tag.INTERESTED: "interesse interessee interesses interressee interresse interesser interessent",
    Tag.SAID: """
        dit demande demander demandons exige prie dire repete repondu reitere redis redit ecrie requete
    """,
    Tag.BE: "suis est etes etre ete sont es etais soit soient sois",
    Tag.I: "je j",
    Tag.YOU: "vous tu t toi te",
    Tag.THIRD: """
        il elle ils elles on mari femme fils fille mere pere patron ami amie client clients lui quelqu leur
    """,
    Tag.TIME: """
        avant apres pendant jusqu lorsque demain soir soirs matin nuit lundi mardi mercredi jeudi vendredi
        samedi dimanche midi heures heure tard
    """,
    Tag.AND: "et ou mais car parce puis sinon",
    Tag.FILL: """
        un une le la les l ce ces cet cette toute maudit maudits maudite maudites sacre osti crisse criss
        estie putain foutu foutus foutue foutues sacres tabarnak calisse cave caves plates plate que qu sur
        au aux par avec en pour y se a s commerciaux indesirables incessants inutiles autre autres meme ici
        part fois vraiment bon jour jours toujours constamment continuellement deja ecoeurants fatigants
        stupides
    """,
}


def _classes() -> dict[str, Tag]:
    table: dict[str, Tag] = {}
    for language in (ENGLISH, FRENCH):
        for tag, words in language.items():
            for word in words.split():
                table.setdefault(word, tag)
    return table


CLASS_OF: Final = _classes()
ENGLISH_WORDS: Final = frozenset(" ".join(ENGLISH.values()).split())
FRENCH_WORDS: Final = frozenset(" ".join(FRENCH.values()).split())
