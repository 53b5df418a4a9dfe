"""The named formulas, on the real figures."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.answering.compute import Calculator, Computed
from bot.answering.pipeline import Answerer
from ingest.lexicon import completed
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import Generation, open_active
from knowledge.library import KNOWLEDGE_DIR, Library, parse_yaml
from retrieval.rewrite import Rewriter
from tests.conftest import TODAY, SmallCopy, run_build

SAID = parse_yaml(Path(__file__).with_name("sums.yaml").read_text("utf-8"))
FIRES = [(row["say"], row["gives"]) for rows in SAID["fires"].values() for row in rows]


@pytest.fixture(scope="module")
def tools(library: Library) -> tuple[Calculator, Rewriter]:
    known: Any = SimpleNamespace(messages=library.messages, figures=library.figures, facts=library.facts)
    return Calculator(cast(Generation, known)), Rewriter(completed(library.lexicon), max_questions=3)


def computed(tools: tuple[Calculator, Rewriter], said: str | list[str], today: date = TODAY) -> list[Computed]:
    """The lines for a message, or for the last one of a chat."""
    calculator, rewriter = tools
    turns = [said] if isinstance(said, str) else said
    earlier = [query for turn in turns[:-1] for query in rewriter.queries([turn], today)]
    return calculator.compute(rewriter.queries(turns, today)[0], today, earlier)


def results(tools: tuple[Calculator, Rewriter], question: str) -> list[tuple[str, str]]:
    return [(line.text, line.fact_id) for line in computed(tools, question)]


@pytest.mark.parametrize(("said", "gives"), FIRES, ids=str)
def test_a_sum_that_is_asked_for_leads(tools: tuple[Calculator, Rewriter], said: str | list[str], gives: str) -> None:
    found = computed(tools, said)
    assert found, "no sum"
    assert gives in found[0].text


@pytest.mark.parametrize("said", SAID["silent"], ids=str)
def test_what_only_contains_an_amount_has_no_sum(tools: tuple[Calculator, Rewriter], said: str | list[str]) -> None:
    assert computed(tools, said) == []


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        (
            "j'ai le versement libératoire et j'ai l'acre depuis août 2026, 1000 € en bnc, combien je paie à l'urssaf ?",
            ["Environ 216 €", "192 €", "2 €", "22 €", "avec l'Acre, pour une création depuis le 1er juillet 2026"],
        ),
        (
            "j'ai l'acre, 1000 euros de recettes bnc, combien de cotisations",
            ["Environ 194 €", "192 €", "2 €", "avec l'Acre", "créée avant le 1er juillet 2026 : 1 000 € × 12,8 % = 128 €"],
        ),
        (
            "je facture 25 euros de l'heure en bnc, 10 heures par mois, il me reste combien net",
            ["Il vous reste environ 186 € par mois", "25 € de l'heure × 10 h par mois = 250 € par mois", "64 €", "0,50 €"],
        ),
        (
            "1500 par mois en bnc combien de trimestres par an",
            ["4 trimestres", "1 500 € par mois = 18 000 € par an", "÷ environ 2 732 € = 4 trimestres (4 au plus par an)"],
        ),
        (
            "aah 1000 euros de gains microtravail sur 5 mois, combien en moins",
            ["40 € par mois au plus", "1 000 € ÷ 5 mois = 200 € par mois", "200 € de gains par mois × 20 % comptés = 40 €"],
        ),
        (
            "14 euros de l'heure en bnc, 15h par semaine, il me reste quoi apres l'urssaf",
            ["675 € par mois", "14 € de l'heure × 15 h par semaine (× 52 semaines ÷ 12 mois) = 910 € par mois"],
        ),
        (
            "avec le versement liberatoire et l'acre depuis mars 2026 en bnc je paie combien d'urssaf sur 1000 euros",
            ["Environ 152 €", "12,8 %", "2 €", "22 €", "avec l'Acre, pour une création avant le 1er juillet 2026"],
        ),
        ("are 980/mois et 200 par mois sur toluna, combien il me reste", ["92 € : il en reste environ 888 €", "92,40 €"]),
        (
            "prolific me paye 12 $ de l'heure, c est mieux que le smic",
            ["en dollars", "12,31 € brut de l'heure", "ne donne pas un droit"],
        ),
        (
            "g fait 250e de toluna sur l'annee, ça fait combien d'imposable",
            ["0 € : ces recettes n'ajoutent rien", "au moins 305 € par an ; il couvre vos 250 €"],
        ),
        (
            "rsa seule, 300 euros de ca sur les 3 mois en micro, ma caf va baisser de combien",
            ["66 € au plus par mois", "300 € ÷ 3 mois = 100 € par mois", "66 € par mois comptés par la Caf"],
        ),
        (
            "versement liberatoire sur 1000 euros c combien",
            ["22 € d'impôt", "2,2 % = 22 €", "libérale (BNC)", "(BIC) : 1 000 € × 1,7 % = 17 €"],
        ),
        (
            "combien faut il encaisser pour valider 4 trimestres en micro",
            ["10 928 €", "4 × environ 2 732 € = 10 928 €", "4 × environ 3 606 € = 14 424 €"],
        ),
    ],
)  # fmt: skip
def test_every_step_is_shown(tools: tuple[Calculator, Rewriter], said: str, lines: list[str]) -> None:
    found = [line.text for line in computed(tools, said)]
    assert len(found) >= len(lines)
    assert all(expected in text for expected, text in zip(lines, found, strict=False)), found


def test_the_acre_stops_after_the_third_quarter_that_follows(tools: tuple[Calculator, Rewriter]) -> None:
    found = computed(
        tools, "j'ai eu l'acre en micro créée en janvier 2025, 1000 euros encaissés, combien de cotisations"
    )
    assert found[0].text.startswith("Environ 258 €")
    assert "sans Acre" in " ".join(line.text for line in found)


def test_a_day_without_a_figure_has_no_result(tools: tuple[Calculator, Rewriter]) -> None:
    said = "avec 6000 euros de recettes bnc je valide combien de trimestres"
    assert computed(tools, said)
    assert computed(tools, said, date(2019, 6, 1)) == []


@pytest.fixture(scope="module")
def of_one_fiche(
    tmp_path_factory: pytest.TempPathFactory, small_copy: SmallCopy, library: Library, model: EmbeddedE5
) -> Answerer:
    """The small library with the real fiche of contributions and its figures: the whole base is not needed to sum."""
    settings = small_copy(tmp_path_factory.mktemp("sums"))
    folder = settings.knowledge_dir
    shutil.copy(KNOWLEDGE_DIR / "figures.yaml", folder)
    shutil.copy(KNOWLEDGE_DIR / "contacts.yaml", folder)
    shutil.copytree(KNOWLEDGE_DIR / "sources", folder / "sources", dirs_exist_ok=True)
    real = KNOWLEDGE_DIR.parent / library.lines["cotisations"][0]
    alone = re.sub(r"^related:.*$", "related: []", real.read_text("utf-8"), flags=re.MULTILINE)
    (folder / "fiches/argent/cotisations.md").write_text(alone, "utf-8")
    run_build(settings, model)
    return Answerer(open_active(settings, model), model, settings)


def test_the_answer_opens_with_the_sum_and_reads_the_chat(of_one_fiche: Answerer) -> None:
    first = "jai fait 1000e pile avec remotasks. combien jdonne a l etat"
    assert of_one_fiche.answer(first, TODAY).text.startswith("Environ 258 €")
    follow_up = of_one_fiche.answer("et si c'est 3000 ?", TODAY, [first])
    assert follow_up.text.startswith("Environ 774 €")
    stated = {citation.n for citation in follow_up.citations}
    computed_from = {sentence.n for sentence in follow_up.parts[0].sentences if sentence.is_computed}
    assert computed_from <= stated
    others = [sentence.n for sentence in follow_up.parts[0].sentences if not sentence.is_computed]
    assert len(others) <= 2 and not computed_from & set(others), "what a result cites is not said again"


@pytest.mark.full
def test_the_second_question_of_a_message_uses_the_amount_of_the_first(answerer: Answerer) -> None:
    answer = answerer.answer(
        "j'ai gagné 6000 € cette année. Je paie combien à l'Urssaf ? Et ça valide combien de trimestres ?", TODAY
    )
    leads = [part.sentences[0].text for part in answer.parts]
    assert [lead[:14] for lead in leads] == ["Environ 1 548 ", "Pour 2026 : 2 "]


@pytest.mark.parametrize(
    ("question", "said", "fact"),
    [
        ("j'ai gagné 340 € ce mois-ci, je paie combien ?", "340 € de recettes × 25,6 % de cotisations (taux de 2026) = 87,04 €", "cotisations/taux-bnc"),
        ("g gagné 340e sur clickworker cb je paye a l'urssaf", "340 € × 0,2 % = 0,68 €", "cotisations/formation"),
        ("avec 12 000 € de recettes BNC je valide combien de trimestres ?", "÷ environ 2 732 € = 4 trimestres", "retraite-trimestres/regle-150-heures"),
        ("en 2025 j'ai gagné 3500 € en BNC, je valide combien de trimestres", "÷ environ 2 700 € = 1 trimestre ", "retraite-trimestres/regle-150-heures"),
        ("10 € pour 4 h de sondages ?", "10 € ÷ 4 h = 2,50 € de l'heure", "smic-et-microtravail/smic-montant"),
        ("12,5€ pour 2h30 c'est légal ?", "12,50 € ÷ 2 h 30 = 5 € de l'heure", "smic-et-microtravail/smic-montant"),
        ("j'ai 640 € de recettes micro combien d'imposable", "305 € par an = 335 €", "declarer-revenus/petites-sommes"),
    ],
)  # fmt: skip
def test_a_clear_sum_is_worked_out_with_its_steps(
    tools: tuple[Calculator, Rewriter], question: str, said: str, fact: str
) -> None:
    found = results(tools, question)
    assert any(said in text and fact_id == fact for text, fact_id in found), found


def test_the_kind_of_activity_that_is_named_is_the_only_one(tools: tuple[Calculator, Rewriter]) -> None:
    named = results(tools, "j'ai encaissé 500 € en BNC, combien de cotisations ?")
    both = results(tools, "j'ai encaissé 500 €, combien de cotisations ?")
    assert both[:-1] == named
    assert both[-1] == (
        "Si l'activité relève des services commerciaux (BIC) : 500 € × 21,2 % = 106 € de cotisations.",
        "cotisations/taux-bic-services",
    )


@pytest.mark.parametrize(
    "question",
    [
        "je gagne 200 euros et je touche le chômage combien on me retire",
        "on m'a volé 340 euros combien de temps pour porter plainte",
        "ils me doivent 80 euros je fais quoi",
        "entre 200 et 300 euros de gains ou 400 euros, combien je paie à l'urssaf ?",
        "combien de cotisations en micro ?",
        "j'ai gagné 300 sur toluna et 200 sur clickworker combien je paie a l'urssaf",
        "pour toucher 800 euros net par mois en micro il faut facturer combien",
        "faut il l'acre pour 1000 euros de recettes, et combien de cotisations",
        "en 2027 je gagnerai 1000 € bnc combien de cotisations",
    ],
)
def test_without_one_clear_amount_there_is_no_result(tools: tuple[Calculator, Rewriter], question: str) -> None:
    assert results(tools, question) == []
