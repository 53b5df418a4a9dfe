"""The gate fails on three points, whichever way a figure is good; the baseline moves with a reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from benchmarks import gate
from benchmarks.cli import app
from benchmarks.gate import Baseline, Move, answering, falls, moved, offer_checking
from benchmarks.rates import Rate
from bot.settings import Settings
from knowledge.embeddings import EmbeddedE5
from knowledge.golden import GoldenQuestion
from knowledge.offers import Offer
from tests.conftest import TODAY

FACTS, ALARMS, FEW = (
    "answers: right facts in the answer",
    "vetting: false alarms: honest",
    "answers: status offer right",
)
BEFORE = Baseline(
    questions="q",
    figures={FACTS: (90, 100), ALARMS: (4, 100), FEW: (10, 10)},
    moves=[Move(on=date(2026, 11, 1), commit="abc1234", reason="première mesure")],
)


def rates(facts: int = 90, alarms: int = 4, few: int = 10) -> dict[str, Rate]:
    return {FACTS: Rate(facts, 100), ALARMS: Rate(alarms, 100), FEW: Rate(few, 10)}


@pytest.mark.parametrize(
    ("now", "failed"),
    [
        (rates(), []),
        (rates(facts=87, alarms=7), []),
        (rates(facts=86), [FACTS]),
        (rates(alarms=8), [ALARMS]),
        (rates(facts=99, alarms=0), []),
        (rates(few=8), []),
        ({FACTS: Rate(90, 100), FEW: Rate(10, 10)}, [ALARMS]),
    ],
    ids=["same", "three points", "under", "more alarms", "better", "too few rows", "no longer measured"],
)
def test_three_points(now: dict[str, Rate], failed: list[str]) -> None:
    assert [fall.name for fall in falls(BEFORE, now)] == failed


def test_every_move_is_remembered() -> None:
    move = Move(on=TODAY, commit="def5678", reason="fiches revues par un juriste")
    after = moved(BEFORE, rates(facts=80) | {"answers: nothing": Rate()}, "r", move)
    assert after.figures[FACTS] == (80, 100) and "answers: nothing" not in after.figures
    assert [kept.reason for kept in after.moves] == ["première mesure", "fiches revues par un juriste"]


def test_only_dev_is_measured(built_settings: Settings, model: EmbeddedE5) -> None:
    golden = built_settings.knowledge_dir / "golden"
    golden.mkdir()
    question = {"question": "taux de cotisations micro entreprise", "facts": ["cotisations/taux"], "writer": "essai"}
    rows = [GoldenQuestion.model_validate(question | {"id": "q"})]
    rows += [row(question, number) for number in range(6)]
    (golden / "essai.yaml").write_text(yaml.safe_dump([row.model_dump() for row in rows]), "utf-8")
    text = "Gagnez 300 € par jour en likant des vidéos, versez 50 € de dépôt sur WhatsApp pour commencer."
    offer = {"label": "scam", "pattern": "task", "hard": False, "variety": "fr", "signals": [], "text": text}
    offers = [Offer.model_validate(offer | {"id": f"o{number}"}) for number in range(20)]
    lines = "\n".join(offer.model_dump_json(exclude={"writer"}) for offer in offers)
    (golden / "offers-essai.jsonl").write_text(lines, "utf-8")
    (golden / "ordinary.txt").write_text("il fait beau\n" * 16, "utf-8")
    dev_rows, dev_offers = (sum(item.split == "dev" for item in items) for items in (rows, offers))
    assert 0 < dev_rows < len(rows) and 0 < dev_offers < len(offers)
    answered, vetted = answering(built_settings, TODAY), offer_checking(built_settings, TODAY)
    assert answered[FACTS].total == dev_rows and answered[FACTS].hits > 0
    assert vetted["vetting: recall: scams called arnaque or suspect"] == Rate(dev_offers, dev_offers)
    assert vetted["vetting: ordinary talk called arnaque or suspect"] == Rate(0, (8 + dev_rows + 3) // 4)


def row(question: dict[str, object], number: int) -> GoldenQuestion:
    asked = f"{question['question']} {'s' * number}"
    return GoldenQuestion.model_validate(question | {"id": f"q{number}", "question": asked})


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = rates()
    monkeypatch.setattr(gate, "BASELINE", tmp_path / "baseline.json")
    monkeypatch.setattr(gate, "measure", lambda settings, today: (now, "q"))
    runner = CliRunner()
    assert "pas encore de référence" in runner.invoke(app, ["gate"]).output
    assert "dites pourquoi" in runner.invoke(app, ["baseline", "--reason", " "]).output
    assert runner.invoke(app, ["baseline", "--reason", "première mesure", "--today", "2026-11-22"]).exit_code == 0
    passed = runner.invoke(app, ["gate"])
    assert passed.exit_code == 0 and "première mesure" in passed.output and "Rien sous la référence" in passed.output
    now[FACTS] = Rate(80, 100)
    failed = runner.invoke(app, ["gate"])
    assert failed.exit_code == 1 and f"{FACTS} : 90.0% dans la référence, 80.0% maintenant" in failed.output
    (tmp_path / "baseline.json").write_text("{", "utf-8")
    assert "illisible" in runner.invoke(app, ["gate"]).output


def test_the_committed_baseline_can_be_read_and_says_why() -> None:
    committed = gate.read()
    assert committed and committed.moves and len(committed.figures) > 15


def assert_no_fall(room: str, now: dict[str, Rate]) -> None:
    """The figures of one room against the committed baseline."""
    committed = gate.read()
    assert committed
    figures = {name: count for name, count in committed.figures.items() if name.startswith(f"{room}: ")}
    assert figures
    fell = falls(committed.model_copy(update={"figures": figures}), now)
    assert not fell, "\n".join(map(str, fell))
