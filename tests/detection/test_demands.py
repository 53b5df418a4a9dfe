"""What is demanded in so many words, and what only sounds like it."""

from __future__ import annotations

import pytest

from detection.offer import denied_signals, entity_signals, likeness, read, unsaid_signals, whole_saying

DEMANDS = [
    ("Sur place, le responsable garde les passeports au bureau jusqu'à la fin du contrat.", "keeps_passport"),
    ("Si le micro ne marche pas, copiez dans le terminal la ligne que la page affiche.", "runs_command"),
    ("Tu passes l'entretien vidéo à ma place, je fais le travail et on partage le salaire.", "stands_in"),
    ("Mon contact au consulat libère un créneau pour le visa, il demande 200 €.", "sells_appointment"),
    ("Un coursier passe récupérer votre carte, mettez le code dans l'enveloppe.", "card_to_courier"),
    ("Les paquets arrivent à votre nom, ne les ouvrez pas, collez le bordereau.", "parcels_at_home"),
    ("Le prêt est accordé, envoyez 90 € de frais avant le déblocage.", "loan_fee"),
    ("La moitié maintenant, l'autre moitié quand le contrat de travail sort.", "pay_to_work"),
    ("Réunion jeudi : apporte 200 € en espèces pour entrer dans l'équipe.", "pay_to_work"),
    ("تم قبولك للعمل، خاصك تخلص 300 درهم ديال التأمين.", "pay_to_work"),
    ("Votre envoi est retenu au dépôt, choisissez un nouveau passage : relais-dispo.example/x7", "parcel_link"),
    ("Votre retrait est suspendu : versez une caution de 300 € pour le libérer.", "fee_to_withdraw"),
    (
        "Mes 1 340 € sont prêts mais il faut que je paye 15 % de taxe pour pouvoir les retirer, normal ?",
        "fee_to_withdraw",
    ),
    ("Si vous ne payez pas les 200 € de frais, votre solde sera détruit.", "fee_to_withdraw"),
    ("Khouya bach tkemel la mission khassek tsift 300 DH l compte dyal la plateforme.", "deposit_to_continue"),
    ("frérot pour activer le palier or lâche 40 balles sur le compte", "deposit_to_continue"),
    ("Mon recruteur me dit de déposer 100 USDT pour passer au niveau 2, je fais quoi ?", "deposit_to_continue"),
    ("Ils veulent que je verse 80 € pour débloquer mes gains.", "deposit_to_continue"),
    ("Mission groupée prépayée : option 1 80 € rendus 104 €.", "deposit_to_continue"),
    ("Job facile, d.é.p.ô.t de 2 0 € seulement", "deposit_to_continue"),
    ("Frais d'étude de dossier : 12 500F avant vendredi pour confirmer votre poste.", "pay_to_work"),
    ("Pour le contrat il reste à régler la légalisation, 6 000 MAD.", "pay_to_work"),
    ("Tu reçois 900 €, tu gardes 100 et tu me renvoies le reste en espèces.", "forward_money"),
    ("You register, my team works on your DataAnnotation account and you receive 30 % weekly.", "rent_account"),
    ("La Caf vous a envoyé un code. Pouvez-vous me le dicter pour valider le dossier ?", "ask_code"),
    ("Casting en lingerie, ce soir en visio, seule dans votre chambre.", "ask_intimate_images"),
    ("Papa, mon téléphone est cassé, voici mon nouveau numéro. Tu peux virer 400 € pour moi ?", "money_for_relative"),
    ("Honey, customs kept my box in Lagos. Please send 900 by bitcoin.", "money_for_relative"),
    ("On traverse le fleuve de nuit en pirogue, sans tampon.", "held_abroad"),
    ("Office job in Cambodia, flight paid. If you leave before a year you refund 3,000 dollars.", "held_abroad"),
    ("Mon oncle connaît les marchés. Ouvre un compte sur la même plateforme que moi.", "investing_as_job"),
    ("Si l'antivirus affiche une alerte, désactivez-le cinq minutes.", "disable_protection"),
    ("Une semaine d'essai en salle, non payée, puis on fait les papiers.", "long_unpaid_test"),
    ("On ne verse rien le premier mois, c'est l'intégration de tout le monde.", "long_unpaid_test"),
    ("2 000 dh pour réserver le contrat de cueillette chez l'intermédiaire.", "pay_to_work"),
    ("Pour garder ton poste à la cantine, c'est 15 € à la responsable ce soir.", "pay_to_work"),
    ("Pr retirer mes gains ils veulent ke je monte au palier argent a 70 dollars.", "fee_to_withdraw"),
    ("Nos agents encaissent les clients sur leur propre compte et reversent tout le vendredi.", "forward_money"),
    ("You were sent 900 instead of 400 by mistake, wire the difference to the printer.", "cheque_overpayment"),
    ("Tu prends mon compte livreur, tu roules avec et tu me donnes 120 le dimanche.", "rent_account"),
    ("Tu peux recevoir deux iPhone chez toi ? C'est pas à son nom, je te file 50 €.", "parcels_at_home"),
    ("Partagez votre écran puis ouvrez votre application bancaire.", "remote_access"),
    ("Vous êtes retenue. La formation est facturée 240 €, retenue sur la première paie.", "pay_to_work"),
    ("Le livreur repasse demain, choisissez un nouveau créneau ici : tournee-suivi.example", "parcel_link"),
    ("Installe RustDesk et donne-moi l'ID, je règle ton espace paie.", "remote_access"),
    ("Télécharge ZyloHelp, une appli du Play Store, puis lis-moi les 9 chiffres qui s'affichent.", "remote_access"),
    ("Notre conseiller va prendre le contrôle de votre téléphone, acceptez la demande.", "remote_access"),
    ("Le technicien se connectera à votre ordinateur : lancez le logiciel et acceptez.", "remote_access"),
    ("Allow screen sharing on the call and open your mobile banking so I can verify.", "remote_access"),
    ("Installez notre application, l'agent vérifie, et ouvrez votre espace bancaire pendant l'appel.", "remote_access"),
    ("Créez un compte Nickel et un compte Wise, puis donnez-nous les accès, 80 € les deux.", "lend_bank_account"),
    ("Open accounts at three banks and send us the login details, $60 each.", "lend_bank_account"),
    ("Tu ouvres un compte en ligne puis tu changes l'adresse mail pour la nôtre.", "lend_bank_account"),
    ("Envoyez-nous les identifiants pour que l'équipe teste.", "ask_card_or_password"),
    ("Formation bot de trading 350 €, poste garanti chez nous à la sortie.", "pay_to_work"),
    ("Colis retenu en douane, réglez 2,49 € de frais ici : relais-fr.example", "pay_to_work"),
    ("Crédit rapide de 10 000 €, accord sous 24 h, juste 90 € d'assurance à avancer.", "loan_fee"),
    ("Tu mets un cœur, tu fais un screen, 2,5 € la pièce.", "paid_likes"),
    ("jai ta video de cam, 300 € avant minuit sinon jenvoi a ta famille", "blackmail"),
    ("Service client au Myanmar, vol payé, on garde vos passeports pour le permis.", "keeps_passport"),
    ("Vol pour Bangkok offert ; la dette du voyage est retenue sur le salaire.", "held_abroad"),
    ("Kayn khedma f Canada, ghi khalles visa w dossier 4000 dh.", "pay_to_work"),
    ("Envoyez votre code secret pour garder le compte actif.", "ask_card_or_password"),
    ("J'ai ta vidéo. Vire 250 € avant ce soir sinon tes collègues et ton père la reçoivent.", "threat"),
    ("I recorded our call. 300 dollars or your wife and your boss get the pictures.", "threat"),
    ("Cash the cheque, keep 200 for the lesson and hand the remainder to my driver.", "cheque_overpayment"),
    ("We transferred too much by mistake, please refund the extra 300 to this other account.", "cheque_overpayment"),
    (
        "Mon coach m'a tout appris, le robot trade pendant que je dors, résultats garantis. Viens voir.",
        "investing_as_job",
    ),
    ("Dans ce groupe on t'explique comment 100 € deviennent 500 € avec la bourse.", "investing_as_job"),
    ("Ton compte Bolt dort ? Prête-le-moi, je roule et tu touches 80 € par semaine.", "rent_account"),
    ("J'ai payé 90 € de dossier et depuis lundi plus personne ne répond.", "told_loss"),
    ("Rappelez le 08 97 xx xx xx pour votre embauche, 1,50 € / appel.", "premium_number"),
    ("Pour recevoir nos offres d'emploi, tapez EMPLOI au 8 xx xx, 3 € par SMS.", "premium_number"),
    ("I recorded our call. 300 dollars or your wife and your boss get the pictures.", "blackmail"),
    ("Soudeurs pour la Pologne : le dossier de visa coûte 1 400 €, logement offert par l'usine.", "pay_to_work"),
    ("Nurse wanted in Toronto. Write to our lawyer for your work permit and settle his fees.", "pay_to_work"),
    ("Client mystère en pharmacie : l'accès à la liste des visites est à 25 €.", "pay_to_work"),
    ("Mystery shopper: test the counter by sending 400 with MoneyGram.", "forward_money"),
    ("Mission de client mystère : déposez le chèque reçu à votre banque, puis écrivez-nous.", "cheque_overpayment"),
    ("Le secrétariat prend 30 000 pour ton poste, envoie par Wave avant midi.", "pay_to_work"),
    ("Le gilet de livreur est à 45 €, tu le prends chez moi et tu le récupères sur ta première paye.", "pay_to_work"),
    ("Le premier mois tu travailles sans toucher un franc, si le patron est content on signe.", "long_unpaid_test"),
    ("Pour sortir mes gains la plateforme veut d'abord l'impôt, 390, et après tout arrive.", "fee_to_withdraw"),
    ("We kept the recording. 400 in bitcoin or your school and your parents watch it.", "blackmail"),
    ("Ferme au Canada, le visa est pris en charge mais il faut envoyer 85 000 FCFA pour le dossier.", "pay_to_work"),
    ("Client mystère : 25 € d'inscription pour la liste de votre département, repas remboursés.", "pay_to_work"),
    ("Agence : un CDI en dix jours, frais d'inscription 150 € en liquide au conseiller.", "pay_to_work"),
    ("Traduis-nous ces 40 pages, c'est l'essai. Il n'est pas payé, ensuite on signe.", "long_unpaid_test"),
    ("Le patron veut voir : tu viens dix jours au garage, il ne donne rien, après il décide.", "long_unpaid_test"),
    ("My aunt was told to pay £85 registration before the job starts, she is about to pay.", "pay_to_work"),
]
NO_DEMANDS = [
    "Nous gardons votre passeport au consulat le temps de la demande de visa de travail.",
    "Le formateur partagera son écran pendant le cours, ouvrez Teams.",
    "Technicien : prise en main à distance des postes de nos clients avec TeamViewer, CDI.",
    "Le support prendra la main avec TeamViewer sur le PC de l'entreprise pour installer la bureautique.",
    "Connectez-vous depuis votre ordinateur avec le lien Teams, l'identifiant est dans l'invitation.",
    "Prise de poste lundi : prenez votre téléphone et votre carte d'identité, l'accueil donne un badge.",
    "Ouvrez un compte sur Wise pour recevoir vos paiements et ajoutez votre IBAN dans votre profil Malt.",
    "Testez la maquette d'une appli bancaire : nous vous donnons des identifiants fictifs.",
    "Pour ouvrir un compte en ligne, ne donnez jamais vos identifiants à un tiers.",
    "Formation de cariste de 420 € financée par France Travail, emploi assuré chez le transporteur.",
    "Visite mystère : achat remboursé jusqu'à 15 € et 12 € d'honoraires après le rapport et le ticket.",
    "Ma sœur, je t'envoie 20 000 par Wave pour maman, tu gardes 2 000 pour le taxi et tu lui donnes le reste.",
    "Le quiz d'entrée, 10 minutes, n'est pas payé : 40 photos à classer pour montrer que la consigne est comprise.",
    "Saison en Espagne : le visa et le car sont pris en charge, le logement est retenu 80 € par mois.",
    "Visite de client mystère : repas remboursé jusqu'à 14 €, aucune carte cadeau ni transfert d'argent.",
    "Tu répares les téléphones au kiosque et on te paie 5 000 par Wave chaque samedi.",
    "Les tenues sont fournies, vous commencez lundi ; 40 € sont retenus si elles ne reviennent pas.",
    "Voilà comment ils font : ils t'ajoutent, puis ils demandent de déposer 20 000 pour continuer les missions.",
    "Les photos du mariage sont prêtes, ta mère les reçoit ce soir, pense à payer la facture.",
    "Présentez l'original du passeport le premier jour, nous le scannons et vous repartez avec.",
    "Le test se fait dans votre terminal : trois scripts Bash à écrire vous-même pour ce poste.",
    "Votre nouvelle carte arrive par courrier, le code suivra à part. Aucun coursier ne viendra la chercher.",
    "Votre prêt est accordé, les frais de dossier de 60 € sont pris sur la première mensualité.",
    "Rendez-vous au consulat le 9, apportez 99 € de droits de visa, payables au guichet.",
    "Il reste 103,20 € de participation obligatoire, à régler sur moncompteformation.gouv.fr avant la formation.",
    "Je vous verse la moitié ce soir, l'autre moitié quand le contrat de traduction est livré.",
    "Mon cousin a versé 300 € pour un poste en Suisse et n'a plus de nouvelles, méfiance.",
    "Le solde de 1 207 € est viré le 12.",
    "Votre retrait de 61,50 € n'a pas pu être envoyé : l'IBAN contient une erreur.",
    "Acompte de 30 % versé via Malt, solde à la livraison.",
    "Les tâches sont payées 14 $ l'heure par Payoneer.",
    "Si un recruteur vous réclame 8 000 F de frais de dossier, raccrochez : c'est une arnaque.",
    "L'employeur prend en charge le billet et les frais de visa, 1 200 €, pour ce poste.",
    "Vos gains sont retirables dès 20 €, seuil de paiement inchangé.",
    "Aucune photo dénudée n'est demandée pour ce casting.",
    "Un code vous attend à l'accueil, ne le donnez à personne.",
    "Une prime de 3200 € est versée en juin.",
    "Votre commande est prête, payez 34 € en magasin.",
    "Versez votre cotisation de 20 € pour continuer à recevoir le bulletin.",
    "Votre abonnement est suspendu, réglez 12,99 € pour débloquer le compte.",
    "Droits d'inscription au concours : 15 € à régler en ligne, votre candidature est complète.",
    "Envoyez votre facture et je vous règle 300 € pour terminer la mission.",
    "Maman, voici mon nouveau numéro, appelle-moi ce soir.",
    "Mon fils, j'ai envoyé les 40 000 par Orange Money pour le loyer, vérifie.",
    "Guide de rivière de nuit sans visa particulier, diplôme exigé, CDD saisonnier.",
    "Formation payée par l'entreprise, avec une clause de dédit-formation si vous partez avant un an : 900 €.",
    "Ne coupez jamais votre antivirus, même si on vous le demande.",
    "Le test de qualification dure 20 minutes, non payé, résultat sous 5 jours.",
    "Investir comporte un risque de perte en capital.",
    "Pour la coloc tu me donnes 120 le dimanche.",
    "Tu peux recevoir mon colis chez toi jeudi ? Je passe le prendre le soir.",
    "Nous avons payé deux fois la facture 12, merci d'établir un avoir.",
    "Si tu ne viens pas, j'envoie ta vidéo de karaoké à toute la famille, 20 € que tu pleures mdr",
    "Your cheque of 120 for the gardening is in the letterbox, no rush to bank it.",
    "Le compte Bolt est personnel : le prêter, même contre 80 € par semaine, est interdit.",
    "Stage en salle de marché, gratification de 700 € par mois, aucun ordre à passer.",
    "Les droits d'examen de 120 € se paient au guichet du Trésor, contre quittance, avant l'entretien du concours.",
    "J'ai payé 90 € le vélo et il roule très bien.",
]


def shown(text: str) -> set[str]:
    return {found.signal for found in entity_signals(read(text), [], 12.0)}


@pytest.mark.parametrize(("text", "signal"), DEMANDS)
def test_a_demand_is_read_whatever_its_words(text: str, signal: str) -> None:
    assert signal in shown(text)


@pytest.mark.parametrize("text", NO_DEMANDS)
def test_what_is_paid_warned_of_or_never_asked_is_no_demand(text: str) -> None:
    assert shown(text) == set()


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Pas besoin d'autre entretien, vous êtes prise.", "instant_hire"),
        ("On signe en ligne, tu auras un code à rentrer sur leur page.", "ask_code"),
        ("Tu laisses le fond de caisse et tu remets le reste à la trésorière.", "forward_money"),
        ("Je vous paie quand il est devant chez vous, vous vérifiez et vous lui donnez.", "forward_money"),
        ("L'adhésion de 10 € est à régler au local, en espèces ou par chèque.", "pay_to_work"),
        ("L'argent de la vente est sur votre porte-monnaie.", "deposit_to_continue"),
        ("Vous n'avez rien à coder.", "never_asks_money"),
        ("Le loyer de 610 € est à virer avant le 5.", "payment_rules"),
        ("La sortie coûte 6 €, à remettre avec l'autorisation signée.", "contract_before_work"),
        ("No preparation fee.", "no_experience"),
        ("Ma tante a versé 300 € pour une place et n'a plus eu de nouvelles.", "*"),
        ("Votre code Vinted : 774120. Ne le partagez avec personne.", "secrecy"),
        ("Your Malt login code is 118244.", "ask_card_or_password"),
        ("Le CACES coûte 890 €, mais il est financé par votre employeur.", "pay_to_work"),
        ("Transcription : 1,10 € la minute audio.", "unreal_pay"),
        ("Commission de 40 à 60 % des honoraires.", "unreal_pay"),
        ("You need at least £5 before you can cash out.", "trial_payment"),
        ("Appelez-nous entre 9 h et 19 h.", "urgency"),
        ("Partagez l'annonce à quinze contacts WhatsApp.", "moves_to_messaging"),
        ("Cliquez sur le bouton dans les 30 minutes.", "in_your_account"),
        ("Jamais votre mot de passe.", "never_asks_money"),
        ("Nous ne demandons jamais votre carte par SMS ou WhatsApp.", "*"),
        ("Attention, des gens proposent de liker des vidéos : c'est une arnaque, signalez-les.", "*"),
        ("Les frais d'examen, 85 €, sont à payer à la chambre de métiers.", "pay_to_work"),
        ("The exam costs 150 euros, you pay the approved centre, not us.", "pay_to_work"),
        ("La formation est facultative, 60 €, vous pouvez la suivre plus tard.", "pay_to_work"),
        ("La caution de 300 € vous est rendue après l'état des lieux.", "pay_to_work"),
        ("L'agence m'a remboursé la caution de 40 €.", "pay_to_work"),
        ("Vous me facturez 320 € la journée.", "unreal_pay"),
        ("Je cherche quelqu'un pour monter mes vidéos, 60 € chacune.", "paid_likes"),
        ("Je loue des vélos aux coursiers, 45 € la semaine.", "unreal_pay"),
        (
            "Je vous ai viré 450 au lieu de 400. Gardez les 50, je les déduirai de la prochaine facture.",
            "cheque_overpayment",
        ),
        ("Heads up, if a buyer sends too much and wants the rest back, it is fake.", "*"),
        ("Prêter son compte à un inconnu pour y faire passer un virement, c'est du blanchiment.", "*"),
        ("La préfecture met en garde : celui qui réclame 40 € pour une embauche ne vient pas de chez elle.", "*"),
        ("They pretend to hire you. Anyone asking for a deposit should be reported.", "*"),
    ],
)
def test_what_only_sounds_like_a_sign_shows_none(text: str, signal: str) -> None:
    assert signal in {sign for _, sign in denied_signals(read(text), [])}


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Faites la vérification vidéo, puis envoyez-nous les identifiants.", "ask_code"),
        ("Plus que 3 places, paiement en 4 fois, lien expiré ce soir minuit.", "blocked_account_link"),
        ("Ouvrez votre application bancaire pendant l'appel.", "ask_card_or_password"),
        ("Communiquez-nous le nombre à six chiffres.", "prepaid_code"),
        ("Il consiste à réceptionner les règlements de nos clients.", "parcels_at_home"),
        ("Réglez l'inscription obligatoire, 189 €, sous 48 h.", "invitation_code"),
        ("Login to the workbench and start.", "rent_account"),
        ("Passez l'entretien à leur place, 100 € par entretien.", "pay_to_work"),
        ("Il faut une caution de 60 € pour recevoir le casque.", "fee_to_withdraw"),
        ("Envoie-moi le code Neosurf.", "ask_code"),
        ("Paie ou j'envoie tout à ta famille.", "secrecy"),
        ("Je paye pour louer ton compte leboncoin vérifié.", "lend_bank_account"),
        ("Mets Supremo et laisse ton écran allumé sur ton compte.", "rent_account"),
        ("Download UltraViewer and give our engineer your ID and pass.", "ask_id_papers"),
        ("À vendre compte Outlier validé, 200 €, je file le mail.", "pay_to_work"),
        ("Centre d'appel à Rabat, 5 500 dh net et primes, CDI, CNSS dès le premier jour.", "unreal_pay"),
        ("Annotator for a crypto exchange, paid in EUR by bank transfer.", "crypto_payment"),
        ("Vous recevrez 1 450 € sur votre compte.", "trial_payment"),
        ("Appelez vite ce numéro et gardez la ligne.", "threat"),
        ("Ouvrez AnyDesk et donnez-moi le code à 9 chiffres.", "ask_code"),
        ("Mettez un compte à disposition, carte et codes compris.", "prepaid_code"),
        ("Photo de ta carte d'identité des deux côtés et RIB.", "ask_selfie_with_id"),
    ],
)
def test_a_sign_is_not_shown_by_words_that_do_not_say_it(text: str, signal: str) -> None:
    assert signal in {sign for _, sign in unsaid_signals(read(text))}


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Vous recevrez six chiffres. Dictez-les-moi.", "ask_code"),
        ("Votre compte est bloqué. Connectez-vous par ce lien.", "blocked_account_link"),
        ("Votre carte Vitale expire, renouvelez-la depuis ce message.", "blocked_account_link"),
        ("Le test est payé 10 € par test, mais il faut verser 30 € avant.", "pay_to_work"),
        ("Nous vous envoyons un chèque, payez le fournisseur avec.", "pay_to_work"),
        ("Le code de la carte cadeau arrive par SMS, transmettez-le.", "ask_code"),
        ("N'en parle pas à ta famille.", "secrecy"),
        ("أرسل لي الرمز", "ask_code"),
    ],
)
def test_a_sign_that_the_words_say_is_shown(text: str, signal: str) -> None:
    assert signal not in {sign for _, sign in unsaid_signals(read(text))}


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Votre code 4821 est arrivé, envoyez-le moi.", "ask_code"),
        ("N'en parlez à personne, pas même à votre banque.", "secrecy"),
        ("Votre code est 1234. Ne le dites pas à votre banque.", "secrecy"),
        ("La formation est prise en charge par votre CPF, il reste 90 € à votre charge.", "pay_to_work"),
        ("80 € la page, 200 € par jour.", "unreal_pay"),
        ("Achat remboursé avec votre commission, rechargez 40 € pour la commande suivante.", "deposit_to_continue"),
        ("Pour le PC de l'entreprise, le technicien prend la main et ouvre votre banque.", "remote_access"),
        ("Ne payez rien pour l'instant, versez seulement 30 €.", "*"),
        ("Ma sœur a gagné 300 € ainsi, elle te propose la même chose, écris-lui.", "*"),
        ("Tu gardes 10 % et tu renvoies le reste par virement à la trésorière du club.", "forward_money"),
        ("L'adhésion de 90 € au kit se paie par Wave, puis tes filleuls te remboursent.", "pay_to_work"),
        ("C'est une arnaque ? Ils me demandent 300 € de taxe.", "*"),
        ("Les frais d'examen, 85 €, se paient au guichet par notre agent, sur son Orange Money.", "pay_to_work"),
        ("La formation coûte 120 €, à payer au centre avant la prise de service.", "pay_to_work"),
        ("Dépôt de garantie de 600 € avant la visite, le propriétaire est à l'étranger.", "pay_to_work"),
        ("Les 49 € vous sont remboursés avec le premier salaire.", "pay_to_work"),
        ("Merci de retourner la copie de votre pièce d'identité avec une facture d'électricité.", "ask_id_papers"),
        ("Nous ne demandons jamais d'argent, seulement votre carte d'identité par WhatsApp.", "*"),
        ("Ton compte reçoit le virement et tu gardes 50, c'est pas du blanchiment.", "*"),
        ("Ils me prennent 60 € pour le dossier et je crois que c'est interdit.", "*"),
        ("Rien d'illégal, tu prêtes ton compte trois jours.", "*"),
    ],
)
def test_a_guard_hides_no_trap(text: str, signal: str) -> None:
    assert signal not in {sign for _, sign in denied_signals(read(text), [])}


def test_a_quotation_is_not_cut_before_what_is_asked() -> None:
    offer = read("Le système vous a envoyé un numéro de confirmation. Transmettez-le moi vite.")
    start, end = whole_saying(offer, offer.clauses[0])
    assert offer.text[start:end].endswith("Transmettez-le moi vite.")


def test_a_bracket_is_quoted_whole() -> None:
    text = "Activez le statut à 9,90 € (offre de bienvenue, sans engagement). Les membres gagnent plus."
    offer = read(text)
    for clause in offer.clauses:
        start, end = whole_saying(offer, clause)
        assert offer.text[start:end].count("(") == offer.text[start:end].count(")")


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Appelez le chef de chantier à Yopougon au +225 07 00 00 00 12.", "foreign_number"),
        ("Serveur à Marrakech, 150 dh f nhar.", "unreal_pay"),
        ("Votre colis est au relais, suivi sur laposte.fr", "parcel_link"),
        ("Nous recrutons des livreurs, colis en attente, candidature sur tri-colis.example", "parcel_link"),
    ],
)
def test_what_is_normal_there_is_no_sign(text: str, signal: str) -> None:
    assert signal not in shown(text)


def test_pay_of_an_hour_is_read_in_darija() -> None:
    assert "unreal_pay" in shown("khedma men dar b tilifoun, ghir sa3a f nhar w 350 dh f nhar")
    assert "foreign_number" in shown("Poste à Lyon, écrivez au +225 07 00 00 00 12.")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Toluna c'est fiable ?", "question"),
        ("Tu peux prendre ma garde dimanche ? Je te rends la tienne après.", "talk"),
        ("Planning : lundi 9h-17h, mardi repos", "talk"),
        ("Nous recrutons des caissiers, intéressé ?", "offer"),
        ("Est-ce que tu veux gagner 200 € par jour ?", "offer"),
    ],
)
def test_what_a_message_is(text: str, kind: str) -> None:
    assert likeness(read(text)) == kind


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Vous recevrez un mail pour choisir votre mot de passe.", "ask_card_or_password"),
        ("Je t'envoie 75 000 ce soir pour le loyer.", "trial_payment"),
        ("Investir comporte un risque de perte en capital.", "investing_as_job"),
        ("Suite à la signature de votre CDI, envoyez RIB et pièce d'identité.", "ask_id_papers"),
        ("Faites la vérification d'identité dans votre profil.", "ask_selfie_with_id"),
        ("Quand tu as 2 min, renvoie le planning.", "urgency"),
        ("Visite d'un magasin, achat remboursé jusqu'à 15 €, honoraires après le rapport.", "deposit_to_continue"),
        ("Notre support prendra la main sur le PC de l'entreprise.", "remote_access"),
        ("Want to start Friday?", "urgency"),
        ("La formation est facturée 240 €.", "unreal_pay"),
        ("Nos agents encaissent les règlements sur leur compte.", "long_unpaid_test"),
    ],
)
def test_what_only_sounds_like_a_sign_is_denied(text: str, signal: str) -> None:
    assert signal in {denied for _, denied in denied_signals(read(text), [])}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Mon patron me doit 300 € d'heures, il a le droit ?", "question"),
        ("Est-ce que mon chef peut garder mon passeport ?", "question"),
        ("Intéressé ? 300 € par jour, est-ce que vous êtes libre ?", "offer"),
    ],
)
def test_a_question_about_an_employer_is_a_question(text: str, kind: str) -> None:
    assert likeness(read(text)) == kind


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("J'ai viré 300 € à un recruteur et il m'a bloqué.", "paid"),
        ("on m'a fait recharger 100 puis 300 et je peux rien retirer", "paid"),
        ("I sent them 200 and they stopped answering.", "paid"),
        ("J'ai donné le code reçu par SMS, maintenant mon compte est bloqué.", "gave_card_or_code"),
        ("J'ai envoyé ma carte d'identité pour un poste et plus aucune nouvelle.", "gave_papers"),
        ("J'ai installé AnyDesk comme il disait, qu'est-ce que je fais ?", "installed"),
        ("J'ai encaissé leur chèque et la banque dit qu'il est volé.", "received_money"),
        ("Il me menace d'envoyer mes photos à ma mère, j'ai déjà payé 100 €.", "threatened"),
        ("J'ai payé 200 € le canapé et il est nickel.", None),
        ("J'ai envoyé mon CV et ils ne répondent plus.", None),
        ("J'ai perdu 300 € ainsi. Ne payez jamais pour travailler, méfiez-vous.", None),
        ("Payez 30 € et nous vous répondons.", None),
        ("Ma sœur a payé 300 € et n'a plus de nouvelles.", None),
    ],
)
def test_what_befell_the_writer(text: str, stage: str | None) -> None:
    told = read(text).told
    assert (told.stage if told else None) == stage


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("J'ai payé 80 € de frais et depuis le numéro est éteint, je fais quoi ?", True),
        ("L'an dernier j'ai perdu 80 € avec un faux recruteur. Depuis je vérifie chaque annonce.", False),
        ("J'ai perdu 80 € avec un faux recruteur, je raconte ça pour que les gens le sachent.", False),
    ],
)
def test_who_asks_for_help_is_told_from_who_looks_back(text: str, is_told: bool) -> None:
    assert (read(text).told is not None) is is_told
