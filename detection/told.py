"""What befell the person who writes: what they did already, and what has gone wrong since.

Somebody who has paid needs their bank within minutes, not a list of what to verify before answering.
"""

# Patterns are read whole, one a line.
# ruff: noqa: E501
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from detection.entities import MONEY
from knowledge.text import flat

THREATENED = "threatened"
"""The stage of who is threatened: nothing else needs to have gone wrong."""


@dataclass(frozen=True)
class Told:
    """``stage``: of the catalogue; ``text[start:end]`` tells what was done."""

    stage: str
    start: int
    end: int


_HAVE = r"\b(?:j'?ai|g|jai|je (?:lui |leur |l'|les )?(?:lui |leur )?ai|je viens (?:juste )?de|i(?:'ve| have)?|je me suis fait|on m'a (?:fait|demande (?:de|d')?)|(?:il|elle|ils|elles)s? m'(?:a|ont) (?:fait|demande (?:de|d')?|convaincu\w* de)) ?(?:(?:lui|leur|deja|bien|tout|du|dû|encore|aussi|juste|quand meme|already|just|even|then) ){0,3}"
_AMOUNT = rf"(?:{MONEY}|\b\d{{2,}}(?:[ .,]\d{{3}})*\b|\b(?:l'argent|de l'argent|la somme|les frais|mes economies|tout mon salaire|la caution|l'acompte|un acompte|the (?:money|fee|deposit)|my savings|des coupons?|transcash|pcs|usdt|flous)\b)"
_TOLD = (
    (
        THREATENED,
        re.compile(
            r"\b(?:me menace\w*|m'(?:a|ont) menace\w*|(?:me|m'a) (?:fait|font) (?:du )?chant(?:age|er)|threaten(?:s|ing|ed)? (?:me|to (?:send|post|share|publish) (?:my|everything))|blackmail\w* me|"
            r"(?:menace\w*|dit|disent|veut|veulent|va|vont|sinon (?:il|elle)s?|says|or (?:he|she|they)(?:'ll| will)?) [^.!?]{0,30}(?:envo\w+|publi\w+|diffus\w+|montr\w+|balanc\w+|send|post|show) [^.!?]{0,30}\b(?:a|to|sur|on) (?:tous? |toute |all )?(?:mes|ma|mon|my)\b)"
        ),
    ),
    (
        "paid",
        re.compile(
            rf"{_HAVE}(?:paye[sr]?|verser?|verse|envoye[sr]?|vire[sr]?|depose[sr]?|recharge[sr]?|regle[sr]?|transfere[sr]?|mis|mettre|investir?|investi|avance[sr]?|perdu|achete[sr]?|donne[sr]?|cale|lache|paid|sent|deposited|wired|transferred|invested|lost|bought|put)\b[^.!?]{{0,50}}{_AMOUNT}|"
            rf"\b(?:khellest|khlest|sift(?:t|et)|sardt|dfe3t|7ett?it|verset)\b[^.!?]{{0,40}}{_AMOUNT}|\b(?:m'a|m'ont|me) (?:\w+ )?(?:pris|debite\w*|vole\w*|soutire\w*|arnaque\w*)\b[^.!?]{{0,30}}{_AMOUNT}|\bi (?:have )?(?:already )?(?:put in|paid)\b|\bil manque\b[^.!?]{{0,20}}{_AMOUNT}[^.!?]{{0,20}}\b(?:compte|carte)\b|"
            r"\bje me suis fait (?:arnaqu\w+|avoir|escroqu\w+)|\bgot scammed|\bi was scammed"
        ),
    ),
    (
        "gave_card_or_code",
        re.compile(
            rf"{_HAVE}(?:donne[r]?|communiquer?|communique|envoye[r]?|mis|tape[r]?|rentre[r]?|saisir?|saisi|entrer?|entre|lu|dicte[r]?|transmis|valide[r]?|gave|sent|read|typed|entered|told)\b[^.!?]{{0,60}}\b(?:codes?|mots? de passe|mdp|carte (?:bleue|bancaire)|ma carte(?! d'identite| vitale| recto)|numeros? de (?:ma )?carte|"
            r"identifiants?|rib|iban|pin|password|card (?:number|details)|my card|login)\b|\b(?:ask\w*|demand\w*|wanted)\b[^.!?]{0,60}\bcode\b[^!?]{0,60}\b(?:i did|i read it|je l'ai (?:donne|lu|envoye|fait))"
        ),
    ),
    (
        "installed",
        re.compile(
            rf"{_HAVE}(?:installe[r]?|telecharge[r]?|lance[r]?|execute[r]?|ouvert|ouvrir|installed|downloaded|ran|opened)\b[^.!?]{{0,50}}\b(?:anydesk|teamviewer|rustdesk|apk|logiciel|appli\w*|fichier|programme|piece jointe|file|app|software|attachment)\b"
        ),
    ),
    (
        "received_money",
        re.compile(
            rf"{_HAVE}(?:recu|encaisse[r]?|depose[r]?|received|cashed|deposited)\b[^.!?]{{0,50}}\b(?:cheque|check|virement|argent|colis|paquets?|parcels?|transfer|money)\b|\bje (?:recois|recevais|reçois|renvoie|renvoyais)\b[^.!?]{{0,40}}\b(?:colis|paquets?|virements?|argent)\b"
        ),
    ),
    (
        "gave_papers",
        re.compile(
            rf"{_HAVE}(?:donne[r]?|envoye[r]?|transmis|fourni|envoyer|gave|sent)\b[^.!?]{{0,60}}\b(?:carte d'identite|cni|cin|piece d'identite|passe?port|papiers|selfie|recto|titre de sejour|permis|documents?|fiches? de paie|id card|id)\b|"
            r"\bon m'a demande\b[^.!?]{0,60}\b(?:carte|piece|passe?port|selfie|recto)\b[^!?]{0,80}\bj'ai (?:tout )?(?:donne|envoye)"
        ),
    ),
)
"""By stage, the most pressing first: who is threatened has often paid too, and the steps there say so."""

_GONE_WRONG = re.compile(
    r"\b(?:(?:ne |n')?(?:me |m'|nous )?(?:reponds?|repond(?:ent|ait)?|donnent?|lit|decroch\w+) (?:plus|pas|meme plus)|plus (?:de|aucune?s?|la moindre) (?:nouvelles?|reponses?|signe)|plus (?:personne|rien)|pas de reponse|disparu\w*|s'est volatilis\w*|injoignable\w*|(?:numero|telephone|compte|profil|site|page|appli) (?:\w+ )?"
    r"(?:est |a ete |n'existe )?(?:eteint|ferme|supprime|plus|bloque|disparu|introuvable|hors service)\w*|m'(?:a|ont) (?:bloque|supprime|ghoste)\w*|me bloque|est bloquee?s?|peux (?:rien|pas|plus) (?:retirer|sortir|recuperer|me connecter|ouvrir)|"
    r"redemand\w+|re-?demande|(?:me )?(?:demande|demandent|dit|disent|veut|veulent|reclame|reclament|exige)\w* (?:\w+ )?(?:encore|de (?:remettre|repayer|rajouter|payer|recharger|completer)|que je (?:remette|rajoute|paye|paie|renvoie|verse|recharge))|encore (?:\d|payer|de l'argent)|"
    r"arnaqu\w+|escro\w+|brouteur\w*|vole\w*|faux\b|fausse\b|(?:cheque|virement) (?:\w+ ){0,2}(?:rejete|refuse|vole|impaye|sans provision)\w*|j'ai peur|me sens (?:mal|bete)|que (?:faire|dois-je|puis-je)|quoi faire|(?:je|on) (?:fais|fait) (?:quoi|comment)|"
    r"qu'?est-? ?ce que je (?:fais|dois|peux)|comment (?:recuperer|je recupere|faire|je fais)|c'est (?:fini|mort|perdu|une arnaque)|aidez-moi|aide[zr]? ?moi|au secours|recuperer (?:mon|cet) argent|gendarm\w+|police|plainte|avertir? mes|"
    r"no (?:reply|answer|news|response)|(?:stopped|not|never|no longer|don't|doesn't|won't) (?:\w+ )?(?:answer\w*|reply\w*|respond\w*|pick\w*)|blocked|scam\w*|can'?t (?:withdraw|cash out|get|open|reach|log)|want(?:s|ed)? (?:another|more|me to)|asking (?:me )?for (?:more|another|money)|"
    r"what (?:can|should|do) i|how (?:can|do) i get|get (?:it|my money) back|is gone|disappeared|i feel (?:so )?stupid|or i lose|(?:a|ont) (?:suspendu|bloque|coupe)|n'existe (?:pas|plus)|reclam\w+|depuis (?:rien|plus|silence)|et rien\b|toujours rien|dit (?:toujours )?demain|ma banque (?:vient|dit|m'a|a)|il manque|menac\w+|deja donne|walou|ma b9a\w*|seddat)\b"
)
_CAME_RIGHT = re.compile(
    r"\b(?:c'etait regle|c'est regle|tout (?:va|est) (?:bien|en ordre)|nickel|bien recu|m'(?:a|ont) (?:tout )?rembourse\w*|(?:a|ont) ete rembourse\w*|livree? (?:hier|ce matin|sans)|me l'a (?:meme )?livre|je (?:le |la |les )?recommande|tres content\w*|comme prevu|sans (?:probleme|souci)|"
    r"refunded|no problem|all good|works fine|booking it again|resolu|fausse alerte|"
    # Long over: what was learned from it is told.
    r"depuis,? (?:je (?:verifi\w+|me mefie|relis|refuse|fais (?:plus |tres )?attention)|j'ai (?:appris|compris))|j'ai (?:retenu|compris) la lecon|lesson learn(?:ed|t)|since then i (?:check|always|never))\b"
)
_TO_OTHERS = re.compile(
    r"\b(?:ecri(?:s|vez)-(?:moi|lui)|contacte[rz]?-(?:moi|le|la)|inscri(?:s|vez)-(?:toi|vous)|rejoin(?:s|dre|ez)|envoie (?:pour toi|aussi|vite)|join (?:us|me)|write to|contact him|m'a tout rendu|je recommande|recovered|"
    r"j'ecris (?:aux|pour (?:prevenir|avertir))|je vous (?:previens|le dis)|mefiez|ne payez|ne versez|evitez|attention (?:a|aux|les)|fuyez|faites tourner|partagez|beware|don't (?:pay|send|trust)|"
    r"je (?:le |vous |te )?(?:raconte|dis|partage) (?:ca |cela |tout ca )?pour (?:que|qu'|eviter|aider|les autres)|pour que (?:les gens|les autres|personne|vous|tu|ca n')|so (?:that )?(?:nobody|others|you don't))\b"
)
"""Who tells it to draw others in, or to warn them: no victim asking what to do."""


def told(text: str, spans: Sequence[tuple[int, int]]) -> Told | None:
    """What the writer of ``text`` tells of themselves; None when nothing went wrong. ``spans``: its sentences."""
    plain = flat(text)
    if _CAME_RIGHT.search(plain) or _TO_OTHERS.search(plain):
        return None
    wrong = bool(_GONE_WRONG.search(plain))
    for stage, deed in _TOLD:
        found = deed.search(plain) if wrong or stage == THREATENED else None
        if found:
            inside = [(start, end) for start, end in spans if start < found.end() and found.start() < end]
            return Told(stage, inside[0][0], inside[-1][1]) if inside else None
    return None
