"""What a clause does not say although it sounds like it: who is spoken of, and in which direction.

« Ne partagez ce code avec personne » protects, « n'en parlez à personne » isolates; to a model of words they are
neighbours. Each guard takes one signal away from a clause, never a level from a message.
"""

# Patterns are read whole, one a line.
# ruff: noqa: E501
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detection.clauses import Clause
from detection.entities import MONEY, Entity, Kind
from knowledge.text import flat

ALL = "*"
"""Every red flag."""


@dataclass(frozen=True)
class _Guard:
    """``signals`` are not shown by a sentence where ``says`` stands, unless ``but`` does. ``context`` must stand in
    it or before it."""

    signals: tuple[str, ...]
    says: re.Pattern[str]
    but: re.Pattern[str] | None = None
    context: re.Pattern[str] | None = None


def _guard(signals: str, says: str, but: str = "", context: str = "") -> _Guard:
    return _Guard(
        tuple(signals.split()),
        re.compile(says),
        re.compile(but) if but else None,
        re.compile(context) if context else None,
    )


_SECRET = r"\b(?:codes?|mots? de passe|password|pin|otp|passcode|identifiants?|pass)\b"
_ASKED = r"(?:demand|exig|reclam|sollicit|contact|recrut|propos|factur|prelev)\w*"
_PAID_BY_OTHERS = (
    r"pris(?:e|es)? en charge|prend en charge|(?:financ\w+|paye\w*|regle\w*|remboursee?s?) (?:a 100 ?% )?(?:par|integralement par) "
    r"(?:votre |ton |l[ae'] ?|nous|notre |un |les )?(?:cpf|opco|employeur|entreprise|societe|france travail|region|agence|nous|etat|ecole)|"
    r"financable|eligible (?:au )?cpf|aux frais de l"
)
_LEFT_TO_PAY = r"\breste\w* (?:a|votre)|participation (?:\w+ )?(?:est )?de \d|apres (?:un|deux|trois|\d+) mois|au final|minuit|a votre charge|(?<!n')avanc\w+|(?<!aucun )(?<!sans )\bfrais de dossier|acompte|caution|d'abord|mais (?:il |vous |tu )?(?:faut|reste|devez|dois)|but (?:you|only)"
# Who takes what the law or an office sets, at its own counter, and what makes a payment impossible to trace.
_OFFICE = (
    r"(?:guichet|tresor|tresorerie|perception|percept\w+|greffe|prefecture|sous-prefecture|mairie|chambre de[s]? (?:metiers|commerce)|cma|cci|rectorat|academie|inspection|universite|faculte|scolarite|"
    r"ministere|consulat|ambassade|commissariat|la poste|tribunal|caisse du|regie|centre (?:agree|d'examen|de formation|de test)|(?:votre |l'|un )?(?:organisme|auto-ecole|ecole|espace candidat)|bureau de poste|"
    r"(?:approved |test(?:ing)? |training |exam )(?:centre|center)|(?<=the )cent(?:re|er)\b|town hall|city hall|registry|court|embassy|consulate|university|college|post office|dvsa|dvla|home office)"
)
_AT_AN_OFFICE = (
    rf"\b(?:pa[iy]\w*|regl\w+|vers(?:e|er|ez|ee?s?|ement)\b|acquitt\w+|cout\w+|cost\w*|timbres?|frais|droits?|fees?|tarif|inscription|khelles\w*)\b[^.!?]{{0,90}}\b(?:au|a la|a l'|aux|chez|dans un|devant|du|par votre|sur votre|to (?:the|an?)|at (?:the|an?|any)|directly to|l|f) ?(?:\w+ )?{_OFFICE}\b|"
    rf"\b(?:au|a la|a l'|at the|you pay the) ?{_OFFICE}\b[^.!?]{{0,60}}\b(?:pa[iy]\w*|regl\w+|cout\w+|recu|quittance|not us|receipt)\b|\bcontre (?:recu|quittance)\b"
)
_UNTRACED = (
    r"\b(?:wave|orange money|\bom\b|momo|(?:mobile|airtel|moov|mtn) money|western|moneygram|ria|cash ?plus|wafacash|mandat|coupons?|pcs|transcash|neosurf|paysafe\w*|gift|cadeau|paypal|lydia|paylib|revolut|zelle|cash app|entre proches|crypto|usdt|btc|bitcoin|"
    r"(?:notre|nos|mon|mes|our|my|son) (?:\w+ )?(?:comptes?|numeros?|rib|iban|liens?|agents?|partenaires?|managers?|coordinat\w+|organisme|secretariat|agence|centre|account|link|partner|number)|coordinat\w+|intermediaire|commissaire|directeur|au numero|"
    r"ci-dessous|sur whatsapp|en prive|(?:0[67]|\+\d{2,3}) ?\d{1,2}[ .]?\d{2})\b"
)
_OF_FEES = "pay_to_work deposit_to_continue fee_to_withdraw loan_fee sells_appointment spend_own_money money_transfer_service private_iban money_for_relative"
_DEADLINE = (
    r"\b(?:avant|dernier\w*|vite|urgent\w*|reste|plus que|immediat\w*|tout de suite|depech\w*|minuit|last|hurry|now)\b"
)

_BOUGHT_BACK = (
    r"\b(?:achats?|repas|produits?|articles?|notes?|additions?|consommations?|tickets?|trajets?|deplacements?|frais|depenses?|purchases?|meals?|expenses?)\b[^.!?]{0,40}\b(?:rembourse\w*|reimbursed?|refunded)\b|"
    r"\b(?:rembours(?:ons|e|ement|ee?s?)|reimburse\w*|refund)\b[^.!?]{0,40}\b(?:achats?|repas|produits?|articles?|notes?|additions?|tickets?|trajets?|deplacements?|jusqu'a|up to|purchases?|meals?|expenses?)\b"
)
_NOT_BOUGHT_BACK = rf"{_UNTRACED}|\b(?:cartes? (?:cadeaux?|google|apple|steam)|coupons?|materiel|ordinateur|kit|virement|cheque|mandat|depos\w+|depot|recharg\w+|top ?up|deposit|solde|balance|commandes?|serie|palier|niveau|vip|caution|frais de dossier|inscription|formation|premi\w+ (?:salaire|paie|paye)|first pay|commissions?|bonus|benefice|panier|paniers)\b|\d ?%"
_TO_PAY = r"\b(?:pa[iy](?:ez|er)|regl(?:ez|er)|vers(?:ez|er)|depos(?:ez|er)|avanc(?:ez|er)|frais|caution|fee|a votre charge|achet(?:ez|er)|vous achetez|renvo\w+|faut|recharg\w+|buy|purchase|send back)\b"

GUARDS = (
    # A code of one's own, kept to oneself.
    _guard("secrecy ask_code ask_card_or_password invitation_code",
           r"\bne (?:le |la |les )?(?:partag|communiqu|donn|transmett|divulgu|revel|dites|dis |donne)\w*[^.!?]{0,40}\b(?:personne|quiconque|jamais|"
           r"aucun\w*|tiers|pas)\b|\b(?:do not|don't|never) (?:share|give|disclose|tell|forward)\b|garde[rz]?-le (?:pour (?:vous|toi)|secret)",
           but=r"\b(?:banque|police|famille|mari|femme|proches|conjoint|bank|family)\b", context=_SECRET),
    _guard("urgency", r"\b(?:expire|valable|valid|expires)\b", but=rf"{_DEADLINE}|\b(?:right away|aujourd|ce jour|envo\w+|renvo\w+|donn\w+|forward)\b|\d ?h(?:eures?)?\b", context=_SECRET),
    _guard("urgency", r"\b(?:entre|de) \d{1,2} ?h ?\d{0,2} (?:et|a) \d{1,2} ?h", but=_DEADLINE),
    # A code that the message gives is none that it asks for.
    _guard(
        "ask_code ask_card_or_password invitation_code",
        r"\b(?:your|votre|ton)\b[^.!?]{0,40}\bcode\b[^.!?]{0,30}\b\d{4,8}\b|\bcode de (?:securite|verification|connexion)\b[^.!?]{0,30}\b\d{4,8}\b",
        but=r"\bsecret\b|\bvalid(?:ez|er)\b|\binvit|\bparrain|\bpromo|\b(?:donn|envoy|transmet|communiqu|renvo|repon|send|tell|dict)\w*",
    ),
    # Somebody else pays.
    _guard("pay_to_work spend_own_money", _PAID_BY_OTHERS, but=_LEFT_TO_PAY),
    # A rate for a piece of work, a share of a sale: no pay for a time.
    _guard("unreal_pay", r"\b(?:minutes?|min|heures?) (?:d'|de )?(?:audio|video|enregistrement|bande|transcri\w+)|\baudio (?:minute|hour)|"
           r"(?:\bl[ae] |\bpar |/ ?|\bper |\bchaque )(?:mot|page|feuillet|image|ligne|caractere|signe|word|fiche)\b",
           but=r"(?<![,.\d])\d{2,} ?(?:€|eur)(?! ?(?:l[ae]|par|/) ?(?:page|feuillet))|par (?:jour|heure)|/ ?(?:jour|h\b|heure)"),
    _guard("unreal_pay", r"\d ?% (?:hors taxe )?(?:des?|du|sur|d'|of) ?(?:les |la |le |l'|chaque |the )?(?:honoraires|ventes?|ca\b|chiffre|loyers?|prix|"
           r"montant|commissions?|devis|fees|sales)", but=MONEY),
    # From how much one's earnings are paid out.
    _guard("trial_payment deposit_to_continue fee_to_withdraw pay_to_work easy_money",
           r"\b(?:seuil|minimum|at least|au moins|a partir de|des|once you reach)\b[^.!?]{0,40}\b(?:retrait|retirer|retirables?|virement|versement|"
           r"paiement|cash ?outs?|withdraw\w*|payouts?|paid out)\b|\b(?:retrait|virement|versement|paiement|cash ?out|payout|withdrawal)s?\b[^.!?]{0,30}"
           r"\b(?:seuil|minimum|a partir de|des \d|from)\b",
           but=r"\b(?:depos\w+|recharg\w+|vers(?:ez|er)|pay(?:ez|er)|approvisionn\w+|adhesion|garantis?|top up|deposit|send)\b"),
    # A message to pass on is no invitation to talk elsewhere; neither is a group of volunteers or neighbours.
    _guard("moves_to_messaging added_to_group", r"\b(?:partag|transfer|diffus|tourner|forward|share)\w*\b[^.!?]{0,30}\b(?:contacts?|groupes?|amis|proches|friends)\b"),
    _guard("moves_to_messaging added_to_group", r"\bgroupe\b", but=MONEY, context=r"\bbenevol\w*|\bparents d'eleves|\bvoisins?\b"),
    # What the writer buys back: a purchase or a meal of a visit, a journey, paid against its receipt or with the fee.
    _guard("deposit_to_continue trial_payment pay_to_work spend_own_money fee_to_withdraw", _BOUGHT_BACK, but=_NOT_BOUGHT_BACK),
    # The firm's own technicians on the firm's own machine.
    _guard("remote_access install_file", r"\b(?:pc|poste|ordinateur|portable|laptop|computer|machine)s? (?:\w+ )?(?:de l'entreprise|de la societe|de l'agence|du bureau|de service|de fonction|fourni\w*|prete\w*|professionnels?|de travail)\b|\b(?:company|work|corporate)[- ](?:issued |owned )?(?:laptop|computer|pc|device)\b",
           but=r"\b(?:banques?|bancaires?|bank\w*|personnel|perso|mots? de passe|votre (?:propre )?(?:pc|ordinateur|telephone)|ton (?:pc|ordi\w*|telephone)|achet\w+|your own)\b"),
    # An identity checked inside one's own account.
    _guard("ask_id_papers ask_selfie_with_id ask_bank_details",
           r"\b(?:depuis|dans|via)\b[^.!?]{0,25}\b(?:parametres|reglages|rubrique|espace|onglet|votre compte|settings)\b",
           but=r"\b(?:https?:|www\.|lien|cliqu\w+|whatsapp|telegram|repon\w+|mail)\b"),
    _guard("ask_id_papers ask_selfie_with_id ask_bank_details", r"\b(?:verif\w+|identi\w+)\b[^.!?]{0,60}\b(?:dans|sur|depuis|in|on|from|open|ouvrez)\b[^.!?]{0,12}\b(?:votre |ton |your )?(?:\w+ )?(?:profil|profile|tableau de bord|dashboard)\b|"
           r"\bopen your (?:\w+ )?profile\b",
           but=r"\b(?:https?:|www\.|lien|link|cliqu\w+|click|whatsapp|telegram|repon\w+|mail|envo\w+|send)\b"),
    # Papers for the payroll, once the contract is signed.
    _guard("ask_id_papers ask_bank_details instant_hire",
           r"\b(?:suite a|apres|depuis|following|after)\b[^.!?]{0,30}\b(?:signature|signing)\b[^.!?]{0,30}\b(?:cd[di]|contrat|contract|promesse)|\b(?:contrat|cd[di]|contract)\b[^.!?]{0,40}\b(?:est|a ete|is|was|bien) (?:bien |deja |maintenant |now )?(?:signe|signed)\b|"
           r"\bavez (?:bien |deja )?signe\b|\b(?:contrat|contract) signe\b|\bsigned contract\b",
           but=r"\b(?:selfie|whatsapp|telegram|mots? de passe|password|carte bancaire|numero de carte|code|avant (?:la |toute )?signature|sera signe|pour (?:preparer|etablir|editer|rediger))\b"),
    # A password that the reader chooses, on a page that a mail of the service opens.
    _guard("ask_card_or_password ask_code", r"\b(?:choisi\w*|cre(?:er|ez)|defini\w*|choose|set|pick)\b (?:\w+ )?(?:ton|votre|un|your|a|son) (?:nouveau |propre |own )?(?:mots? de passe|password)\b",
           but=r"\b(?:https?:|www\.|ici|here|lien ci|cliqu\w+|expir\w+|suspendu\w*|bloque\w*|envo(?:ie|yez)|donn(?:e|ez)|transm\w+|communiqu\w+|send|give)\b|\.(?:example|com|net|info|top|xyz|site)\b"),
    # Money that the writer has sent, or will, to somebody of theirs.
    _guard("ask_card_or_password unreal_pay trial_payment easy_money spend_own_money money_transfer_service money_for_relative",
           r"\b(?:j'ai|il a|elle a|on a|(?:ton|ta|votre|le|la) (?:pere|mere|oncle|tante|frere|soeur|cousine?|mari|femme|papa|maman) a|i(?:'ve| have)?) (?:deja |bien |just )?(?:envoye|vire|fait (?:le|un) (?:virement|depot|transfert|versement)|depose|transfere|sent)\b|"
           r"\bje (?:t'|te |vous |lui )(?:ai (?:envoye|vire|fait)|envoie|enverrai|vire|virerai|depose)\b|\b(?:depot|virement|transfert|mandat)\b[^.!?]{0,30}\b(?:est parti|est fait|est passe)\b|\bsift lik\b",
           but=r"\b(?:codes?|renvo\w+|revers\w+|rendre|rends|difference|commission|gard(?:e|es|ez|er)|reste a|retir(?:e|ez) (?:et|pour)|prouv\w+|preuve|serieu\w+|likes?|missions?|taches?|essai|test|gagn\w+|cartes?|rib|iban|erreur|bonus|recompense|"
               r"abonn\w+|videos?|recharg\w+|carte cadeau|chaque|par (?:avis|jour|video)|send|back|keep|reward)\b"),
    # The notice that the law imposes on whoever sells a placement.
    _guard("investing_as_job crypto_payment easy_money",
           r"\brisques?\b[^.!?]{0,30}\b(?:pertes?|perdre)\b|\bperte (?:partielle |totale |d'une partie )?(?:en|du|de) (?:votre )?capital\b|\bperdre tout ou partie\b|\bcapital (?:is )?at risk\b|\bperformances? passees?\b|\bpast performance\b",
           but=r"\b(?:sans|aucun|zero|no|without) (?:\w+ )?(?:risque|risk|perte)|\b(?:depos\w+|recharg\w+|usdt|mentor|mon equipe|tache)\b"),
    # A protection that stays on.
    _guard("disable_protection runs_command", r"\bn(?:e |')(?:le |la |les |l')?(?:desactiv|coup|ignor|arret|ouvr|install|execut)\w*\b[^.!?]{0,12}\b(?:pas|jamais|rien)\b|\b(?:do not|don't|never) (?:disable|turn|ignore|run|open)\b",
           but=r"\b(?:mais|sauf|but|except)\b"),
    _guard("unreal_pay", r"\b(?:articles?|textes?|texts?|pages?|photos?|logos?|visuels?|illustrations?|feuillets?|cours) (?:a|at|for|de) \d", but=r"\b(?:likes?|avis|clics?|par (?:jour|heure))\b"),
    # One's usual way to the bank.
    _guard("ask_card_or_password blocked_account_link", r"\b(?:application|appli|espace|site) (?:bancaire )?habituel\w*|\bcomme d'habitude\b|\bnumero (?:inscrit|imprime|indique|figurant)?\s?(?:au dos|sur) (?:de )?votre carte|\bnumero inscrit\b",
           but=r"\b(?:https?:|www\.|lien|cliqu\w+|codes?|mots? de passe|ci-dessous|communiqu\w+|donn(?:ez|er))\b"),
    # What a stranger might write, told to somebody of one's own.
    _guard(ALL, r"\bsi (?:quelqu'un|un (?:inconnu|monsieur|type|gars)|une (?:dame|inconnue)) (?:t'|te |vous |m')?(?:ecri|demand|contact|appel|envoi|propos|reclam)\w*", but=r"\bdi(?:s|tes) (?:lui |leur )?que\b"),
    # A training's price, the rent, is no pay.
    _guard("unreal_pay", r"\b(?:factur(?:ee?s?|\w* a)|cout(?:e|ent|era)|frais|tarif|caution|loyer|acompte|a (?:payer|regler))\b[^.!?]{0,25}" + MONEY, but=r"\b(?:gagn\w+|salaire|remuner\w+|par (?:jour|heure|mois))\b"),
    # Money that comes to the reader, or changes hands on the spot: goods sold, a client who pays first, a till.
    _guard("forward_money cheque_overpayment trial_payment", r"\b(?:passe|vient|viens|viendra|passera|arrive)\w*\b[^.!?]{0,20}\b(?:chercher|prendre|recuperer)\b|"
           r"\bje (?:vous |te )?(?:paie|paye|regle|vire|fais le virement)\b[^.!?]{0,80}\b(?:devant|sur place|en main propre|vous verifiez|vous regardez)\b",
           but=r"\b(?:renvo\w+|revers\w+|difference|surplus|trop-?percu|cheque|mandat|commission|transporteur)\b"),
    _guard("forward_money lend_bank_account",
           r"\b(?:fond de caisse|la caisse|buvette|kermesse|loto|stand|recette|tresori\w+|cartons? de loto)\b",
           but=r"\b(?:votre compte|ton compte|a (?:votre|ton) nom|fonds|rib|iban|virement|crypto|western|mandat|usdt|%)"),
    _guard("pay_to_work deposit_to_continue private_iban spend_own_money trial_payment",
           r"\b(?:je|on|nous|we|i) (?:vous |te |t'|will )?(?:verse|vers|regl|pai|pay|vir|avanc)\w*\b[^.!?]{0,40}\b(?:moitie|acompte|half|upfront|avance|\d{2} ?%)|"
           r"\bacompte\b[^.!?]{0,30}\b(?:regle|verse|paye|vire)e? par (?:nous|le client|l'entreprise)|\brembours\w+ (?:sur facture|le ticket|sur ticket|sur justificatif)|"
           r"\bje (?:vous |te )?(?:le |la |les )?rembourse\b[^.!?]{0,20}\b(?:ticket|facture|note)\b",
           but=r"\b(?:vous|tu) (?:\w+ )?(?:renvo|revers|avanc|rend|vers)\w*|\bcartes? (?:cadeau|apple|google|steam|pcs)|\bcoupons?\b"),
    _guard("deposit_to_continue trial_payment lend_bank_account crypto_payment easy_money",
           r"\bporte-?monnaie\b|\b(?:added|credited) to your wallet\b|\bcredite\w* sur votre (?:solde|cagnotte)\b",
           but=r"\b(?:depos|recharg|vers(?:ez|er)|pay(?:ez|er)|aliment|usdt|btc|phrase|cle privee|top up|deposit)\w*"),
    # What the law or a club lets one pay, where it is paid.
    _guard("pay_to_work deposit_to_continue fee_to_withdraw loan_fee sells_appointment",
           r"\b(?:moncompteformation|timbres\.impots|service-public|ants|impots|france-visas)\.gouv\.fr\b|\bparticipation (?:forfaitaire |legale |obligatoire )+|"
           r"\btimbre fiscal\b|\bdroits de visa\b[^.!?]{0,40}\bguichet\b",
           but=r"\b(?:wave|orange money|western|coupon|paypal|entre proches|notre (?:compte|rib|lien)|iban|crypto)\b"),
    _guard(_OF_FEES, _AT_AN_OFFICE, but=rf"{_UNTRACED}|\bavant (?:la|votre|ta) prise de|\bavant l'embauche|\bminuit"),
    # A training or a test that one chooses, and that a public body may pay back.
    _guard(_OF_FEES, r"\b(?:facultati\w+|optionnel\w*|optional|your own choice|votre (?:propre )?choix|si (?:vous le|tu le|vous|tu) (?:souhaite[sz]|voule[sz]|veux)|(?:personne|rien) ne (?:vous |t')?(?:y )?oblige|nobody requires|not required|"
           r"(?:pas|ni) obligatoire|libre a vous)\b|\b(?:utiliser|avec|mobiliser|use) (?:votre|ton|mon|le|your) cpf\b|\b(?:caf|france travail|mairie|region|cpf|opco|agefiph|mission locale|(?:le |conseil )departement\w*|comite d'entreprise|cse)\b[^.!?]{0,50}"
           r"\b(?:rembours\w+|aid(?:e|er|ent)|financ\w+|prend|prennent|participe\w*|can (?:cover|pay)|covers?)\b",
           but=rf"{_UNTRACED}|\b(?:kit|pack|filleul\w*|equipe|frais de dossier|debloqu\w+|d'abord|minuit|avant (?:l'embauche|ce soir|demain))\b"),
    # What is returned by law or by contract: a tenant's deposit, a cheque that is not cashed, tools given against it.
    _guard(_OF_FEES, r"\b(?:caution|depot de garantie|deposit|consigne|cheque)\b[^.!?]{0,80}\b(?:non encaisse\w*|pas encaisse\w*|comme (?:le prevoit|prevu par) la loi|prevu(?:e|s)? par la loi|etat des lieux|bail|not cashed|returned after (?:the )?(?:inventory|inspection)|"
           r"held (?:by|in) (?:a|the) (?:deposit scheme|scheme|bank))\b|\b(?:etat des lieux|bail|loyer|charges comprises|inventory|lease)\b[^.!?]{0,80}\b(?:caution|depot de garantie|deposit)\b",
           but=rf"{_UNTRACED}|\b(?:avant (?:la|toute) (?:visite|remise|signature)|a l'etranger|sans visite|pour (?:reserver|bloquer|confirmer)|before (?:the )?(?:viewing|visit)|abroad|virement (?:immediat|instantane))\b"),
    # Something cheap to buy and to be paid back against its receipt: a visit to a shop.
    _guard("spend_own_money pay_to_work", r"\b(?:ticket|facture|note|recu)\b[^.!?]{0,60}\brembours\w+|\brembours\w+ (?:\w+ ){0,5}(?:ticket|facture|recu)\b",
           but=rf"{_UNTRACED}|\b(?:cartes? (?:cadeaux?|google|apple|steam)|coupons?|materiel|ordinateur|kit|virement)\b"),
    # What one sends home, and a part of it for the errand.
    _guard("forward_money lend_bank_account", r"\bje (?:t'|te |vous )(?:envoie|ai envoye|fais|depose|vire)\b[^.!?]{0,50}\bpour (?:maman|papa|mamie|papi|la famille|les enfants|le bapteme|la dot|la mere|le pere|(?:ta|ma|notre) (?:mere|tante|soeur)|(?:ton|mon|notre) (?:pere|oncle|frere))\b",
           but=r"\b(?:western|crypto|usdt|codes?|inconnu|clients?|commission|\d{1,2} ?%)\b"),
    # Money that came back, or that was paid for something done: told, not asked.
    _guard(_OF_FEES + " trial_payment", r"\b(?:m'a|m'ont|nous a|nous ont|has|have) (?:deja |bien |just |already )?(?:rembourse\w*|rendue?s?|restituee?s?|refunded|returned|paid back)\b|\bm'a pris\b[^.!?]{0,60}\b(?:revenu|fini|termine|repare)\w*",
           but=r"\b(?:si|if|quand|des que|lorsque|hacker|avocat\w*|prend|tout (?:rendu|rembourse)|versez|payez|envoyez|deposez|recharg\w+|vous sera|will be|premier salaire|first pay)\b"),
    # What a client pays for a piece of work, against an invoice.
    _guard("unreal_pay paid_likes easy_money trial_payment fake_reviews",
           r"\b(?:factur\w+|devis|tjm|taux journalier|note d'auteur|invoic\w+|quotes?|purchase order|bon de commande|\bht\b|hors taxes?|day rate|your (?:usual |normal )?rate|malt|portfolio|book)\b",
           but=r"\b(?:likes?|aim(?:er|ez)|abonn\w+|avis|clics?|cliqu\w+|taches?|tasks?|usdt|crypto\w*|telegram|sans (?:experience|diplome)|no experience|commissions?|recharg\w+|captures?|etoiles?|stars?|publication|boost\w*|guaranteed|garanti\w*|reprise|ton siret|votre siret|prete\w*)\b"),
    _guard("paid_likes trial_payment", r"\b(?:mont(?:er|age|eu\w+)|sous-titr\w+|miniatures?|scenario|edit(?:er|or|ing)?|tourn(?:er|age)|film(?:er|age)|voix off|motion|cadreu\w+|graphist\w*|illustrat\w+|redacteu\w+|"
           r"maquette|traduc\w+|translat\w+)\b",
           but=r"\b(?:likes?|aim(?:er|ez)|abonn(?:er|ez|e-toi)|clics?|cliqu\w+|captures?|etoiles?|stars?|avis|reviews?|usdt|telegram|jamais (?:essaye|dormi|achete))\b"),
    # The price of a thing let for a time.
    _guard("unreal_pay easy_money rent_account", r"\b(?:je|nous|on|i|we) (?:vous |te |t')?(?:lou(?:e|ons)|rent)\b[^.!?]{0,60}\b(?:scooters?|velos?|vehicules?|voitures?|camions?|utilitaires?|garage|studio|chambre|appartement|local|bureau|materiel|place|bikes?|cars?|room|flat|van)\b|"
           r"\b(?:assurance et entretien|entretien) compris|\bcharges comprises\b|\bcontrat de location\b|\bbail\b",
           but=r"\b(?:votre|ton|vos|tes|your) (?:compte|profil|account)\b[^.!?]{0,40}\b(?:contre|lou\w+|rent\w*|pret\w+)|\bgagn\w+|\bsalaire"),
    # Currency as a subject of talk, of tax or of a contract.
    _guard("crypto_payment investing_as_job", r"\b(?:declar\w+|impots?|plus-values?|formulaire|these|entretien (?:d'une heure|de recherche)|ne sont plus proposes?|no longer|as you prefer|au choix|virement sepa|bank transfer or|salary in euros|salaire en euros|vend(?:re|u)|"
           r"conseille a personne|rembourse\b)\b",
           but=r"\b(?:recharg\w+|depos\w+|deposit|top up|invest(?:ir|issez|is)|signaux|signals|mentor|garanti\w*|taches?|tasks?)\b"),
    _guard("pay_to_work recruiting_pays private_iban", r"\b(?:adhesion|cotisation|adherents?|licence|inscription)\b[^.!?]{0,90}\b(?:sur place|au local|au siege|a l'accueil|a la repetition|en (?:deux|trois|plusieurs) (?:fois|cheques)|"
           r"a la tresoriere|au tresorier|especes ou|par cheque|par an|l'annee|au trimestre|association|club)\b",
           but=r"\b(?:kit|filleul\w*|parrain\w*|wave|western|crypto|coupon|avant l'embauche|pour commencer a travailler|par (?:orange|mobile) money)\b"),
    _guard("recruiting_pays easy_money unreal_pay fee_to_withdraw deposit_to_continue", r"\b(?:parrain\w*|referral|refer a friend|mon lien|my link|mon code|code promo|cooptation)\b",
           but=r"\b(?:filleuls? de|propres filleuls|niveaux?|lignee|equipe|downline|a vie|recrut\w+ (?:trois|cinq|\d)|parrain\w* (?:trois|cinq|dix|\d+) (?!€|euros)\w+|surtout|pack|a payer|garanti\w*|clics?|optimis\w+|depos\w+|invest\w+|illimite\w*)\b|\d ?% (?:of|de|sur)"),
    # A code typed where one signs, a form of a client, a test to sit: nothing is asked for somebody else.
    _guard("ask_code ask_card_or_password invitation_code", r"\b(?:rentrer|saisir|entrer|taper|enter|type)\b[^.!?]{0,30}\b(?:sur|dans|chez|on|in) (?:leur|la|le|l'|votre|cette|son|eux|their|the)\b",
           but=r"-(?:le|la|les)[- ](?:moi|nous)\b|\b(?:me|nous) (?:le |la |les |l')?(?:donn|transm|commun|renvo|dict|lir)\w*|\b(?:lien|link|carte|mots? de passe|phrase)\b",
           context=r"\b(?:sign\w+|yousign|docusign|plateforme de signature|nda)\b"),
    _guard("ask_bank_details ask_id_papers", r"\b(?:fournisseurs?|vendor|factures?(?! d'(?:electricite|energie|eau|gaz|internet))|invoice|kbis|vat|compta\w*|bon de commande)\b",
           but=r"\b(?:selfie|(?:carte|piece|titre) d'identite|cni|passeport|code|mot de passe|passport|titre de sejour|visage|vitale|securite sociale|n° ?secu|onboarding)\b"),
    _guard("instant_hire avoids_contact", r"\b(?:autre|second|deuxieme|2e|nouvel|refait pas|refaire) (?:d')?entretiens?\b|\bentretiens? supplementaires?\b"),
    _guard("keeps_passport ask_id_papers", r"\b(?:vous repart\w+ avec|rend (?:l'original|aussitot)|scann?\w+ devant vous)\b",
           but=r"\b(?:whatsapp|telegram|envo\w+|photo recto|recto)\b"),
    _guard("keeps_passport", r"\bcop(?:ie|y) (?:de|of)\b"),
    # Papers to bring, not to send.
    _guard("ask_id_papers ask_bank_details", r"\b(?:apport\w+|amen\w+|present(?:ez|er)|munis\w+|jib)\b[^.!?]{0,80}\b(?:photo\w*|copies?|cin|carte|piece|papiers|rib|casier)\b",
           but=r"\b(?:envo\w+|whatsapp|telegram|mail|photograph\w+|original|passeport)\b"),
)  # fmt: skip

OF_MESSAGE = (
    # What an office takes, and gives a receipt for.
    _guard(_OF_FEES, r"\b(?:quittance|recu (?:exige|remis|officiel)|agent comptable|banque du tresor|buralistes?|site officiel|official (?:site|website)|regulator|tresor public)\b",
           but=rf"{_UNTRACED}|\.example\b|https?:|www\.|\bavant (?:l'embauche|minuit)|\bminuit\b"),
    # A client who looks for a trade is the one who pays.
    _guard("pay_to_work unreal_pay trial_payment instant_hire", r"\b(?:besoin d'une?|il (?:me|nous) fa(?:ut|udrait) une?|(?:je|nous|on) (?:re)?cherch(?:e|ons) (?:une? )?|need (?:an?|some(?:one|body)) |looking for (?:an? )?|bghit chi )[^.!?]{0,25}\b(?:dev\w*|graphist\w*|traduct\w+|"
           r"plombi\w+|electrici\w+|dj|sono|photograph\w+|monteu\w+|redact\w+|formateur|formatrice|couturi\w+|relect\w+|proofread\w*|design\w*|illustrat\w+|web ?master|coach|traiteur|menuisi\w+|mecanici\w+|translator|writer|editor)\b",
           but=r"\b(?:frais|caution|avance[rz]?|depos\w+|inscription|fees?|sans (?:experience|diplome)|likes?|avis|usdt|telegram|recharg\w+|achet\w+|cheque|licence)\b"),
    # Whoever has the images already threatens to show them: they are not asked for.
    _guard("ask_intimate_images", r"\b(?:j'ai|je garde|on a|nous avons|i have|i've got|3andi) (?:\w+ ){0,3}?(?:ta|tes|ton|votre|vos|your|tswer\w*)\b[^.!?]{0,30}\b(?:videos?|photos?|images?|nudes?|pictures?|pics?|tofs?|enregistrements?|recording)\b"),
    # Nobody has to send anything back.
    _guard("cheque_overpayment forward_money", r"\b(?:gard(?:e|ez)|keep) (?:les? |the )?(?:\d+|tout|difference|change|rest|surplus|it|change)\b[^.!?]{0,40}\b(?:deduir\w+|facture|prochaine?|next|coffee|cafe|pourboire|tip)\b|\b(?:don't|do not) have to (?:send|return|do)|\brien a (?:renvoyer|rembourser)|"
           r"\b(?:taken off|deducted from|retenue? sur|deduite? de|regularise\w* sur) (?:\w+ ){0,4}(?:pay ?slip|wages|salary|bulletin|paie|salaire|facture)",
           but=r"\b(?:reste|rest|remainder)\b[^.!?]{0,30}\b(?:envo\w+|send|vir\w+|revers\w+|chauffeur|mover|driver)\b"),
)  # fmt: skip
"""Guards that hold for the whole message, wherever they stand in it."""

OTHERWISE_SAID = (
    # Equipment that one answers for is none of one's gains.
    _guard(
        "fee_to_withdraw",
        r"\b(?:caution|depot|garantie|frais|deposit)\b[^.!?]{0,60}\b(?:casques?|materiel|equipement|ordinateur|badges?|kits?|tenues?|uniformes?|tablettes?|telephone|laptop|headset|equipment)\b",
        but=r"\b(?:retir\w+|retrait|gains?|solde|debloqu\w+|withdraw\w*|commissions?)\b",
    ),
    # What is paid to the reader, for something that they do.
    _guard(
        "pay_to_work",
        rf"(?:{MONEY}) ?(?:net|brut)?s? ?(?:par|per|the|/|chaque|l'|la|le|each) ?(?:entretiens?|interviews?|avis|tests?|missions?|taches?|tasks?|pieces?|videos?|reviews?|comptes?|accounts?|ouvertures?|colis|paquets?)\b",
        but=_TO_PAY,
    ),
    _guard(
        "pay_to_work",
        r"\b(?:nous|on|je|we|i) (?:vous |te |t'|will |'ll )?(?:\w+ )?(?:envo\w+|vers\w+|vir\w+|pa[iy]\w*|remett\w+|send|pay)\b(?: you)?[^.!?]{0,40}(?:cheques?|virement|mandat|"
        + MONEY
        + ")",
        but=_TO_PAY,
    ),
    # A coupon's code is none that one receives.
    _guard(
        "ask_code",
        r"\b(?:neosurf|transcash|pcs|paysafe\w*|cartes? (?:cadeaux?|google play|apple|itunes|steam|amazon)|gift cards?|coupons?|recharges?)\b",
        but=r"\b(?:sms|texto|whatsapp|recu par|recevoir)\b",
    ),
    # The number that lets somebody in is none that one receives.
    _guard(
        "ask_code",
        r"\b(?:any ?desk|team ?viewer|rust ?desk|quick ?support|ultra ?viewer|supremo|iperius)\b|\b(?:codes?|numeros?|ids?|chiffres)\b[^.!?]{0,30}\b(?:qui s'affiche|affiches?|a l'ecran|on (?:the|your) screen)\b",
        but=r"\b(?:sms|texto|whatsapp|recu|recue|recevoir|recevez|received|text)\b",
    ),
    _guard(
        "rent_account ask_id_papers",
        r"\b(?:any ?desk|team ?viewer|rust ?desk|quick ?support|ultra ?viewer|supremo|iperius)\b|\b(?:qui s'affiche|a l'ecran|on (?:the|your) screen|(?:ton|votre|your) (?:ecran|screen))\b",
        but=r"\b(?:lou\w+|rent\w*|pret\w+|passe?port|cni|carte d'identite|piece d'identite|selfie|\d{1,2} ?%|partag\w+ (?:les )?gains)\b",
    ),
    # An account that is sold has its price.
    _guard(
        "pay_to_work",
        r"\b(?:vend[sre]*|vente|selling|for sale|sell|achete|buying|cherche a acheter)\b[^.!?]{0,30}\b(?:comptes?|accounts?|profils?|profiles?)\b|\b(?:comptes?|accounts?)\b[^.!?]{0,30}\b(?:a vendre|for sale)\b",
        but=_TO_PAY,
    ),
    # Pay that social security or a collective agreement goes with.
    _guard(
        "unreal_pay",
        r"\b(?:cnss|cnps|amo|smig|smic|convention collective|grille|bareme)\b",
        but=r"(?:par|/|l[ae]) ?(?:jour|heure|h\b|day|nhar)|\b(?:likes?|avis|usdt|sans experience|garanti\w*)\b",
    ),
    # Paid as everybody is, by whoever deals in crypto.
    _guard(
        "crypto_payment",
        r"\b(?:paid|paye\w*|payment|paiement|salaire|salary|remunere\w*|fee|virement)\b[^.!?]{0,30}\b(?:in eur\w*|en euros?|en dirhams|en f ?cfa|by bank transfer|par virement|sepa)\b",
        but=r"\b(?:usdt|recharg\w+|depos\w+|deposit|wallet|bitcoin|btc|convert\w*|achet\w+|buy)\b",
    ),
    # Hundreds of euros are no small sum sent to be trusted.
    _guard(
        "trial_payment",
        r"\b(?:\d{1,3}[ .]?\d{3}|[2-9]\d{2}) ?(?:€|euros?|\$|£)",
        but=r"\b(?:essai|test|trial|premiere? (?:tache|mission)|bienvenue|welcome)\b",
    ),
    # An account of a site is none of a bank.
    _guard(
        "lend_bank_account",
        r"\b(?:comptes?|accounts?|profils?|profiles?)\b[^.!?]{0,20}\b(?:leboncoin|le bon coin|vinted|ebay|airbnb|facebook|insta\w*|snap\w*|tiktok|linkedin|whatsapp|telegram|upwork|fiverr|malt|uber\w*|deliveroo|stuart|bolt|glovo|yango|heetch|clickworker|outlier|remotasks|prolific|appen|toloka|dataannotation)\b",
        but=r"\b(?:banques?|bancaires?|bank\w*|virements?|transfers?|rib|iban|carte|revolut|n26|argent|money|fonds|orange money|momo|paypal)\b",
    ),
    # The images go to the family unless one pays: no secret is asked.
    _guard(
        "secrecy",
        r"\b(?:j'?|je |on )(?:l'|les? |la |te |t')?(?:env(?:oi|err)\w*|publi\w*|balanc\w*|diffus\w*|montr\w*|post\w*)\b[^.!?]{0,30}\b(?:famille|contacts|amis|proches|mere|copine?|femme|mari|patron)\b",
        but=r"\b(?:parl\w+|dis|dites|dire|raconte\w*)\b",
    ),
)
"""Guards on what a reader is shown: the words say it the other way round, or of something else. The score, which has
learned from messages where such words stand, goes on reading them as it did."""

_TALE = _guard(ALL, r"\b(?:ma|mon|mes|la|le|une?|a|my) (?:petite? |belle-?)?(?:soeur|frere|cousine?|tante|oncle|mere|pere|voisine?|amie?|copine?|copain|collegue|fille|fils|neveu|niece|friend|khti)\b"
    r"[^.!?]{0,90}\b(?:(?:leur |lui )?a (?:verse|paye|perdu|donne|envoye|recu|cru|porte|remis)|s'est fait|est parti\w*|devait|was|lost|paid|n'a (?:plus|jamais|rien))\b",
    but=r"\b(?:te|vous|t') (?:prend|demand|propos|embauch|pai|pay|explique)\w*|\b(?:ecri[sv]|contacte|appelle)(?:z|ez)?[- ](?:la|le|moi)|\bgagn\w+|\btu peux\b|s'est fait \d|jamais perdu|\bachet(?:e|ez|ons)\b|\bsuiv(?:ez|s|ons)\b")  # fmt: skip
"""A tale of what befell somebody, of which nothing is asked."""
_STILL_OPEN = re.compile(
    r"\b(?:non|normal\w*|serieu\w+|fiable|vrai|faux|arnaque|bizarre|louche|sur|quoi|mauvais|risque|avis|think|real|legit|normal|scam|true|right|mezyan\w*|ma39oul|s7i7|nassaba?|bien|danger\w*) ?\?|\b(?:que (?:faire|dois|doit|lui)|quoi (?:faire|lui)|comment (?:lui|la|le|faire)|(?:est-ce|c'est) (?:que|un[e]?|normal|vrai|bon)[^.!?]{0,60}\?|"
    r"how (?:do|can|should) (?:i|we|she|he)|(?:should|can) (?:i|she|he|we)|what (?:do|should|can) (?:i|we|she|he)|is (?:it|this|that)[^.!?]{0,40}\?|wach|ach n?dir\w*|"
    r"(?:is|are) (?:about|ready|going) to|(?:va|veut|vont|veulent|doit|doivent|compte|s'apprete a|est pret\w* a|est en train de) (?:payer|verser|envoyer|deposer|ajouter|acheter|signer|partir|donner|avancer|emprunter))\b"
)
"""Who tells it asks what to think of it, or it is about to happen: a trap to be named."""

# Said of oneself: what will never be asked. It covers a whole list, up to what is asked all the same.
_NEVER = re.compile(
    rf"\b(?:ne |n')(?:vous |te |t')?(?:le |la |les |en )?{_ASKED}[^.!?;]{{0,12}}\b(?:jamais|aucune?s?|pas|ni|rien)\b|"
    rf"\b(?:jamais|aucun\w*)\b[^.!?;]{{0,60}}\b(?:ne |n')(?:vous |te )?{_ASKED}|\b(?:will|do|does|would) (?:never|not) (?:ask|contact|request)"
)
_ALL_THE_SAME = re.compile(
    r"\b(?:mais|sauf|hormis|seulement|uniquement|simplement|juste|en revanche|but|except|only|just)\b"
)
_REFUSE = re.compile(
    r"(?<!vous )(?<!tu )(?<!on )(?<!\bje )(?<!\bil )(?<!\bils )(?<!elle )(?<!elles )\b(?:ne |n')(?:lui |leur |y )?(?:pay|vers|donn|communiqu|envo|repond|rappel|cliqu|transmett|regl|install|ouvr)\w*\b (?:jamais|pas|rien|"
    r"aucun\w*|surtout|plus|ni)\b|\b(?:never|do not|don't) (?:pay|send|click|reply)\b"
)
_MEETS_BANK = re.compile(r"\b(?:banque|police|bank)\b")

# A warning tells what others do; a victim who tells the same says « me », and must be heard.
_WARNS = re.compile(
    r"\b(?:arnaqu\w+(?!\w*\s?\?)|escro\w+|mefi\w+|attention (?:a|aux|les|faites)|faites tourner|33 ?700|signal(?:ez|er|e)\b|frauduleu\w+|hameconnage|"
    r"phishing|beware|scam\w*|alert(?:e|ent)(?: a la population)? (?:sur|contre|:|des)|de (?:fausses (?:offres?|annonces?|missions?)|faux (?:gestionnaires?|emplois?|employeurs?))|ne payez jamais pour (?:travailler|un emploi)|faux (?:sms|site|recruteur|profil|agent|conseiller|message|coursier|contrat|employeur|colis|policier|avis|compte)s?|soi-disant|usurp\w+|des individus|"
    r"(?:faites|fais) (?:passer|circuler|gaffe)|mefiance|please warn|heads up|(?:it|this|that) is fake|(?:it|this)'s fake|n'est pas de (?:la |le )?\w+|fuyez|fai[ts] (?:surtout )?pas ca|faites pas ca|meme equipe que|ne partez pas|plus de nouvelles|ca s'arrete la|fait avoir|comment ils (?:font|procedent|s'y prennent)|comme ca qu'(?:ils|elles?|on)|how (?:they|these people) (?:do it|work|get)|un message circule|\bsi on (?:vous|te) (?:demande|propose|reclame)|\banyone (?:asking|who asks)|ra baghi|kaynsbo|nassab\w*)"
    # Who speaks for an office or a bank and tells many what to expect, what nobody honest does, what to do of it.
    r"|(?<!vous )(?<!te )\bmet(?:tent)?\b[^.!?]{0,40}\ben garde|\bmise en garde|\b(?:rappel(?:le|lent)|alert(?:e|ent)|avert(?:it|issent)|previen(?:t|nent)) (?:les|aux?|que|qu'|ses|a (?:la|tous))\b|"
    r"\bse (?:fait|font|faisant|faisaient|faisait) passer pour|\bpretend(?:s|ing|ed)? to|\bimpersonat\w+|\bclaiming to be|"
    r"\b(?:aucune?|no) (?:\w+ )?(?:employeurs?|entreprises?|societe|recruteurs?|agence|organisme|banque|plateforme|administration|employer|company|recruiter|bank|agency)(?: \w+){0,3} (?:ne |n'|would|will|asks?|should|never)|"
    r"\bn'(?:a|ont|est|sont) (?:pas |aucun\w* |jamais )(?:\w+ )?(?:mandate|envoye|habilite|missionne)\w*|\bn'appartien\w+ pas|\b(?:tombee?s?|tomber) (?:dedans|dans le (?:panneau|piege))|"
    r"(?:^|[.,:;!] ?|\b(?:et|alors|puis) )(?:refuse[rz]|bloque[rz]|raccroche[rz]|block|hang up|refuse|raccroche)\b"
)
_FIRST_PERSON = re.compile(
    r"\b(?:me|moi|on me|i|nous a|chez nous|je dois|je peux|j'ai (?:recu|paye|envoye|verse|donne|deja)|mes gains|mon (?:compte|retrait|argent|solde))\b|\bm'"
)
"""Somebody to whom it happens. « Ma tante », « je vous le dis » tell of others."""
_OTHERS = re.compile(
    r"\b(?:ils|elles|des (?:gens|individus|escrocs|inconnus|malins|personnes|petits malins|faux|gars|types|mecs)|un (?:gars|type|mec)|les (?:escrocs|arnaqueurs|fraudeurs|faux)|"
    r"\b(?:ma|mon|mes|une?|la|le|a|my|deux|trois) (?:petite? )?(?:soeur|frere|cousine?|tante|oncle|voisine?|amie?|copine?|collegue|familles?|friend)|un (?:faux|soi-disant|pretendu)|une (?:fausse|soi-disant|pretendue)|quelqu'un|de faux|de fausses|they|scammers|fake)\b|"
    r"\b(?:si|quand|lorsque) (?:on|un|une|quelqu'un|des)\b|\b(?:if|when) (?:an?|any|some\w*|anyone|they|people)\b|\bsome (?:people|teens|students|guys?|workers)\b|\bon (?:vous|te) (?:promet|fait miroiter|offre)\b[^.!?]{0,80}\b(?:puis|ensuite|avant de|mais|et)\b[^.!?]{0,12}\bon\b|« [^»]+ »|"
    r"\b(?:celui|celle|ceux|celles|quiconque|toute (?:personne|annonce|offre|demande)|tout (?:message|recruteur|employeur|individu)|un (?:employeur|recruteur|message|sms|mail|inconnu|individu)|une (?:annonce|offre|personne|boite|agence|inconnue)) qui\b[^.!?]{0,12}"
    r"\b(?:demand|reclam|promet|offr|propos|exig|prend|fai[st]|veu[tl]|envoi|contact|sollicit|appel)\w*|\b(?:anyone|people|recruiters|employers|someone|whoever|those) (?:who|asking|claiming|that|offering|promising)\b"
)
# An act that is called what it is: nobody asks for what they condemn in the same breath.
_CONDEMNED = re.compile(
    r"\b(?:c'est|c est|c'etait|est|sont|constitue\w*|this is|it's|that's|is|are) (?:\w+ )?(?:(?:un|une|du|de la|des|a|an|aussi|tous|toutes) )?(?:\w+ )?(?:delits?|interdite?s?|punie?s?|punissables?|illega\w*|blanchiment|recel|"
    r"arnaque\w*|escrocs?|escroquerie|fraude\w*|crimes?|piege\w*|complic\w+|vol|money laundering|scams?|against the law|breaking the (?:rules|law)|hors la loi|fakes?|fau(?:x|sse|sses)|nassaba?)\b|"
    r"\b(?:seras?|seriez|serez|serais|seront|serons|etre) poursuivi\w*|\b(?:ra|rah|had|hadi|hado) (?:\w+ )?(?:nass?aba?|nasb|arnaque)\b"
)
_NOT_CONDEMNED = re.compile(r"\b(?:pas|ni|rien|n'est|n'a|n'y|not|isn't|nothing|no|prouv\w+|si)\b|\?")
"""« C'est pas une arnaque », « rien d'illégal » are what traps say, « est-ce une arnaque ? » what their victims ask."""

_NEEDED = {
    # To be quoted as a reason, haste has to be said.
    "urgency": re.compile(
        r"vite|urgen|avant (?:ce|minuit|demain|le|la|\d|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|midi|fermeture)|aujourd|\bojd\b|mainten|immediat|tout de suite|de suite|"
        r"\bsous (?:\d|une|deux|peu)|dans (?:l'heure|l[ae]s? (?:\d|prochaine|minute|heure))|dernier|derniere|plus que|il (?:ne )?reste|rest\w+ (?:que|\d|plus)|limit|expir|depech|rapide|asap|\bnow\b|today|tonight|hurry|\blast\b|"
        r"only|before|quick|within|\d+ ?h\b|(?:dans|sous|en|les|pendant|within|in|next|de) \d+ ?(?:heures?|minutes?|min|hours?)\b|minuit|ce soir|ce matin|demain|daba|dghya|lyoum|deadline|retard|perd|sinon|place|attend|trop tard|aucun delai|sans delai|delai|jusqu|"
        r"immediately|soon|instant|chrono|vit[ea]|fast|speed|ferme|cloture|clos|bloqu|suspend|annul|seulement|premier"
    ),
    "crypto_payment": re.compile(
        r"crypto|usdt|usdc|bitcoin|\bbtc\b|\beth\b|ethereum|wallet|portefeuille|binance|tether|trc|bep20|token|jeton|coin|solana|metamask|okx|bybit|blockchain|\b0x|monnaie (?:virtuelle|numerique)|actifs? numerique|tron\b|\bxrp\b|litecoin"
    ),
    "invitation_code": re.compile(
        r"invit|parrain|referr|promo|inscri|enregistr|register|sign|activ|equipe|membre|member|employe|agent|sesame|\b(?:mon|votre|ton|le|mets|mettez|saisissez|my|enter|use) (?:mon |le |my )?code\b|\bcode (?:personnel |vip )?[a-z]{0,6}-?\d{2,}"
    ),
    "unreal_pay": re.compile(
        r"\d|mille|million|loyer|fortune|salaire|smic|riche|cent|double|triple|thousand|hundred|grand|مليون|الف|\bk\b"
    ),
    "long_unpaid_test": re.compile(
        r"test|essa[iy]|trial|sample|echantillon|gratuit|gratos|\bfree\b|fabor|unpaid|remuner|pay|pai|benevol|motiv|prouv|prove|juge|montre|voir|retenu|exemple|maquette|observ|decouv|form|d'abord|first|apres|semaine|journee|jours?\b|heures?\b|hours?|days?|week|page|article|video|image|"
        r"texte|mots|logo|site|strateg|dossier|chapit|traduc|transcri|exerc|cas pratique|livr|portfolio|immersion|stage|khlas|tjrib"
    ),
    "never_asks_money": re.compile(
        r"gratuit|\bfree\b|fabor|\ba (?:nos|notre) (?:frais|charge)|at our (?:cost|expense)|rien a (?:pay|regl|avanc|depens|vers|achet|depos|debours)|"
        r"\b(?:aucun\w*|sans|pas|jamais|rien|ne|n'|ni|no|never|not|zero|0 ?€|walou|makayn\w*)\b.{0,60}(?:pay|argent|frais|somme|€|euro|money|fee|cost|charge|vers|factur|"
        r"achet|prelev|avance|cotis|depens|caution|depos|regl|flous)|(?:pris|prend|paye|regle|rembours|financ|offer|fourni)\w*.{0,40}(?:par|nous|charge|employeur|entreprise|agence)"
    ),
    "plausible_pay": re.compile(r"\d|smic|convention|tarif|grille|bareme|echelon|taux|minimum wage"),
    # Anchored, as all that look for two things in any order: begun again at each letter, a search takes the square of
    # the length.
    "payment_rules": re.compile(
        r"(?m)^(?=.*(?:pay|pai|vers|vir|salaire|solde|cesu|factur|regl|remuner|retir|cash|especes|cheque|seuil|threshold|indemni|gain|khlass|acompte))"
        r"(?=.*(?:\d|chaque|tous les|fin (?:de|du)|semaine|mois|jour|apres|each|week|month|every|sous |avant|lundi|mardi|mercredi|jeudi|vendredi|samedi|a reception|livraison))"
    ),
    "contract_before_work": re.compile(
        r"contrat|contract|kontra|promesse d'embauche|lettre d'(?:engagement|embauche)|convention|dpae|offer letter|devis|bon de commande|avenant|declar\w+|embauche"
    ),
    "in_your_account": re.compile(
        r"compte|account|espace|appli|\bapp\b|parametr|setting|reglage|rubrique|onglet|tableau|dashboard|profil|portail|portal|connect|\blog|sign in|menu|intranet|messagerie|boite"
    ),
    "meeting_in_person": re.compile(
        r"rendez|\brdv|pass(?:e|ez|er)\b|\bven(?:ez|ir)|\bviens|rencontr|voir|bureau|sur place|sur site|on site|magasin|adresse|visite|entretien|meet|office|visit|\baji|\bji\b|boutique|"
        r"agence|agency|accueil|local|mairie|atelier|restaurant|resto|chez|cafe|forum|salon|presente|point"
    ),
    "own_application": re.compile(
        r"candidat|postul|appl[iy]|\bcv\b|annonce|inscri|demande|dossier|suite a|repon|convenu|hier|contact|interview|entretien|message|command|devis|mail|forum|rencontr|appel|laiss|"
        r"particip|accept|deman|ecrit|votre visite|question|enquete|test|comme prevu|requested|signed up|your (?:request|ad|order)"
    ),
    "no_experience": re.compile(
        r"\A(?=.*(?:sans|aucun|pas|\bnot?\b|tout le monde|debutant|n'importe|importe peu|peu importe|\bany|without|\bni\b|meme si|\btous\b|\btoute? (?:niveau|personne)|\btoutes\b|\bnul\b|\bzero\b|\brien a (?:savoir|connaitre)|accepte|"
        r"bienvenu|ne refuse|ne te demandera|simple|walou|ma khass))"
        r"(?=.*(?:experience|diplom|compet|qualif|formation|niveau|skill|degree|profil|debutant|connaiss|tout le monde|n'importe|anyone|everyone|any\b|\bbac\b|\bcep[ec]\b|\bbepc\b|\bcap\b|\bcv\b|\bage|\bans\b|background|parcours|prerequis|besoin|savoir|ouvert|bienvenu|refuse|majeure|simple|facile))",
        re.DOTALL,
    ),
}
"""What a sign speaks of, without which nothing reassures, or nobody is said to be taken without skills."""
SHOWN_IF_SAID = frozenset(_NEEDED)
"""The signs of ``_NEEDED``."""
_PROVEN = re.compile(
    r"\A(?=.*\b(?:medecins?|physicians?|doctors?|juristes?|pharmacien\w*|avocat\w*|lawyers?|notaires?|interpretes?|ingenieur\w*|infirmi\w+|doctorants?|phd)\b)"
    r"(?=.*\b(?:diplomes? (?:\w+ )?(?:exige|verifie|requis|demande)|(?:verification|controle) (?:de|du) diplome|licen[cs]e check|assermente\w*|greffe|certificat\w* exige))",
    re.DOTALL,
)
"""A trade that has to be proven is paid as one."""
_NO_PAY = re.compile(r"\b(?:loyer|bail|rent|quittance|bourse|cantine|depot de garantie)\b")
"""Money that is paid for something else than work: it tells nothing of a pay."""
_NEEDED_SOMEWHERE = {
    "recovery_fee": re.compile(
        r"recup|retrouv|rembours|restitu|recover|refund|arnaqu|scam|victim|perdu|\blost\b|indemni|interpol|europol|\bamf\b|hack|pirat|greffe|scelles|judiciaire|plaign|plainte|effacement|escro|brouteur|\bvole|trac[ai]|sequestre|saisi|consign|avoirs"
    ),
    "cheque_overpayment": re.compile(
        r"\bche(?:que|k|ck|c)|mandat|\btrop\b|overpa|surplus|excedent|difference|\bextra\b|instead of|au lieu de"
    ),
}
"""What a red flag speaks of, which stands somewhere in a message that shows it."""
_SPOKEN_OF_NEARBY = {
    "ask_code": re.compile(
        r"\bcodes?\b|chiffre|digit|\botp\b|\bpin\b|\bsms\b|texto|numero|number|notification|validation|\bvalid(?:ez|er|e)\b|mot de passe a usage|\bqr\b|confirmation|ramz|six numbers"
    ),
    "ask_card_or_password": re.compile(
        r"\bcartes? (?!d'|d identite|identite|vitale|nationale|de sejour|biometr|consul|sim\b|de membre|pro\w* |etudiant|grise|navigo|cadeau)|\bcartes?(?=[,.;:)!?]|$)|\bcb\b|\bcards?\b|mots? de passe|\bmdp\b|password|\bpin\b|\bcvv\b|cryptogramme|phrase|(?:12|24|douze|vingt-quatre) (?:mots|words)|cles? privee|private key|seed|identifiant|login|log(?:ged)? ?in|credential|\bacces\b|\baccess\b|codes? (?:secret|confidentiel|bancaire|wallet|d'acces|de l)|\b(?:vos|tes|ses|leurs) codes|passcode|(?:16|seize) chiffres|connect"
    ),
    "prepaid_code": re.compile(
        r"coupon|\bcartes?\b(?! (?:et|,) (?:codes?|le code)| (?:bancaire|bleue|d'|vitale|identite))|\bcards?\b|\bpcs\b|transcash|neosurf|paysafe|toneo|cashlib|steam|itunes|google play|\bapple\b|amazon|\bgift|cadeau|recharg|ticket|voucher|prepay|bons? d'achat|flexi|credit|buraliste|tabac"
    ),
    "ask_id_papers": re.compile(
        r"\bpieces?\b|identit|\bcni\b|\bcin\b|passe?port|\bid\b|\bcartes?\b|permis|\btitre|papier|document|dossier|\bphotos? (?:de |d'|of )?(?:toi|vous|ta\b|ton\b|votre|vos\b|tes\b|your|la |ton)|copie|\bscan|recto|vitale|\bsecu|justificatif|\bfactures?|releve|fiches? de|bulletin|\brib\b|\biban\b|diplome|casier|extrait|\bacte\b|livret|selfie|license|licence|proof|utility bill|\bssn\b|social security|attestation|\bnni\b|numero (?:de |d')?|bta9a|taswira|wra9"
    ),
    "ask_selfie_with_id": re.compile(
        r"selfie|visage|\bface|video|camera|webcam|visio|\btete\b|portrait|t?swira|a la main|hold|ten(?:ant|ez|u)|\bphoto\w* [^.!?]{0,40}\b(?:toi|vous|you|yourself|avec|with|pied)\b"
    ),
    "ask_bank_details": re.compile(
        r"\brib\b|\biban\b|bancaire|\bcomptes?\b|\bbank|account|banque|coordonnee|paypal|virement|swift|\bbic\b|orange money|\bmomo\b|\bwave\b|versement|payroll|numero|\bccp\b|revolut"
    ),
    "rent_account": re.compile(
        r"compte|account|profil|profile|whatsapp|telegram|linkedin|facebook|\binsta|\buber|deliveroo|\bsim\b|\bpuces?\b|numero|number|\bsession|\bqr\b|\bpages?\b|identit|siret|\bacces\b|selfie|interview|entretien|appli\w* de|livrai|livreu|coursier|a ta place|\bscooter"
    ),
    "order_boosting": re.compile(
        r"optimi[sz]|boost|\bcommande|\borders?\b|grab|classement|\brank|visib|\bseries?\b|\bsets?\b|combin|merchant|marchand|soumett|submit|\bdata\b|donnees|\bevalu|\bnote[rz]?\b|\bvalid|hotel|booking|\bapps?\b|vente|sales|panier|\btaches?\b|\btasks?\b|talab|articles|\bclics?\b|\bclicks?\b|suivant"
    ),
    "paid_likes": re.compile(
        r"\blik|\baim|abonn|follow|\bsuiv|\bsuis\b|\bavis\b|\bnot(?:e|er|es|ez|ation)|etoile|\bstars?\b|review|regard|visionn|watch|\bview|\bvues?\b|video|\bcli[ck]|captur|screen|pouce|coeur|heart|favori|favourit|\bsav(?:e|ing)|appreci|\bvisit|comment|partag|share|subscri|j'?aime|\brat(?:e|ing)|tiktok|youtube|\binsta|jaime|evalu|\bdir\b|\bpub\b|publicit|\bads\b|vitrine|\benregistr"
    ),
    "investing_as_job": re.compile(
        r"invest|\btrad|crypto|bitcoin|\bbtc\b|forex|bourse|placem|\bplac|\bmarches?\b|market|rendement|capital|profit|benefice|broker|courtier|\bsigna|mining|minage|staking|arbitrage|\bgold\b|\bl'or\b|doubl|rapport|katrje3|yrje3|portefeuille|wallet|exchange|\bordres?\b|\bnodes?\b|\bbots?\b|robot|token|devise|fructifi|\bmis[ez]?\b|action|intere|dividend|pool|usdt|\d ?% ?(?:par|per|a|f)\b|copy|platefor|platform|analys|position|operation|travailler (?:ses|tes|vos)|achet|\bbuy\b|montant|retir|\bappli?\b"
    ),
    "forward_money": re.compile(
        r"argent|money|somme|virement|\bvire|transfer|transf|paiement|payment|\bpai|\bpay|\bfonds|\bfund|cheque|check|\breste|\brest\b|solde|balance|\d|commission|mandat|cash|espece|flous|regle|montant|jetons|usdt|surplus|difference|\bpart\b|epargne|loyer|bitcoin|crypto|\biban|distributeur|enveloppe|retire[sz]\b|convert|fournisseur|caution|dons?\b"
    ),
    "blocked_account_link": re.compile(
        r"bloqu|blok|suspen|limit|desactiv|restr|\bgel|verrouill|attente|\bhold\b|\bheld\b|(?:carte|compte|acces|abonnement|mot de passe|password|session|profil|vitale|droits?|account|points?|allocation)\b.{0,40}expir|expir.{0,30}(?:carte|compte|acces|abonnement|account|droits|password)|inhabituel|unusual|suspect|mis\w* a jour|mett\w* a jour|update|annul|cancel|reactiv|confirm|verif|\bvalid|interromp|refus|abouti|retenu|regularis|clotur|\bferm|close|fail|echou|incomplet|manqu|missing|dernier rappel|renouvel|reconnect|connect|identifi|anomal|impay|inactiv|desinscri|delet|supprim|erreur|error|secur|withholding|saisi|ressais|mot de passe|password"
    ),
    "threat": re.compile(
        r"sinon|menac|plainte|police|tribunal|justice|huissier|poursui|amende|penalit|suspen|bloqu|blok|\bferm|supprim|\bgel|annul|perd|publi|diffus|\benvo|legal|arrest|court\b|\blos[et]|otherwise|\bor\b|\bou\b|clotur|resili|radi|consequence|liste noire|blacklist|forfeit|"
        r"delet|expos|lawsuit|sanction|saisi|interdi|transmi|exclu|risqu|gendarm|avocat|lawyer|report|signal|balanc|montr|confisq|post|send|show|cancel|terminat|closed|frozen|\bban|remov|reclam|majoration|refus|abandon|arret|retir|video|photo|si (?:tu|vous|l'|on)|\bif\b|"
        r"chez toi|\bsans\b|fraude|remis|aboutir|expir|wla\b|\bila\b|\blast\b|dernier|final|faute|defaut|disconnect|dette|must|oblig|contraint|detrui|disparai|prison|revient|repris|supervis|dois|doit|faut|delai|before|avant|unless|until|tout le monde|everyone|famille"
    ),
    "install_file": re.compile(
        r"install|telecharg|download|\bapk|\.exe|\bexe\b|\bzip\b|\brar\b|fichier|\bfile|decompress|\bouvr|\bopen|\blanc|\brun\b|programme?|logiciel|software|\bappli|\bapps?\b|module|piece jointe|attach|version|setup|extension|\bscr\b|plugin|ndownload"
    ),
    "parcels_at_home": re.compile(
        r"colis|paquet|\bcartons?\b|parcel|package|marchandise|etiquet|\blabel|bordereau|livraison|\blivr|deliver|shipment|courrier|envelop|\barticles?\b|commande|goods|\bitems?\b|telephone|smartphone|iphone|\bphones?\b|electronique|objet|achats|\bboxes|\bboites?\b|point (?:relais|d'accueil|d'etape)|points d'accueil|produits"
    ),
    "fake_reviews": re.compile(
        r"\bavis\b|review|\bnot(?:e|er|es|ez)\b|etoile|\bstars?\b|comment|temoign|google|maps|trustpilot|tripadvisor|\brat(?:e|ing)|feedback|opinion|evalu|testimon|recommand|essay|sejour|appreci|publi|experience|dormi|mange|client|visit"
    ),
    "moves_to_messaging": re.compile(
        r"whats|\bwts?p|watsap|telegram|\btele\b|signal|messenger|viber|wa\.me|t\.me|\bsnap|\binsta|discord|skype|\bimo\b|\bline\b|wechat|zangi|messagerie|\bappli|\bapps?\b|prive|private|\bdm\b|\bmp\b|\binbox|numero|number|avion|botim|facebook|message|text|contact|ecri[sv]|chat|groupe|mail|lien|\bajout"
    ),
    "added_to_group": re.compile(
        r"group|canal|channel|equipe|\bteam|salon|communaut|community|ajout|\badd|rejoi|join|membre|member|telegram|whatsapp|collegue|colleague|fil\b|discussion|promo"
    ),
    "keeps_passport": re.compile(r"passe?port|papier|\bpiece|\bcarte|document|identit|\bcin\b|paspor|\bid\b|titre"),
    "card_to_courier": re.compile(r"\bcartes?\b|\bcards?\b|\bcb\b"),
    "buy_account": re.compile(r"compte|account|profil|\bids?\b|acces|login|kyc|verif"),
    "invitation_code": re.compile(r"\bcodes?\b|invit|parrain|referr|sesame|mot de passe|password"),
}
"""What a red flag speaks of, in its sentence or in one beside it. A model that reads meaning takes « six chiffres » for
the code of a coupon, and receiving payments for receiving parcels; a reader is shown no sign that the words do not say.
Of the 2,592 quotes by which the writers of our examples (train and dev) show these signs, 36 lack the words."""
_OTHER_LETTERS = re.compile(r"[\u0600-\u06ff]")
"""Arabic: the words above are in Latin letters."""
_REACHES_SOMEBODY = frozenset({Kind.PHONE, Kind.MAIL, Kind.IBAN, Kind.WALLET, Kind.PREMIUM, Kind.FILE})
_SAID_BY_OFFICES = ("threat", "ask_selfie_with_id", "ask_id_papers", "blocked_account_link", "fake_official")
"""What an office says too, and which traps nobody when its own site is the only way that the message gives."""
_BY_A_LINK = re.compile(r"\b(?:cliqu\w+|click\w*|bouton|button|lien|link)\b")


def denied(
    text: str, spans: Sequence[tuple[int, int]], clauses: Sequence[Clause], entities: Sequence[Entity], official: bool
) -> Iterator[tuple[int, str]]:
    """Clause number and signal that it does not show; ``ALL`` for every red flag.

    ``spans``: the sentences. ``official``: the only links are those of official sites.
    """
    plain = flat(text)
    missing = [sign for sign, needed in _NEEDED_SOMEWHERE.items() if not needed.search(plain)]
    reported = bool(_WARNS.search(plain)) and not _FIRST_PERSON.search(plain)
    missing += [sign for guard in OF_MESSAGE if _holds(guard, plain, "") for sign in guard.signals]
    if _PROVEN.search(plain):
        missing.append("unreal_pay")
    kinds = {entity.kind for entity in entities}
    if Kind.PREMIUM in kinds:
        missing.append("own_application")
    if Kind.LINK in kinds and not official:
        missing.append("in_your_account")
    if Kind.LINK in kinds and official and not kinds & _REACHES_SOMEBODY:
        missing += _SAID_BY_OFFICES
    for (start, end), numbers in _by_sentence(spans, clauses):
        sentence = plain[start:end]
        of_all = [*missing, *_of_sentence(plain, start, end)]
        if (reported and _OTHERS.search(sentence)) or _is_condemned(sentence):
            of_all.append(ALL)
        never = _never_asked(plain, start, end)
        for number in numbers:
            clause = clauses[number]
            said = plain[clause.start : clause.end]
            yield from ((number, sign) for sign in of_all)
            yield from ((number, sign) for sign, needed in _NEEDED.items() if not needed.search(said))
            if _NO_PAY.search(said):
                yield from ((number, sign) for sign in ("plausible_pay", "payment_rules"))
            if (never and never[0] < clause.end and clause.start < never[1]) or _refuses(said):
                # « Jamais d'argent, seulement votre carte d'identité » asks for something in the same breath.
                asked = never and never[1] < clause.end and _ALL_THE_SAME.search(plain, never[1], clause.end)
                yield from ((number, sign) for sign in (_OF_FEES.split() if asked else (ALL,)))


def unsaid(text: str, spans: Sequence[tuple[int, int]], clauses: Sequence[Clause]) -> Iterator[tuple[int, str]]:
    """Clause number and signal that the words do not say: neither its sentence nor those beside it speak of it, or the
    sentence says it otherwise. ``spans``: the sentences."""
    plain = flat(text)
    by_sentence = list(_by_sentence(spans, clauses))
    silent = [_not_spoken_of(plain[start:end]) for (start, end), _ in by_sentence]
    for at, ((start, end), numbers) in enumerate(by_sentence):
        signs = {s for guard in OTHERWISE_SAID if _holds(guard, plain[start:end], "") for s in guard.signals}
        signs |= frozenset.intersection(*silent[max(0, at - 1) : at + 2])
        yield from ((number, sign) for number in numbers for sign in signs)


def _not_spoken_of(sentence: str) -> frozenset[str]:
    """The signs that nothing in a sentence speaks of; none when its letters are not those of our words."""
    if _OTHER_LETTERS.search(sentence):
        return frozenset()
    return frozenset(sign for sign, words in _SPOKEN_OF_NEARBY.items() if not words.search(sentence))


def _by_sentence(
    spans: Sequence[tuple[int, int]], clauses: Sequence[Clause]
) -> Iterator[tuple[tuple[int, int], list[int]]]:
    """Each sentence with the numbers of the clauses that begin in it; its end is theirs when they go on."""
    at = 0
    for start, end in spans:
        numbers = []
        while at < len(clauses) and clauses[at].start < end:
            numbers.append(at)
            at += 1
        if numbers:
            yield (start, max(end, clauses[numbers[-1]].end)), numbers


def _of_sentence(plain: str, start: int, end: int) -> Iterator[str]:
    sentence, before = plain[start:end], plain[:start]
    for guard in GUARDS:
        if _holds(guard, sentence, before):
            yield from guard.signals
    if _holds(_TALE, sentence, before) and not _STILL_OPEN.search(plain):
        yield ALL
    if _BY_A_LINK.search(sentence):
        yield "in_your_account"


def is_denied(plain: str, start: int, end: int, signal: str) -> bool:
    """Whether ``plain[start:end]``, flat, is said of others or of what is never asked, or only sounds like it."""
    said = plain[start:end]
    if not {signal, ALL}.isdisjoint(_of_sentence(plain, start, end)):
        return True
    if any(signal in guard.signals and _holds(guard, plain, "") for guard in OF_MESSAGE):
        return True
    reported = bool(_WARNS.search(plain)) and not _FIRST_PERSON.search(plain) and bool(_OTHERS.search(said))
    never = _NEVER.search(said)
    return (
        reported
        or _is_condemned(said)
        or _refuses(said)
        or (never is not None and _ALL_THE_SAME.search(said, never.end()) is None)
    )


def _is_condemned(said: str) -> bool:
    """« Prêter son compte, c'est du blanchiment »; who asks it of themselves (« on me… ») is heard."""
    if not _CONDEMNED.search(said):
        return False
    return not _NOT_CONDEMNED.search(said) and not _FIRST_PERSON.search(said)


def _refuses(said: str) -> bool:
    """« Ne payez rien », when nothing is asked all the same and it is no order to keep from one's bank."""
    refusal = _REFUSE.search(said)
    return refusal is not None and not _MEETS_BANK.search(said) and not _ALL_THE_SAME.search(said, refusal.end())


def _holds(guard: _Guard, sentence: str, before: str) -> bool:
    if not guard.says.search(sentence) or (guard.but and guard.but.search(sentence)):
        return False
    return guard.context is None or bool(guard.context.search(sentence) or guard.context.search(before))


def _never_asked(plain: str, start: int, end: int) -> tuple[int, int] | None:
    """Where a sentence lists what is never asked, up to what is asked all the same."""
    never = _NEVER.search(plain, start, end)
    if never is None:
        return None
    after = _ALL_THE_SAME.search(plain, never.end(), end)
    return never.start(), after.start() if after else end
