"""A story told in one breath, and what it asks."""

from __future__ import annotations

import pytest

from knowledge.library import KNOWLEDGE_DIR, parse_yaml
from retrieval.questions import Asked, split
from retrieval.stories import unrolled
from retrieval.subjects import Subjects

MOST = 4
SUBJECTS = Subjects(parse_yaml((KNOWLEDGE_DIR / "lexicon.yaml").read_text("utf-8"))["subjects"])


def asks(text: str, most: int = MOST) -> list[Asked]:
    return unrolled(split(text, most, SUBJECTS), most, SUBJECTS)


def asked(text: str) -> list[str]:
    return [question.question for question in asks(text)]


STORY = "coucou je touche la prepare depuis mai et je classe des photos le soir pour un site espagnol"


@pytest.mark.parametrize(
    ("asks_it", "questions"),
    [
        (  # the future, somebody taken up by a pronoun
            "et ils vont me supprimer la prepare et mon mari il doit le signer",
            ["ils vont me supprimer la prepare", "mon mari il doit le signer"],
        ),
        ("mes apl ca bouge et la cfe je la règle quand meme", ["mes apl ca bouge", "la cfe je la règle quand meme"]),
        (
            "c est a declarer ou pas et je sais pas si les bons d achat comptent",
            ["c est a declarer ou pas", "je sais pas si les bons d achat comptent"],
        ),
        (  # a condition goes with what it leads to
            "et si le site ferme mon compte et garde mes gains jpeux me plaindre en plus ma prime va baisser",
            ["si le site ferme mon compte et garde mes gains jpeux me plaindre", "ma prime va baisser"],
        ),
        (  # « ça » alone asks about what was told just before
            "je recopie des avis tout faits c est legal ca et ils vont le voir a la caf",
            ["je recopie des avis tout faits c est legal ca", "ils vont le voir a la caf"],
        ),
    ],
)
def test_what_is_asked_without_a_word_that_asks(asks_it: str, questions: list[str]) -> None:
    assert asked(f"{STORY} {asks_it}") == questions


def test_each_is_asked_with_the_story_and_without_the_others() -> None:
    first, second = asks(f"{STORY} et ils vont me supprimer la prepare et la caf elle peut tout reprendre")
    assert first.told == second.told
    assert "photos" in first.told and "supprimer" not in first.told


def test_what_somebody_has_is_told_with_the_benefit_named_before_it() -> None:
    """« elle touche la prépare et les apl » asks about neither."""
    text = "jvi chez ma tante elle touche la prepare et les apl, moi je classe des photos, mes sous ils comptent ou pas"
    assert all("apl" not in question.split() for question in asked(text))


def test_whether_it_is_true_is_asked_of_what_was_heard() -> None:
    text = f"{STORY} ma voisine me dit que je vais payer une amende. c'est vrai ce qu'elle dit ?"
    (question,) = asked(text)
    assert "amende" in question and "vrai" in question


def test_what_was_heard_may_be_asked() -> None:
    text = f"{STORY} ma voisine me dit que je vais payer une amende et mes apl ca bouge"
    assert asked(text) == ["je vais payer une amende", "mes apl ca bouge"]


def test_what_was_told_before_bare_names_is_a_matter_of_its_own() -> None:
    story, cfe, tva = asks(f"{STORY} j ai rien declaré encore et la cfe et la tva")
    assert story.only_tells and "rien declaré" in story.question
    assert [cfe.question, tva.question] == ["la cfe", "la tva"]


@pytest.mark.parametrize(
    "text",
    [
        f"{STORY} et mon mari a perdu son travail et on attend le mois prochain",
        f"{STORY}. On m'a dit que c'était permis. C'est vrai ?",
        f"{STORY}. La plateforme va me payer en mars. Est-ce que je dois le signaler à la Caf ?",
        "Mission de 6 mois à Lille, 24 h par semaine. Tri de photos pour une mutuelle et entretien sur place. Siret requis "
        "et facture à 30 jours.",
    ],
)
def test_what_only_tells_is_not_asked(text: str) -> None:
    assert len(asks(text)) == 1


def test_the_sure_ones_are_kept_where_there_are_too_many() -> None:
    text = f"{STORY} et ils vont me supprimer la prepare et la cfe je la règle et faut il un siret et comment je facture mes clients"
    kept = unrolled([Asked(text)], 2, SUBJECTS)
    assert len(kept) == 2 and all(question.is_sure for question in kept)
