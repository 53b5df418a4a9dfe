"""The French words that decide what a sentence claims: to whom, under which condition, how surely.

Each table maps a concept to a pattern over folded text (no accents, lower case). Two sentences are compared by
concept, so « il faut », « doit » and « obligatoire » are one thing, and « salarié » and « indépendant » two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Concepts = Mapping[str, re.Pattern[str]]


def _table(text: str) -> Concepts:
    """One concept a line: ``name: pattern``. A space in a pattern stands for any white space."""
    table = {}
    for line in text.strip().splitlines():
        name, _, pattern = line.strip().partition(": ")
        table[name] = re.compile(rf"\b(?:{pattern})\b")
    return table


# Whom a sentence speaks of.
POPULATIONS = _table(
    r"""
    employee: salarie\w*|salariat|contrat de travail|cdi|cdd
    self_employed: independant\w*|pour (?:son|votre|leur) propre compte|travailleurs? non salaries?|prestataires?
    micro: micro-?entrepr\w+|auto-?entrepr\w+
    civil_servant: fonctionnaires?|agents? publics?|agents? de l'etat
    student: etudiants?|etudiantes?
    scholar: boursi\w+
    minor: mineurs?|enfants?
    jobseeker: chomeurs?|demandeurs? d'emploi
    asylum: demandeurs? d'asile|refugies?
    pensioner: (?:un|au|les|des|aux) retraitee?s?
    consumer: particuliers?|consommateurs?
    business: (?:un|des|les|aux|clients?) professionnels?
    parent: parents?|meres?|peres?
    women: femmes?
    tenant: locataires?
    rider: livreurs?|coursiers?
    driver: chauffeurs?|vtc
    tester: testeurs?
    disabled: handicap\w*
    apprentice: apprentis?|stagiaires?|alternants?
    victim: victimes?
    candidate: candidats?
    member: membres?|adherents?
    isolated: parents? isoles?
    whistleblower: lanceurs? d'alerte
    artist: artistes?
    sports_agent: agents? sportifs?
    """
)

ANYBODY = frozenset({"candidate", "member", "tester", "victim", "consumer"})
"""The reader himself: « vous » may stand for them."""

# Who acts. An actor of the sentence must be one of the fact.
ACTORS = _table(
    r"""
    bank: banques?|bancaires?
    employer: employeurs?
    police: police|gendarmerie|commissariat|gendarmes?
    judge: juges?|tribuna\w+|prud'hom\w+|cour
    lawyer: avocats?
    notary: notaires?
    accountant: experts?-comptables?
    doctor: medecins?
    tax_office: impots|fiscale?s?|fisc|tresor public|imposition
    customs: douanes?
    mayor: maires?|mairies?
    prefect: prefets?|prefectures?
    ministry: ministeres?|ministres?
    insurer: assureurs?|mutuelles?
    landlord: bailleurs?|proprietaires?
    school: ecoles?|universites?|colleges?|lycees?
    association: associations?|syndicats?
    friend: amis?|amies?
    state: l'etat
    """
)

# Where: a country or its people.
PLACES = _table(
    r"""
    french: france|francais\w*
    eu: (?<!hors )(?<!hors d')(?<!hors de l')(?<!economique )(?<!union )(?:union europeenne|europe\w*|l'union)
    outside_eu: hors (?:de l'|d')?(?:union europeenne|europe|l'union)
    eea: espace economique europeen
    us: etats-unis|americain\w*
    uk: royaume-uni|britannique\w*|angleterre
    belgian: belg\w+
    german: allemand\w*|allemagne
    swiss: suisse\w*
    irish: irland\w+
    luxembourg: luxembourg\w*
    canadian: canad\w+
    spanish: espagn\w+
    english: anglais\w*
    foreign: etrang\w+
    worldwide: mond\w+ entier|mondia\w+
    """
)

# What sets two regimes apart.
REGIMES = _table(
    r"""
    bnc: bnc|liberale?s?|liberaux|non commercia\w+
    bic: bic|(?<!non )commercia\w+|commercants?|industriels? et commerciaux
    net: nets?
    gross: bruts?|brutes?
    whole: entiere?s?|entierement|en totalite|total\w*|complete?\w*|plein
    part: en partie|partie seulement|une partie|partiel\w*
    one_off: en une fois
    monthly: mensuel\w*
    yearly: annuel\w*
    quarterly: trimestriel\w*
    """
)

# The order of steps; compared only within what the fact says.
ORDER = _table(
    r"""
    first: d'abord|avant tout|premierement
    then: ensuite|puis
    """
)

# Pairs that a paraphrase never swaps: the sentence says one, the fact only the other.
OPPOSITES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(rf"\b(?:{one})\b"), re.compile(rf"\b(?:{other})\b"))
    for one, other in (
        (r"avant", r"(?<!d')apres|passe"),
        (r"baiss\w+|diminu\w+|redui\w+|moindre", r"augment\w+|hauss\w+|relev(?:e|ee|er)"),
        (r"nets?", r"brute?s?"),
        (r"gratuit\w*|sans frais", r"payante?s?|majore\w*"),
        (r"courte?s?", r"longue?s?"),
        (r"debut|depart|commenc\w+", r"fin|finir|termin\w+"),
        (r"pleine?", r"partiel\w*"),
        (r"ensemble|collecti\w+", r"individuel\w*|seule?"),
        (r"vraie?s?|exacte?s?", r"fausse?s?|faux"),
        (r"accept\w+", r"refus\w+|rejet\w+"),
        (r"complete?s?", r"incomplete?s?"),
        (r"inferieure?s?", r"superieure?s?"),
        (r"ajout\w+", r"retir\w+|dedui\w+"),
        (r"acheteurs?|achat\w*", r"vendeurs?|vente\w*"),
        (r"dernier\w*", r"premier\w*"),
        (r"volontaire\w*", r"involontaire\w*|oubli\w*"),
        (r"minimum", r"maximum"),
        (r"au moins|au minimum", r"au plus|au maximum"),
        (r"plus tard", r"plus tot"),
        (r"rembours\w+", r"suspend\w+"),
        (r"mensuel\w*", r"annuel\w*"),
        (r"envoye\w*", r"recue?s?"),
    )
)

# How sure or how often: a hedge of the fact is kept, and none of these is added.
HEDGES = _table(
    r"""
    general: en (?:regle )?generale?|generalement|en principe|normalement|d'habitude
    partial: en partie|partiellement|partie seulement|une partie
    often: souvent|frequemment|d'ordinaire
    sometimes: parfois|certaine?s?
    mostly: surtout|principalement|la plupart|presque
    maybe: peut-etre|pas forcement|pas toujours|pas necessairement|sans doute|probablement
    """
)
ABSOLUTES = _table(
    r"""
    all: tous(?! les (?:\w+ )?(?:jours?|mois|ans|semaines))|toutes(?! les (?:\w+ )?(?:semaines|heures))|toute|tout(?! de suite| en| a l'heure| au plus| le| la| ce)|n'importe
    always: toujours|systematiquement|automatiquement|d'office|a tout moment|dans tous les cas|definitivement|immediatement
    never: jamais
    only: seule?s?|seulement|uniquement|exclusivement|reservee?s?|n(?:e |'\s?)(?:(?!pas |plus |jamais |rien |aucun)[\w-]+ ){1,6}?que?
    fully: entierement|en totalite|totalement|completement|integralement
    also: aussi|egalement
    concession: meme(?= (?:si|en|pour|sans|avec|quand|une?|paye|rattache|dans|banal|etrangeres?|incomplet|incertaine))|y compris|quel(?:le)?s? que soi\w+|peu importe
    """
)
CONCESSIONS = re.compile(
    r"\b(?:meme|aussi|y compris|quel(?:le)?s? que soi\w+|peu importe|malgre|ne change rien|sans regarder|inclus|compris|jamais|"
    r"toute? )"
)

MUST = re.compile(
    r"\b(?:doi\w+|devr\w+|devez|devons|faut|faudra|obligatoire\w*|obligation|oblige\w*|impose\w*|exige\w*|exigence|necessaire\w*|"
    r"indispensable\w*|tenue?s? de)\b"
)
MAY = re.compile(
    r"\b(?:peu(?:t|x|vent)|puiss\w+|pouv\w+|pour(?:ra|rez|rait|ront|raient|ras)|possible\w*|possibilite|permet\w*|permis\w*|"
    r"autoris\w+|facultati\w+)\b"
)
MAYBE_MAY = re.compile(
    r"\b(?:a droit|avez droit|ont droit|ouverte?s? aux?|librement|libres? de|risqu\w+|eventuel\w*|susceptible\w*|parfois|"
    r"expos\w+|au choix)\b"
)
"""What a « peut » may be said with; nothing is asked of a fact that has it, nor of a sentence."""
ADVICE = re.compile(r"\b(?:conseill\w*|recommand\w*|mieux vaut|il vaut mieux|pensez|prudent)\b")

# What turns a claim round: with ne, alone, or by its own meaning. « ne … pas » counts once.
NEGATION = re.compile(
    r"\b(?:(?P<ne>ne|n')(?=[\s\w])|(?P<alone>pas|aucune?s?|jamais|rien|sans(?! elle| lui| eux| cela| quoi)|ni|(?<!ou )non|nul)|"
    r"(?P<word>interdi\w+|exclu\w*|exoner\w+|exempt\w+|dispens\w+|echapp\w+|impossible\w*|refus(?:e|er|es|ent|ez|ait)|hors|sauf|"
    r"faux|facultati\w+|nulles?|fermee?s?(?= a)|gratuit\w*))\b"
)
IMPLIED = {"impay": "payer", "gratuit": "payer", "facultati": "obligation", "exoner": "payer"}
"""What a negative word denies without saying it."""
PREPOSITIONS = (
    (re.compile(r"\b(?:avec|compris)\b"), re.compile(r"\b(?:sans|hors)\b")),
    (re.compile(r"\bavant\b"), re.compile(r"(?<!d')\bapres\b")),
)
"""Pairs that a paraphrase never swaps before the same word."""
_NE_QUE = r"n(?:e |'\s?)(?:(?!pas |plus |jamais |rien |aucun)[\w-]+ ){1,6}?qu(?:e\b|')"
RESTRICTIVE_QUE = re.compile(rf"\b{_NE_QUE}")

# Words that open a restriction: what they introduce cannot be left out.
RESTRICTIONS = re.compile(
    r"\b(?:si |s'ils? |quand |lorsqu|sauf |a condition|tant qu|a moins que|en cas d|dont |sans |hors |faute de|"
    r"pendant |durant |apres |avant |depuis |jusqu|a partir d|a compter d|au-dela|en dessous|a defaut|seulement (?:si|pour)|"
    r"uniquement |uniquement si|qui (?:ne |n')|sous reserve|pourvu)"
)

# Words that mean the same here, one group a line; groups are merged by their first word.
SYNONYMS = """
payer paiement regler verser versement paye paie paient payee payees reglement remunerer remuneration debourser
demander demande reclamer reclamation exiger requiert
garder conserver garde conservez gardez
prevenir signaler avertir dire dites previenez informer signalement previent
ecrire adresser envoyer ecrivez adressez envoyez transmettre courrier
toucher recevoir percevoir touche recoit gagner gains gagne
recettes chiffre affaires revenus revenu
somme montant prix
creer creation debuter lancer commencer debut demarrer depart commencement
fin finir cesser arret arreter cessation terminer stopper quitter
choisir choix option opter
valoir egal vaut egale
durer pendant durant duree
depasser dela superieur dessus excede passe
cacher masquer dissimuler dissimule
courriel mail
conseil conseiller recommander conseille
travailleur travailleurs travailler travail travaille
tache taches mission missions
site plateforme
verifier controler controle verifie
indique dit declare affirme ecrit selon apres prevoit
emploi poste embauche
habiter vivre resider vit residez reside
supprimer retirer perdre perte suppression
recommencer reprendre reprise
accorder donner donne accorde octroyer
entrainer conduire mener provoquer entraine coute couter valoir
concerner viser relever partie relevent releve appliquer applique concerne vise valable vaut
necessaire exiger falloir faut obligatoire doit obligation
possible pouvoir peut permettre permet peuvent
raison motif motifs raisons
pouvoir droit
aide soutien
interdire interdit interdiction
motiver expliquer justifier
fixer definir determiner definies fixe
juger decider decision jugement
baisse diminuer reduit baisser diminution reduction moins descendre
contester contestation conteste
convenir servir suffire convient sert suffit suffisent suffisant suffisante
ouvrir ouverte ouvert
fermer fermeture ferme
inscription inscrire inscrit
attendre patienter
remplacer remplace remplacement
etranger etrangere
deposer depot porter
chaque tous toutes
montrer prouver preuve demontrer montre
utiliser servir utilisent
aller arriver
gratuit gratuitement
imiter copier copient imitation
loi legal code
dispenser exonerer exonere dispense
calculer calcul calcule
obtenir avoir
recalculer revoir
repondre reponse repond repondu
suspect louche douteux
"""

FUNCTION_WORDS = frozenset(
    """personne personnes a ai ainsi alors apres as au aucun aucune aussi autre autres aux avant avec avez avoir avons ayant bien c ca car ce
    ceci cela celle celles celui ces cet cette ceux chaque chez ci comme concernant contre d dans de deja depuis des donc
    dont du durant elle elles en encore enfin ensuite entre es est et etait etant ete etes etre eu eux faire fait faut fois
    hors il ils ici j jamais je jusqu l la le les leur leurs lors lorsque lui m ma mais me meme memes mes moi moins mon n ne
    ni non nos notre nous on ont ou par parce pas pendant peu peut peuvent plus plusieurs pour pourtant puis qu quand que
    quel quelle quelles quels qui quoi rien s sa sans sauf se selon sera seront ses seul seule si soit son sont sous sur t
    ta tant te tel telle tes toi ton tous tout toute toutes tres tu un une uns vers via voici voila vos votre vous y oui
    doit doivent devez devra devront dit dire afin cas lequel laquelle celui-ci sinon cependant toutefois attention
    d'apres c'est-a-dire fera fassent soyez serait etaient auriez aurez aura puisque malgre partir compter titre savoir
    plutot surtout quelque quelques environ autour seulement uniquement toujours
    forcement souvent parfois principe regle generale general generalement presque doute aupres cadre selon""".split()
)
