"""The real pipeline on a generation of the real knowledge."""

from __future__ import annotations

import re
from datetime import date

import pytest

from bot.answering.answer import Answer, AnswerSentence, Block, Citation, Status
from bot.answering.pipeline import Answerer
from tests.conftest import TODAY

full = pytest.mark.full


def facts_of(answer: Answer) -> set[str]:
    return {citation.fact_id for citation in answer.citations}


def fiches_of(answer: Answer) -> set[str]:
    return {citation.fiche for citation in answer.citations}


@full
@pytest.mark.parametrize(
    ("question", "fiche"),
    [
        ("Dois-je déclarer mes gains de sondages aux impôts ?", "declarer-revenus"),
        ("mon compte clickworker est bloque avec 1300 dollars dedans", "compte-ferme"),
        ("je touche le rsa et g gagné 30 euros de sondages", "rsa"),
        ("combien je paie a l'urssaf sur mes gains d'annotation", "cotisations"),
        ("je suis en arret maladie je peux faire des sondages ?", "arret-maladie-et-microtravail"),
        ("j'ai 16 ans je peux faire clickworker", "mineur"),
        ("on me demande de payer pour retirer mes gains", "arnaque-a-la-tache"),
        ("jai envoyé ma carte d'identité à un faux recruteur", "jai-donne-mes-papiers"),
        ("je suis fonctionnaire, puis-je microtravailler", "fonctionnaire"),
        ("faut il déclarer mon compte paypal", "comptes-etrangers"),
    ],
)
def test_a_question_as_people_type_it_gets_the_right_fiche(answerer: Answerer, question: str, fiche: str) -> None:
    answer = answerer.answer(question, TODAY)
    assert answer.status is Status.ANSWERED, answer.text
    assert fiche in fiches_of(answer), answer.text


@full
def test_an_answer_is_short_sourced_and_says_what_it_is(answerer: Answerer) -> None:
    answer = answerer.answer("Combien de cotisations vais-je payer ?", TODAY)
    sentences = answer.parts[0].sentences
    assert sum(len(sentence.text) for sentence in sentences) <= 1100
    assert "Service automatique d'information générale, pas un conseil juridique." in answer.text
    assert "25,6 %" in answer.text
    numbers = {citation.n for citation in answer.citations}
    assert {sentence.n for sentence in sentences} == numbers == set(range(1, len(numbers) + 1))
    for citation in answer.citations:
        assert citation.url.startswith("http") and f"[{citation.n}]" in answer.text and citation.url in answer.text
        assert "D'après la page" in answer.text
    assert "vous avez droit" not in answer.text.lower()


@full
def test_the_strongest_source_comes_first(answerer: Answerer) -> None:
    order = ["law", "official", "court", "research", "platform", "association", "press"]
    for fiche in answerer.generation.fiches:
        for citation in answerer.fiche(fiche, TODAY).citations:
            kinds = [order.index(source.kind) for source in citation.sources]
            assert kinds == sorted(kinds)
            assert citation.url == citation.sources[0].url


@full
@pytest.mark.parametrize(
    "question", ["quelle est la recette de la tarte aux pommes ?", "qui a gagné le match hier soir"]
)
def test_off_the_subject_is_never_answered_with_facts(answerer: Answerer, question: str) -> None:
    answer = answerer.answer(question, TODAY)
    assert answer.status in (Status.REDIRECTED, Status.ABSTAINED)
    assert answer.citations == []


def test_an_abstention_names_the_near_subject_and_a_person(small_answerer: Answerer) -> None:
    near = small_answerer.answer("Quel logiciel installer pour aller plus vite sur une plateforme de tâches ?", TODAY)
    far = small_answerer.answer("Quel délai pour obtenir un permis de construire une véranda ?", TODAY)
    for answer in (near, far):
        assert answer.status is Status.ABSTAINED
        assert answer.citations == []
        assert "Je préfère ne pas inventer" in answer.text
        assert "Conseil d'essai : 3939" in answer.text
        assert "pas un conseil juridique" in answer.text
    nearest = near.parts[0].nearest_question
    assert nearest and f"Le sujet le plus proche que je connaisse : « {nearest}" in near.text
    assert far.parts[0].nearest_question is None and "Le sujet le plus proche" not in far.text


@full
@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("je veux mourir", "3114"),
        ("jvais me suicider ce soir", "3114"),
        ("j'ai 15 ans, il menace de publier mes photos nues et j'ai envie d'en finir", "3018"),
        ("je n'en peux plus, je veux en finir avec la vie, je suis au Sénégal", "112"),
        ("mon mari me frappe", "17"),
    ],
)  # fmt: skip
def test_distress_comes_before_everything(answerer: Answerer, message: str, words: str) -> None:
    answer = answerer.answer(message, TODAY)
    assert answer.status is Status.CRISIS
    assert words in answer.text and answer.citations == []


@full
def test_distress_comes_before_the_length_limit(answerer: Answerer) -> None:
    assert answerer.answer("blabla " * 2000 + " je veux mourir", TODAY).status is Status.CRISIS


@full
@pytest.mark.parametrize(
    "message", ["je suis mort de rire", "cette appli me tue", "je suis mort de fatigue après 6 h de sondages"]
)
def test_idioms_are_not_distress(answerer: Answerer, message: str) -> None:
    assert answerer.answer(message, TODAY).status is not Status.CRISIS


@pytest.mark.parametrize(
    ("message", "status", "words"),
    [
        ("", Status.SMALLTALK, "Je n'ai pas vu de question"),
        ("   \n\t ", Status.SMALLTALK, "Je n'ai pas vu de question"),
        ("😀😀🙏", Status.SMALLTALK, "Je n'ai pas vu de question"),
        ("\x00\x07\u200b", Status.SMALLTALK, "Je n'ai pas vu de question"),
        ("???", Status.SMALLTALK, "Je n'ai pas vu de question"),
        ("\ud800\udfff\ud83d", Status.SMALLTALK, "Je n'ai pas vu de question"),
        ("我需要缴税吗？", Status.REDIRECTED, "Je réponds en français"),
        ("мне нужно платить налоги?", Status.REDIRECTED, "I only answer in French"),
        ("dois-je déclarer " * 700, Status.SMALLTALK, "trop long"),
    ],
)
def test_what_cannot_be_read_gets_a_short_useful_reply(
    small_answerer: Answerer, message: str, status: Status, words: str
) -> None:
    answer = small_answerer.answer(message, TODAY)
    assert answer.status is status
    assert words in answer.text and len(answer.text) < 600


@full
def test_the_date_asked_about_chooses_the_amount(answerer: Answerer) -> None:
    answer = answerer.answer("Quel était le taux de cotisations BNC en micro-entreprise en 2025 ?", TODAY)
    assert "24,6 %" in answer.text
    assert "31 décembre 2025" in answer.text


def test_a_rule_that_is_over_is_never_given_as_current(small_answerer: Answerer) -> None:
    question = "Jusqu'à quand les cotisations se payaient en une fois ?"
    now = small_answerer.answer(question, TODAY)
    assert "cotisations/ancien" not in facts_of(now)
    assert "cotisations/ancien" not in {c.fact_id for c in small_answerer.fiche("cotisations", TODAY).citations}
    then = small_answerer.fiche("cotisations", date(2024, 6, 1))
    assert "cotisations/ancien" in facts_of(then)


def test_without_an_amount_for_that_day_the_fact_is_not_given(small_answerer: Answerer) -> None:
    text = small_answerer.fiche("cotisations", date(2024, 6, 1)).text
    assert "25,6" not in text and "24,6" not in text and "{" not in text


def test_doubt_and_overdue_reading_are_said(small_answerer: Answerer) -> None:
    text = small_answerer.fiche("cotisations", TODAY).text
    assert "à vérifier : source ancienne ou unique" in text
    assert "relecture en retard" in text


@full
def test_whom_it_concerns_is_said(answerer: Answerer) -> None:
    assert "Concerne : les indépendants" in answerer.answer("taux de cotisations micro entreprise BNC", TODAY).text


@full
def test_two_questions_each_get_their_part(answerer: Answerer) -> None:
    question = "J'ai donné mon IBAN à un escroc, que faire ? Et est-ce que je dois déclarer mes gains de sondages ?"
    answer = answerer.answer(question, TODAY)
    assert len(answer.parts) == 2
    assert {"jai-donne-mon-iban", "declarer-revenus"} <= {part.fiche for part in answer.parts}
    assert answer.text.count("Votre question :") == 2
    numbers = [citation.n for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))


@full
def test_a_follow_up_is_understood_with_what_came_before(answerer: Answerer) -> None:
    answer = answerer.answer(
        "et si je suis étudiant ?", TODAY, ["Est-ce que la prime d'activité baisse avec mes gains ?"]
    )
    assert answer.status is Status.ANSWERED
    assert "prime-activite" in fiches_of(answer), answer.text


@full
@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("merci beaucoup", Status.SMALLTALK),
        ("comment faire pour que la caf voie pas mes gains", Status.REFUSED),
        ("je veux mourir", Status.CRISIS),
    ],
)
def test_what_a_message_is_does_not_depend_on_what_came_before(
    answerer: Answerer, message: str, status: Status
) -> None:
    earlier = ["On me propose de liker des vidéos sur WhatsApp contre 5 € chacune"]
    assert answerer.answer(message, TODAY, earlier).status is status


@full
def test_a_follow_up_gets_something_else_than_the_answer_before(answerer: Answerer) -> None:
    first = "une fille a des photos intimes de moi et demande de l'argent"
    answer = answerer.answer("j'ai déjà payé 100 euros", TODAY, [first])
    assert "chantage/deja-paye" in {citation.fact_id for citation in answer.citations[:2]}, answer.text


@full
@pytest.mark.parametrize(
    ("turns", "wanted"),
    [
        # Its own words name no subject: the thread's.
        (
            ["j'habite à Abidjan, une boîte de Paris me paye", "ils ont gardé une part", "c'est légal ?"],
            "vivre-hors-de-france",
        ),
        (
            ["une boîte de Lille me doit 450 euros", "j'ai envoyé une lettre recommandée", "et ensuite ?"],
            "se-faire-payer",
        ),
        # A question by itself: another subject, whatever the thread.
        (["je touche l'Aspa", "on a ouvert un crédit à mon nom avec mes papiers, que faire ?"], "usurpation-identite"),
        (["mon compte Appen est fermé", "merci", "combien de jours de congé maternité en micro ?"], "maternite"),
    ],
)
def test_a_conversation_keeps_its_subject_until_another_is_named(
    answerer: Answerer, turns: list[str], wanted: str
) -> None:
    *earlier, question = turns
    answer = answerer.answer(question, TODAY, earlier)
    assert wanted in fiches_of(answer), answer.text


@full
def test_after_a_trap_what_to_do_comes_before_what_the_law_says(answerer: Answerer) -> None:
    answer = answerer.answer("j'ai fait un virement de 3000 euros à un faux recruteur il y a une heure", TODAY)
    assert answer.citations[0].fact_id == "jai-paye/banque-tout-de-suite", answer.text
    blocks = {cited.fact_id: sentence.block for cited, sentence in _cited_sentences(answer)}
    assert all(blocks.get(fact, Block.LIMIT) is Block.LIMIT for fact in ("jai-paye/virement-ordonne",))


def _cited_sentences(answer: Answer) -> list[tuple[Citation, AnswerSentence]]:
    by_number = {citation.n: citation for citation in answer.citations}
    return [(by_number[sentence.n], sentence) for part in answer.parts for sentence in part.sentences]


@pytest.mark.parametrize("question", ["c legal ?", "alors koi", "combien ?"])
def test_a_question_about_nothing_in_particular_is_asked_back(small_answerer: Answerer, question: str) -> None:
    answer = small_answerer.answer(question, TODAY)
    assert answer.status is Status.SMALLTALK and "De quoi parlez-vous" in answer.text


@full
def test_plus_de_details_gives_the_rest_and_only_the_rest(answerer: Answerer) -> None:
    answer = answerer.answer("Combien de cotisations vais-je payer ?", TODAY)
    shown = frozenset(facts_of(answer))
    rest = answerer.fiche("cotisations", TODAY, shown)
    assert answer.parts[0].has_more and not facts_of(rest) & shown
    every = {fact.id for fact in answerer.generation.fiches["cotisations"].facts}
    assert facts_of(rest) | (shown & every) <= every


@full
def test_no_fiche_of_the_base_renders_badly(answerer: Answerer) -> None:
    for fiche in answerer.generation.fiches:
        text = answerer.fiche(fiche, TODAY).text
        assert not re.search(r"[{}]|None|\bnan\b", text), (fiche, text)


@full
def test_the_examples_offered_at_start_are_answered(answerer: Answerer) -> None:
    for question in answerer.messages["welcome_examples"]:
        assert answerer.answer(question, TODAY).status is Status.ANSWERED, question


@full
def test_a_question_in_english_is_answered_in_french_and_says_so(answerer: Answerer) -> None:
    answer = answerer.answer("do i have to declare my survey money to the tax office?", TODAY)
    assert answer.citations and answer.text.startswith("I answer in French")


def test_an_unfinished_question_asks_for_the_rest(small_answerer: Answerer) -> None:
    answer = small_answerer.answer("et si", TODAY)
    assert answer.status is Status.SMALLTALK and "Il manque la suite" in answer.text
