"""Whom to turn to, on the real base."""

from __future__ import annotations

import re

import pytest

from bot.answering.answer import Part, Status
from bot.answering.contacts import contact_ref
from bot.answering.pipeline import Answerer
from bot.answering.rendering import contact_line
from knowledge.library import Library
from knowledge.model import Situation
from knowledge.text import fold
from tests.conftest import TODAY

ON_A_PHONE = 160
"""Characters of a contact, its address included."""


full = pytest.mark.full


def part_of(answerer: Answerer, *turns: str) -> Part:
    return answerer.answer(turns[-1], TODAY, turns[:-1]).parts[0]


def names(part: Part) -> list[str]:
    return [contact.name for contact in part.contacts]


def excluded(answerer: Answerer, situation: Situation) -> set[str]:
    """The names of those who are not for people in this situation."""
    contacts = answerer.generation.contacts.values()
    return {contact_ref(contact).name for contact in contacts if situation in contact.not_for}


def test_every_fiche_says_whom_to_ask_and_each_contact_fits_a_phone(library: Library) -> None:
    assert [fiche.id for fiche in library.fiches.values() if not 1 <= len(fiche.contacts) <= 4] == []
    lines = [contact_line(contact_ref(contact)) for contact in library.contacts.values()]
    assert [line for line in lines if len(line) > ON_A_PHONE] == []
    unhelpful = {name for fiche in library.fiches.values() for name in fiche.contacts} - library.contacts.keys()
    assert not unhelpful


def test_the_small_base_gives_the_contacts_of_its_facts_and_the_office_that_is_named(small_answerer: Answerer) -> None:
    asked = "combien de cotisations paie une micro-entreprise"
    assert names(part_of(small_answerer, f"{asked} ?")) == ["Urssaf"]
    assert names(part_of(small_answerer, f"{asked}, la mairie le sait ?")) == ["Mairie d'essai", "Urssaf"]
    answer = small_answerer.answer(f"{asked}, la mairie le sait ?", TODAY)
    assert "– Mairie d'essai : dans votre commune. Aide aux démarches d'essai." in answer.text
    abroad = part_of(small_answerer, f"je vis à Dakar, {asked}, la mairie le sait ?")
    assert names(abroad) == ["Urssaf", "Conseil d'essai"], "somebody else in place of who cannot help"


def test_how_to_reach_an_office_is_answered_by_its_address_alone(small_answerer: Answerer) -> None:
    part = part_of(small_answerer, "c'est quoi le numéro de la mairie pour un stationnement ?")
    assert (part.status, names(part)) == (Status.ABSTAINED, ["Mairie d'essai"])
    assert part.message == small_answerer.messages["contact_asked"] and part.nearest_question is None
    asked_nothing = part_of(small_answerer, "la mairie fait des travaux de stationnement")
    assert asked_nothing.message != small_answerer.messages["contact_asked"]


@pytest.mark.parametrize(
    ("question", "is_asked"),
    [
        ("c koi le numero de la caf", True),
        ("comment joindre lurssaf", True),
        ("je veux parler a quelqu un de france travail", True),
        ("numero gratuit pour une arnaque", True),
        ("what's the phone of the caf", True),
        ("c'est quoi le numéro de siret", False),
        ("où trouver mon numéro fiscal aux impôts", False),
        ("la caf me réclame 300 euros", False),
    ],
)
def test_what_asks_for_a_way_to_reach_somebody(library: Library, question: str, is_asked: bool) -> None:
    asks = re.compile(library.messages["whom_to_ask"]["asks"])
    assert (asks.search(fold(question)) is not None) is is_asked


@full
@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("c'est quoi le numéro pour signaler un SMS d'arnaque", "SMS et appels"),
        ("il y a un numéro pour bloquer ma carte bancaire ?", "Opposition"),
        ("la caf ne répond pas, c'est quoi leur numéro ?", "Caf"),
    ],
)
def test_the_number_that_is_asked_for_is_the_first_one_given(answerer: Answerer, question: str, first: str) -> None:
    assert names(part_of(answerer, question))[0].startswith(first)


@full
@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("France Travail me demande les justificatifs de mes revenus Clickworker, que répondre ?", "France Travail"),
        ("lurssaf me reclame une majoration pour une declaration à zéro", "Urssaf"),
        ("je suis boursier au Crous, mes sondages font-ils baisser ma bourse ?", "Crous"),
        ("mon fils de 16 ans gagne 50 € avec des sondages, dois-je le dire à la Caf ?", "Caf"),
    ],
)
def test_the_office_that_is_named_comes_first(answerer: Answerer, question: str, first: str) -> None:
    part = part_of(answerer, question)
    assert part.status is Status.ANSWERED and names(part)[0].startswith(first)


@full
def test_the_mask_of_a_swindler_is_not_whom_to_call(answerer: Answerer) -> None:
    part = part_of(answerer, "un SMS des impôts me promet un remboursement avec un lien, est-ce une arnaque ?")
    assert part.sentences and not any(name.startswith("Impôts") for name in names(part))


@full
@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("fonctionnaire à temps plein, ai-je le droit de faire de l'annotation ?", "Référent déontologue"),
        ("mon employeur me menace de licenciement car je fais des micro-tâches le soir", "Droit du travail"),
        ("la plateforme a fermé mon compte avec 200 € dessus", "Point-justice"),
    ],
)
def test_contacts_are_those_of_what_is_said(answerer: Answerer, question: str, first: str) -> None:
    assert names(part_of(answerer, question))[0].startswith(first)


@full
@pytest.mark.parametrize(
    "question",
    [
        "je n'ai pas de papiers, la plateforme ne me paye plus, que faire ?",
        "sans papiers, je travaille sur le compte d'un ami, dois-je le dire aux impôts ou à l'Urssaf ?",
        "sans papiers, on m'a volé 300 € avec un faux emploi, j'ai peur de la police",
        "l'AME couvre quoi quand on est sans titre de séjour ?",
    ],
)
def test_no_office_frightens_somebody_without_papers(answerer: Answerer, question: str) -> None:
    found = names(part_of(answerer, question))
    assert found and not set(found) & excluded(answerer, Situation.UNDOCUMENTED)
    assert "La Cimade" in found


@full
def test_somebody_abroad_is_not_sent_to_french_counters_even_in_a_follow_up(answerer: Answerer) -> None:
    turns = [
        "je vis à Dakar et une entreprise française ne me paye pas mes annotations",
        "on est quatorze dans le même cas, on peut porter plainte ensemble ?",
        "et la Caf peut m'aider ?",
    ]
    for count in (1, 2, 3):
        found = names(part_of(answerer, *turns[:count]))
        assert found and not set(found) & excluded(answerer, Situation.ABROAD)


@full
def test_stolen_identity_papers_are_not_a_life_without_papers(answerer: Answerer) -> None:
    part = part_of(answerer, "j'ai envoyé ma carte d'identité à un faux recruteur, je n'ai plus de papiers d'identité")
    assert "La Cimade" not in names(part)


@full
def test_an_abstention_gives_who_deals_with_it_and_no_far_subject(answerer: Answerer) -> None:
    part = part_of(answerer, "combien coûte le timbre pour un titre de séjour ?")
    assert part.status is Status.ABSTAINED
    assert names(part)[0].startswith("Étrangers en France") and part.nearest_question is None


@full
@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("on m'a hacké ma boîte mail et vidé mon PayPal", ["17Cyber (police et gendarmerie)", "Votre banque"]),
        (
            "j'ai reçu un mail de phishing au nom de Toluna, que faire ?",
            ["17Cyber (police et gendarmerie)", "Votre banque"],
        ),
    ],
)
def test_a_hacked_account_is_for_17cyber_and_the_bank(answerer: Answerer, question: str, first: list[str]) -> None:
    assert names(part_of(answerer, question)) == first


@full
def test_the_suicide_helpline_is_for_those_who_tell_distress(answerer: Answerer) -> None:
    helpline = "Prévention du suicide"
    calm = part_of(answerer, "modérateur de contenus violents, ai-je droit à un droit de retrait ?")
    assert calm.sentences and helpline not in names(calm)
    asked = part_of(answerer, "je modère des vidéos violentes et je fais des cauchemars, qui peut m'aider ?")
    assert helpline in names(asked)
    sleepless = part_of(answerer, "je classe des photos de guerre et je ne dors plus, c'est une maladie du travail ?")
    assert "3114" in sleepless.sentences[0].text and len(sleepless.sentences) > 1
