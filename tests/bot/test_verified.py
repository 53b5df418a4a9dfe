"""« Vérifié le » is said of a sentence that somebody compared with its live page, and of no other."""

from __future__ import annotations

from datetime import date

from bot.answering.pipeline import Answerer
from bot.settings import Settings
from ingest.build import content_hash
from knowledge import snapshots
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import open_active
from knowledge.snapshots import Relied, Snapshot, sentence_hash
from tests.conftest import TODAY, run_build

RATE = "Le taux de cotisations d'une micro-entreprise d'essai est de 25,6 % depuis le 1er janvier 2026."
VERIFIED = date(2026, 11, 20)


def test_an_answer_says_when_its_sentence_was_verified(small_settings: Settings, model: EmbeddedE5) -> None:
    relied = Relied(sentence=sentence_hash(RATE), verified_on=VERIFIED)
    folder = small_settings.knowledge_dir
    before = content_hash(folder, model.identity)
    snapshot = Snapshot(source="loi-essai", read_on=VERIFIED, claims={"cotisations/taux": relied})
    snapshots.save(folder / snapshots.FILE, {"loi-essai": snapshot})
    assert content_hash(folder, model.identity) != before, "a verification is published by a build"
    run_build(small_settings, model)
    answerer = Answerer(open_active(small_settings, model), model, small_settings)
    answer = answerer.answer("Combien de cotisations paie une micro-entreprise ?", today=TODAY)
    verified = {citation.fact_id: citation.verified_on for citation in answer.citations}
    assert verified["cotisations/taux"] == VERIFIED
    assert all(day is None for fact, day in verified.items() if fact != "cotisations/taux")
    assert answer.text.count("Vérifié le 20 novembre 2026.") == 1
    earlier = answerer.answer("Combien de cotisations payait une micro-entreprise en juin 2025 ?", today=TODAY)
    assert "24,6 %" in earlier.text and "Vérifié le" not in earlier.text, "another amount than the one verified"
