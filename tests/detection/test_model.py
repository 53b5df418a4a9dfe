from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detection.model import EMBEDDING_SCALE, WORD_SCALE, OfferModel, Vocabulary, message_row, together, without_warnings
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import offer_model_path
from knowledge.library import KNOWLEDGE_DIR

CLAUSES = ["Envoyez votre carte d'identité", "gagnez 300 euros par jour", "le le le contrat est joint", "ǂǂǂ"]


@pytest.fixture(scope="module")
def trained() -> OfferModel:
    return OfferModel.load(offer_model_path(KNOWLEDGE_DIR, EmbeddedE5.PLAIN))


def test_the_known_words_of_a_text_weigh_one_together() -> None:
    vocabulary = Vocabulary.of(CLAUSES[:3], least=1)
    for text in CLAUSES[:3]:
        columns, weights = vocabulary.weights(text)
        assert len(set(columns.tolist())) == len(columns) and np.linalg.norm(weights) == pytest.approx(1)
        row = vocabulary.row(text)
        assert np.array_equal(row[columns], weights) and np.count_nonzero(row) == len(columns)
    assert not vocabulary.row(CLAUSES[3]).any()


def test_a_clause_is_weighed_by_its_embedding_and_its_words(trained: OfferModel) -> None:
    vectors = np.random.default_rng(3).normal(size=(len(CLAUSES), len(trained.mean)), scale=0.05).astype(np.float32)
    log_odds = trained.clause_log_odds(trained.read(CLAUSES), vectors)
    assert log_odds.shape == (len(CLAUSES), len(trained.signals))
    rows = np.stack([trained.vocabulary.row(text) for text in CLAUSES]) * WORD_SCALE
    without_words = trained.clause_log_odds(trained.read([""] * len(CLAUSES)), vectors)
    assert log_odds - without_words == pytest.approx(rows @ trained.clause_words.astype(np.float32), abs=1e-4)
    assert np.abs(log_odds - without_words)[:3].max() > 0.5


def test_the_score_of_a_message_weighs_its_words_its_signs_and_its_clauses(trained: OfferModel) -> None:
    vectors = np.random.default_rng(4).normal(size=(len(CLAUSES), len(trained.mean)), scale=0.05).astype(np.float32)
    row = message_row(trained.clause_log_odds(trained.read(CLAUSES), vectors), [])
    text = "\n".join(CLAUSES)
    score = trained.scam_log_odds(text, row, trained.read(CLAUSES), vectors)
    weights = trained.scam.weights[0]
    assert (weights > 0).all()  # each view tells for what it was taught
    read_otherwise = trained.scam_log_odds(text, row, trained.read(CLAUSES[:1]), vectors[:1])
    sums = [together(vectors @ trained.trap.weights[0] * EMBEDDING_SCALE) for vectors in (vectors, vectors[:1])]
    rows = np.stack([trained.vocabulary.row(t) for t in CLAUSES]) * WORD_SCALE
    of_words = rows @ trained.trap_words.astype(np.float32)
    same = trained.trap.bias[0] - trained.mean @ trained.trap.weights[0] * EMBEDDING_SCALE
    sums = [s + together(of_words[:n] + same) for s, n in zip(sums, (len(CLAUSES), 1), strict=True)]
    assert score - read_otherwise == pytest.approx(weights[2] * (sums[0] - sums[1]), abs=1e-3)


def test_it_is_read_back_as_it_was_written(trained: OfferModel, tmp_path: Path) -> None:
    trained.save(tmp_path / "offers.npz")
    again = OfferModel.load(tmp_path / "offers.npz")
    vectors = np.zeros((len(CLAUSES), len(trained.mean)), dtype=np.float32)
    assert np.array_equal(
        again.clause_log_odds(again.read(CLAUSES), vectors), trained.clause_log_odds(trained.read(CLAUSES), vectors)
    )
    assert np.array_equal(again.likenesses(CLAUSES), trained.likenesses(CLAUSES))
    assert again.thresholds == trained.thresholds and again.signals == trained.signals


def test_what_warns_of_traps_is_less_likely_one_and_no_more() -> None:
    scores, warns = np.array([2.0, 2.0, -1.0]), np.array([-5.0, 1.0, -5.0])
    assert without_warnings(scores, warns, threshold=-1.0).tolist() == [2.0, -4.0, -1.0]
