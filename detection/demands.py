"""Who must pay, send or lend what: demands said in so many words, whatever the language mixed in.

A trained model reads meaning, but on a few words of slang or Darija it has little to go by, while « pay », an
amount and « to go on » are the same three things everywhere. Each rule reads one sentence or two in a row.
"""

# Patterns are read whole, one a line.
# ruff: noqa: E501
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from detection.entities import MONEY
from knowledge.text import flat

# What tells the reader to part with money: an order, or what is left for them to do. Accents are gone here, so that
# « paye » may be « payé »: an order to « tu » is one only where a sentence or a clause begins with it.
_PAY = (
    r"(?:pa[iy]|regl|vers|envo[iy]|depos|recharg|t?charg|vir|avanc|acquitt|transf|particip|mett|lach|cal|inject|approvisionn|"
    r"aliment|send|deposit|fund|top(?:ped)? up|t?sift|t?kh[ae]ll?[ei]s|t?vers|tdepos|tpay)"
)
_MUST = (
    r"(?:il )?(?:vous |te |t'|nous |me )?(?:faut|faudra|reste(?:ra)? (?:juste )?a|suffit de)|(?:vous |tu |je |on )?(?:dev(?:ez|rez|rai?t?)|"
    r"dois|doit)|merci de|demandons (?:seulement |juste |simplement )?(?:de|d')|priere de|needs? to|must|have to|please|kindly|(?:demande|demandent|dit|disent|dis|propose|proposent) (?:de|d')|(?:veut|veulent|demande|demandent|faut) que (?:je |j'|tu |vous )|khass?e?k|khasse?k?|lazem|bach|bch"
)
_ORDER = (
    # The slang of paying, which is nothing else when an amount follows.
    rf"(?:\b(?:lache|cale|mets?|balance|pose|rajoute|injecte) (?:juste |seulement |encore )?{MONEY}|"
    rf"\bsi (?:vous|tu) ne {_PAY}\w+ pas\b|\b(?:{_MUST})\s?(?:[^.!?,;]{{0,40}}\s)?{_PAY}\w*|(?<!ne )(?<!n')\b{_PAY}\w*ez\b|\ben {_PAY}\w*ant\b|"
    rf"(?:^|[,;:.!?(>\n] ?|\b(?:et|puis|alors|donc|ensuite|tu|juste|and|then|just) )(?:paye|verse|recharge|depose|envoie?|regle|vire|mets|"
    r"met|avance|transfere|lache|cale|pay|send|deposit|top up|fund|sift\w*|charge)\b)"
)
_ANY_MONEY = rf"(?:{MONEY}|\b\d{{1,3}} ?%|\bmeme (?:montant|somme)|\bsame amount)"
_CHARGE = r"\b(?:frais|taxes?|caution|penalite|provision|cotisation|fees?|tax|rsoum)\b"

_HELD = (
    r"\b(?:retraits?|retirer|debloqu\w+|deblok\w*|gel(?:e|ee|es)|bloque\w*|gains|solde|vos fonds|tes fonds|mes fonds|withdraw\w*|"
    r"release|tjbed|tjib|nsahb|encaisse(?:r|ment)|cash ?out|titulaire|commissions? (?:disponibles?|accumulees?))\b"
)
_GO_ON = (
    r"\b(?:debloqu\w+|deblok\w*|continuer|suite|terminer|finir|finaliser|activer|activation|commandes?|tournee|palier|niveau|level|"
    r"vip ?\d?|missions?|taches?|tasks?|orders?|serie|set|bundle|lot|produit combine|compte de travail|plateforme|platform|"
    r"account needs|t7el|tkammel|tkemel|f (?:l )?compte|commission)\b"
)
_FEE = (
    r"\b(?:frais|fees?|participation|rsoum|droits?) (?:d['e]s? ?|de l[a'] ?|d'|for |l )?(?:\w+ )?(?:dossier|ouverture|etude|inscription|"
    r"enregistrement|visa|traitement|formation|constitution|adhesion|affiliation|badge|legalisation|processing|registration|"
    r"training|file|melf|dossiers|port|livraison|transport|expedition|assurance)\b"
)
_EARNED = (
    r"\b(?:gains?|gagn\w+|commissions?|missions?|taches?|tasks?|palier|vip ?\d?|niveau|level|plateforme|platform|job|boulot|taf|travail\w*|retir\w+|"
    r"retrait|solde|usdt|crypto\w*|serie|recrut\w+|mentor|tut(?:eur|rice)|tjbed|khedma|commandes? dyal|prime|bundle|repart|bonus)\b"
)
# Money that is owed for something else than work.
_OWED_ELSEWHERE = re.compile(
    r"\b(?:loyer|bail|scolarite|universite|concours|cotisation|abonnement|en magasin|espace client|navigo|mutuelle)\b"
)
_OF_MONEY = frozenset({"deposit_to_continue", "fee_to_withdraw", "pay_to_work"})

_HALVES = (
    r"\b(?:moitie|half|nos(?= (?:db|daba|mn|f|melli|mlli|w)\b)|nss|50 ?%)\b[^.!?;]{0,60}\b(?:(?:l'|the )?autre|moitie|reste|solde|half|nos(?= (?:db|daba|mn|f|melli|mlli|w)\b)|nss|50 ?%)\b|"
    r"\b(?:maintenant|tout de suite|a l'inscription|now|daba|before the paperwork)\b[^.!?;]{0,60}\b(?:quand|lorsque|a la remise|des que|when|on the day|mlli)\b"
)
_PAPER_OF_WORK = (
    r"\b(?:contrats?|contract|kontra|visas?|permis|permit|papiers?|titre de sejour|decision|autorisation)\b"
)
_OFFICES = (
    r"\b(?:rendez-?vous|rdv|creneaux?|slots?|appointments?|consul\w+|ambassade|embassy|prefecture|visas?|titre de sejour|naturalisation|concours|fonction publique|"
    r"permis de travail|tls|vfs|dossier)\b"
)
_INSIDER = (
    r"\b(?:oncle|frere|cousin\w*|contact|ami|tonton) est (?:a|au|dans|chez|directeur|chef)\b|\b(?:mon contact|ami|amie|cousin\w*|collegue|oncle|grand|gars|agent|quelqu'un|wahed) (?:\w+ )?(?:au|a la|a l'|dans|dedans|que je connais|de l[a']|du|ldakhel)\b|"
    r"\bje connais\b|\bmon contact\b|\bdiscret\w*|\bde la main a la main|\bun (?:petit )?geste\b|\bldakhel\b|\bun gars dedans"
)
_SPEEDS_UP = (
    r"\b(?:liber\w+|debloqu\w+|plac\w+|avanc\w+|pass\w+ (?:devant|au-dessus|ton nom|ton dossier|votre dossier)|ajout\w+|reserv\w+|gard\w+|remet\w*|valid\w+|"
    r"free|y7ell|plus vite|accel\w+|tombe demain)\b"
)
_PASSPORT = r"\b(?:passe?ports?|papiers? (?:d'identite|originaux)|(?:carte|piece) d'identite|cin|documents? de voyage|documents? originaux)\b"
_KEPT = (
    r"\b(?:gard(?:e|ent|es?|ee|ees|era|eront|ons)|conserv\w+|retien\w*|retenus?|confi(?:er|ez|e)|(?:est|sont) depose\w*|remett?(?:ez|re|s|rez)|laiss(?:e|es|ez|er|erez)|"
    r"rest(?:e|ent|eront|era)|ramass\w+|kept|keeps?|held|stays?|hand|kayb[9q]a)\b"
)
_KEEPER = (
    r"\b(?:administration|admin|patron\w*|chef|responsable|direction|bureau|employeur|societe|site|camp|agent|chauffeur|driver|madame|monsieur|company|office|"
    r"hr|manager|m\.|mr|lmas2oul)\b"
)

_HIRED = (
    r"\b(?:poste|emploi|embauch\w+|recrut\w+|candidatur\w+|retenue?s?|contrat|travail\w*|job|mission|convocation|entretien|"
    r"employeur|engag\w+|diplome|cv|cd[di]|par mois|visa|khedma|boulot|taf|teletravail\w*|selection\w*|salaire|position|hired|hiring|lmia|contract)\b"
)

_CLOSE = (
    r"\b(?:maman|papa|mamie|papi|papy|mami|mum|mom|dad|grandma|tata|tonton|tantie|mon fils|ma fille|cousine?|petit-fils|petite-fille|neveu|niece|khti|khouya|khoya|mama|baba|"
    r"ma? (?:cherie?|belle|douce|reine|vie)|mon (?:coeur|amour|ange|bebe|cheri)|bebe|honey|darling|my (?:love|dear|queen|king)|sweetheart|babe|baby|chere amie|cher ami|habibti|habibi|hbiba)\b"
)
_UNREACHED = (
    r"\b(?:(?:nouveau|nouvo|nv|provisoire|temporaire|autre|new|temporary|jdid) (?:numero|num|tel\w*|number|phone|contact)|(?:numero|num|number|tel\w*|phone) (?:provisoire|temporaire|jdid)|"
    r"(?:du|d'un|avec le|depuis le|depuis un) (?:telephone|tel|portable) d'(?:un|une)|(?:tel\w*|portable|phone|ecran|micro|camera) (?:\w+ ){0,3}(?:casse\w*|broke|hs|tombe\w*|mort|perdu|vole|dead|broken)|"
    r"(?:casse|perdu|dropped|broke|lost|cassai) (?:mon |ma |my )?(?:tel\w*|portable|phone|num)|texting (?:you )?from|ne m'appelle\w* pas|peux pas (?:t'|vous )?appeler|can'?t call|"
    r"douanes?|customs|bloquee? (?:a|au|en|dans)|coince\w* (?:a|au|en|dans|sans)|stuck (?:at|in)|hopital|clinique|hospital|arrete (?:au|par|a)|barrage|prison|garde a vue|detained|sar9o|mission (?:en|a l'etranger)|"
    r"plateforme petroliere|oil rig|militaire|army|chantier (?:en|au|a l'))\b"
)
_HELP_WITH_MONEY = (
    rf"\b(?:(?:peux|peut|pourrais|pourrai|pouvez|pourriez|veux|can|could|would|will)[- ]?(?:tu|vous|you)? ?(?:\w+ ){{0,2}}(?:m'|me |nous )?(?:avanc\w+|pr[e]t\w+|envoy\w+|vir(?:er|e)|regler|payer|depanner|faire (?:le|un) (?:virement|depot|transfert|paiement)|"
    r"aider (?:avec|a (?:payer|regler))|lend|send|pay|wire|help me (?:pay|with))|"
    rf"(?:envo[iy]e?z?|avance|avancez|prete|pretez|vire|virez|depanne|send|wire|lend|sift\w*|pay)[- ]?(?:moi|me|liya|juste|just|it|sur)?[^.!?]{{0,40}}(?:{MONEY}|\b\d[\d .]{{1,8}}\b|mandat|western|moneygram|wave|orange money|momo|recharge|crypto|bitcoin|btc|numero|compte|rib|la somme)|"
    r"fai(?:s|re|tes) (?:le|un) (?:virement|depot|transfert)|aide[zr]?-moi[^.!?]{0,40}(?:recharge|virement|mandat|argent|coupon|carte)|regler (?:pour moi|a ma place)|payer (?:pour moi|a ma place)|pay (?:a |the |my )?(?:\w+ )?(?:bill|fee|invoice) for me)"
)
_FAR_AWAY = (
    r"\b(?:thailande|thailand|bangkok|birmanie|myanmar|laos|cambodge|cambodia|phnom penh|sihanoukville|philippines|vietnam|mae sot|malaisie|malaysia|dubai|golfe|liban|arabie|qatar|koweit|oman|libye|asie|asia|"
    r"etranger|abroad|overseas|billet (?:d'avion|aller|offert|paye)|flight|frontiere|border|visa|passeport|passport|dollars?|usd|casino|compound)\b"
)

_IMAGES = r"\b(?:videos?|photos?|pics?|pictures?|images?|nudes?|tofs?|tswer\w*|recordings?|recorded|film\w*|enregistr\w+|footage|captures?|webcam|camera|tout|everything|kolchi|le lien|the link|des echanges)\b"
# Those before whom one would be ashamed.
_WITNESSES = (
    r"\b(?:(?:tous? |toute |all |every(?:one| one)? )?(?:(?:of )?(?:tes|ta|ton|vos|votre|your|leurs?) )(?:\w+ )?(?:contacts?|amis?|amies|familles?|abonnes?|proches|followers?|friends|family|mere|pere|parents|mari|femme|copine?|mum|mom|"
    r"mother|wife|husband|boss|patron\w*|employeur|employer|collegues?|colleagues|carnet d'adresses|ecole|lycee|school|fac|repertoire)|everyone|tout le monde|l'?3a2ila|la famille|on (?:the )?internet|sur (?:facebook|snap\w*|insta\w*|"
    r"internet|tiktok|les reseaux)|your name|ton nom)\b"
)
_SHOWN_TO = (
    r"\b(?:recoi\w+|recev\w+|j'?env(?:oi|err)\w*|verr\w+|va(?:is|s|)? (?:tout )?(?:voir|recevoir|l'avoir)|vont (?:tout )?(?:voir|recevoir)|voi(?:t|ent)|see[sn]?|gets?|receives?|envo\w+|enverr\w+|send\w*|part(?:ent|ira|iront)?|publi\w+|diffus\w+|balanc\w+|"
    r"post\w*|partag\w+|share\w*|montr\w+|mets|nsift\w*|ghadi|averti\w*|expos\w+|leak\w*|watch\w*|regard\w+)\b"
)
_UNLESS_PAID = (
    r"\b(?:sinon|ou (?:bien |alors )?(?:je|j'|la|le|ta|tes|ton|toute?|tous|on)|or (?:else|i|we|every\w*|your|the)|otherwise|wla|wela|si (?:tu|vous) (?:ne |n'|me |m')?\w+ (?:pas|rien|plus)|si (?:tu|vous) ne \w+ pas|unless|if you (?:don't|do not|refuse)|"
    r"i(?:'ll| will)? delete|j'efface|je supprime|avant que|pour eviter)\b"
)
# Cheques and transfers that are larger than what is due.
_CHEQUE = r"\b(?:e-?che(?:que|ck)s?|cheques?|che?cks?|cashier'?s check|money order|cheke|chik)\b"
_CASHED = r"\b(?:deposit\w*|bank it|cash(?:e[sd])? (?:it|the)|encaiss\w+|depos\w+|clears?|credite\w*|in your account|prends|take|keep\w*|gard\w+|retir\w+|includes?|included|inclus|comprend|deduct|retien\w*)\b"
_THE_REST = r"\b(?:the|le|la|l'|his|her|its|sa|son|their|any|part of|(?:his|her) own)? ?(?:rest|remain\w*|balance|difference|extra|excess|surplus|reste|restant|solde|trop-?percu|left ?over|driver'?s? (?:money|part|share)|part|share|\d[\d ,.]{1,6})\b"
_HANDED_ON = (
    r"\b(?:send|forward|wire|transfer|hand|give|pay|pass|return|refund|remit|mail|zelle|moneygram|western union|purchase|buy|renvo\w+|revers\w+|vir(?:er|ez|e)|remett?\w*|remets|regl(?:er|ez|e)|pay(?:er|ez)|donn(?:er|ez|e)|fai(?:s|tes)|envo\w+|"
    r"transf\w+)\b[^.!?]{0,60}"
)
_SOMEBODY = (
    r"\b(?:to|a|au|aux|l'|le|la|the|my|mon|ma|our|notre|son|his|her|this|another|ce|un|some)\b[^.!?]{0,24}\b(?:mover\w*|driver|shipper|agent|vendor|supplier|specialist|designer|printer|movers|caterer|courier|carrier|nanny|assistant|account|"
    r"chauffeur|demenageur|transporteur|traiteur|imprimeur|fournisseur|livreur|photographe|installateur|decorateur|tuteur|prestataire|expediteur|agence|compte|gift cards?)\b|\b(?:zelle|western union|moneygram|gift cards?|mandat|cash app)\b"
)
_MARKETS = (
    r"\b(?:trad(?:e|es|er|ing|ent)|trader\w*|forex|crypto\w*|bitcoin|btc|usdt|gold|l'or|bourse|marches?|markets?|invest\w*|placements?|signa(?:l|ux)|signals?|bot|robots?|courbes|charts|graphiques|analysts?|arbitrage|nodes?|broker|courtier|portefeuille|options?|capital|pool|"
    r"plateforme|platform|copy-?trading)\b"
)
_GROWS = (
    r"(?:\b\d[\d .,]*(?: ?(?:k|€|euros?|balles|dh|f|fcfa|\$|usdt))? (?:\w+ )?(?:devien\w+|become?s?|turns? into|to make|katrje3\w*|kayrje3\w*|wel+aw?|font|rapporte\w*|se transform\w+)\b|\b(?:get|got|reprend\w*|retir\w+|recupere\w*) (?:back )?\d|"
    r"\d ?% (?:f (?:nhar|simana|chhar)|par (?:jour|semaine|mois)|per (?:day|week|month)|a (?:day|week|month)|each|every|chaque|en|in|de (?:gain|benefice|profit|rendement)s?)\b|\b(?:tombe\w*|gagne\w*|earn\w*|make money|money works|works?|travaille\w*|trade\w*) (?:\w+ ){0,4}(?:pendant que|while (?:i|you)|a (?:ta|leur|votre|ma) place|for you|for me|tout seul|"
    r"sans rien faire)\b|\brevenus? (?:passifs?|automatiques?)|\bpassive income|\b(?:resultats?|gains?|rendements?|profits?|returns?) (?:\w+ )?(?:garantis?|assures?|guaranteed|fixes?)|\bguaranteed (?:returns?|profits?|results?)|"
    r"\b(?:se trompe|perd|loses?|lost|wrong|failed?) (?:rarement|jamais|presque jamais|a single)|\b(?:never|rarely|jamais|hardly) (?:loses?|lost|wrong|fails?|perdu)|\b(?:right|juste|gagnant\w*) (?:\w+ )?(?:nine|neuf|huit|eight|\d+) (?:times |fois )?(?:out of|sur) (?:ten|dix|\d+)|\bbien places? on|\b(?:vi[ts]|vivre) autrement|\bliberte financiere|\bfinancial freedom|\bsans risque|\bno risk|\brisk[- ]free|\bdoubl(?:e|er|ed)\b)"
)
_LEADS = (
    r"\b(?:oncle|tante|mentor|coach|prof(?:esseur)?|uncle|aunt|teacher|guide|mon equipe|my team|analyst\w*|expert|insider|je (?:t'|te |vous |l')?(?:accompagn\w+|montr\w+|form\w+|expliqu\w+|guid\w+|racont\w+|dirai)|comment je fais|kat?3el+em|watch me|i (?:can|will|could)? ?(?:guide|teach|show)|"
    r"on t'explique|we teach|ecri[st] ?(?:moi)?|write|viens|come|join|rejoin\w+|groupe|group|live|l'?application|l'?app|copi(?:ez|es?|er)|copy|suiv(?:ez|s|re)|follow|regarde|watch|poste|position|emploi|job|eleves|students)\b"
)
_ACCOUNT_OF_WORK = (
    r"\b(?:ton|votre|your) (?:uber|deliveroo|bolt|yango|glovo|heetch|stuart)\b|\b(?:comptes?|accounts?|profils?|profiles?|pages?|login|acces|session)\b[^.!?]{0,50}\b(?:uber\w*|deliveroo|stuart|heetch|bolt|glovo|yango|yassir|jumia|coursiers?|livreurs?|chauffeurs?|vtc|linkedin|upwork|fiverr|malt|airbnb|vinted|leboncoin|"
    r"facebook|insta\w*|tiktok|clickworker|toloka|outlier|remotasks|dataannotation|appen|rider|courier|driver)\b|\b(?:uber\w*|deliveroo|stuart|heetch|bolt|glovo|yango|yassir|linkedin|upwork|fiverr|malt|airbnb|vinted|facebook|clickworker|toloka|outlier|"
    r"rider|courier|driver|verified|freelance)\b[^.!?]{0,30}\b(?:comptes?|accounts?|profils?|profiles?|login)\b"
)
_LENT = (
    r"\b(?:lou(?:e|er|es|ez|ons)|location|rent(?:s|ing|al)?|pret(?:e|er|es|ez|ons)|prete-?moi|lend|krih?|nkri|use of|use your|passe[sz]?-?moi|je te (?:le|la) prends?|je (?:le|la|te le) (?:reprends|prends)|laisse[sz]?-?(?:moi|nous)|let (?:me|us)|je le fais tourner|"
    r"je tourne|on le fait tourner|fais tourner|log(?:s)? in|se connecte\w*|je (?:livre|roule|travaille) (?:avec|dessus)|moi je (?:livre|roule)|(?:rouler|livrer|bosser|travailler|ride|drive) (?:avec|dessus|with it|on it)|under your name|a ton nom)\b"
)

# Papers, a journey, whoever arranges them: what is sold with a job far away.
_FAR_JOB = (
    r"\b(?:canad\w*|quebec|montreal|toronto|etats-unis|\busa\b|new york|australi\w*|new zealand|nouvelle[- ]zelande|dubai|emirats?|uae|qatar|doha|koweit|kuwait|oman|bahrein|bahrain|arabie|saudi|liban|beyrouth|golfe|gulf|turquie|turkey|"
    r"chypre|cyprus|malte|malta|pologne|poland|roumanie|romania|serbie|allemagne|germany|deutschland|ausbildung|italie|italia|italy|flussi|espagne|spain|espana|sbania|portugal|luxembourg|suisse|switzerland|belgique|belgium|londres|london|"
    r"royaume-uni|angleterre|\buk\b|united kingdom|irlande|ireland|norvege|norway|finlande|europe|schengen|japon|japan|coree|korea|singapour|singapore|malaisie|a l'etranger|abroad|overseas|croisiere|cruise|paquebot|immigration|expatri\w+|"
    r"l'?khalij|bla?d|visas?|work permit|permis de travail|lmia|eimt|ambassade|embassy|consulat\w*)\b"
)
_FOR_TRAVEL = (
    r"\b(?:visas?|permis de travail|permit|lmia|eimt|passe?ports?|documents? de (?:voyage|travail)|travel(?:ling)? (?:papers?|documents?)|titre de sejour|legalisation|apostille|traduction\w*|visites? medicales?|examens? medicaux|medicals?|labou?r card|"
    r"billets?(?: d'avion)?|flight|convocation|contrats? (?:de travail|d'embauche|legalise)|kontra|assurance|insurance|garantie bancaire|procedures?|dossiers?|demarches?|paperwork|processing|immigration|biometri\w+|bta)\b"
)
_BROKER = r"\b(?:avocat\w*|lawyer|barrister|solicitor|attorney|notre agent|mon agent|l'agent|agents?|consultants?|intermediaire|passeur|comptable|notaire|docteur|medecin agree|agence|agency|cabinet|coordinat\w+|representant\w*|officer|samsar)\b"
_COSTS = (
    r"\b(?:cout\w*|prix|tarif|frais|honoraires|montant|somme|avances?|acompte|caution|depot|s'eleve\w*|payables?|remboursables?|refundable|charges?|costs?|fees?|price|requirements?|pay(?:er|ez|ing|ment)?|paie[sz]?|payes|regl(?:er|ez)|vers(?:er|ez|ement)|"
    r"envoy(?:er|ez)|envoie|rembourse[sz]?|moitie|nss|half|kh[ae]ll?[ei]s|taman|en (?:deux|trois) fois)\b"
)
_AN_AMOUNT = rf"(?:{MONEY}|\b\d{{1,3}}[ .]?(?:000|mille?)\b|\b\d+ ?(?:mille|millions?|mlyoun|melyoun|usd|cad|aed|dollars?|pounds?|euros?|francs?)\b)"
_MYSTERY = r"\b(?:myst(?:ere|ery)|secret)[ -]?(?:shop\w*|guest|customer|buyer)|\b(?:clients?|clientes?|visit\w+|achet\w+|achats?|enquet\w+|evaluat\w+|shopp\w+) myst\w+|\b(?:test|evalu)\w* (?:d[eu]s? |le |l'|la |un |the |a )?(?:\w+ )?(?:services?|guichets?|caissier\w*|kiosk|counter|agence)"
# A screen or a device that somebody else gets to see or to command.
_REMOTE_TOOL = (
    r"\b(?:any ?desk|team ?viewer|quick ?support|rust ?desk|hop ?to ?desk|ultra ?viewer|supremo(?: ?control)?|iperius(?: remote)?|dw ?service|splashtop|log ?me ?in|get ?screen(?:\.me)?|screen ?connect|connect ?wise|ammyy|aero ?admin|remote ?pc|remote utilities|alpemix|"
    r"air ?droid|air ?mirror|vysor|zoho assist|tight ?vnc|real ?vnc|vnc|chrome remote desktop|microsoft remote desktop|quick assist|assistance rapide|bureau a distance|remote desktop|(?:logiciel|appli\w*|outil|programme|app|software|tool) (?:\w+ ){0,2}(?:a distance|de (?:prise en main|controle|telemaintenance)|for remote \w+))\b"
)
_YOUR_DEVICE = r"(?:votre|ton|your|tel|vos|tes) (?:\w+ )?(?:pc|ordi\w*|ecran|telephone|tel|portable|mobile|appareil|tablette|machine|poste|session|desktop|computer|laptop|phone|screen|device|bureau)"
_TAKES_OVER = (
    rf"\b(?:control(?:er?|e|ez|era|eront)?|pilot\w+|command(?:er?|era)|operate|take over|(?:voir|voit|verra|regard(?:er?|era)|see|view|watch) (?:directement )?) ?(?=(?:votre|ton|your) ){_YOUR_DEVICE}\b|"
    rf"\b(?:acceder|accede|accedera|acces|connecter|connecte|connectera|access|connect) (?:\w+ ){{0,2}}(?:a|sur|to|into) {_YOUR_DEVICE}\b|"
    r"\b(?:prend\w*|prise|prennent) (?:(?:en|la|le|de|du) )?(?:main|controle)\b|\btake (?:remote )?control\b|\bremote (?:access|control|session)\b"
)
_LET_IN = r"\b(?:install\w*|telecharg\w*|download\w*|ouvr(?:ez|e|ir)|lanc(?:ez|er|e)|open|run|met(?:s|tez)?|accept\w*|autoris\w*|allow|donn(?:ez|e|er|es)|dict\w*|communiqu\w*|envo(?:yez|ie|yer)|lis(?:ez)?|give|send|read|share|partag\w+|laiss(?:ez|e|er)|let|tap(?:ez|e|er)|cliqu\w+)\b"
_SHOWN_NUMBER = r"\b(?:donn|dict|communiqu|envo[iy]|transmet|lis|recopi|give|send|read|tell|share)\w*\b[^.!?]{0,40}\b(?:ids?|identifiants?|codes?|numeros?|chiffres|number|digits|pass(?:word)?|mot de passe)\b[^.!?]{0,40}\b(?:affich\w+|appara\w+|(?:a|de) (?:neuf|dix|9|10) chiffres|(?:9|nine|ten|10)[- ]digits?|(?:sur|a) l'ecran|on (?:the|your) screen|de partenaire|de session|partner|qui sort)"
_OF_A_FIRM = (
    r"\b(?:pc|poste|ordinateur|portable|materiel|laptop|computer|machine|session|parc|postes)s? (?:\w+ )?(?:de l'entreprise|de la societe|de l'agence|du bureau|de service|de fonction|fourni\w*|prete\w*|professionnels?|de travail|que nous (?:vous )?(?:fournissons|pretons))|"
    r"\b(?:company|work|corporate)[- ](?:issued |owned )?(?:laptop|computer|pc|device)|\b(?:nos|leurs|des|les|our) (?:clients?|utilisateurs?|usagers|users|customers|collegues|salaries)\b|\bnotre (?:prototype|maquette)|\b(?:maitris|connaissance|competence|utilisation)\w* (?:d[eu']|des)"
)
_NOT_ASKED = r"\b(?:jamais|never|n'install\w*|n'ouvr\w*|ne (?:donn|laiss|partag|telecharg|communiqu|lanc)\w*|do not|don't|aucune? raison|mefi\w+|refus\w+)\b"
_BANK_OPEN = r"\b(?:(?:appli\w*|compte|espace|site|app)s? (?:\w+ )?(?:bancaires?|banque|de (?:votre|ta|la) banque|wave|orange money|paypal)|(?:online |mobile )?banking|bank (?:account|app)|(?:votre|ta|your) (?:banque|bank)|votre solde|orange money|mobile money|(?:sur|de) (?:ton|votre) compte)\b"

# Work of which there is much, and none of it paid.
_MUCH_WORK = (
    r"\b(?:\d{2,}|[3-9]|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt|trente|three|four|five|six|eight|ten|twelve|twenty|the three|the four)(?: \w+){0,2} (?:pages?|articles?|fiches?|tickets?|ecrans?|audios?|videos?|visuels?|logos?|produits?|interviews?|entretiens|episodes?|"
    r"textes?|slides?|maquettes?|chapitres?|heures?|hours?|jours?|days?|semaines?|weeks?|mois|months?|posts?|creatives?|photos?|dossiers?|factures?|clients?|appels?|calls?|words|mots|rapports?|screens|evenings?|nights?|soirs?|soirees?|minutes etalonnees)\b|\b(?:semaine|quinzaine|mois) d'essai\b|\btrial (?:week|month)\b|\b(?:le|la|tout le|the|your) (?:premiere?|first) (?:mois|semaine|quinzaine|month|week)\b|\b(?:simana|chhar|nss chhar|yamat)\b|\b(?:episode|film|livre|manuel|rapport|dossier|catalogue|book|report)\b[^.!?]{0,15}\b(?:en entier|entiere?|complete?|entire)|\b\d{4,} (?:mots|words)\b|"
    r"\b(?:strategie|site|campagne|plan|charte|catalogue|application|design|website|strategy|campaign|brand guide|business plan) (?:\w+ )?(?:complete?|entiere?|en entier|de A a Z|pret\w* a publier)|\b(?:full|complete|entire) (?:\w+ )?(?:site|website|strategy|campaign|plan|app|design|guide)\b|"
    r"\b(?:services?|gardes?|soirs?|shifts?) d[eu]s? (?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b[^.!?]{0,30}\b(?:et|,)|\b(?:un|une|deux|a|one|two) (?:mois|semaines?|months?|weeks?|quinzaine)\b"
)
_NOT_PAID = (
    r"\b(?:pas (?:etre )?(?:paye\w*|remunere\w*|indemnise\w*)|non (?:paye|remunere|indemnise)\w*|sans (?:etre |aucune? )?(?:salaire|paye\w*|payer|remuneration|paie|indemnite|indemnisation|contrepartie)|gratuite?(?:ment)?|gratos|unpaid|without (?:any )?pay|not paid|no (?:fee|pay|payment|compensation)\b|for free|"
    r"n'est (?:pas|ni) (?:pay|remuner|indemnis)\w*|(?:donne|verse|paie|paye) (?:rien|pas)|(?:touch|gagn)\w+ rien|rien (?:n'est )?(?:paye|verse|touch\w*)|ma fih\w* (?:khlass?|flous)|bla (?:khlas|flous|khlass)|fabor|c'est offert|offertes?|(?:toucher|gagner) (?:un|le moindre|aucun|de) (?:franc|euro|sou|salaire|dirham)|(?:pas|aucune) (?:\w+ )?(?:de )?(?:remuneration|indemnite))\b"
)
_TO_BE_JUDGED = (
    r"\b(?:test|essai|trial|epreuve|exercice|exercise|sample|echantillon|niveau|avant (?:le|la|tout|toute|de|l'|tt)|before|pour (?:voir|juger|evaluer|departager|verifier|te connaitre|vous connaitre|qu'(?:il|elle|on) voi\w+)|to see|see (?:if|how)|finalistes?|derniere etape|last step|final step|apres (?:on|tu|le|il)|et apres|ensuite on|"
    r"on (?:voit|verra|decide)|(?:il|elle|patron\w*|chef) (?:te |vous )?(?:dit|decide|verra|voit)|si (?:c'est bon|c bon|vous etes bon|tu es bon|le client|3jeb)|if (?:it|you|we|the)|observation|immersion|prouv\w+|motivation|selectionn\w+|retenus?|hire|on signe|nkhedmouk|ila 3j\w+|o ila|contente?|satisfaite?|who(?:'s| is) motivated|confirmer|tout nouveau|toute? nouvel\w*|a ce stade|at this stage)\b"
)
_PRICE_OF_A_CALL = r"\d ?(?:€|euros?|eur|cts?|centimes?|f|fcfa|dh|dhs|da|\$|£|p)? ?(?:ttc )?(?:\+ ?prix d'un (?:appel|sms) ?)?(?:/ ?|par |l[ae'] ?|a |per |d'|chaque )(?:appels?|min(?:utes?)?|sms|textos?|messages?|text|call)\b"


@dataclass(frozen=True)
class Demand:
    """``signal`` is shown by ``text[start:end]``."""

    signal: str
    start: int
    end: int


@dataclass(frozen=True)
class _Rule:
    """All of ``needs`` in a window of ``reach`` sentences, none of ``unless``; the whole message holds ``about``."""

    signals: tuple[str, ...]
    needs: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None = None
    about: re.Pattern[str] | None = None
    reach: int = 1

    @cached_property
    def anywhere(self) -> tuple[re.Pattern[str], ...]:
        """The needs to look for in the whole message before any window of it: those that begin no window."""
        return tuple(need for need in self.needs if "^" not in need.pattern)


def _rule(signals: str, *needs: str, unless: str = "", about: str = "", reach: int = 1) -> _Rule:
    return _Rule(
        tuple(signals.split()),
        tuple(re.compile(need) for need in needs),
        re.compile(unless) if unless else None,
        re.compile(about) if about else None,
        reach,
    )


_SO_MUCH = rf"(?:{MONEY}|\b\d{{1,3}}[ .]000\b)"
_TO_HAVE_A_PLACE = (
    r"\b(?:pour|afin de|to|bach|bch) (?:\w+ ){0,2}(?:reserv\w+|bloqu\w+|gard\w+|confirm\w+|valid\w+|obten\w+|avoir|securis\w+|secure|hold|book|n?dmen\w*)\b[^.!?]{0,25}"
    r"\b(?:contrats?|postes?|places?|emplois?|candidatures?|job|position|contract|spot|travail|khedma|kontra|l?blasa)\b"
)
_EMPLOYER_PAYS = (
    r"pris(?:e|es)? en charge|finance\w* par|remboursee? par|aux frais de l|offert|gratuit|depot de garantie|sans frais|"
    r"aucune?s? (?:frais|cout|somme)|no fee|free of charge|prend en charge|regle\w* par|payee?s? par"
)
# A lodging or a flight that is offered pays for no visa.
_PAPERS_PAID = r"(?:pris(?:e|es)? en charge|prend en charge|regle\w* par|payee?s? par)(?![^.!?]{0,20}\b(?:mais|sauf|but)\b)|sans frais|aucune?s? (?:frais|cout|somme)|no fees?\b|free of charge|finance\w* par"
# Anchored: a search for two things in any order, begun again at each letter, takes the square of the length.
_FAR_JOB_AND_WORK = rf"(?s)\A(?=.*{_FAR_JOB})(?=.*(?:{_HIRED}|\b(?:recrut|cherch|wanted|nurse|soudeu|weld|cuisini|cook|nanny|nounou|ouvrier|cueillette|usine|ferme|fruit|housekeep|aide-soignant|infirmi|serveu|chauffeur|macon|bonne|fille de maison|menage|agents?|apprenti|salary|saisonn|depart|l?flaha|usine)\w*))"
RULES = (
    _rule("fee_to_withdraw", _HELD, _ORDER, rf"{_CHARGE}|{_ANY_MONEY}", unless=r"\bseuil\b|\bminimum\b|at least", reach=2,
          about=rf"{_CHARGE}|\bmeme (?:montant|somme)|same amount"),
    _rule("deposit_to_continue", _ORDER, MONEY, _GO_ON, unless=rf"{_EMPLOYER_PAYS}|\bcv\b|\brib\b|\bfacture\b|\binvoice\b|nous rembours\w+|salaire|je (?:vous|te) (?:regl|pai|vers)",
          about=_EARNED),
    _rule("deposit_to_continue", r"\b(?:tache|mission|commande)s? (?:\w+ )?(?:pre-?payee?s?|a prepayer)|\bprepaid (?:task|order)s?"),
    _rule("deposit_to_continue", rf"\bdepots? (?:initial |minimum |minimal |de depart |unique )?(?:de |d'|: ?)?{MONEY}",
          unless=r"garantie|loyer|consigne|livret", about=rf"{_HIRED}|{_EARNED}|par jours?\b|facile"),
    _rule("pay_to_work", _FEE, rf"{MONEY}|\b\d{{1,3}}[ .]?000\b", unless=_EMPLOYER_PAYS, about=_HIRED),
    _rule("pay_to_work", _FEE, _ORDER, unless=_EMPLOYER_PAYS, about=_HIRED),
    _rule("pay_to_work", r"\b(?:reste(?:ra)?|reste juste) a (?:regler|payer|verser|financer)|\ba votre charge\b|at your expense",
          rf"{MONEY}|\b(?:deposit|frais|caution|fee|legalisation|visa)\b", unless=r"loyer|facture|impots?\b|\baucun", about=_HIRED),
    _rule("forward_money", r"\b(?:gard|conserv|prend|retien)\w{0,4}\b[^.!?]{0,60}\b(?:ren[dv]\w*|renvo\w+|revers\w+|remett?\w*|transf\w+|"
          r"envo\w+|fai\w+ suivre)[^.!?]{0,25}\b(?:reste|rest|difference|solde|surplus)\b",
          unless=r"\bcompta\w*|\baccueil\b"),
    _rule("forward_money", r"\bkeep\b[^.!?]{0,60}\b(?:send|forward|return|transfer|use|wire)\b[^.!?]{0,25}\b(?:rest|balance|remainder|difference)\b"),
    _rule("rent_account", r"\b(?:je|on|nous|i|we|nos equipes|my team|our team)(?:'d| would| will|'ll)? ?(?:\w+ )?(?:fais|fait|ferai|faisons|"
          r"realisons|effectuons|m'occupe|nous occupons|do|work|handle)\b(?: \w+){0,2} (?:travail|boulot|taf|taches|missions|tasks?|work|jobs?|projets?)|"
          r"\b(?:je|on|nous|i|we|nos equipes|my team|our team) (?:travaill\w+|work\w*|opere\w*|operate\w*) (?:sur|avec|depuis|on|with|from|under) (?:votre|ton|your) (?:\w+ ){0,2}(?:profil|compte|"
          r"account|profile|nom|name)",
          r"\b(?:compte|account|profil|profile|identite verifiee|inscription|verification faciale|verified)\b",
          r"\b(?:partag\w+|split|\d{1,2} ?[/-] ?\d{2}|touch\w+ \d{1,2} ?%|\d{1,2} ?%|moitie|half)", reach=3),
    _rule("ask_code", r"\b(?:codes?|chiffres|numero de confirmation|digits?)\b",
          r"\b(?:me|nous) (?:le |la |les |l')(?:recopi|communiqu|transmett|donn|envoy|renvoy|dict|li)\w*|"
          r"\b(?:recopi|communiqu|transmett|donn|envo[iy]|renvo[iy]|dict)\w*[- ](?:le|la|les)[- ](?:moi|nous)\b|\b(?:send|give|forward|read) (?:it|them) (?:to me|here|back)",
          unless=r"jamais|code postal|code promo|personne|ne me l'|pas a me", reach=2),
    _rule("ask_selfie_with_id", r"\b(?:banque|neobanque|bank|compte en ligne)\b",
          r"\b(?:verification|identification) (?:video|faciale|d'identite|du visage)|\bvideo verification|\bselfie\b",
          r"\b(?:cliqu\w+|lien|link|suiv\w+ les etapes|ouvr\w+|follow)\b", about=_HIRED, reach=2),
    _rule("ask_intimate_images", r"\b(?:lingerie|sous-vetements?|denudee?s?|nue?s?|topless|deshabill\w+|coquin\w*|intimes?|nudes?|underwear|naked)\b",
          r"\b(?:visio|cam|camera|webcam|photos?|videos?|cliches?|enregistr\w+|film(?:ez|er|e)\w*|pictures?)\b",
          unless=r"aucune?|jamais|ne paies pas|boutique|vendeu\w+|magasin|rayon|refus\w+|n'envoy\w+|fabricant", about=rf"{_HIRED}|casting|mannequin\w*|model\w*|shooting|hotesses?"),
    _rule(
        "threat",
        r"\b(?:ou|sinon|or else|or) (?:alors )?(?:je |j'|on |nous |i |we )(?:'ll |will )?(?:l[ae]s? |l'|te |t')?(?:publi|envo|balanc|diffus|"
          r"post|montr|partag|port\w+ plainte|send|share|publish|expose)"),
    # Images that will be shown to those whom one loves or works for, unless one pays.
    _rule("threat blackmail", _IMAGES, _WITNESSES, _SHOWN_TO, _UNLESS_PAID, reach=3, about=rf"{_ANY_MONEY}|\b(?:pay\w*|pa[iy]e\w*|\d{{2,}}|sift\w*|argent|money|bitcoin|transcash|neosurf|pcs|paysafe\w*|coupons?|amende|depot|obei\w*|ce que je (?:dis|veux))\b",
          unless=r"\bmdr+\b|\blol\b|\bhaha\w*|3018|portez plainte|ne paie|ne payez|don't pay|do not pay|mariage|anniversaire|facture|assurance|inscription"),
    # A false complaint that would be withdrawn for money.
    _rule("threat blackmail", r"\b(?:plainte|police|gendarm\w+|procureur|tribunal|huissier|interpol|brigade|juge|complaint)\b", r"\b(?:retir\w+|class\w+|evit\w+|arrang\w+|a l'amiable|etouff\w+|settle|drop|sinon|otherwise)\b", rf"{_ANY_MONEY}|\bcontre \d|\bamende\b|\b\d{{2,3}}[ .]?000\b",
          reach=3, about=r"\b(?:mineure?s?|sexuel\w*|nue?s?|pedo\w*|intimes?|webcam|underage|minor|caractere)\b", unless=r"3018|ne payez|portez plainte|facture|employeur ne"),
    _rule("pay_to_work", r"\b(?:pay|paye[rz]?|regle[rz]?)\b[^.!?]{0,25}\d+[^.!?]{0,15}\b(?:verification|registration|inscription|activation|onboarding|background check)\b", about=rf"{_HIRED}|\bhire\b", unless=_EMPLOYER_PAYS),
    # So much to have, to keep or to confirm a place, whichever is said first.
    _rule("pay_to_work", rf"{_SO_MUCH}[^.!?]{{0,40}}{_TO_HAVE_A_PLACE}|{_TO_HAVE_A_PLACE}[^.!?]{{0,60}}{_SO_MUCH}", about=_HIRED,
          unless=rf"{_EMPLOYER_PAYS}|salaire|par mois|loyer|brut|net\b|/h\b|de l'heure|payee? \d|per hour|an hour"),
    _rule("recruiting_pays", r"\brecrut\w* \d+ (?:personnes?|amis|membres|filleuls)[^.!?]{0,20}(?:qui|et|=)"),
    _rule("fee_to_withdraw", _HELD + r"|\b(?:virement|cagnotte|cash ?out)\b", r"\b(?:activ|pass|souscri|upgrade|prene|mont)\w*\b[^.!?]{0,25}\b(?:premium|gold|or|argent|silver|vip|platine|statut|abonnement|niveau|palier|level|tier)\b",
          rf"{MONEY}|\b\d+ ?(?:dollars?|usd)\b|\b(?:for|pour) \d+", about=_EARNED + r"|\b(?:sondages?|enquetes?|panel|surveys?|points)\b", reach=2),
    # Half now, half when the paper comes: a work contract or a visa that is sold.
    _rule("pay_to_work", _HALVES, rf"{_PAPER_OF_WORK}",
          unless=r"facture|devis|livraison|maquette|loyer|bail|location|vente|acompte|invoice|je (?:vous|te) (?:regl|pai|vers)|we pay", reach=2,
          about=rf"{_HIRED}|\bpassp|\bsaison\b|\bvisa"),
    # Darija, in either alphabet: what the reader has to pay, and how much, for a job or its contract.
    _rule("pay_to_work", r"\b(?:khass?e?k|khasse?k|lazem|bach|nti|nta)\b[^.!?]{0,20}\bt(?:khell?e?s|sift|verse|versi|dfe3|depos)\w*|(?:تخلص|تدفع|ادفع|تحول|تودع|خلص)",
          rf"{MONEY}|\d+ ?(?:درهم|دينار|دج|فرنك)",
          about=r"\b(?:charika|khedma|kontra|contrat|salaire|tqbelti|lmelf|dossier|visa)\b|عمل|وظيفة|راتب|شركة|خدمة|عقد"),
    # Cash to bring to a meeting.
    _rule("pay_to_work", r"\b(?:prevo[iy]\w*|apport\w+|amen\w+|ramen\w+|bring|munis\w+|viens avec|venez avec)\b",
          rf"{MONEY}|\ben (?:especes|liquide|cash)\b", r"\b(?:equipe|team|business|parrain\w*|kit|pack|inscri\w+|demarr\w+|filleuls?|places?|membres?|adhesion)\b",
          unless=r"loyer|garantie|bail|droits? de visa|timbre|sortie|repas|gateau|ticket|association|adhesion de|buvette|guichet",
          about=r"\b(?:revenus?|business|reunion|equipe|parrain\w*|opportunite|filleuls?|salle|zoom|independan\w+)\b"),
    _rule("sells_appointment", _OFFICES, rf"{MONEY}|\b\d{{2,3}}[ .]?000\b|\b(?:prend|demande|veut) \d+", _INSIDER, reach=3,
          unless=r"timbre fiscal|(?<!passes pas par le )guichet|n'achet\w+|gratuits?\b|loyer"),
    _rule("sells_appointment", r"\b(?:rendez-?vous|rdv|creneaux?|slots?|appointments?)\b", MONEY, _SPEEDS_UP,
          unless=r"timbre fiscal|guichet|gratuit|medecin|dentiste|coiffeu\w+|consultation|livraison|atelier|garage|seance",
          about=r"\b(?:consul\w+|ambassade|embassy|prefecture|visas?|titre de sejour|tls|vfs|naturalisation)\b", reach=2),
    # An original kept by whoever hires: a copy, a badge in exchange or « vous repartez avec » is none of it.
    _rule("keeps_passport", _PASSPORT, _KEPT, _KEEPER,
          unless=r"\bcopies?\b|photocop\w+|scann?\w*|badge|vous repart\w+|rendue? (?:a la sortie|tout de suite|aussitot)|^gard(?:ez|e) (?:bien |toujours )?(?:votre|ton)|pas le droit|jamais|\bespace\b|"
                 r"\bphotos? de\b|guichet|mairie|prefecture|perdu|trouve|coffre-fort de (?:votre|l') ?(?:chambre|hotel)"),
    _rule("keeps_passport", r"\b(?:passe?ports?|papiers) (?:d'identite )?originaux?|\boriginal passport",
          r"\b(?:par coursier|a m\.|a mr|a monsieur|par la poste|au chauffeur|to our driver|stays?|confi\w+|je le depose|m'occupe)\b",
          unless=r"vous repart\w+|copie|scann?\w*"),
    _rule("runs_command", r"\b(?:terminal|powershell|invite de commandes?|cmd|console du navigateur|fenetre executer|windows ?\+ ?r|win ?\+ ?r|ctrl ?\+ ?v|command prompt|"
          r"setup script|script)\b", r"\b(?:coll(?:ez|er|e)|copi(?:ez|er|e)|past(?:e|ing)|tap(?:ez|er|e)|entrez|lanc(?:ez|er|e)|execut(?:ez|er|e)|run|hit return|faites|ouvr(?:ez|e|ir)|open|appuy\w+)\b",
          r"\b(?:lignes?|commandes?|codes?|textes?|scripts?|lines?|commands?|ctrl|ce que (?:le site|la page|je)|copie ske|correctif|ske)\b",
          unless=r"a ecrire|ecri(?:re|rez|vez) vous|maitris\w+|jamais|n'execut\w+|ne collez|carte bancaire|paiement|gare|aeroport|bash vous", reach=2),
    _rule("stands_in", r"\b(?:a|de) (?:ma|sa|leur|notre) place\b|\b(?:au|sous le) nom d'un (?:autre|client|candidat)\b|\bsous (?:l'identite|votre nom|ton nom)|\bf blast\b|"
          r"\b(?:signe\w* (?:\w+ ){0,3}avec (?:votre|ta) (?:piece d'identite|carte d'identite|identite)|lend\w* (?:\w+ )?identity|pret\w+ (?:votre|ton|son) (?:identite|nom)|interview prox\w+|on camera for our)\b|"
          r"\btoi tu passes? devant la camera",
          r"\b(?:entretiens?|interviews?|examens?|exams?|tests?|certification|visio|concours|missions?|contrats?|b1|b2|code de la route|candidates?|camera)\b",
          r"\b(?:partag\w+|split|\d{1,2} ?%|\d{1,2} ?/ ?\d{2}|salaire|je (?:realise|fais|m'occupe)|he works|does the (?:work|job)|souffl\w+|reponses|answers|en liquide|equipe|on te paie|il te paie|notre developpeur)\b|" + MONEY,
          unless=r"remplac\w+|conge|vous ecrivez|\bhaha\b|mdr|interdit|droits d'auteur", reach=3),
    _rule("stands_in", r"\b(?:ordinateur|laptop|pc)\b", r"\b(?:chez (?:vous|toi)|at (?:home|your))\b",
          r"\b(?:notre (?:developpeur|equipe)|our (?:developer|engineer|team)|se connecte|connects|a distance dessus|allume)\b",
          unless=r"fournissons|nous vous pretons|teletravail", reach=2),
    _rule("card_to_courier", r"\b(?:carte|cb|card)\b", r"\b(?:codes?|pin|puce|enveloppe|envelope)\b",
          r"\b(?:coursier|courier|livreur|transporteur|chauffeur|agent|officer|collegue|technicien|envoye)\b|\btu me (?:passes?|pretes?|donnes?) ta (?:cb|carte)|\bprete-?moi ta (?:cb|carte)",
          r"\b(?:recuper\w+|prendre|chercher|remet\w*|donne[rz]?|give|collect|pick|laiss\w+|passer?a?|rends?)\b",
          unless=r"jamais|aucune? |personne ne|carte de transport|carte d'identite|carte vitale|colis|par courrier|never|repart", reach=2),
    _rule("parcels_at_home", r"\b(?:colis|paquets?|cartons?|parcels?|packages?|telephones livres)\b",
          r"\b(?:sans (?:les )?ouvrir|ne (?:pas )?(?:les )?(?:pas )?ouvr\w+|without opening|no opening|do not open|a garder fermes|a (?:votre|ton) nom|addressed to you)\b",
          r"\b(?:bordereaux?|etiquettes?|labels?|chauffeur|un ami passe|salaire|salary|par (?:paquet|colis)|relais|coordinat\w+|mission|job|contrat)\b", reach=3,
          unless=r"commande|votre achat|voisin\w*|piece d'identite avant|point relais|je passe le prendre"),
    _rule("loan_fee", r"\b(?:pret|credit|loan|grant|subvention|financement|dons?|aide|heritage|emprunt|vous offre)\b",
          r"\b(?:frais|assurance|charge|fee|timbre|caution|enregistrement|clearance)\b", MONEY,
          r"\b(?:avant|d'abord|debloqu\w+|liber\w+|release|reste|first|envoy\w+|vir(?:er|ez)|recevoir|regl\w+|settled|pour que|(?:a|d') ?avanc\w+|prealable\w*|upfront|in advance)\b",
          unless=r"mensualite|aucun|sans frais|(?:est|sont) prete?s?\b|pretee|ordinateur|paypal|retirer\b|jamais|rien a verser|signature de l'offre|agence|loyer|garantie|scolarite|jeu(?:ne)? ", reach=3),
    _rule("ask_card_or_password", r"\b(?:phrase (?:secrete|de recuperation|de sauvegarde)|(?:12|24|douze|vingt-quatre) (?:mots|words?)|12 word|24 word|seed phrase|recovery phrase|cles? privees?|private key)\b",
          r"\b(?:saisi\w*|entr(?:ez|er)|enter|confirm\w*|envo\w+|send|donn\w+|communiqu\w+|needs?|tap(?:ez|er)|transmet\w*|connect\w*|verif\w+)\b",
          unless=r"jamais|never|personne|notez|gardez|anyone"),
    _rule("ask_card_or_password", r"\b(?:envo(?:yez|ie|yer)|communiqu(?:ez|e|er)|donn(?:ez|e|er)|transmett(?:ez|re)|confirm(?:ez|e|er)|repondez|send|give|confirm)\b[^.!?]{0,40}\b(?:code secret|mots? de passe|mdp|password|code pin|pin|numero de (?:votre |ta )?carte|cvv|cryptogramme|card number|(?:les|vos|tes|leurs|ses) (?:identifiants|acces)(?: (?:bancaires?|de connexion))?)\b",
          unless=r"jamais|never|personne|aucun|\bne (?:le |la |nous |me |t'|te |vous )?(?:donn|communiqu|envo|transm)\w+|n'envo\w+|do not|don't|anyone|nouveau mot de passe wifi|wifi|wi-fi|coffre|portail|digicode|identifiants? (?:fictifs|de test|fournis|siret|fisca\w+|caf\b)|nous vous (?:donn|envo|communiqu|transmet|fourni)\w+|(?:vous|te|t')(?: les)? (?:envoie|enverr|donn|communiqu|transmet)\w* (?:\w+ )?(?:vos|tes|les) (?:identifiants|acces)"),
    _rule("prepaid_code", r"\b(?:cartes? (?:cadeaux?|google play|apple|itunes|steam|amazon)|gift cards?|tickets? (?:pcs|transcash|neosurf)|coupons? (?:pcs|transcash|neosurf|toneo)|pcs|transcash|neosurf|paysafe\w*)\b",
          r"\b(?:codes?|photos?|photographi\w+|gratt\w+|scratch|pictures?)\b", r"\b(?:achet\w+|prend[sz]?|prenez|procur\w+|pass\w+ (?:au|prendre)|buy|purchase|pick up|get)\b", r"\b(?:envo[iy]\w*|transmett\w+|donn(?:e|ez|er)|communiqu\w+|send|text me|photographi\w+)\b",
          unless=r"jamais|never|n'(?:achet|envo)\w+|ne (?:donn|transmett|communiqu)\w+|arnaque|a gagner|code promo", reach=3),
    # Money asked by somebody who says to be close, or who writes of love, and cannot be called or met.
    _rule("money_for_relative", _CLOSE, _UNREACHED, _HELP_WITH_MONEY, reach=6,
          unless=r"cheque|net\b|patron\w*|\bchef\b|embauch\w+|jamais|ne (?:reponds?|repondez|versez|envoie[sz]?) (?:pas|rien)|arnaque|on s'appelle|appelle-moi|appelez-moi|ring me|call me|si un inconnu|tes? 3\d{2} ?€ (?:sont|est)"),
    # A border crossed unseen, a debt to pay before one may leave.
    _rule("held_abroad", r"\b(?:frontieres?|fleuve|riviere|mekong|river|border|l'?7doud|barque|pirogue|flouka|a pied|by boat)\b",
          r"\b(?:(?:sans|pas (?:de|besoin de)|aucun|no|without|bla) (?:\w+ )?(?:tampon|cachet|visa|stamp|controle|papiers?|passeport|passport)|de nuit|la nuit|at night|f lil|passeur|clandestin\w*)\b",
          r"\b(?:travers\w+|pass(?:e|es|er|ez|ons|era|erez)|franch\w+|cross\w*|entr(?:e|es|er|ez)|ydouz\w+)\b",
          unless=r"diplome|cd[di]\b|saisonnier|bivouac|ferry|randonnee|rafting|croisiere", reach=2),
    _rule("held_abroad", r"\b(?:si (?:vous|tu|on) (?:\w+ )?(?:part\w*|quitt\w+|arret\w+|rentr\w+|dem\w+|veu\w+ (?:partir|rentrer|arreter))|celui qui (?:part|veut (?:partir|rentrer))|en cas de (?:depart|demission|rupture)|"
          r"if you (?:\w+ )?(?:leave|quit|want to (?:leave|go home))|leaving (?:before|early)|ila bghiti t(?:rje3|mchi)|avant la fin (?:du contrat|des))\b",
          r"\b(?:rembours\w+|rend(?:ez|s|re|ra)|pa[iy]\w*|regl\w+|dette|penalite|doi[ts]|dev(?:ez|rez)|refund|repay|pay|owe|tkh[ae]ll?[ei]s)\b", rf"{_ANY_MONEY}|\b(?:dette|billet|voyage|ticket|costs?|\d[ .,]\d{{3}}|millions?)\b",
          about=_FAR_AWAY, unless=r"dedit-formation|preavis|clause .{0,30}convention|caution du logement", reach=2),
    _rule("held_abroad", r"\b(?:ne (?:sort|quitte|part)\w*|nobody leaves|sorties? (?:accompagnees?|interdites?|sur autorisation)|not? (?:allowed to )?leav\w+|interdit de sortir|on ne (?:sort|quitte|part)|pas (?:le droit )?de sort(?:ir|ie))\b",
          r"\b(?:site|compound|batiment|camp|premiere annee|premiers mois|dette|contrat|gardiens?|building|year|months?|residence)\b", about=_FAR_AWAY,
          unless=r"nous ne partons|garderie|camping", reach=2),
    _rule("held_abroad", r"\b(?:dit(?:es)?|dis|racont\w+|say|tell)\b[^.!?]{0,40}\b(?:immigration|controle|douane|police|frontiere|officer|aeroport)\b",
          r"\b(?:vacances|touris\w+|holiday|visite|famille|ami|friend)\b", about=_HIRED + r"|\bposte\b|\bcasino\b"),
    # Drawn in slowly: the same site as the writer, small sums, somebody who knows the right hour.
    _rule("investing_as_job", r"\b(?:ouvr\w+|cre(?:e|er|ez)|inscri\w+|telecharg\w+|open|sign up|register|download|join|install\w*|essa\w+|commenc\w+|begin|start)\b[^.!?]{0,60}\b(?:(?:meme|same) (?:\w+ )?(?:plateforme|platform|appli\w*|app|site|broker|exchange|courtier)|(?:plateforme|platform|broker|exchange)\b|app i use)",
          r"\b(?:petite?s? (?:sommes?|montants?)|small (?:amounts?|sums?)|ce que tu (?:peux|veux|es)|a l'aise|je t(?:e |')(?:aid\w+|guid\w+|dirai|montr\w+|conseill\w+|expliqu\w+)|i(?:'ll| will| can)? (?:guide|teach|show|tell) you|"
          r"signaux|signals|comme moi|que moi|with what you)\b",
          about=r"\b(?:oncle|tante|mentor|analys\w+|prof(?:esseur)?|uncle|aunt|marches?|markets?|trad\w+|crypto\w*|invest\w+|signaux|signals|gold|forex|usdt|bitcoin|bourse|place|placements?|profits?)\b",
          unless=r"lecture|jeu|partie|manette|serie|podcast", reach=3),
    # What grows by itself, and somebody who shows how: nothing is asked yet.
    _rule("investing_as_job", _MARKETS, _GROWS, _LEADS, reach=3,
          unless=r"livret|agence amf|capital (?:is )?at risk|pertes? en capital|peuvent (?:perdre|baisser)|conseille a personne|gratification|tontine|arnaque\w*|mefi\w+|attention (?:a|aux|les)|fictif|made-up|fictive|\bthese\b|etude|\bcdi\b|beware|scam|y a laisse|recup\w*|lost\b|hacker|\btaches?\b|\btasks?\b"),
    # What protects the device, to be put out of the way.
    _rule("disable_protection", r"\b(?:antivirus|defender|play protect|pare-?feu|firewall|protection (?:en temps reel|du telephone|de l'appareil)|smartscreen|gatekeeper)\b",
          r"\b(?:desactiv\w+|coup(?:ez|er|e)|arret(?:ez|er|e)|etei(?:gnez|ndre)|ignor(?:ez|er|e)|disable|turn (?:it )?off|deactivate|switch off|autoris(?:ez|er) quand meme)\b",
          unless=r"jamais|ne (?:le |la )?(?:desactiv|coup|arret)\w+ (?:pas|jamais)|never|do not|don't|technicien\w* de maintenance|poste de|administrateur systeme", reach=2),
    _rule("disable_protection", r"\b(?:avertissement|alerte|warning|message de securite)\b", r"\b(?:executer quand meme|run anyway|ignor(?:ez|er|e)|passez outre|continuez quand meme|ouvrir quand meme|autoriser quand meme)\b",
          unless=r"jamais|ne l'ignor\w+|n'ignor\w+|never", reach=2),
    # A week of work or more, not paid, before anything is signed.
    _rule("long_unpaid_test", r"\b(?:(?:une?|l[ae]|deux|trois|\d+|one|two|three|the) (?:bonne |premiere?s? |first )?(?:semaines?|mois|weeks?|months?)|(?:[3-9]|\d{2}|trois|quatre|cinq|six|sept|dix|four|five|six|seven|ten) (?:jours|days))\b",
          r"\b(?:essai|test|trial|pour voir|observation|formation|d'abord|immersion|periode|shadow(?:ing)?|probation|prouver|motivation|adaptation|integration)\b",
          r"\b(?:pas pay\w*|non pay\w*|sans (?:etre )?(?:salaire|paye\w*|remuneration|paie)|non remuner\w*|(?:travail\w*|boulot|bosse\w*) gratuit\w*|gratuitement|gratos|benevol\w*|unpaid|without pay|not paid|n'est pas (?:pay\w+|remuner\w+|indemnis\w+)|c pas paye|bla khlas|(?:pa[iy]|donn|vers|remuner)\w{1,3} (?:pas|rien))\b",
          unless=r"minutes\b|questionnaire|indemni\w+|qualification|produit|travail dissimule|convention|stage\b|pmsmp|france travail|association|benevoles|bootcamp|abonnement|essai gratuit (?:de|du)|free trial|sans engagement|logiciel|apres (?:l'essai|quoi) .{0,15}abonn|conges?\b|retard|observez|regardez", reach=2),
    # Others' money, received on one's account and passed on.
    _rule("forward_money", r"\b(?:encaiss\w+|recoi\w+|recev\w+|percoi\w+|collect\w*|receiv\w+|deposent|versent|pay)\b",
          r"\b(?:sur|dans) (?:votre|ton|leurs?|son|un) (?:propre )?(?:compte|rib|numero)(?: (?:personnel|bancaire|perso|mtn|orange|wave))?\b|\b(?:in|into|on|to) (?:your|their) (?:own |personal )*(?:bank )?account",
          r"\b(?:(?:les? |la |l'|le tout )?(?:transmett\w+|reversent|reversez|renvo[iy]\w+|retransf\w+|transfer(?:ez|ent|er)|remett\w+|forward\w*)|move the|send (?:it|the (?:rest|total))|au siege)\b",
          about=r"\b(?:clients?|acheteurs?|customers?|buyers?|donateurs?|beneficiaires?|cotisations?|reglements?|fonds|adherents)\b",
          unless=r"\btresori\w+|\bcopropriete|votre salaire|vos (?:gains|revenus|ventes|factures)|your (?:earnings|payout)|devis|releve d'identite|nous vous (?:revers|vers)\w+", reach=2),
    # A cheque of which a part is somebody else's.
    _rule("cheque_overpayment", _CHEQUE, _CASHED, rf"{_HANDED_ON}{_THE_REST}|{_THE_REST}[^.!?]{{0,30}}{_HANDED_ON}", _SOMEBODY, reach=3,
          unless=r"larger than|if (?:a|an|some)|si (?:un|une|quelqu'un)|depot de garantie|caution|solde de tout compte|facture|\binvoice|mairie|signer la feuille|jamais|never|bulletin|pay ?slip"),
    _rule("cheque_overpayment", r"\b(?:more than (?:the|your) (?:invoice|price|amount)|too much|overpa\w+|instead of|au lieu de|trop (?:vire|verse|paye)|par erreur|by mistake|made a mistake|bigger than|larger than)\b",
          r"\b(?:refund|return|send back|give back|wire|renvo(?:yez|yer|ie)|revers(?:er|ez|e)|rend(?:re|ez|s)|rembours(?:er|ez|e))\b[^.!?]{0,40}\b(?:the|le|la|l'|my|ce|this)?\W?(?:difference|excess|extra|surplus|rest|balance|reste|trop-?percu|excedent|\d{2,})",
          reach=3, unless=r"\bif (?:a|an|some)\b|\bsi (?:un|une|on|quelqu'un)\b|\bavoir\b|note de credit|credit note|don't have to|rien a (?:renvoyer|rembourser)|pay ?slip|bulletin|next month|mois prochain|caf\b|france travail|indu\b|prestation",
          about=r"\b(?:another account|other account|autre compte|zelle|western|moneygram|mandat|crypto|gift|hurry|urgen\w+|vite|today|cheque|check|cashier|assistant|accounting|comptab\w+|secretaire)\b"),
    # Paid too much by mistake, and the difference goes to a third.
    _rule("cheque_overpayment", r"\b(?:renvo\w+|revers\w+|vir(?:er|ez)|transfer\w*|remett\w+|rend\w*|send|wire|forward|return|refund)\b[^.!?]{0,40}\b(?:la difference|le (?:surplus|trop-?percu|reste|excedent)|the (?:difference|extra|excess|balance|rest))\b",
          r"\b(?:a l'|a la|au|aux|to (?:the|my|our)|imprimeur|transporteur|photographe|demenageur|shipper|mover|printer)\b",
          r"\b(?:au lieu de|instead of|en trop|too much|twice|deux fois|par erreur|by mistake|mistake|made an error|overpaid)\b",
          unless=r"\bavoir\b|\bnote de credit|credit note", reach=3),
    # A rented account: the writer's, paid by the week, or telephones left plugged in at the reader's.
    _rule("rent_account", r"\b(?:compte|appli\w*|profil|account)\b", r"\btu (?:me|m') ?(?:donnes?|files?|verses?|paies?|payes?|laches?|laisses?)\b|\b(?:je|on) te (?:donne|file|verse|laisse|lache)\b|\bsplit\b",
          r"\b(?:par (?:semaine|mois|jour)|(?:le|chaque|tous les) (?:dimanche|lundi|samedi|vendredi|semaine|mois)s?|la semaine|/ ?(?:semaine|mois)|a week)\b|\b\d{2} ?%",
          r"\b(?:roule|roules|livr\w+|courses?|bosse\w*|travaill\w+|uber\w*|deliveroo|stuart|heetch|bolt|glovo|yango|coursier|vtc|photo|verifie\w*|valide\w*|selfie)\b",
          unless=r"colocat\w+|\bcoloc\b|netflix|abonnement|loyer", reach=4),
    # Work under the account of somebody who stays at home, against so much a week.
    _rule("rent_account", _ACCOUNT_OF_WORK, _LENT, rf"{_ANY_MONEY}|\b\d{{2,3}}[ .]?000\b|\b(?:moitie|half|pour rien|for (?:doing )?nothing|\d{{2,4}} (?:par|a|per|la|f|monthly|weekly))\b", reach=3,
          unless=r"interdit|interdite|jamais|never|arnaqu\w+|illegal|risqu\w+|suspendu|ferme\b|votre propre compte|your own account|propre compte|collaborator|scooters?|velos? (?:a louer|electriques?)|voiture|vehicule|netflix|support\b|entraine|fermeture|someone offered"),
    _rule("rent_account", r"\b(?:compte|profil|account)\b[^.!?]{0,50}\b(?:a la location|a louer|en location|louer|rent(?:al|ing)?)\b|\b(?:louer|loue|rent)\b[^.!?]{0,30}\b(?:compte|profil|account)\b",
          r"\b(?:coursier|livreur|uber\w*|deliveroo|stuart|linkedin|whatsapp|upwork|fiverr|facebook|airbnb|verifie\w*)\b", r"\b(?:pa[iy]\w*|€|euros?|par (?:mois|semaine|jour)|d'avance|pay|\d)\b",
          unless=r"jamais|interdit|arnaqu\w+|est-ce|risque|illegal|never|suspendu", reach=2),
    _rule("stands_in", r"\b(?:telephones?|smartphones?|boitiers?|box|cartes? sim|routeur|phones?)\b", r"\b(?:chez (?:vous|toi)|a (?:votre|ton) domicile|at (?:home|your))\b",
          r"\b(?:branche\w*|allume\w*|connect\w+|plugged|wifi|a distance)\b", r"\b(?:par mois|per month|a month|par semaine|€|euros?|dh|fcfa|\d)\b",
          unless=r"offre fibre|operateur|abonnement|teletravail|nous vous pretons|technicien\w*", reach=3),
    # Goods ordered under another's name, received at home against a little money.
    _rule("parcels_at_home", r"\b(?:recevoir|recois|recoive\w*|receptionn\w+|receive|livrer|garder|arriv\w+)\b", r"\b(?:colis|paquets?|iphones?|telephones?|tels?|commandes?|macbooks?|consoles?|cartons?|parcels?|packages?|smartphones?)\b",
          r"\b(?:chez (?:toi|vous)|a (?:ton|votre) (?:adresse|domicile|nom)|(?:to|at) your (?:home|address|place))\b",
          r"\b(?:pas a (?:son|mon|leur) nom|(?:veut|peut) pas (?:mettre )?(?:son|leur) (?:nom|adresse)|(?:je|on) te (?:file|donne|lache|paie|paye|verse|laisse)|(?:\d+ ?(?:€|euros?|balles?|dh|f)) (?:par|le|la|l'|pour chaque|chacun)|not in (?:his|their) name|i(?:'ll| will) pay you)\b",
          unless=r"ma commande|mon colis|je passe le prendre|anniversaire|cadeau|voisin\w*|mondial relay", reach=4),
    # A tool of remote control, whichever its name: named, told by what it does, or by the number that it displays.
    _rule("remote_access", _REMOTE_TOOL, _LET_IN, unless=rf"{_OF_A_FIRM}|{_NOT_ASKED}", reach=2),
    _rule("remote_access", _TAKES_OVER, _LET_IN, r"\b(?:appli\w*|apps?|logiciels?|outils?|programmes?|software|tool|codes?|ids?|numeros?|identifiants?|liens?|link|technicien\w*|agents?|support|conseill\w+|engineer|technician|advisor|expert|formateur|collegue|informaticien\w*)\b",
          unless=rf"{_OF_A_FIRM}|{_NOT_ASKED}|(?:entretien|reunion|webinaire|cours)[^.!?]{{0,30}}\becran", reach=2),
    _rule("remote_access", _LET_IN + r"[^.!?]{0,30}\b(?:appli\w*|apps?|logiciels?|outils?|programmes?|software|tool|[a-z]+(?:desk|viewer|support|remote|assist|connect|control)\w*|supremo)\b", _SHOWN_NUMBER, unless=rf"{_OF_A_FIRM}|{_NOT_ASKED}|\bsms\b|whatsapp|authenticator|texto", reach=2),
    _rule("remote_access", r"\b(?:partag\w+ (?:votre |ton |l'|de l'|d')?(?:ecran|screen)|share (?:your|the) screen|screen ?shar\w+|ecran partage|(?:ecran|screen) (?:allume|ouvert|visible|on|open))\b", _BANK_OPEN,
          unless=rf"fermez vos|ne (?:vous )?demand\w+|{_NOT_ASKED}|fictif|fictive\w*|maquette|prototype", reach=2),
    # Something to install, and the bank to open while somebody is there.
    _rule("remote_access", r"\b(?:install\w*|telecharg\w*|download\w*)\b[^.!?]{0,40}\b(?:appli\w*|app|logiciel|outil|programme|software|tool|extension)\b", r"\b(?:ouvr(?:ez|e|ir)|laiss(?:ez|e|er)|gard(?:ez|e|er)|connect\w+|log ?in|sign in|open|keep|rest(?:ez|e|er))\b[^.!?]{0,40}" + _BANK_OPEN,
          r"\b(?:notre|nos|mon|un|le|l'|our|my|an?|the) ?(?:agents?|technicien\w*|conseill\w+|expert|support|equipe|collegue|engineer|technician|advisor|team)\b|\b(?:pendant|durant|during) (?:l'appel|que|the call)|\b(?:pour|so) que? (?:je|nous|on)\b|\bso (?:that )?(?:i|we)\b", unless=rf"{_NOT_ASKED}|{_OF_A_FIRM}|google play|app store", reach=2),
    # Accounts opened in one's own name, then handed over.
    _rule("lend_bank_account", r"\b(?:ouvr(?:ez|e|es|ir|ent)|cre(?:ez|e|es|er)|souscri\w+|activ(?:ez|e|er)|open(?:ing)?|create|register|ouverture|ouverts?)\b",
          r"\b(?:comptes? (?:\w+ )?(?:bancaires?|banque|en ligne|epargne|courants?)|bank accounts?|accounts? (?:at|with|in)|(?:applis?|applications?|apps?) (?:bancaires?|de banque)|neo-?banques?|banques?|banks?|revolut|n26|bunq|wise|nickel|boursobank|boursorama|lydia|sumeria|monzo|paysera|orange money|wave)\b",
          r"\b(?:donn(?:ez|e|es|er)|envo(?:yez|ie|ies|yer)|transmet\w*|remet\w*|communiqu\w*|fil(?:es?|ez)|pass(?:es?|ez)|laiss(?:es?|ez|er)|confi\w+|give|send|hand|share|pass)\b[^.!?]{0,40}\b(?:identifiants?|acces|mots? de passe|mdp|logins?|password|credentials?|details|(?:la|ta|votre|vos|tes|les) (?:cartes?|cb))\b|"
          r"\b(?:chang(?:es?|ez|er)|remplac\w+|mett(?:ez|re)|mets|change|replace|switch)\b[^.!?]{0,50}\b(?:mail|email|e-mail|numero|mots? de passe|password|phone|telephone)\b[^.!?]{0,40}\b(?:notre|nos|les? notres?|la notre|our|ours)\b",
          unless=rf"{_NOT_ASKED}|identifiants (?:fictifs|de test|fournis|que nous)|nous vous (?:donn|envo|fourni|transmet)\w+|fictifs?\b|maquette|bac a sable|sandbox|test account|a personne|nobody|(?:votre|ton|un) conseiller|personnel et confidentiel", reach=3),
    # So much the heart, the like, the subscription.
    _rule("paid_likes", r"\b(?:coeurs?|likes?|pouces?|j'aime|abonn\w+|follow\w*|screens?|captures?|screenshots?)\b",
          rf"(?:{MONEY}) ?(?:par|le|la|les|l'|/|chaque|pour (?:un|une|chaque)|each|per|a) ?(?:pieces?|likes?|coeurs?|pouces?|abonn\w*|follow\w*|videos?|pages?|clics?|clicks?|screens?|captures?|subscri\w*)\b", unless=r"jamais|never|arnaqu\w+|mefi\w+", reach=2),
    # « On garde vos passeports », said by whoever hires; a debt that the pay is kept for.
    _rule("keeps_passport", r"\b(?:on|nous|we|they|ils|l'agence|the company) (?:vous |te )?(?:gard\w+|conserv\w+|retien\w*|keeps?|hold|holds|collects?|ramass\w+) (?:vos|votre|tes|ton|your|leurs?|les|the|all) (?:\w+ )?(?:passe?ports?|papiers d'identite)\b", about=rf"{_FAR_AWAY}|{_HIRED}",
          unless=r"\bcopies?\b|photocop\w+|scann?\w*|guichet|consulat|ambassade|embassy|prefecture|centre de (?:visa|depot)|\btls\b|\bvfs\b|hotel|jamais|never|coffre|rendu\w*|le temps (?:du|de la) (?:visa|demande)|pas le droit|illegal|interdit"),
    _rule("held_abroad", r"\b(?:dette|debt|avances?|frais|cout)\b[^.!?]{0,20}\b(?:voyage|billet|vol|transport|visa|ticket|travel|flight)\b", r"\b(?:retenue?s?|rembours\w+|dedui\w+|deducted|prelev\w+|travaill\w+|repay|paid back|work off)\b", r"\b(?:salaires?|paies?|payes?|salary|wages?|pay|mois|months?|contrat|contract)\b",
          about=r"\b(?:thailande|thailand|bangkok|birmanie|myanmar|laos|cambodge|cambodia|philippines|mae sot|dubai|golfe|liban|arabie|qatar|koweit|oman|libye)\b", unless=r"pris(?:e|es)? en charge|prend en charge|sans (?:frais|retenue)|aucun\w*", reach=2),
    # A training sold with the job that it promises.
    _rule("pay_to_work", r"\b(?:formations?|coaching|bootcamp|certification|programme|course|training|masterclass)\b", rf"{MONEY}|\b\d{{3,4}} ?balles",
          r"\b(?:emplois?|postes?|embauche|jobs?|cdi|contrat|travail|missions?|place|revenus?|salaire|income)\b[^.!?]{0,15}\b(?:garanti\w*|assur(?:ee?s?)\b|guaranteed|certaine?s?)|\bguaranteed (?:\w+ )?(?:job|work|income|position)",
          unless=rf"{_EMPLOYER_PAYS}|\bcpf\b|financ\w+|remuneree?|alternance|opco|france travail|par (?:mois|an) brut|\bpoei?\b|\bpas d'emploi", reach=3),
    # What somebody inside is paid under the table for a place.
    _rule("sells_appointment", r"\b(?:gliss\w+|enveloppe|pot-?de-?vin|bakchich|arros\w+|graiss\w+|bribe)\b", rf"{_ANY_MONEY}|\b\d{{2,3}}[ .]?000\b",
          r"\b(?:embauch\w+|poste|place\w*|recrut\w+|dossier|concours|mairie|ministere|prefecture|visa|agent|directeur|rh)\b", unless=r"refus\w+|interdit|signal\w+|anniversaire|cagnotte|depart d", reach=2),
    # A training or a placement period that the hired person pays.
    _rule("pay_to_work", r"\b(?:formation|stage|module|session|training|initiation|habilitation)\b", rf"\b(?:factur\w+|cout\w+|a (?:payer|regler|votre charge)|retenu\w*|deduit\w*|avanc\w+|deducted|costs?)\b[^.!?]{{0,40}}{MONEY}|{MONEY}[^.!?]{{0,40}}\b(?:a (?:payer|regler)|deduit\w*|retenu\w*|sur (?:vos|votre|la) (?:premier\w*|salaires?|paie)|deducted)\b",
          unless=rf"{_EMPLOYER_PAYS}|(?:regle|paie|paye) pour vous|secretariat|\bcpf\b|moncompteformation|payee? comme|prochaine (?:date|session)|organisme|session permis|centre de formation", about=r"\b(?:poste|embauch\w+|retenue?s?|recrut\w+|candidatur\w+|prise de (?:service|poste)|votre contrat|hired|votre dossier d)\b"),
    _rule("ask_code", r"\b(?:code|numero|chiffres|number|digits)\b", r"\b(?:texto|sms|whatsapp|par message|by text)\b",
          r"\b(?:transmett\w+|communiqu\w+|donn(?:ez|e)|envo(?:yez|ie)|dict(?:ez|e)|give|send|tell)\b[- ](?:le|la|les|it|them|lui)\b",
          unless=r"jamais|never|personne|ne (?:le |la )?(?:donn|communiqu|transm)\w+|numero (?:de (?:tel|suivi|dossier)|siret)", reach=2),
    # What was earned comes out once something has been paid, whoever tells it.
    _rule("fee_to_withdraw", r"\b(?:retir(?:er|e|es|ez)|sortir|debloqu\w+|recuperer|encaisser|toucher|n?jbed|withdraw\w*|cash (?:it )?out|take it out)\b|\baffiche\w* a l'ecran|\bon the screen\b",
          r"\b(?:veut|veulent|demande\w*|reclame\w*|exige\w*|khassek|khass\w*|lazem|must first|they (?:say|want|ask)|faut|doit|dois|doivent)\b",
          r"\b(?:impots?|taxes?|tax|frais|fees?|verification|controle|anti-?blanchiment|caution|certificat|score|margin|timbre|deblocage|rsoum|dariba)\b", rf"{_AN_AMOUNT}|\b\d{{2,}}\b", reach=3,
          about=r"\b(?:plateforme|platform|applis?|apps?|ecran|screen|gains?|gagn\w+|missions?|taches?|tasks?|rating|noter|note|avis|likes?|site|flousi|flouss?i|crypto\w*|usdt|trading|earned)\b",
          unless=r"loyer|depot de garantie|notaire|livret|assurance[- ]vie|distributeur|guichet|\bcpf\b|\bseuil|minimum|colis|jamais|arnaqu\w+|mefi\w+|urssaf|declar\w+|\bsalaire|employeur|factur\w+|titre de sejour|passeport|prefecture|payoneer charges|\baucune?\b"),
    # Much work, unpaid, to be judged on.
    _rule("long_unpaid_test", _MUCH_WORK, _NOT_PAID, _TO_BE_JUDGED, reach=3,
          unless=r"\b(?:[1-5]?\d|une?) ?(?:minutes?|min|mn)\b|questionnaire|dedommag\w+|indemnite (?:de )?\d|honoraires|rembours\w+|ni (?:garde|diffuse|utilise|conserve|exploite)\w*|observez|regardez|gratification|qualification test|convention|\bstages?\b|pmsmp|service civique|benevol\w*|volunteer\w*|association|abonnement|essai gratuit|free trial|free of charge|sans engagement|logiciel|conges?\b|retard|"
                 r"livraison|acces gratuit|cours gratuits?|formation (?:\w+ )?gratuite|inscription (?:\w+ )?gratuite|gratuite? pour|wifi|remplac\w+|refus\w+|est-ce (?:legal|normal)|pas le droit|interdit|doi(?:t|vent) etre (?:paye|remuner)\w*|illegal|must be paid|should be paid|coloc\w*|loyer|\bvelib|\bmoi(?:s|s) (?:offert|gratuit)s? (?:d'|puis)"),
    # A job far away, and what its papers or its journey cost.
    _rule("pay_to_work", rf"{_FOR_TRAVEL}[^.!?]{{0,80}}{_COSTS}[^.!?]{{0,40}}{_AN_AMOUNT}|{_COSTS}[^.!?]{{0,50}}{_FOR_TRAVEL}[^.!?]{{0,60}}{_AN_AMOUNT}|{_AN_AMOUNT}[^.!?]{{0,40}}\b(?:pour|for|contre|against|bach|dyal)\b[^.!?]{{0,30}}{_FOR_TRAVEL}",
          about=_FAR_JOB_AND_WORK,
          unless=rf"{_PAPERS_PAID}|loyer|\bbail\b|guichet|site officiel|official (?:site|website)|\bgouv\b|gouvernement|government|a notre charge|a nos frais|nous (?:payons|prenons|reglons|rembours\w+)|we (?:pay|cover|reimburse)|erasmus|universite|university|\bpvt\b|touris\w+|vacances|rembours\w+ (?:par|sur) (?:l'|la |le |votre )?(?:entreprise|employeur|note|frais)|heureusement|\barnaqu\w+|rien a (?:nous |me )?(?:verser|payer)|par journee|frais de route|periode d'essai|retenu sur la paie|(?:premier|second) versement"),
    # Somebody who arranges the papers, to be written to and paid.
    _rule("pay_to_work", _BROKER, r"\b(?:contact\w*|ecri\w+|appel\w+|pay\w*|regl\w+|vers\w+|envo\w+|write|call|send|email)\b", r"\b(?:visas?|permis de travail|work permit|documents? de voyage|travel(?:ling)? (?:papers?|documents?)|bta|immigration papers?)\b",
          r"\b(?:cout|frais|fees?|costs?|charges?|honoraires|bta|payment|paiement|pay(?:er|ez)?|regler|verser)\b", about=_FAR_JOB_AND_WORK, reach=2,
          unless=rf"{_PAPERS_PAID}|a notre charge|nous (?:payons|prenons)|we (?:pay|cover)|no (?:fee|cost|charge)|gratuit|n'est pas|jamais|never|heureusement|\barnaqu\w+|loyer"),
    # An assignment as a mystery shopper: a place on the list, a cheque, a transfer or cards to « evaluate ».
    _rule("pay_to_work", rf"{MONEY}[^.!?]{{0,30}}\b(?:inscription|acces|adhesion|abonnement|kit|liste|annuaire|dossier|registration|access|membership)\b|\b(?:inscription|acces|adhesion|abonnement|kit|liste|annuaire|registration|access|membership)\b[^.!?]{{0,50}}{MONEY}",
          about=_MYSTERY, unless=rf"{_EMPLOYER_PAYS}|rembours\w+ jusqu|\baucun\w*|jamais|gratuit\w*|honoraires"),
    _rule("forward_money", r"\b(?:western|moneygram|ria|mandat\w*|wire|transfert d'argent|money transfer|bitcoin|crypto|cash app|zelle|orange money|wave|momo)\b", r"\b(?:envo\w+|vir(?:er|ez|e)|transf\w+|send\w*|wire|testez|tester|evalu\w+|depos\w+)\b", about=_MYSTERY, reach=2,
          unless=r"jamais|never|\baucune?\b|\bni\b|\bne (?:vous |te )?(?:demand|pay|vers|envo)\w*|arnaqu\w+|mefi\w+|vous (?:recevr|serez pay|etes pay)\w*|nous vous (?:pay|vers|vir)\w*"),
    _rule("cheque_overpayment", rf"{_CHEQUE}|\bmandat\b", r"\b(?:encaiss\w+|depos\w+|deposit\w*|bank it|cash it|a votre banque)\b", about=_MYSTERY, reach=3, unless=r"jamais|never|arnaqu\w+|mefi\w+|n'encaiss\w+|cheques? cadeaux?"),
    _rule("prepaid_code", r"\b(?:cartes? (?:cadeaux?|google\w*|apple|itunes|steam|amazon|prepayees?)|gift cards?|transcash|neosurf|pcs|coupons?|recharges?)\b", r"\b(?:achet\w+|buy|purchase\w*|kiosk|prenez|prendre|payez)\b", r"\b(?:codes?|photos?|pictures?|pics?|numeros?|gratt\w+|scratch)\b", about=_MYSTERY, reach=3,
          unless=r"jamais|never|arnaqu\w+|mefi\w+|remunere\w* en|paye\w* en"),
    # A message or a call that costs its sender, whichever the country's prefix.
    _rule("premium_number", _PRICE_OF_A_CALL, r"\b(?:envo[iy]\w*|tap(?:e|ez|er)|compos\w+|appel(?:ez|le|er|es)|rappel\w*|send|text|call|dial|ring|sms)\b",
          about=r"\b(?:emplois?|postes?|recrut\w+|candidatur\w+|entretien|missions?|jobs?|travail\w*|embauch\w+|inscri\w+|dossier|gagn\w+|cadeau|colis|tirage|offres?|valid\w+|work|hiring|apply|interview|prize|khedma)\b",
          unless=r"remuner\w+|vous (?:gagn|touch|serez pay|etes pay)\w*|tu (?:gagn|touch)\w*|paye\w* \d|on (?:te|vous) pa[iy]\w*|non surtaxe|gratuit|appel local|facture|earn|stop au|we pay|get paid|pour vous"),
    # What every newcomer buys from whoever hires.
    _rule("pay_to_work", r"\b(?:carnets?|badges?|tenues?|gilets?|sacs?|blouses?|uniformes?|cartes? (?:pro\w*|d'agent|de membre|d'acces)|kits?|casques?|fiches?|terminal|terminaux|tpe|machines?|attestations?|livrets?|centrale|polos?|t-?shirts?|macarons?)\b", rf"{MONEY}|\b\d{{1,3}}[ .]000\b|\b(?:fait|coute|a|est a|c'est) \d[\d .]*\b",
          r"\b(?:tu (?:commences|demarres|donnes|prends|paies|payes|recuperes|revois)|vous (?:commenc\w+|demarr\w+|recuper\w+|remett\w+)|on (?:te|vous) (?:rembours|ren[dv]|retien|dedui)\w*|retenue?s? sur|sur (?:ta|votre) (?:premiere? )?(?:paye|paie|salaire)|pour (?:commencer|demarrer|debuter)|you start|avant de (?:commencer|demarrer)|before you start)\b",
          r"\b(?:travail\w*|boulot|poste|paye|paie|salaire|agents?|livr\w+|vend\w+|mission|animat\w+|embauch\w+|commissions?|campagne|job|shift|chantier|superviseur|coordinat\w+|recrut\w+|equipe)\b", reach=3,
          unless=rf"{_EMPLOYER_PAYS}|fourni\w*|pret(?:e|es|ee|ees|ons)\b|aucun\w*|sans rien (?:payer|avancer)|rien a (?:payer|avancer|acheter)|facture|licence|club|association|ecole|cantine|lycee|college|tombola|\bvends?\b|occasion|prime|formation certifi\w+|loyer|article \d|bulletin|avance (?:de|sur) salaire|ne reviennent pas|ne (?:le |la |les )?(?:rend|restitu)\w* pas"),
    # A sum for a place, by a telephone's wallet.
    _rule("pay_to_work", _AN_AMOUNT, r"\b(?:par|via|sur|avec|by|through|f) (?:le |mon |l')?(?:wave|orange money|om|momo|mtn|moov|airtel|m-?pesa|mobile money|cash ?plus|wafacash|western\w*|moneygram|mandat|coupons?|transcash|pcs)\b",
          r"\b(?:poste|embauch\w+|engagement|recrut\w+|retenue?|contrat|ton nom|votre nom|ton dossier|votre dossier|place|selection\w*|concours|titularis\w+|affectation|decision|hired|job|khedma)\b",
          r"\b(?:prend|demand\w+|faut|fai[st](?:es)?|envo[iy]\w*|depos\w+|donn\w+|lach\w+|pa[iy]e[rz]?|vers\w+|regl\w+|send|pay|avanc\w+|sift\w*)\b", reach=3,
          unless=r"\b(?:je|on|nous|il|elle|patron\w*) (?:te|vous|t'|lui) (?:\w+ )?(?:pa[iy]|envo[iy]|vers|donn|vir|depos|transf)\w*|salaire (?:est |sera )?(?:verse|paye|envoye)|paye\w* (?:chaque|par|le|en fin|a la fin)|paiement (?:chaque|hebdo|le)|tu (?:seras|es) paye|vous (?:serez|etes) paye|arnaqu\w+|jamais|mefi\w+|loyer|tontine|tissu|commande\b|cotisation|regles? par|apportez"),
)  # fmt: skip


_ASKS = re.compile(
    rf"{_ORDER}|\b(?:donn|communiqu|confirm|saisi|indiqu|repond|cliqu|appel|rappel|ajout|contact|rejoign|inscri|telecharg|install|remplis|achet|"
    r"partag|ecri|envoy)\w*(?:ez|s-moi|e-moi|r)\b|\b(?:click|contact|reply|add|join|call|write|share|install|buy|give) (?:me|us|on|the|your|to|here|this)\b"
)


def asks(text: str) -> bool:
    """Whether the words ask for money, data or a step."""
    return bool(_ASKS.search(flat(text)))


def demands(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Demand]:
    """What ``text`` demands; ``spans``: its sentences."""
    plain = flat(text)
    for rule in RULES:
        if (rule.about and not rule.about.search(plain)) or not all(need.search(plain) for need in rule.anywhere):
            continue
        if not _OF_MONEY.isdisjoint(rule.signals) and _OWED_ELSEWHERE.search(plain):
            continue
        found = next(_windows(plain, spans, rule), None)
        if found:
            yield from (Demand(signal, *found) for signal in rule.signals)


def _windows(plain: str, spans: Sequence[tuple[int, int]], rule: _Rule) -> Iterator[tuple[int, int]]:
    """The shortest runs of sentences in which the whole rule stands."""
    for reach in range(1, rule.reach + 1):
        for at in range(len(spans) - reach + 1):
            start, end = spans[at][0], spans[at + reach - 1][1]
            window = plain[start:end]
            if all(need.search(window) for need in rule.needs) and not (rule.unless and rule.unless.search(window)):
                yield start, end
