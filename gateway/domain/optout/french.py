"""French of France and of Quebec: the words and the turns of phrase of each class.

Only tables, folded: lower case, no accents, no apostrophes. A word stands in one class; to teach the
reader a new one, add it there. Phrases are separated by bars and win over words, the longest first.
"""

from typing import Final

from gateway.domain.optout.tags import Tag

WORDS: Final[dict[Tag, str]] = {
    Tag.HALT: """
        arrete arretes arretez arreter arretons arret arretiez cesse cesses cessez cesser cessiez stoppe
        stoppes stoppez stopper arette arettez areter aretez aretter finissez
    """,
    Tag.END: """
        annule annules annulez annuler annulation desactive desactives desactivez desactiver termine
        terminez terminer suspendre suspendez resilie resiliez resilier revoque revoquez revoquer
        interrompre interrompez coupe coupes coupez couper
    """,
    Tag.OUT: """
        desabonne desabonner desabonnez desabonnes desabonnement desabo desabonnee desinscrire desinscrivez
        desinscris desinscrit desinscrite desinscription desinscrives desincrire desincrivez
    """,
    Tag.DROP: """
        enleve enleves enlevez enlever retire retires retirez retirer retrait supprime supprimes supprimez
        supprimer suppression efface effaces effacez effacer ote otez oter raye rayez rayer radie radiez
        radier biffez biffer oublie oubliez oublier exclure excluez ecartez debarquez debarque virez vire
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
        discussion fil liste listes fichier fichiers base bases systeme repertoire registre bottin programme
        diffusion
        contacts listing carnet
    """,
    Tag.CONSENT: "abonnement abonnements consentement autorisation inscription",
    Tag.ACCOUNT: """
        compte adhesion forfait donnees informations profil infos service services renseignements
    """,
    Tag.FROM: "de d du des hors",
    Tag.TO: "pour",
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
        soeur frere conjoint conjointe copain copine blonde chum voisin voisine collegue
    """,
    Tag.TIME: """
        avant apres pendant jusqu lorsque demain soir soirs matin nuit lundi mardi mercredi jeudi vendredi
        samedi dimanche midi heures heure tard
    """,
    Tag.AND: "et ou mais car parce puis sinon",
    Tag.FILL: """
        un une le la les l ce ces cet cette toute maudit maudits maudite maudites sacre osti crisse criss
        estie putain foutu foutus foutue foutues sacres tabarnak calisse cave caves plates plate que qu sur
        au aux par avec en  y se a s commerciaux indesirables incessants inutiles autre autres meme ici
        part fois vraiment bon jour jours toujours constamment continuellement deja ecoeurants fatigants
        stupides
    """,
}

PHRASES: Final[dict[Tag, str]] = {
    Tag.OUT: """
        mettre fin a mon inscription | liste d exclusion | liste des exclus | liste rouge | liste de
        desabonnement | ne pas appeler | liste noire
    """,
    Tag.OUTED: """
        a desabonne | a desabonnee | avez desabonne | avez desabonnee | ont desabonne | a desinscrit | avez
        desinscrit | ont desinscrit
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
        en plus | de plus | de plus en plus | non plus | plus tard | plus tot | plus vite | plus souvent
        | plus de temps | plus d info | plus d infos | plus d information | plus d informations | plus
        de details | plus d options | au plus | plus grand | plus loin | plus ou moins | le plus | plus
        precis | plus de renseignements | plus de precisions | plus longtemps | plus d une | plus d un |
        sans arret | ca me derange pas | j ai arrete | a arrete | avez arrete | ont arrete | as arrete |
        j ai cesse | a cesse | avez cesse | faire du stop | fais du stop | auto stop | arrete de niaiser
        | arretez de niaiser | ca me derange plus | ca derange pas | arretez vous au | arretez vous a |
        arretez vous devant | arretez vous ici | arretez vous chez | arretez vous pour | arretez vous la
        | arrete toi | plus simple | plus de monde
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
        faut il | est ce que je | est ce qu | puis je | peut on | y a t il | comment faire | est il possible
        | je peux | y a tu | c est quoi | qu est ce | est ce possible | dois je | comment je fais | pourrais
        je | ou est ce | suis je | j peux | je dois faire quoi | que faire pour | quoi faire | quoi faire
        pour
    """,
    Tag.IF: "au cas | a moins | a condition | meme si",
    Tag.WILL: "peut etre | sur le point | je pourrais | j allais | l intention",
    Tag.THIRD: """
        ma femme | mon mari | mon boss | mon patron | mon fils | ma fille | ma mere | mon pere
    """,
    Tag.THING: """
        rendez vous | arret de bus | arret maladie | arret de travail | fin de semaine | arret au | mon
        compte bancaire | liste d attente | abonnement au gym | bail
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

NOTHING: Final = """
    svp | stp | s il vous plait | s il te plait | sil vous plait | sil te plait | merci | merci de | merci
    beaucoup | merci d avance | bien vouloir | veuillez | veuiller | veuillez bien | priere | priere de |
    maintenant | tout de suite | immediatement | bonjour | bonsoir | allo | salut | oui | simplement | juste
    | si possible | si c est     possible | si vous pouvez | si tu peux | si vous voulez bien | si vous le
    pouvez | s il est possible de | pouvez vous | pourriez vous | pourrais tu | peux tu | voulez vous | vous
    pouvez | tu peux | vous     pourriez | tu pourrais | peut tu | pouvez vs | est ce que vous pouvez | est
    ce que vous pourriez | est     ce que tu peux | est ce possible de | est ce possible d | c est possible
    d | possible d | serait il     possible d | y a t il moyen de | serait il possible de | il serait
    possible de | c est possible de | possible de | je vous prie de | je vous prie | je vous demande de | je
    te demande de | je demande de | vous prie de | de bien vouloir | pour la derniere fois | dernier
    avertissement | une fois pour toutes | des maintenant | sans delai | des aujourd hui | d urgence |
    aujourdhui | combien de fois dois je vous     dire | combien de fois il faut vous dire | combien de fois
    faut il | bon dieu | pour vrai | pour de vrai | bande de | serieusement | enfin | bien | donc | alors |
    en fait | la prochaine fois | monsieur | madame | apprecierais | s v p | siouplait | svpp | sur mon cell
    | sur mon cellulaire | sur mon telephone | vous devez | tu dois | vous devriez | il faut | faut que vous
    | faudrait que vous | il faudrait | faudrait | sur ce numero | a ce numero | du tout
"""
"""Courtesy, requests in the form of a question, haste: read as nothing, so that they hide no rule."""

_VERBS: Final = """
    fous foutez fiche fichez crisse crissez sacre sacrez calice calisse calissez donne donnez lache
    lachez laisse laissez
"""
LEFT_ALONE: Final = tuple(
    (verb, *whom.split(), *what.split())
    for verb in _VERBS.split()
    for whom in ("moi", "nous", "moi donc", "nous donc")
    for what in ("la paix", "patience", "tranquille", "tranquilles", "en paix", "vivre")
)
"""The many ways of Quebec to ask for peace."""
