"""What a message is about: illegal though asked innocently, colleagues' data, homes, deliveries, other countries."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from bot.answering.route import DEFAULT_KIND, Router
from ingest.calibrate import DEFAULTS
from knowledge.library import KNOWLEDGE_DIR
from retrieval.linear import TextClassifier
from retrieval.routes import QUESTION


def content(name: str) -> dict[str, Any]:
    mapping: dict[str, Any] = yaml.safe_load((KNOWLEDGE_DIR / name).read_text("utf-8"))
    return mapping


@pytest.fixture(scope="module")
def router() -> Router:
    """The real patterns, with a classifier that takes everything for a question."""
    return Router(
        content("routing.yaml"), TextClassifier.of(**DEFAULTS["routes"]), DEFAULTS["thresholds"], max_chars=2000
    )


@pytest.mark.parametrize(
    ("route", "kind", "text"),
    [
        ("illegal", "identity", "je peux utiliser la carte d'identité de ma soeur pour m'inscrire sur outlier ?"),
        ("illegal", "identity", "puis-je m'inscrire avec les papiers de mon cousin, il est d'accord"),
        ("illegal", "identity", "je veux ouvrir un compte appen avec la cni de ma mère car j'ai 17 ans"),
        ("illegal", "identity", "mon copain est absent, je peux travailler sur son compte à sa place ?"),
        ("illegal", "papers", "je voudrais un faux justificatif de domicile, juste modifier l'adresse, c pas mechant"),
        ("illegal", "papers", "comment modifier la date sur un justificatif de domicile pour uhrs"),
        ("illegal", "papers", "besoin d'une fausse facture edf pour paypal"),
        ("other_people", "sharing", "j'ai les emails des autres annotateurs, je peux les mettre dans le groupe ?"),
        ("other_people", "sharing", "on peut partager le fichier excel avec les noms des collègues sur telegram ?"),
        ("other_people", "sharing", "est-ce que je peux publier les numéros des autres travailleurs"),
        ("off_subject", "home", "je cherche un logement crous pas cher, qui aide pour la caution"),
        ("off_subject", "home", "mon bailleur veut m'expulser parce que j'ai deux mois de retard"),
        ("off_subject", "other_platform", "mon vinted bloqué avec 130 euros de ventes dedans"),
        ("off_subject", "other_platform", "deliveroo me paye 3 euros la course c'est légal ?"),
        ("off_subject", "other_platform", "livreur uber eats, ils m'ont coupé mon compte"),
        ("off_subject", "other_platform", "mon compte airbnb est suspendu ils gardent 400 euros"),
    ],
)
def test_what_it_is_and_which_text(router: Router, route: str, kind: str, text: str) -> None:
    assert router.route(text, {QUESTION: 1.0}, answerable=1.0, follow_up=False).name == route
    assert router.kind(route, text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "j'habite a bruxelles clickworker me paye pas, cest prudhomme aussi chez vous?",
        "je vis à Genève et appen ne paie plus, quel tribunal ici",
        "j'habite au québec, je dois déclarer toluna aux impôts ?",
    ],
)
def test_another_country(router: Router, text: str) -> None:
    assert router.route(text, {QUESTION: 1.0}, answerable=1.0, follow_up=False).name == "other_country"


@pytest.mark.parametrize(
    "text",
    [
        "ma soeur a utilisé ma carte d'identité pour ouvrir un compte clickworker, je fais quoi",
        "j'ai utilisé la carte d'identité de ma soeur pour outlier, je risque quoi",
        "ma fille de 16 ans s'est inscrite avec MA carte d'identité et elle a gagné 80 euros, c'est grave ?",
        "quelqu'un a fait un faux justificatif à mon nom, plainte où ?",
        "le recruteur me demande une facture edf pour vérifier mon adresse, normal ?",
        "je fais comment pour changer l'adresse sur ma carte d'identité",
        "la plateforme a publié les emails de tous les annotateurs, que faire",
        "on m'a envoyé par erreur la liste des IBAN des autres annotateurs, que faire",
        "comment agir à plusieurs contre une plateforme qui ne paie pas",
        "je fais uber eats et des sondages, je peux tout mettre dans la même micro ?",
        "faux acheteur vinted m'a pris ma carte bancaire, que faire",
        "j'ai un compte leboncoin et dac7, faut déclarer mes ventes ?",
        "mon proprio veut mes revenus de clickworker pour le bail",
        "je vis à Dakar et la plateforme est française, quel droit s'applique ?",
        "j'habite à Lille et je travaille à Tournai, je déclare clickworker où",
        "j'habite bruxelles mais ma plateforme est isahit en france, la loi française me protège ?",
    ],
)
def test_a_look_alike_is_a_question(router: Router, text: str) -> None:
    assert router.route(text, {QUESTION: 1.0}, answerable=1.0, follow_up=False).name == QUESTION


SURE_OF_AN_OFFER = {"offer": 0.9, QUESTION: 0.1}


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("la dame du recrutement me demande de payer 39,90 euros pour le poste de saisie, es ce legal", QUESTION),
        ("un monsieur me propose un poste à 25 euros de l'heure mais veut mon rib, c'est normal ?", QUESTION),
        ("on me demande d'acheter un kit à 59 euros pour un poste d'emballage, dois je payer ?", QUESTION),
        ("l'agence me dit que le test de 3 heures n'est pas payé, ils ont le droit ?", QUESTION),
        ("la recruteuse me propose 180 euros par jour et demande ma carte d'identité, je risque quoi", QUESTION),
        ("on m'a proposé un cdi de testeur, 2200 net, avec un chèque de caution, est-ce légal", QUESTION),
        ("« Bonjour, agence RH. Nous recherchons 50 personnes, 380 €/jour. Répondez OUI »", "offer"),
        ("Offre : agent de paiements, 2 400 € net. Envoyez RIB et selfie à rh@global-pay.example", "offer"),
        (
            "Transcripteur freelance, 0,70 € la minute, micro exigée, paiement à 45 jours. Vous en pensez quoi ?",
            "offer",
        ),
        ("Contactez Lola sur Telegram, on vous propose 90 € par jour, est-ce que vous êtes libre ?", "offer"),
    ],
)
def test_an_offer_that_is_told_is_a_question_and_a_pasted_one_an_offer(router: Router, text: str, route: str) -> None:
    assert router.route(text, SURE_OF_AN_OFFER, answerable=0.0, follow_up=False).name == route


def test_every_kind_has_its_text() -> None:
    assert set(content("messages.yaml")["refused"]["other_people"]) == {
        DEFAULT_KIND,
        *content("routing.yaml")["other_people_kinds"],
    }
