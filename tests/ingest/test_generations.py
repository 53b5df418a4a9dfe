from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from benchmarks.cli import app as benchmarks
from bot.settings import Settings
from ingest.cli import app
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import active_id, previous_id
from knowledge.golden import GoldenQuestion
from knowledge.scores import Measure, all_scores, read_scores, save_measure
from tests.conftest import SmallCopy, run_build

runner = CliRunner()
Edit = Callable[[Path, str, str], None]
Run = Callable[..., Result]
COTISATIONS = "fiches/argent/cotisations.md"
RIGHT = "right facts in the answer"


@pytest.fixture(scope="module")
def built(
    tmp_path_factory: pytest.TempPathFactory, built_copy: SmallCopy, model: EmbeddedE5
) -> tuple[Settings, str, str]:
    """The serving generation, and a candidate with one fact changed, one added, one removed and one dearer."""
    settings = built_copy(tmp_path_factory.mktemp("generations"))
    first = active_id(settings) or ""
    fiche = settings.knowledge_dir / COTISATIONS
    fiche.write_text(
        fiche.read_text().replace("déclare zéro.", "déclare encore zéro.").replace("### ancien", "### neuf")
    )
    figures = settings.knowledge_dir / "figures.yaml"
    figures.write_text(figures.read_text().replace("25.6", "26.1"))
    return settings, first, run_build(settings, model, publish_it=False).generation


@pytest.fixture
def settings(built: tuple[Settings, str, str], tmp_path: Path) -> Settings:
    """A copy of the two generations, for one test."""
    shutil.copytree(built[0].data_dir, tmp_path / "data")
    return built[0].model_copy(update={"data_dir": tmp_path / "data"})


@pytest.fixture
def two(built: tuple[Settings, str, str]) -> tuple[str, str]:
    return built[1:]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("KNOWLEDGE_DIR", str(settings.knowledge_dir))
    return lambda *arguments: runner.invoke(app, list(arguments))


def measured(settings: Settings, generation: str, right: int, golden: str = "abc") -> None:
    measure = Measure(
        today=date(2026, 11, 21), commit="c0ffee", golden=golden, rows=100, rates={RIGHT: (right, 100)}, themes={}
    )
    save_measure(settings.scores_dir, generation, "model", "dev", measure)


def test_the_list_tells_which_one_serves(run: Run, two: tuple[str, str], settings: Settings) -> None:
    measured(settings, two[0], 80)
    rows = [json.loads(line) for line in run("generations", "--json").stdout.splitlines()]
    assert [(row["id"], row["serving"], row["facts"]) for row in rows] == [(two[1], False, 8), (two[0], True, 8)]
    assert rows[0]["scores"] is None and rows[1]["scores"]["dev"]["rates"] == {RIGHT: [80, 100]}
    text = run("generations").stdout
    assert two[1] in text and "répond" in text and "autre modèle" not in text and "80,0 %" in text


def test_a_generation_of_another_version_is_listed_and_cannot_be_compared(
    run: Run, two: tuple[str, str], settings: Settings, edit: Edit
) -> None:
    edit(settings.generations_dir / two[1] / "manifest.json", '"schema": ', '"schema": 1')
    assert "d'une autre version" in run("generations").stdout
    for command in (["diff", two[1]], ["publish", two[1]], ["publish", two[1], "--force"]):
        result = run(*command)
        assert result.exit_code == 1 and "autre version" in result.stderr
    assert active_id(settings) == two[0]


def test_diff_shows_old_and_new_words(run: Run, two: tuple[str, str]) -> None:
    result = run("diff", *two, "--json", "--today", "2026-11-21")
    assert result.exit_code == 0, result.stderr
    row = json.loads(result.stdout)
    assert list(row["added"]) == ["cotisations/neuf"] and list(row["removed"]) == ["cotisations/ancien"]
    changed = {change["fact_id"]: change for change in row["changed"]}
    assert set(changed) == {"cotisations/zero", "cotisations/taux"}
    assert changed["cotisations/zero"]["new"].endswith("mais déclare encore zéro.")
    assert "25,6 %" in changed["cotisations/taux"]["old"] and "26,1 %" in changed["cotisations/taux"]["new"]
    text = run("diff", two[1], "--today", "2026-11-21").stdout
    assert f"De {two[0]}" in text and "avant : " in text and "25,6 %" in text


def test_a_piece_of_the_name_is_enough_when_it_is_the_only_one(run: Run, two: tuple[str, str]) -> None:
    assert run("publish", two[1][-8:]).exit_code == 0
    both = run("publish", "2026")
    assert both.exit_code == 1 and two[0] in both.stderr and two[1] in both.stderr
    assert "n'existe pas" in run("publish", "inconnue").stderr


def test_a_candidate_that_does_worse_is_refused(run: Run, two: tuple[str, str], settings: Settings) -> None:
    measured(settings, two[0], 80)
    measured(settings, two[1], 77)
    refused = run("publish", two[1])
    assert refused.exit_code == 1 and active_id(settings) == two[0]
    line = next(line for line in refused.stderr.splitlines() if line.startswith("Erreur"))
    assert "passe de 80,0 % à 77,0 % (−3,0 points)" in line and "--force" in line
    assert run("publish", two[1], "--force").exit_code == 0
    assert active_id(settings) == two[1]


@pytest.mark.parametrize(("right", "golden", "warned"), [(78, "abc", False), (10, "other questions", True)])
def test_a_small_fall_passes_and_other_questions_do_not_compare(
    run: Run, two: tuple[str, str], settings: Settings, right: int, golden: str, warned: bool
) -> None:
    measured(settings, two[0], 80)
    measured(settings, two[1], right, golden)
    result = run("publish", two[1])
    assert result.exit_code == 0 and active_id(settings) == two[1]
    assert ("rien n'a été comparé" in result.stderr) is warned


def test_the_limit_is_a_setting(
    run: Run, two: tuple[str, str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(settings, two[0], 80)
    measured(settings, two[1], 70)
    monkeypatch.setenv("SCORE_DROP_MAX", "0.1")
    assert run("publish", two[1]).exit_code == 0


def test_previous_goes_back_and_forth(run: Run, two: tuple[str, str], settings: Settings) -> None:
    assert "aucune génération précédente" in run("publish", "--previous").stderr
    measured(settings, two[0], 10)
    measured(settings, two[1], 90)
    assert run("publish", two[1]).exit_code == 0
    assert run("publish", "--previous").exit_code == 0, "going back is never refused"
    assert active_id(settings) == two[0]
    assert run("publish", "--previous").exit_code == 0
    assert active_id(settings) == two[1]
    assert run("publish").exit_code == 1 and run("publish", two[0], "--previous").exit_code == 1


def test_a_generation_of_another_model_is_not_published(
    run: Run, two: tuple[str, str], settings: Settings, edit: Edit
) -> None:
    edit(settings.generations_dir / two[1] / "manifest.json", "multilingual-e5-small-q4", "another-model")
    result = run("publish", two[1])
    assert result.exit_code == 1 and "EMBEDDING_MODEL" in result.stderr
    assert active_id(settings) == two[0]


def test_prune_spares_what_serves_and_what_served(run: Run, two: tuple[str, str], settings: Settings) -> None:
    third = two[1].replace("-", "-9")
    shutil.copytree(settings.generations_dir / two[1], settings.generations_dir / third)
    assert run("publish", third).exit_code == 0  # two[0] is now the previous one
    assert (active_id(settings), previous_id(settings)) == (third, two[0])
    assert run("prune", "--keep", "0", "--dry-run").stdout.split() == [two[1]]
    assert len(list(settings.generations_dir.iterdir())) == 3
    assert run("prune", "--keep", "1").stdout == ""
    measured(settings, two[1], 80)
    assert run("prune", "--keep", "0").stdout.split() == [two[1]]
    assert sorted(path.name for path in settings.generations_dir.iterdir()) == sorted([two[0], third])
    assert [one.generation for one in all_scores(settings.scores_dir)] == [two[1]], "scores are the history: kept"


def test_the_benchmark_measures_a_candidate_and_publish_reads_it(
    run: Run, two: tuple[str, str], settings: Settings
) -> None:
    golden = settings.knowledge_dir / "golden"
    golden.mkdir(exist_ok=True)
    rows = [
        {"id": "t1", "question": "combien je paie a l'urssaf", "facts": ["cotisations/taux"], "writer": "t"},
        {"id": "t2", "question": "le taux de l'urssaf", "facts": ["cotisations/absent"], "writer": "t"},
    ]
    assert {GoldenQuestion.model_validate(row).split for row in rows} == {"dev"}
    (golden / "t.yaml").write_text(json.dumps(rows))
    for generation in two:
        result = runner.invoke(benchmarks, ["answers", "--generation", generation, "--json", "--today", "2026-11-21"])
        assert result.exit_code == 0, result.output
        measured = json.loads(result.stdout)
        assert measured["generation"] == generation
        assert measured["halves"]["dev"]["rates"][RIGHT] == [1, 2]
        assert measured["halves"]["dev"]["themes"] == {"argent": [1, 2]}
        assert read_scores(settings.scores_dir, generation) is not None
    assert "rien n'a été comparé" not in run("publish", two[1]).stderr
    assert runner.invoke(benchmarks, ["answers", "--split", "autre"]).exit_code == 2
