"""The facts found, weighed again for who asks and for the platform that is named."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest

from bot.answering.done import acts_done, advises
from bot.answering.fit import Fit
from bot.answering.pipeline import Answerer
from knowledge.generation import Generation
from knowledge.library import KNOWLEDGE_DIR, parse_yaml
from knowledge.model import Audience, Confidence, Fact, Role
from retrieval.retriever import FactFit, Retrieval
from retrieval.rewrite import Rewriter
from tests.conftest import TODAY

LEXICON = parse_yaml((KNOWLEDGE_DIR / "lexicon.yaml").read_text("utf-8"))
ROUTING = parse_yaml((KNOWLEDGE_DIR / "routing.yaml").read_text("utf-8"))
REWRITER = Rewriter({**LEXICON, "platform_fiches": {"clickworker": "clickworker"}}, 4)


def fact(name: str, text: str, *audience: Audience, confidence: Confidence = Confidence.HIGH) -> Fact:
    fiche, slug = name.split("/")
    return Fact(
        fiche=fiche,
        slug=slug,
        role=Role.ANSWER,
        text=text,
        sources=["essai"],
        audience=list(audience) or [Audience.ALL],
        confidence=confidence,
        expires_on=date(2028, 1, 1),
    )


FACTS = [
    fact("impots/tous", "Les gains d'une activité d'appoint sont imposables."),
    fact("aides/etudiants", "Un étudiant boursier peut cumuler sa bourse et ses gains.", Audience.STUDENT),
    fact("sejour/visas", "Un étudiant étranger peut travailler 964 heures par an.", Audience.FOREIGN_STUDENT),
    fact("aides/agents", "Un agent public ne peut pas cumuler sans accord.", Audience.CIVIL_SERVANT),
    fact("pension/etat", "Un fonctionnaire retraité a un plafond.", Audience.PENSIONER, Audience.CIVIL_SERVANT),
    fact("pension/prive", "Un retraité du privé peut cumuler.", Audience.PENSIONER),
    fact("vivre-hors-de-france/adresse", "Qui vit à l'étranger peut avoir une micro-entreprise en France."),
    fact("age/general", "Plusieurs plateformes exigent 18 ans, à lire en 2026.", confidence=Confidence.TO_VERIFY),
    fact("clickworker/statut", "Chez Clickworker, il faut avoir au moins 18 ans."),
    fact("contrat/signer", "Avant de signer, demandez par écrit de limiter la clause."),
    fact("contrat/nulle", "Une clause sans limite est nulle."),
    fact("chomage/are", "L'ARE du mois baisse de 70 % du revenu gagné.", Audience.JOBSEEKER),
    fact("chomage/ass", "Avec l'ASS, le gain se cumule en entier pendant 3 mois.", Audience.JOBSEEKER),
    fact("chomage/tout", "Un inscrit à France Travail signale toute activité.", Audience.JOBSEEKER),
    fact("chomage/recettes", "Déclarez votre chiffre à France Travail.", Audience.JOBSEEKER, Audience.SELF_EMPLOYED),
    fact("caf/rsa", "Le RSA baisse quand on gagne de l'argent."),
    fact("maladie/rien", "Sans micro-entreprise, les gains ne donnent aucune indemnité.", Audience.NO_STATUS),
    fact("maladie/micro", "Un micro-entrepreneur malade peut être indemnisé.", Audience.SELF_EMPLOYED),
    fact("sante/mayotte", "La C2S (aide aux frais de santé) existe à Mayotte depuis 2024."),
    fact("sante/partout", "La C2S paie le reste des soins, sous un plafond (plus bas à Mayotte)."),
    fact("clickworker/qui", "Clickworker appartient à une société, selon sa notice de 2026."),
]


def weighed(question: str, *earlier: str, **probabilities: float) -> list[str]:
    """The facts as they would be said, from what retrieval thought of them; ``earlier``: the turns before."""
    known = SimpleNamespace(facts={each.id: each for each in FACTS}, lexicon=LEXICON, routing=ROUTING)
    by_slug = {each.slug: each for each in FACTS}
    found = [FactFit(by_slug[slug].id, by_slug[slug].fiche, value) for slug, value in probabilities.items()]
    retrieval = SimpleNamespace(query=REWRITER.queries([*earlier, question], TODAY)[0], facts=found)
    fits = Fit(cast(Generation, known)).weighed(cast(Retrieval, retrieval), [*earlier, question])
    return [fit.fact_id.split("/")[1] for fit in fits]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("je fais des sondages, c'est imposable ?", ["tous", "etudiants"]),
        ("étudiante à la fac, je fais des sondages, c'est imposable ?", ["etudiants", "tous"]),
    ],
)
def test_what_is_for_other_people_comes_after_what_is_for_everybody(question: str, expected: list[str]) -> None:
    assert weighed(question, etudiants=0.5, tous=0.4) == expected


def test_a_student_is_not_a_foreign_student() -> None:
    found = {"visas": 0.6, "tous": 0.4}
    assert weighed("je suis étudiant, c'est combien ?", **found) == ["tous", "visas"]
    assert weighed("je suis étudiant marocain, c'est combien ?", **found) == ["visas", "tous"]
    assert weighed("j'ai un titre de séjour mais je suis pas étudiante", **found) == ["tous", "visas"]


def test_what_is_only_for_whoever_asks_comes_before_what_is_for_everybody() -> None:
    assert weighed("étudiante à la fac, c'est imposable ?", tous=0.5, etudiants=0.45) == ["etudiants", "tous"]
    assert weighed("c'est imposable ?", tous=0.5, etudiants=0.45) == ["tous", "etudiants"]


def test_the_rules_of_public_servants_are_for_nobody_else() -> None:
    assert weighed("retraité du privé, ma pension baisse ?", etat=0.5, prive=0.4) == ["prive", "etat"]
    assert weighed("retraité de la fonction publique, ma pension baisse ?", etat=0.5, prive=0.4) == ["etat", "prive"]


def test_a_status_told_before_counts() -> None:
    known = SimpleNamespace(facts={each.id: each for each in FACTS}, lexicon=LEXICON, routing=ROUTING)
    query = REWRITER.queries(["je suis fonctionnaire", "et pour des sondages ?"], TODAY)[0]
    found = [FactFit("aides/agents", "aides", 0.5), FactFit("impots/tous", "impots", 0.4)]
    retrieval = cast(Retrieval, SimpleNamespace(query=query, facts=found))
    fit = Fit(cast(Generation, known))
    assert fit.weighed(retrieval, ["je suis fonctionnaire", "et pour des sondages ?"])[0].fact_id == "aides/agents"


def test_what_is_for_people_without_a_status_is_not_for_who_has_one() -> None:
    found = {"rien": 0.7, "micro": 0.4}
    assert weighed("et si je suis malade ?", "je suis micro-entrepreneur depuis mars", **found) == ["micro", "rien"]
    assert weighed("et si je suis malade ?", "j'ai pas de micro-entreprise", **found) == ["rien", "micro"]
    assert weighed("il faut une micro-entreprise pour être payé malade ?", **found) == ["rien", "micro"]


def test_who_told_their_benefit_is_not_answered_with_another_one() -> None:
    found = {"are": 0.9, "tout": 0.3, "ass": 0.1}
    question = "si je gagne 80 euros ils m'enlèvent combien ?"
    assert weighed(question, "je suis à l'ASS", **found) == ["ass", "tout"]
    assert weighed(question, "je suis a lass", **found) == ["ass", "tout"], "the article may be stuck to it"
    assert weighed(question, "je touche l'ARE", **found) == ["are", "tout", "ass"]
    assert weighed(question, **found) == ["are", "tout", "ass"], "nothing was told"


def test_the_rule_of_another_benefit_comes_later_where_none_of_ones_own_was_found() -> None:
    assert weighed("et si je gagne 80 euros ?", "j'ai l'ASS", rsa=0.5, tous=0.4) == ["tous", "rsa"]
    assert weighed("et pour le rsa de ma soeur ?", "j'ai l'ASS", rsa=0.5, tous=0.4) == ["rsa", "tous"], "it is named"


def test_what_jobseekers_in_business_declare_is_not_for_each_business() -> None:
    found = {"recettes": 0.5, "tous": 0.3}
    assert weighed("14 euros sur Appen, je le dis à qui ?", **found) == ["tous", "recettes"]
    assert weighed("14 euros sur Appen, je suis au chômage, je le dis à qui ?", **found) == ["recettes", "tous"]


def test_what_holds_overseas_is_said_to_whoever_names_it() -> None:
    found = {"mayotte": 0.6, "partout": 0.4}
    assert weighed("et la mutuelle ?", **found) == ["partout", "mayotte"]
    assert weighed("et la mutuelle ?", "j'habite à Mayotte", **found) == ["mayotte", "partout"]


def test_somebody_who_lives_in_france_is_not_told_first_of_life_abroad() -> None:
    found = {"adresse": 0.5, "tous": 0.4}
    assert weighed("je suis belge mais j'habite à Lille, micro entreprise ?", **found) == ["tous", "adresse"]
    assert weighed("j'habite à Liège, micro entreprise ?", **found) == ["adresse", "tous"]


def test_the_platform_that_is_named_speaks_for_itself() -> None:
    assert weighed("clickworker c'est quelle société ?", tous=0.45, qui=0.4) == ["qui", "tous"]
    assert weighed("toluna c'est quelle société ?", tous=0.45, qui=0.4) == ["tous", "qui"]


def test_asked_for_a_rule_of_the_law_the_platform_that_is_named_does_not_come_first() -> None:
    assert weighed("clickworker c'est imposable ?", tous=0.45, qui=0.4) == ["tous", "qui"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("je suis étudiante", ["etudiants", "tous"]),
        ("je suis pas étudiante", ["tous", "etudiants"]),
        ("je ne suis plus étudiante depuis juin", ["tous", "etudiants"]),
        ("ni salariée ni étudiante", ["tous", "etudiants"]),
        ("sans être étudiante", ["tous", "etudiants"]),
        ("au foyer mais pas étudiante", ["tous", "etudiants"]),
        ("je suis pas étudiante à plein temps mais étudiante quand même", ["etudiants", "tous"]),
    ],
)
def test_a_status_that_is_denied_counts_against_its_rules(told: str, expected: list[str]) -> None:
    assert weighed(f"{told}, je peux faire des sondages ?", etudiants=0.7, tous=0.2) == expected


def test_a_benefit_that_is_denied_counts_against_its_rules() -> None:
    assert weighed("je touche pas le rsa, je déclare ?", rsa=0.6, tous=0.2) == ["tous", "rsa"]
    assert weighed("je touche le rsa, je déclare ?", rsa=0.6, tous=0.2) == ["rsa", "tous"]
    assert weighed("je perds pas le rsa si je déclare ?", rsa=0.6, tous=0.2) == ["rsa", "tous"], "that is not denied"
    assert weighed("je l'ai pas dit au chômage, je déclare ?", tout=0.6, tous=0.2) == ["tout", "tous"], "nor that"


def test_a_sure_fact_of_the_platform_takes_the_place_of_one_to_verify_that_says_the_same() -> None:
    found = {"general": 0.84, "qui": 0.1, "statut": 0.05}
    assert weighed("clickworker âge minimum ?", **found)[0] == "statut"
    assert weighed("quel âge minimum pour une plateforme ?", **found)[0] == "general"
    assert weighed("clickworker c'est qui ?", general=0.84, qui=0.1)[0] == "general", "a year in common says nothing"


def test_a_doubtful_fact_is_left_out_after_a_sure_one_and_kept_after_a_doubtful_one(small_answerer: Answerer) -> None:
    def kept(*probabilities: float) -> int:
        fits = [FactFit(f"essai/{rank}", "essai", value) for rank, value in enumerate(probabilities)]
        return len(list(small_answerer._composer._worth_saying(fits)))

    assert kept(0.9, 0.1) == 1
    assert kept(0.4, 0.1) == 2
    assert kept(0.9, 0.6, 0.35) == 3, "what was surely asked for is said"
    assert kept(0.01) == 1, "there is always a first sentence"


@pytest.mark.parametrize(
    ("said", "advice", "too_late"),
    [
        ("j'ai déjà signé le contrat", "Avant de signer, demandez par écrit de limiter la clause.", True),
        ("jai deja payé la cfe par erreur", "Payez la CFE en ligne au plus tard le 15 décembre.", True),
        ("j'ai demandé la remise, ils refusent", "Pour demander une remise, écrivez à la commission.", True),
        ("g donné le code whatsapp", "Ne donnez jamais le code WhatsApp reçu par SMS.", True),
        ("j'ai déjà payé la cfe", "Payez vos cotisations en ligne.", False),
        ("j'ai donné le code", "Si vous avez déjà donné le code, appelez votre banque.", False),
        ("je n'ai pas signé le contrat", "Avant de signer, demandez par écrit de limiter la clause.", False),
        ("dois-je payer la cfe ?", "Payez la CFE en ligne au plus tard le 15 décembre.", False),
    ],
)
def test_advice_comes_too_late_for_what_is_done(said: str, advice: str, too_late: bool) -> None:
    assert advises(advice, acts_done(said)) is too_late


def test_advice_that_comes_too_late_is_said_last() -> None:
    assert weighed("j'ai déjà signé le contrat, que faire ?", signer=0.5, nulle=0.4) == ["nulle", "signer"]
    assert weighed("je vais signer le contrat, que faire ?", signer=0.5, nulle=0.4) == ["signer", "nulle"]


def test_a_rule_that_leaves_out_who_asks_comes_last() -> None:
    facts = [
        fact("titre/tous", "Un étudiant étranger (sauf Algériens, qui ont une règle à part) travaille 964 heures."),
        fact("titre/algerien", "Un étudiant algérien demande une autorisation provisoire."),
    ]
    assert best("je suis étudiant algérien, combien d'heures je peux travailler ?", facts) == "titre/algerien"
    assert best("je suis étudiant marocain, combien d'heures je peux travailler ?", facts) == "titre/tous"


def test_what_lowers_the_benefit_of_a_parent_is_a_rule_on_the_household() -> None:
    facts = [
        fact("chomage/are", "L'ARE du mois baisse de 70 % du revenu gagné.", Audience.JOBSEEKER),
        fact("foyer/enfant", "Les gains d'un enfant à charge comptent avec ceux du foyer."),
    ]
    assert best("je gagne 40 euros par mois, est-ce que le chômage de mon père baisse ?", facts) == "foyer/enfant"
    assert best("je gagne 40 euros par mois, est-ce que mon chômage baisse ?", facts) == "chomage/are"


@pytest.mark.parametrize(
    "asked", ["je suis fonctionnaire, je risque quoi ?", "je suis fonctionnaire, et si je dis rien ?"]
)
def test_where_a_risk_is_asked_the_own_sanction_comes_first(asked: str) -> None:
    facts = [
        fact("impots/amende", "Aux impôts, on risque une amende."),
        fact("agents/sanction", "Un agent public risque une sanction disciplinaire.", Audience.CIVIL_SERVANT),
    ]
    assert best(asked, facts) == "agents/sanction"
    assert best("je risque quoi si je déclare rien ?", facts) == "impots/amende"


def best(question: str, facts: list[Fact]) -> str:
    """The first of ``facts``, found in that order and nearly as likely."""
    generation = SimpleNamespace(facts={each.id: each for each in facts}, lexicon=LEXICON, routing=ROUTING)
    found = [FactFit(each.id, each.fiche, 0.5 - 0.05 * rank) for rank, each in enumerate(facts)]
    query = REWRITER.queries([question], TODAY)[0]
    retrieval = cast(Retrieval, SimpleNamespace(query=query, facts=found))
    return Fit(cast(Generation, generation)).weighed(retrieval)[0].fact_id
