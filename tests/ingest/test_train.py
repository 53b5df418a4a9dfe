from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import hstack

from detection.model import Linear, Vocabulary, together
from detection.offer import read
from ingest.train import CLAUSE_C, FOLDS, NEVER_LOG_ODDS, ORDINARY, _fit_clauses, _folds, _Message, _Rows, _unread
from knowledge.offers import Offer

TEXTS = ["versez la caution", "le contrat est joint", "versez les frais", "bonjour à tous", "la caution est rendue"]


def message(number: int, writer: str, scam: bool) -> _Message:
    text = f"{TEXTS[number % len(TEXTS)]} {number}"
    offer = Offer(id=str(number), label="scam" if scam else "honest", pattern=ORDINARY if writer == ORDINARY else "x",
                  hard=False, variety="fr", text=text, signals=[], writer=writer)  # fmt: skip
    return _Message(offer, read(text), number, number + 1, {})


def test_one_descent_finds_what_a_regression_a_signal_would_find() -> None:
    from sklearn.linear_model import LogisticRegression

    chance = np.random.default_rng(5)
    texts = [TEXTS[n] for n in chance.integers(len(TEXTS), size=300)]
    vectors = chance.normal(size=(300, 8), scale=0.1).astype(np.float32)
    rows = _Rows(texts, vectors, Vocabulary.of(texts, least=1), vectors.mean(axis=0))
    said = np.array(["versez" in text for text in texts])
    labels = np.stack([said ^ (chance.random(300) < 0.1), vectors[:, 0] > 0, np.arange(300) < 2], axis=1)
    weights = chance.choice([0.3, 1.0], size=labels.shape)
    everything = np.ones(300, dtype=bool)
    scores = rows.scores(_fit_clauses(rows, labels, weights, everything), everything)
    matrix = hstack([rows.vectors, rows.words]).tocsr()
    for column in (0, 1):
        alone = LogisticRegression(C=CLAUSE_C, solver="liblinear", tol=1e-6)
        alone.fit(matrix, labels[:, column], sample_weight=weights[:, column])
        assert scores[:, column] == pytest.approx(alone.decision_function(matrix), abs=0.02)
    assert (scores[:, 2] == NEVER_LOG_ODDS).all()  # two examples teach nothing


def test_a_writer_is_read_by_models_that_never_read_any_of_theirs() -> None:
    writers = [*"abcdeghij", ORDINARY]
    messages = [message(n, writers[n % len(writers)], scam=n % 2 == 0) for n in range(200)]
    folds = _folds(messages)
    for writer in writers[:-1]:
        mine = {
            int(fold)
            for fold, m in zip(folds, messages, strict=True)
            if m.offer.writer == writer and m.offer.split != "dev"
        }
        assert len(mine) <= 1
    assert {int(fold) for fold, m in zip(folds, messages, strict=True) if m.offer.split == "dev"} <= {-1}
    talk = [int(fold) for fold, m in zip(folds, messages, strict=True) if m.offer.writer == ORDINARY]
    assert set(talk) <= set(range(FOLDS))


def test_what_is_told_of_unread_writers_is_what_their_scores_say() -> None:
    messages = [message(n, "g" if n < 100 else "h", scam=n % 2 == 0) for n in range(200)]
    scams = np.array([m.offer.is_scam for m in messages])
    scores = np.where(scams, 1.0, -1.0)
    scores[[0, 2, 4]] = -3.0  # three traps of g, missed
    by_writer = {found.writer: found for found in _unread(scores, messages)}
    assert by_writer["g"].recall == pytest.approx(47 / 50) and by_writer["h"].recall == 1.0
    assert by_writer[""].recall == pytest.approx(97 / 100) and by_writer[""].false_alarms <= 0.04
    assert by_writer["h"].auc == 1.0 > by_writer["g"].auc


def test_clauses_count_together_the_less_the_more_there_are() -> None:
    assert together(np.array([2.0])) == 2.0
    assert together(np.array([2.0, 2.0])) == pytest.approx(2 * np.sqrt(2))
    assert together(np.array([2.0, -2.0])) == 0.0


def test_a_linear_model_scores_rows_of_both_kinds() -> None:
    texts = TEXTS[:3]
    vectors = np.eye(3, dtype=np.float32)
    vocabulary = Vocabulary.of(texts, least=1)
    rows = _Rows(texts, vectors, vocabulary, np.zeros(3, dtype=np.float32))
    weights = np.random.default_rng(1).normal(size=(2, 3 + len(vocabulary.idf)))
    linear = Linear(weights, np.array([0.5, -0.5]))
    whole = np.asarray(hstack([rows.vectors, rows.words]).todense())
    assert rows.scores(linear, np.ones(3, dtype=bool)) == pytest.approx(linear.scores(whole), abs=1e-4)
