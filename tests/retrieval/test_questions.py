"""One message, the questions it asks."""

from __future__ import annotations

import pytest

from knowledge.library import KNOWLEDGE_DIR, parse_yaml
from retrieval.questions import split, without_story
from retrieval.subjects import Subjects

MOST = 3
SUBJECTS = Subjects(parse_yaml((KNOWLEDGE_DIR / "lexicon.yaml").read_text("utf-8"))["subjects"])


def asked(text: str) -> list[str]:
    return [question.question for question in split(text, MOST)]


def asked_by_name(text: str) -> list[str]:
    return [question.question for question in split(text, MOST, SUBJECTS)]


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        (
            "Avec mes petits sondages est ce que le fisc le voit et est ce que je risque une grosse amende",
            ["Avec mes petits sondages est ce que le fisc le voit", "est ce que je risque une grosse amende"],
        ),
        (
            "jtouche l'are. jai mis non à l'actualisation. jpeux encore corriger ma declaration ? et aussi faut til "
            "que je prenne un siret",
            ["jpeux encore corriger ma declaration ?", "et aussi faut til que je prenne un siret"],
        ),
        (
            "je suis infirmière titulaire, comment je demande l'autorisation et est-ce que je dois créer un statut avant",
            ["je suis infirmière titulaire, comment je demande l'autorisation", "est-ce que je dois créer un statut avant"],
        ),
        (
            "combien je vais toucher par jour d'arrêt, est-ce que je peux répondre aux mails de mes clients pendant ce temps",
            ["combien je vais toucher par jour d'arrêt", "est-ce que je peux répondre aux mails de mes clients pendant ce temps"],
        ),
        (
            "je touche la prime. ma prime baisse de 50 ? de 30 ? de rien ? et si je suis pas micro je déclare en salaire ?",
            ["ma prime baisse de 50 ? de 30 ? de rien ?", "et si je suis pas micro je déclare en salaire ?"],
        ),
        (
            "mon mari touche l'ass et il a gagné 70 e, est ce qu'il risque qqch, et aussi comment il corrige et faut il un siret",
            ["mon mari touche l'ass et il a gagné 70 e, est ce qu'il risque qqch", "comment il corrige", "faut il un siret"],
        ),
        (
            "j'ai une facture impayée je dis quoi au client et ca coute combien le tribunal",
            ["j'ai une facture impayée je dis quoi au client", "ca coute combien le tribunal"],
        ),
        (
            "on m'a pris mes papiers, kestion 1 je préviens qui kestion 2 qui rembourse le crédit",
            ["je préviens qui", "qui rembourse le crédit"],
        ),
        (
            "do i need a siret, do they tax me in the us and how long do i keep invoices",
            ["do i need a siret", "do they tax me in the us", "how long do i keep invoices"],
        ),
        (  # no mark, no « et »
            "jsuis en bts jai eu 60 euros de tests la caf veut mes revenus je mets quoi est ce que mon apl baisse faut til un siret",
            ["jsuis en bts jai eu 60 euros de tests la caf veut mes revenus je mets quoi", "est ce que mon apl baisse", "faut til un siret"],
        ),
        (  # a question that its words alone do not show, beside one that they do
            "jai rien déclaré au printemps je risque une amende et comment je rattrape et la cfe je vais devoir la payer",
            ["jai rien déclaré au printemps je risque une amende", "comment je rattrape", "la cfe je vais devoir la payer"],
        ),
        (
            "ma niece veut faire des tests est ce quelle a le droit seule et qui déclare ses gains",
            ["ma niece veut faire des tests est ce quelle a le droit seule", "qui déclare ses gains"],
        ),
        (
            "jaimerais savoir si ma pension va baisser et quand je dois le dire à la caisse",
            ["jaimerais savoir si ma pension va baisser", "quand je dois le dire à la caisse"],
        ),
        (
            "outlier me paye en dollars je mets quel taux et est ce que la tva je la mets",
            ["outlier me paye en dollars je mets quel taux", "est ce que la tva je la mets"],
        ),
    ],
)  # fmt: skip
def test_each_question_is_found_and_none_is_cut_short(text: str, questions: list[str]) -> None:
    assert asked(text) == questions


@pytest.mark.parametrize(
    "text",
    [
        "est-ce que je dois déclarer mes sondages et où ?",
        "je dois déclarer où et comment ?",
        "le médiateur c'est gratuit ? combien de temps ?",
        "j'ai gagné 300 euros et je dois payer l'urssaf, j'y comprends rien",
        "je dois 300 euros à l'urssaf et je peux pas payer comment faire",
        "on me propose des tâches et il faut payer 50 euros",
        "mon compte est fermé, ils répondent plus",
        "j'ai droit à l'are 900 euros et il faut que je déclare mes sondages",
        "mes gains je les déclare, c'est grave ? je risque quoi ?",
        "il me reste 2 choses à payer, la 1) cfe et l'urssaf",
        "on me demande mes revenus et je peux pas les prouver",
        "je suis à l'are et je dois rembourser la caf et ils vont me saisir",
        "mon compte est bloqué, comment je récupère mes gains et mes données",
    ],
)
def test_one_question_stays_whole(text: str) -> None:
    assert asked(text) == [text]


def test_a_half_that_may_only_tell_is_marked() -> None:
    sure = [
        question.is_sure for question in split("jai une micro comment je la ferme et la cfe je vais la payer", MOST)
    ]
    assert sure == [True, False]


def test_beyond_the_limit_the_last_questions_are_looked_up_together() -> None:
    text = "un deux trois ? quatre cinq six ? sept huit neuf ? dix onze douze ? treize quatorze quinze ?"
    assert asked(text) == [
        "un deux trois ?",
        "quatre cinq six ?",
        "sept huit neuf ? dix onze douze ? treize quatorze quinze ?",
    ]


def test_a_question_keeps_what_was_told_and_not_the_other_question() -> None:
    first, second = split("Je suis au RSA à Lyon. Je fais des sondages, est-ce que je perds mon allocation "
                          "et comment fermer ma micro-entreprise ?", MOST)  # fmt: skip
    assert first.told == "Je suis au RSA à Lyon."
    assert second.whole == "Je suis au RSA à Lyon. Je fais des sondages comment fermer ma micro-entreprise ?"


def test_a_question_that_points_back_keeps_the_one_before_it() -> None:
    _, second = split("Puis-je ouvrir une micro-entreprise avec ma carte ? Et ça coûte combien cette histoire ?", MOST)
    assert second.told == "Puis-je ouvrir une micro-entreprise avec ma carte ?"


def test_the_story_goes_with_each_question_not_only_with_the_next_one() -> None:
    story = "je suis au chômage et j'ai gagné 85 euros"
    *_, last = split(f"{story}, est ce que je risque qqch, comment je corrige et faut il un siret ?", MOST)
    assert last.whole == f"{story} faut il un siret ?"


def test_what_is_told_after_the_last_question_goes_with_it() -> None:
    assert asked("Dois-je déclarer mes gains ? Combien de cotisations dois-je payer ? J'ai gagné 300 €.")[-1] == (
        "Combien de cotisations dois-je payer ? J'ai gagné 300 €."
    )


def test_a_question_is_quoted_without_its_story() -> None:
    assert without_story("alors voila je suis au chomage depuis juin, est ce que je risque qqch") == (
        "est ce que je risque qqch"
    )
    assert without_story("dois-je déclarer mes sondages ?") == "dois-je déclarer mes sondages ?"
    assert without_story("mon compte est fermé") == "mon compte est fermé"


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        (
            "jsuis en micro combien je cotise et la cfe cest quand",
            ["jsuis en micro combien je cotise", "la cfe cest quand"],
        ),
        (
            "est ce que mes parents perdent les allocs, et niveau impots ?",
            ["est ce que mes parents perdent les allocs", "niveau impots ?"],
        ),
        (
            "comment je declare 40 euros aux impots ? pis l'urssaf",
            ["comment je declare 40 euros aux impots ?", "comment je declare 40 euros l'urssaf ?"],
        ),
        (  # said once, asked of each
            "est ce que je perds mes apl et ma bourse si je gagne 90 euros",
            ["est ce que je perds mes apl si je gagne 90 euros", "est ce que je perds ma bourse si je gagne 90 euros"],
        ),
        ("caf et impots je declare ou", ["caf je declare ou", "impots je declare ou"]),
        (  # a whole story, a question mark on its own words only
            "je vis dans un foyer avec mon fils. je peux ? et l'ada ?",
            ["je peux ?", "et l'ada ?"],
        ),
        (
            "jai besoin dargent, on me propose des taches, jai le droit, il faut un siret, et mes parents perdent quoi ?",
            ["jai besoin dargent, on me propose des taches, jai le droit", "il faut un siret", "mes parents perdent quoi ?"],
        ),
        (
            "ils mont banni cest normal ? et je porte plainte ou",
            ["ils mont banni cest normal ?", "et je porte plainte ou"],
        ),
    ],
)  # fmt: skip
def test_what_is_asked_by_its_name_alone_is_a_question(text: str, questions: list[str]) -> None:
    assert asked_by_name(text) == questions


@pytest.mark.parametrize(
    "text",
    [
        "est ce que je peux cumuler mon rsa et la prime d'activité",
        "je touche le rsa et les apl, est ce que je peux faire des taches",
        "faut il le dire a la caf ou a france travail ?",
        "est ce que l'urssaf et les impots se parlent",
        "comment je recupere mes gains et la caf m'a coupé le rsa",
        "la caf et france travail me demandent mes releves je fais quoi",
        "Je suis retraité, je peux faire des sondages ?",
        "combien il me reste par mois apres urssaf et impots",
        "comment changer mon titre de sejour, la prefecture ne donne aucun rendez-vous",
    ],
)
def test_names_that_are_told_or_asked_about_together_are_not_cut(text: str) -> None:
    assert asked_by_name(text) == [text]


def test_a_name_after_a_question_without_one_asks_the_same_of_it() -> None:
    _, caf, taxes = split(
        "Je suis retraité, est-ce que je dois le dire ? Pour la Caf ? Niveau impôts ?", MOST, SUBJECTS
    )
    assert (caf.question, taxes.question) == ("Pour la Caf ?", "Niveau impôts ?")
    assert caf.told == taxes.told and "est-ce que je dois le dire" in caf.told


def test_a_story_told_after_the_questions_goes_with_each() -> None:
    story = "Je touche une petite retraite et je corrige des textes pour un site."
    questions = split(f"Est-ce que je dois cotiser ? Faut-il un Siret ? {story}", MOST, SUBJECTS)
    assert [question.told for question in questions] == [story, story]
    text = "est ce que je dois cotiser et faut il un siret jsuis en master et je fais des sondages le soir"
    questions = split(text, MOST, SUBJECTS)
    assert [question.question for question in questions] == ["est ce que je dois cotiser", "faut il un siret"]
    assert all(question.told == "jsuis en master et je fais des sondages le soir" for question in questions)


def test_a_message_that_only_tells_asks_about_what_worries() -> None:
    (worry,) = split("jai rien déclaré depuis trois ans jai peur, je faisais des tests de sites payés sur paypal", MOST)
    assert worry.question == "jai rien déclaré depuis trois ans jai peur"
    assert "paypal" in worry.told
    (whole,) = split("jai peur que ce soit une arnaque, ils demandent ma carte", MOST)
    assert whole.question == "jai peur que ce soit une arnaque, ils demandent ma carte"


def test_what_one_cannot_do_any_more_may_ask_after_a_question() -> None:
    first, second = split("la carte vitale elle marche encore ? et j'arrive plus à payer mon loyer", MOST, SUBJECTS)
    assert first.is_sure and not second.is_sure
