from __future__ import annotations

import re
from datetime import date

import pytest

from ingest.lexicon import completed
from knowledge.library import KNOWLEDGE_DIR, parse_yaml
from retrieval.rewrite import WHAT_IT_RISKS, Rewriter, clean, within_reach

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def rewriter() -> Rewriter:
    return Rewriter(completed(parse_yaml((KNOWLEDGE_DIR / "lexicon.yaml").read_text("utf-8"))), max_questions=3)


@pytest.mark.parametrize(
    ("typed", "in_general"),
    [
        ("je suis togolais, je vis à Toulouse, quels impôts sur mes tâches ?", "je suis étranger, quels impôts"),
        ("belge vivant à Lille, impôts sur mes sondages ?", "européen impôts sur mes sondages"),
        ("sénégalais avec carte de résident, statut ?", "étranger avec carte de résident, statut"),
        ("je suis togolais, je vis à Lomé, quels impôts ?", "je suis togolais, je vis à lomé, quels impôts"),
        ("je vis à Toulouse, j'ai un client belge, quels impôts ?", "client belge"),
    ],
)
def test_a_nationality_told_from_france_is_read_as_the_law_sees_it(typed: str, in_general: str) -> None:
    routing = parse_yaml((KNOWLEDGE_DIR / "routing.yaml").read_text("utf-8"))
    lexicon = completed(parse_yaml((KNOWLEDGE_DIR / "lexicon.yaml").read_text("utf-8")))
    (query,) = Rewriter(lexicon, 1, routing["lives_in_france"]).queries([typed], TODAY)
    assert in_general in re.sub(r" (?=[,?])", "", query.general.text.lower())


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("g gagné 30e sur clikworker", "j'ai gagné 30 euros sur clickworker"),
        ("jdois declaré a l'urssaff", "je dois declaré a l'urssaf"),
        ("auto-entrepreneur ou pas", "micro-entreprise ou pas"),
        ("pole emploi me demande", "france travail me demande"),
        ("c koi l'acre", "c'est quoi l'acre"),
        ("cmt jfais", "comment je fais"),
        ("é lé papié mé le siret", "et les papier mais le siret"),
        ("je suis au chomage", "je suis au chomage"),
    ],
)
def test_sms_slang_and_misspelt_key_words(rewriter: Rewriter, typed: str, read: str) -> None:
    assert rewriter.spell_out(typed) == read


@pytest.mark.parametrize(
    "word", ["declarée", "plaine", "versent", "retraité", "minuit", "facteur", "gagner", "identique"]
)
def test_ordinary_words_are_not_mended(rewriter: Rewriter, word: str) -> None:
    assert rewriter.spell_out(word) == word


def test_a_question_after_what_was_only_told_is_not_read_alone(rewriter: Rewriter) -> None:
    question = "je peux faire des micro tâches en auto entrepreneur cette année ?"
    (told,) = rewriter.queries(["je suis étudiante étrangère", question], TODAY)
    (asked,) = rewriter.queries(["comment fermer mon compte toluna ?", question], TODAY)
    assert not told.may_stand_alone and asked.may_stand_alone


def test_a_follow_up_carries_the_subject(rewriter: Rewriter) -> None:
    query = rewriter.queries(["Dois-je déclarer mes gains ?", "et si je suis étudiant ?"], TODAY)[0]
    (context,) = query.in_context
    assert query.points_back and context.is_follow_up and not query.may_stand_alone
    assert "déclarer mes gains" in context.text and "étudiant" in context.text
    third = rewriter.queries(["Dois-je déclarer mes gains ?", "et si je suis étudiant ?", "c'est combien ?"], TODAY)[0]
    (thread,) = third.in_context
    assert "déclarer mes gains" in thread.text and "étudiant" in thread.text and third.asked == "c'est combien ?"


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("ok merci c'est clair. et pour la Caf je dois déclarer ?", "et pour la Caf je dois déclarer ?"),
        ("salut ça va ? j'ai un souci avec Appen", "j'ai un souci avec Appen"),
        ("merci beaucoup pour tout", "merci beaucoup pour tout"),
        ("merci ! et apres ?", "et apres ?"),
        ("merci c'est gentil et après", "et après"),
        ("merci, combien ?", "combien ?"),
        ("merci de me dire si je dois déclarer", "merci de me dire si je dois déclarer"),
    ],
)
def test_the_thanks_before_a_question_are_no_part_of_it(rewriter: Rewriter, typed: str, asked: str) -> None:
    assert [query.asked for query in rewriter.queries([typed], TODAY)] == [asked]


def test_a_correction_is_about_what_it_corrects(rewriter: Rewriter) -> None:
    correction = "non je voulais dire que mon entreprise est ouverte depuis deux mois, trop tard pour demander ?"
    (corrected,) = rewriter.queries(["j'ai droit à l'Acre ?", correction], TODAY)
    assert corrected.points_back and not corrected.may_stand_alone
    assert any("Acre" in context.text for context in corrected.in_context)


def test_a_follow_up_is_read_with_the_turn_that_it_follows(rewriter: Rewriter) -> None:
    turns = [
        "Toluna a bloqué mon compte",
        "ils répondent à personne",
        "pourquoi ?",
        "et je fais comment pour récupérer",
    ]
    read = [context.text for context in rewriter.queries(turns, TODAY)[0].in_context]
    assert read and all("Toluna" in text or "répondent" in text for text in read)


def test_a_statement_adds_to_what_was_said_before_it(rewriter: Rewriter) -> None:
    turns = ["un studio de Nantes me doit 200 euros", "mes trois courriels restent sans réponse", "et ensuite ?"]
    thread, after_last = rewriter.queries(turns, TODAY)[0].in_context
    assert "Nantes" in thread.text and "courriels" in thread.text and "courriels" in after_last.text


def test_an_older_subject_is_left_behind(rewriter: Rewriter) -> None:
    turns = [
        "comment fermer ma micro-entreprise ?",
        "Toluna a bloqué mon compte",
        "il reste 80 euros dessus",
        "alors ?",
    ]
    assert all("fermer" not in context.text for context in rewriter.queries(turns, TODAY)[0].in_context)


def test_a_new_subject_starts_afresh(rewriter: Rewriter) -> None:
    new = "mon compte Toluna est bloqué avec de l'argent dedans"
    for typed in (new, f"{new}, que faire ?"):
        query = rewriter.queries(["Dois-je déclarer mes gains ?", typed], TODAY)[0]
        assert query.may_stand_alone and not query.points_back and "déclarer" not in query.text


def test_several_questions_are_looked_up_apart(rewriter: Rewriter) -> None:
    text = "Je suis au RSA. Est-ce que je perds mon allocation ? Et comment fermer ma micro-entreprise ?"
    queries = rewriter.queries([text], TODAY)
    assert [query.question for query in queries] == [
        "Est-ce que je perds mon allocation ?",
        "Et comment fermer ma micro-entreprise ?",
    ]
    assert all(query.asked.startswith("Je suis au RSA.") and query.points_back for query in queries)
    assert all("RSA" in query.in_context[0].text and "RSA" not in query.text for query in queries)


def test_control_characters_and_broken_surrogates_are_dropped() -> None:
    assert clean("imp\u200bôts\x00 \ud800 ok\r\n") == "imp ôts ok"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("g envoyer 600e a larnaque", "j'ai envoyer 600 euros a l'arnaque"),
        ("50balles et 1300eur", "50 euros et 1300 euros"),
        ("5e place, 25eme jour, 2nde", "5e place , 25eme jour , 2nde"),
        ("largent de lurssaf", "l'argent de l'urssaf"),
    ],
)
def test_what_is_stuck_together_is_read_apart(rewriter: Rewriter, typed: str, read: str) -> None:
    assert rewriter.spell_out(typed) == read


def test_a_story_is_read_whole_and_a_very_long_one_by_its_beginning_and_its_end() -> None:
    story = "J'ai commencé en mars. " * 20 + "Comment récupérer mon argent ?"
    assert within_reach(story) == story
    read = within_reach("alors mon compte toluna " + "mot " * 400 + "et je fais quoi pour mon compte fermé")
    assert read.startswith("alors mon compte toluna") and read.endswith("mon compte fermé")
    assert len(read.split()) == 120


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("do i need a siret for prolific?", "en"),
        ("ana talib f france, wach n9der nkhdem f site ta3 sondage", "ar"),
        ("tengo que pagar impuestos por mi trabajo", "es"),
        ("je dois déclarer mes gains du job ?", None),
        ("combien", None),
    ],
)
def test_the_language_of_a_question(rewriter: Rewriter, text: str, language: str | None) -> None:
    assert rewriter.language(text) == language


def test_who_asks_is_told_once_for_every_turn(rewriter: Rewriter) -> None:
    turns = ["je touche l'ass", "mes gains de tests je les déclare comment ?", "c'est combien qu'ils enlèvent"]
    contexts = [context.text for context in rewriter.queries(turns, TODAY)[0].in_context]
    assert "je touche l'ass c'est combien qu'ils enlèvent" in contexts


@pytest.mark.parametrize(
    ("turns", "read"),
    [
        (["je peux m'inscrire sur clickworker ?", "et roamler ?"], "je peux m'inscrire sur roamler ?"),
        (["est-ce que je perds mes APL à 100 euros ?", "et ma bourse"], "est-ce que je perds ma bourse à 100 euros ?"),
        (["je touche les APL", "et ma bourse ?"], "et ma bourse ?"),
        (["est-ce que je perds mes APL ?", "et la cfe c'est quand"], "et la cfe c'est quand"),
    ],
)
def test_a_name_alone_asks_the_same_of_it(rewriter: Rewriter, turns: list[str], read: str) -> None:
    assert rewriter.queries(turns, TODAY)[0].question == read


def test_what_was_told_still_holds_for_the_other_name(rewriter: Rewriter) -> None:
    query = rewriter.queries(["j'ai 16 ans", "je peux m'inscrire sur clickworker ?", "et roamler ?"], TODAY)[0]
    (context,) = query.in_context
    assert "16 ans" in context.text and "clickworker" not in context.text


@pytest.mark.parametrize(
    ("question", "in_general"),
    [
        ("premier paiement toluna, je dois le dire à qui ?", "une plateforme"),
        ("clickworker faut déclarer aux impôts", "une plateforme"),
        ("toluna garde mes gains et répond plus", "une plateforme"),
        ("je vis à la Réunion, sondages payés, je déclare quoi", "sondages payés"),
    ],
)
def test_what_a_question_tells_by_the_way_is_left_out(rewriter: Rewriter, question: str, in_general: str) -> None:
    (query,) = rewriter.queries([question], TODAY)
    assert in_general in query.general.text and not query.general.platforms
    assert not any(name in query.general.text.lower() for name in ("toluna", "clickworker", "réunion"))


@pytest.mark.parametrize(
    "question",
    [
        "clickworker paie quand ?",
        "j'ai 16 ans, je peux m'inscrire sur toluna ?",
        "quel taux de cotisations à la Réunion ?",
        "l'Acre existe en Guadeloupe, je dois la déclarer où ?",
        "dois-je déclarer mes gains ?",
    ],
)
def test_a_question_about_the_platform_or_the_place_keeps_its_name(rewriter: Rewriter, question: str) -> None:
    (query,) = rewriter.queries([question], TODAY)
    assert query.general is query


def test_what_was_told_before_holds_for_each_question_of_a_message(rewriter: Rewriter) -> None:
    turns = ["j'ai 17 ans", "je peux être payé par un site de sondages et faut-il le dire aux impôts ?"]
    paid, taxes = rewriter.queries(turns, TODAY)
    assert all("17 ans" in reading.text for query in (paid, taxes) for reading in query.in_context)
    asked_before = ["comment retirer mes gains ?", *turns[1:]]
    _, taxes = rewriter.queries(asked_before, TODAY)
    assert not any("retirer" in reading.text for reading in taxes.in_context)


@pytest.mark.parametrize(
    "asked", ["et si je dis rien", "si je le mets pas dans la déclaration il se passe quoi", "et si je demande pas ?"]
)
def test_what_is_not_done_is_read_as_what_it_risks(rewriter: Rewriter, asked: str) -> None:
    (query,) = rewriter.queries(["je touche le rsa", asked], TODAY)
    assert all(WHAT_IT_RISKS in reading.text for reading in query.in_context)
    assert query.question == asked


@pytest.mark.parametrize(
    "asked", ["si je paye pas ils publient mes photos", "et si je suis étudiant ?", "je dis quoi ?"]
)
def test_other_conditions_are_read_as_they_are(rewriter: Rewriter, asked: str) -> None:
    (query,) = rewriter.queries(["je touche le rsa", asked], TODAY)
    assert not any(WHAT_IT_RISKS in reading.text for reading in query.in_context)
