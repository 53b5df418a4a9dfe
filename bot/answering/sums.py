"""Which sum a message asks for, and what it says of the situation: a wrong sum is worse than none.

A question that only contains an amount (« on m'a volé 640 € », « il faut payer 30 € pour retirer ? ») asks for none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.answering.quantities import Period, asked_period, started_on
from knowledge.text import fold


class Sum(StrEnum):
    """The quantities that can be worked out."""

    QUARTERS = "quarters"
    QUARTERS_NEEDED = "quarters_needed"
    PRORATA = "prorata"
    THRESHOLDS = "thresholds"
    UNEMPLOYMENT = "unemployment"
    RSA = "rsa"
    DISABILITY = "disability"
    CONTRIBUTIONS = "contributions"
    NET = "net"
    TAXABLE = "taxable"
    ALLOWANCE = "allowance"
    FLAT_TAX = "flat_tax"
    LEVIES = "levies"
    EARNINGS = "earnings"
    HOURLY = "hourly"


@dataclass(frozen=True)
class Situation:
    """What is said of the person, beside amounts."""

    kinds: tuple[str, ...] = ()
    """« bnc », « bic »: the ones that are named."""
    has_acre: bool = False
    acre_in_doubt: bool = False
    """The Acre is named, and it is not clear whether it was obtained."""
    has_flat_tax: bool = False
    has_no_status: bool = False
    started: date | None = None
    over: Period | None = None
    """The period the result is asked for."""
    names_vat: bool = False
    benefit: Sum | None = None
    """The one benefit that is named."""
    quarters: int | None = None
    """« 4 trimestres »: those that somebody wants."""

    @property
    def changes_a_sum(self) -> bool:
        """Says something that a sum already asked for would take into account."""
        return bool(self.kinds or self.has_acre or self.has_flat_tax or self.has_no_status or self.over)

    def completed_by(self, earlier: Situation) -> Situation:
        """What this message says, and what earlier ones said where it says nothing."""
        return Situation(
            kinds=self.kinds or earlier.kinds,
            has_acre=self.has_acre or earlier.has_acre,
            has_flat_tax=self.has_flat_tax or earlier.has_flat_tax,
            has_no_status=self.has_no_status or earlier.has_no_status,
            started=self.started or earlier.started,
            over=self.over,
            names_vat=self.names_vat,
            benefit=self.benefit or earlier.benefit,
            quarters=self.quarters or earlier.quarters,
        )


def situation(text: str, today: date) -> Situation:
    text = _plain(text)
    kinds = tuple(kind for kind, cue in (("bnc", _BNC), ("bic", _BIC)) if cue.search(text))
    without_acre = bool(_NO_ACRE.search(text))
    has_acre = bool(_ACRE.search(text)) and not without_acre
    return Situation(
        kinds=kinds,
        has_acre=has_acre,
        acre_in_doubt=bool(re.search(r"\bl?acre\b", text)) and not has_acre and not without_acre,
        has_flat_tax=_takes_flat_tax(text),
        has_no_status=bool(_NO_STATUS.search(text)),
        started=started_on(text, today),
        over=asked_period(text),
        names_vat=bool(_VAT.search(text)),
        benefit=benefits[0] if len(benefits := _benefits(text)) == 1 else None,
        quarters=_quarters_wanted(text),
    )


def _quarters_wanted(text: str) -> int | None:
    """Those of one year: from two, for the fact states what one takes, to the four that a year can give."""
    if _WHOLE_YEAR.search(text):
        return _QUARTERS_OF_A_YEAR
    found = {_COUNT_WORDS.get(match[1]) or int(match[1]) for match in _QUARTERS_WANTED.finditer(text)}
    wanted = found.pop() if len(found) == 1 else 0
    return wanted if 2 <= wanted <= _QUARTERS_OF_A_YEAR else None


def is_barred(text: str) -> bool:
    """Money stolen, owed, blocked, claimed or promised, somebody else's rules, another subject: nothing to work out."""
    text = _plain(text)
    is_aimed_at = bool(_MUST_EARN.search(text)) and not _quarters_wanted(text)
    return is_aimed_at or any(cue.search(text) for cue in (_TROUBLE, _ELSEWHERE, _NOT_EARNED, _TAKEN_ON_THE_WAY))


def sums_asked(text: str, said: Situation) -> list[Sum]:
    """The sums that the words ask for, amounts left aside; none when another thing is asked."""
    text = _plain(text)
    counted = _OTHER_COUNT.sub(" ", text)
    how_much = bool(_HOW_MUCH.search(counted))
    benefits = _benefits(text)
    if _OTHER_BENEFITS.search(text) or len(benefits) > 1 or (_SOME_BENEFIT.search(text) and not benefits):
        return []
    if benefits:
        if how_much and _LOWERED.search(counted):
            return benefits
        if not _STRONG_CONTRIBUTIONS.search(counted):
            return []
    if said.quarters and _MONEY_NEEDED.search(text) and not _QUARTERS_MISSING.search(text):
        return [Sum.QUARTERS_NEEDED]
    bare = _EVERY_QUARTER.sub(" ", text)
    if _QUARTERS.search(bare) and (_VALIDATED.search(bare) or how_much) and not _QUARTERS_NEEDED.search(bare):
        return [Sum.QUARTERS]
    if _CEILING.search(text) and said.started and _BUSINESS.search(text) and not re.search(r"\bdepass", text):
        return [Sum.PRORATA]
    if _THRESHOLD.search(text) and _COMPARED.search(counted):
        return [Sum.THRESHOLDS]
    return _levied(counted, how_much)


def _takes_flat_tax(text: str) -> bool:
    return bool(_FLAT_TAX.search(text)) and not _NO_FLAT_TAX.search(text)


def _benefits(text: str) -> list[Sum]:
    return [name for name, cue in _BENEFITS.items() if cue.search(text)]


def _levied(text: str, how_much: bool) -> list[Sum]:
    """What is paid on earnings, what is left of them, and pay for hours."""
    if _BOUND.search(text):
        return []
    found = []
    has_flat_tax = _takes_flat_tax(text)
    taxed = _TAX.search(_FLAT_TAX.sub(" ", _AFTER_TAX.sub(" ", text)))
    pays = how_much and bool(_STRONG_CONTRIBUTIONS.search(text) or _PAYS.search(text))
    if _ALLOWANCE.search(text) and not _TAXABLE_PART.search(text):
        return [Sum.ALLOWANCE]
    if _SOCIAL_LEVIES.search(text):
        return [Sum.LEVIES] if how_much and _NO_STATUS.search(text) else []
    if how_much and _LEFT.search(text) and not _AFTER_ALLOWANCE.search(text):
        found.append(Sum.NET)
    elif has_flat_tax and how_much and not _CONTRIBUTIONS.search(text) and not _IN_ALL.search(text):
        return [Sum.FLAT_TAX]
    elif (pays and not (taxed and not _CONTRIBUTIONS.search(text))) or _CONTRIBUTIONS_ON.search(text):
        found.append(Sum.CONTRIBUTIONS)
    if taxed and how_much:
        found.append(Sum.TAXABLE)
    if _PER_HOUR.search(text) or (_PAID_FOR_A_TIME.search(text) and not _DOUBTED.search(text)):
        found.append(Sum.HOURLY)
    elif how_much and not found and _MAKES.search(text):
        found.append(Sum.EARNINGS)
    return found


def tells_earnings(text: str) -> bool:
    """Whether money earned in one's own activity is told at all."""
    return bool(_EARNED.search(_plain(text)))


def is_wage(text: str) -> bool:
    """Whether pay is told that an employer gives, and no activity of one's own."""
    return bool(_EMPLOYED.search(_plain(text))) and not tells_own_work(text)


def tells_own_work(text: str) -> bool:
    """Whether the earnings told are those of an activity of one's own, not any pay."""
    return bool(_OWN_WORK.search(_plain(text)))


def names_contributions(text: str) -> bool:
    return bool(_CONTRIBUTIONS.search(_plain(text)))


def doubts_an_offer(text: str) -> bool:
    return bool(_DOUBTED.search(_plain(text)))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", fold(text))


_BNC = re.compile(r"\b(bnc|liberale?s?)\b")
_BIC = re.compile(r"\b(bic|commercia\w*|artisan\w*)\b")
_ACRE = re.compile(
    r"\b(?:j'ai|jai|g|avec|ai|beneficie de|obtenu|eu|sous|touche) ?(?:eu |obtenu |droit a )?l'? ?acre\b|"
    r"\bacre (?:obtenue?|acceptee?|accordee?)|\bwith acre\b|\bet (?:j'ai )?l'acre depuis"
)
_NO_ACRE = re.compile(
    r"\b(?:sans|pas|plus|ni|jamais)(?: eu| droit a| de)? ?(?:l')?acre\b|\bacre (?:refusee?|finie?|terminee?)"
)
_FLAT_TAX = re.compile(r"\b(?:versement |prelevement |forfaitaire |fiscal )*liberatoire\b|\bvfl\b")
_NO_FLAT_TAX = re.compile(
    r"\b(?:sans|hors|pas(?: pris| choisi| le| de| au| opte pour le)*|plus|ni|refuse)(?: le| au| de| du)? ?"
    r"(?:versement |prelevement |forfaitaire |fiscal )*(?:liberatoire|vfl)\b"
)
_NO_STATUS = re.compile(
    r"\b(?:pas|sans|aucun)(?: de| d'| encore de| encore)? ?(?:siret|statut|micro(?:-| )?entreprise|micro|"
    r"auto(?:-| )?entreprise|"
    r"entreprise|auto(?:-| )?entrepreneur)\b"
)
_VAT = re.compile(r"\btva\b|\bvat\b")

_HOW_MUCH = re.compile(
    r"\b(combien|cb|cmb|cbn|kombien|koi|quoi|how (?:much|many)|what(?:'s| is| are) (?:the |my )?(?:contribution|"
    r"charge|tax|net)\w*|montant (?:des?|du)|calcul\w*|quel(?:le)? (?:est |sera |serait )?(?:le |la |mon |ma |mes )?"
    r"(?:montant|base|revenu|net|somme|part|plafond|impot|trimestre)|what'?s? (?:is )?left|(?:ca|sa) (?:fait|"
    r"donne) (?:en )?net|"
    r"(?:net|imposable) (?:pour|sur|apres|de)|net en poche)\b"
)
# « combien de temps », « dans combien », « à partir de combien »: other things are counted.
_OTHER_COUNT = re.compile(
    r"\b(?:dans|depuis|pendant|a partir de|jusqu'a|au bout de|sous|au dessus de|en dessous de) (?:combien|cb)\b"
    r"|\b(?:combien|cb|cmb) (?:de |d')(?!cotis|charge|impot|taxe|prelev|net|euro|sous|argent|urssaf|trimestre|"
    r"l'? ?heure|imposable|are\b|allocation|chomage|rsa\b|aah\b|versement|prelevement|"
    r"contribution|abattement|base|moins|mon |ma |mes )\w+"
    r"|\b(?:combien|cb) (?:gagne|rapporte|coute|vaut|paie (?!-)|risque|je risque)\w*|\bje risque (?:combien|quoi)\b"
    r"|\b(?:(?<!me )coute|vaut|risque|declare|declarer|mets?|mettre|recupere\w*|rembours\w*|place\w*|"
    r"donnent?) (?:combien|cb|quoi)\b"
    r"|\b(?:combien|cb|quoi)[a-z' ]{0,12} (?:declar|recuper|rembours|placer|dedui[st]|gagner)\w*"
    r"|\bdroits? (?:a|de) combien\b|\bsmic(?: horaire| mensuel)?(?: \d{4})? net\b|\bpour quoi\b|\bquoi faire\b|"
    r"\b(?:je fais|que faire|faire|fais) (?:quoi|koi)\b"
)
# « moins de 1 000 € par an »: a bound, not what was earned.
_BOUND = re.compile(r"\b(?:moins|plus|au-? ?dessus|en-? ?dessous|au-? ?dela) (?:de|d'|que) ?\d")
_CONTRIBUTIONS = re.compile(r"\b(l?ursaff?|l?urssaff?|cotis\w*|(?<!a )(?<!ma )charges?|contributions?)\b")
_STRONG_CONTRIBUTIONS = re.compile(
    r"\b(l?ursaff?|l?urssaff?|cotis(?!er pour la retraite)\w*|(?<!a )(?<!ma )charges?|contributions?|l'? ?etat)\b"
)
_CONTRIBUTIONS_ON = re.compile(
    r"^(?:bonjour |slt |salut )?(?:calcul(?:er)? |taux )?(?:de |des |mes |les )?(?:cotisations?|"
    r"charges)(?: sociales)?(?: urssaf)?"
    r"(?: micro| bnc)* (?:(?:sur|pour) (?:un ca de )?)?\d"
)
_PAYS = re.compile(
    r"\bj(?:e |')?(?:vais |devrai |devrais |aurais? du )?(?:(?:dois|doi|devoir) )?(?:paie|paye|payer|payerai|"
    r"paierai|verse|verser|"
    r"reverse|reverser|donne|dois|doi|leur dois)\b|\b(?:me|m') ?(?:prelev\w*|prend\w*|ponctionn\w*|couter\w*|coute)\b|"
    r"\b(?:do|should|will) i (?:have to )?(?:pay|owe)\b|\bje leur dois\b"
)
_LEFT = re.compile(
    r"\b(?:(?:il )?m(?:e|') ?(?:en )?(?:reste\w*|laisse\w*)|reste(?:ra)?\b(?! a )|net\b|nets\b|(?:dans|"
    r"en) (?:la |ma |mes )?poches?|(?:je |vraiment |vais )"
    r"(?:vraiment )?gard\w*|gard(?:er|e)\b|left|take home|(?:do|can) i keep|apres tout)\b"
)
_TAX = re.compile(r"\b(imposables?|impose\w* sur|impots?|abattement|taxable|income tax|fisc)\b")
_AFTER_TAX = re.compile(
    r"\b(?:apres|avant|hors)(?: l'| les | )impots?\b|\bet (?:les )?impots?\b|\b(?:declare\w*|"
    r"compte)[a-z' ]{0,8} (?:aux )impots?\b"
)
_ALLOWANCE = re.compile(
    r"\b(?:combien|cb|quel(?:le)?|c'est quoi|montant)\b[^.?!]{0,25}\babattement\b|"
    r"\babattement\b[^.?!]{0,50}\b(?:combien|cb|ca fait quoi|ca donne quoi)\b"
)
_TAXABLE_PART = re.compile(r"\b(imposables?|impose\w* sur|taxable|reste\w*|tva)\b")
_AFTER_ALLOWANCE = re.compile(r"\bapres (?:l')?abattement\b|\babattement\b.{0,40}\breste\b")
_IN_ALL = re.compile(r"\ben tout\b|\bau total\b|\btout compris\b")
_SOCIAL_LEVIES = re.compile(r"\bprelevements? sociaux\b")
_MAKES = re.compile(
    r"\b(?:ca|sa) (?:me )?(?:fait|fera|ferait|donne)\b|\b(?:doivent|doit) me (?:verser|payer)\b|"
    r"\bje (?:vais )?(?:toucher|touche|gagner|gagne|gagnerai|encaisse|recois|me fais|fais)\b|"
    r"\bcombien (?:au total|en tout)\b"
)
_PER_HOUR = re.compile(
    r"\b(smic|rentable|correct|normal|legal|derisoire|honnete|worth|hourly|minimum wage)\b|"
    r"\b(?:combien|cb)[a-z' ]{0,12}(?:de|a) l'? ?heure|\bapres tout\b"
)
_PAID_FOR_A_TIME = re.compile(r"(?:€|e|euros?|balles)\s*(?:pour|en|les|/)\s*\d")

_QUARTERS = re.compile(r"\btrimestres?\b|\bquarters?\b")
_EVERY_QUARTER = re.compile(
    r"\b(?:par|ce|chaque|au|du|le|les|un|sur le|tous les|each|per|every|this) (?:dernier |meme |"
    r"premier )?(?:trimestres?|quarters?)\b"
    r"(?! (?:avec|de retraite|valide))(?<!valide un trimestre)(?<!valider un trimestre)|"
    r"\btrimestres? (?:dernier|prochain|passe)\b"
)
_VALIDATED = re.compile(r"\b(valid\w*|retraite|cotis\w*|retirement|pension)\b")
_QUARTERS_OF_A_YEAR = 4
_COUNT_WORDS = {"deux": 2, "trois": 3, "quatre": 4}
_QUARTERS_WANTED = re.compile(r"\b(\d{1,3}|deux|trois|quatre) (?:trimestres?|trim|quarters?)\b")
_WHOLE_YEAR = re.compile(
    r"\b(?:annee (?:complete|entiere|pleine) de (?:retraite|cotisation)|"
    r"(?:tous|touts) (?:mes|les) trimestres|(?:valider|cotiser) (?:une|l'|mon) ?annee (?:complete|entiere|pleine))"
)
_MONEY_NEEDED = re.compile(
    r"\b(?:combien|cb|quel(?:le)?s?|how much)\b[^.?!]{0,30}\b(?:recettes?|ca\b|chiffre|gagner|encaisser|facturer|earn|"
    r"revenus?|gagne|encaisse|facture)\b|\b(?:gagner|gagne|encaisser|j'?encaisse|facturer|facture)\b[^.?!]{0,12}"
    r"\b(?:combien|cb)\b|\b(?:combien|cb) (?:de |d')?(?:euros?|€)"
)
_QUARTERS_MISSING = re.compile(
    r"\b(?:rachat\w*|rachet\w*|manque\w*|impaye\w*|partir|salarie\w*|smic|cdi|cdd|(?:j'ai|jai|g) (?:deja )?valide\w*|"
    r"heures?)\b"
)
_QUARTERS_NEEDED = re.compile(
    r"\b(?:faut|manque\w*|necessaire|partir|pour (?:avoir|valider|obtenir)|recettes? pour|gagner pour|"
    r"reste\w* combien|j'ai \d+ trim)"
)
_CEILING = re.compile(
    r"\b(plafond|prorata|(?:combien|quel)\b.{0,30}\b(?:chiffre d'?affaires?|ca|recettes)\b.{0,12}\bmax\w*)\b"
)
_BUSINESS = re.compile(
    r"\b(micro(?![- ]?(?:tach|task|trava|job|work|boulot))|auto|chiffre|recettes|ca|entreprise|auto-?entrepreneu\w*|"
    r"micro-?entrepr\w*|1ere annee|prorata)\b"
)
_THRESHOLD = re.compile(r"\b(plafond|seuil|tva|limite)\b")
_COMPARED = re.compile(
    r"\bdepass\w*|\bloin\b|\breste\b.{0,30}\b(?:avant|jusqu)|\bavant\b.{0,20}\b(?:tva|plafond|seuil)|"
    r"\btva\b.{0,25}\b(?:dois|facturer|mettre)\b|\b(?:dois|facturer|mettre)\b.{0,25}\btva\b|\bau[- ]dessus\b"
)

_BENEFITS = {
    # « are » is English too.
    Sum.UNEMPLOYMENT: re.compile(
        r"(?:^|[+\n] ?|\b(?:l'|d'|l |d |mon |une |cette |de |et |sans |avec |touche |en ))are\b|\b(chomage|"
        r"france travail|"
        r"pole emploi|pole-emploi|unemployment)\b"
    ),
    Sum.RSA: re.compile(r"\brsa\b"),
    Sum.DISABILITY: re.compile(r"\baah\b"),
}
_LOWERED = re.compile(
    r"\b(?:retir\w*|enlev\w*|enleve|menleve|baiss\w*|diminu\w*|dedui\w*|rest\w*|laiss\w*|gard\w*|moins|perd\w*|"
    r"coup\w*|compt\w*|prend\w*)\b"
)
_SOME_BENEFIT = re.compile(r"\ballocations?\b")
# Benefits that have no formula, and other taxes.
_OTHER_BENEFITS = re.compile(
    r"\b(cotis\w* (?:chomage|retraite)|prime d'activite|prime|apl|bourse|crous|aspa|ass|pension|arce|cfe|c2s|"
    r"css|indemnites?|ij|ijss|conge|maternite|"
    r"allocations? (?!.*\b(?:are|aah|chomage|rsa)\b)familiales?|al|als|alf|prepare|paje|cej|"
    r"contrat d'engagement|licenciement|"
    r"enceinte|arret maladie|are si|combien de temps|mutuelle|dedommag\w*)\b"
)
_TROUBLE = re.compile(
    r"\b(vol[ée]s?|volee?s|stole\w*|arnaqu(?!e\b)\w*|escro\w*|scam\w*|debloq\w*|bloqu\w*|unlock|ferme\w*|closed|"
    r"suspend\w*|banni\w*|caution|"
    r"(?:pour|de|le|mon) (?:les )?ret(?:irer|rait)|rembours\w*|indu|trop[- ]percu|amende|penalit\w*|majoration|"
    r"echeancier|saisie|"
    r"huissier|plainte|contest\w*|tribunal|prud\w*|impaye\w*|injonction|mise en demeure|reclam\w*|me doi(?:t|"
    r"vent)|mediateur|avocat|"
    r"virement instantane|usdt|crypto\w*|bitcoin\w*|livret|cheque|inconnu|blanchi\w*|prison|retard|oubli\w*|"
    r"pas (?:ete )?(?:paye|declar)\w*|"
    r"liker|like|likes|frais de|renvoy\w*|rendre|louer|colis|transcash|loto|succession|parents|mon fils|"
    r"ma fille|materiel|depot|"
    r"echeances?|erreur|avance de|commission|fee|fees|lose|promise\w*|code|passeport)\b"
)
# Other countries, and overseas France, whose rates are its own.
_ELSEWHERE = re.compile(
    r"\b(belgique|belge|suisse|maroc|marocain|tunisie|algerie|senegal|dakar|espagne|luxembourg|quebec|canada|onss|"
    r"cotedivoire|cote d'ivoire|cameroun|madagascar|mayotte|guadeloupe|gwadloup|martinique|guyane|reunion|"
    r"outre-?mer|dom)\b"
)
_MUST_EARN = re.compile(
    r"\b(?:(?:dois|doi|faut|faudrait|devrais) (?:que je )?(?:factur|gagn|encaiss)\w*\b(?! (?:la )?tva)|"
    r"factur\w* combien)\b"
)
# « PayPal me prend combien sur 600 € ? »
_TAKEN_ON_THE_WAY = re.compile(
    r"\b(?:paypal|payoneer|wise|skrill|revolut|airtm|(?:la |ma |leur )(?:banque|plateforme)) "
    r"(?:ils |elle |il )?(?:va |vont )?(?:me |m'|en )?(?:prend\w*|prelev\w*|garde\w*|retien\w*|retir\w*|facture)\b"
)
_NOT_EARNED = re.compile(
    r"\b(fiche de paie|mon salaire|de salaire|salaire de|brut.{0,20}mon net|smic net|licenciement|"
    r"rupture conventionnelle|au black|"
    r"mes taux|(?<!abattement )(?<!abattement de )\d+ ?% (?:sur|de|des)|cipav|reglementee|loyer|portage|"
    r"sasu|eurl|sarl|regime reel|au reel|interim|"
    r"cesu|vinted|leboncoin|ebay|airbnb|vente\w*|vends?|vendu\w*|"
    r"marchandises?|uber\w*|deliveroo|livr(?:aison|eur)\w*|vtc|bons? (?:d'achat|cadeaux?)|cartes? cadeaux?|"
    r"casino|paris sportifs?|trading|anciennete|entre \d+ et \d+)\b|"
    r"\b\d+ ?(?:€|e|euros?|\$)? ?(?:a|ou|-) ?\d+ ?(?:€|e\b|euros?|\$)"
)
_EARNED = re.compile(
    r"\b(gagn\w*|touch\w*|encaiss\w*|recettes?|chiffre|ca|fait|fais|fe|recu\w*|payee?s?|factur\w*|earn\w*|made|"
    r"make|got|verse|vire\w*|"
    r"micro\w*|auto\w*|bnc|bic|liberal\w*|sondages?|annotation\w*|transcription\w*|taches?|microtaches?|"
    r"cotis\w*|charges?|urssaf|"
    r"freelance|mission\w*|outlier|toluna|clickworker|appen|remotasks|prolific|dataannotation|trimestres?|"
    r"income|chiffre d'affaires)\b|\b(?:combien|cb) sur \d"
)
_OWN_WORK = re.compile(
    r"\b(micro\S*|auto\S*|bnc|bic|liberale?|factur\w*|income|recettes?|chiffre|sondages?|annotation\w*|"
    r"annote\w*|transcription\w*|relecture|taches?|freelance|"
    r"missions?|outlier|toluna|clickworker|appen|remotasks|prolific|dataannotation|plateformes?)\b"
)
_EMPLOYED = re.compile(
    r"\b(salariee?s?|cdi|cdd|temps partiel|mi-temps|employeur|patron|usine|embauche\w*|apprenti\w*|stage|stagiaire)\b"
)
_DOUBTED = re.compile(
    r"\b(arnaque|fiable|serieux|vrai|annonce|offre|whatsapp|telegram|recrut\w*|propose\w*|promet\w*)\b"
)
