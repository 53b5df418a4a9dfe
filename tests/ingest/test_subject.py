"""The classifier of facts, on questions whose vectors and words say which fact they ask for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.subject import learn_subjects
from knowledge.projection import DIRECTIONS, learn
from knowledge.subject import SubjectClassifier

DIMENSION, FICHES, FACTS_EACH, QUESTIONS_EACH = 24, 10, 4, 15
FACTS = [f"fiche{fiche}/fact{fact}" for fiche in range(FICHES) for fact in range(FACTS_EACH)]


def _asked(random: np.random.Generator, centres: np.ndarray, times: int) -> tuple[list[str], list[str], np.ndarray]:
    """Questions near the centre of their fact, which two facts share: only a word tells those apart."""
    facts = [fact for fact in FACTS for _ in range(times)]
    texts = [f"question mot{FACTS.index(fact)} pour savoir" for fact in facts]
    vectors = np.stack([centres[FACTS.index(fact) // 2] for fact in facts])
    vectors = vectors + 0.2 * random.standard_normal(vectors.shape)
    return texts, facts, (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def centres() -> np.ndarray:
    return np.random.default_rng(1).standard_normal((len(FACTS) // 2, DIMENSION))


@pytest.fixture(scope="module")
def classifier(centres: np.ndarray) -> SubjectClassifier:
    texts, facts, vectors = _asked(np.random.default_rng(2), centres, QUESTIONS_EACH)
    return learn_subjects([*texts, "en général"], [*facts, None], np.vstack([vectors, np.ones((1, DIMENSION))]))


def test_new_questions_find_their_fact_and_its_fiche(classifier: SubjectClassifier, centres: np.ndarray) -> None:
    texts, facts, vectors = _asked(np.random.default_rng(3), centres, 2)
    found = [classifier.subjects(vector[None], text) for text, vector in zip(texts, vectors, strict=True)]
    right = [classifier.facts[int(one.facts.argmax())] == fact for one, fact in zip(found, facts, strict=True)]
    assert np.mean(right) > 0.9
    fiches = [classifier.fiches[int(one.fiches.argmax())] for one in found]
    assert np.mean([fiche == fact.split("/")[0] for fiche, fact in zip(fiches, facts, strict=True)]) > 0.9


def test_a_fiche_is_as_likely_as_its_facts_together(classifier: SubjectClassifier, centres: np.ndarray) -> None:
    found = classifier.subjects(centres[:1].astype(np.float32), "question")
    of_first = [name.startswith("fiche0/") for name in classifier.facts]
    assert np.exp(found.fiches[0]) == pytest.approx(np.exp(found.facts)[of_first].sum(), abs=1e-5)
    assert np.exp(found.facts).sum() == pytest.approx(1, abs=1e-5)


def test_the_surest_of_two_readings_counts(classifier: SubjectClassifier, centres: np.ndarray) -> None:
    first, second = centres[:1].astype(np.float32), centres[7:8].astype(np.float32)
    both = classifier.subjects(np.vstack([first, second]), "")
    alone = [classifier.subjects(vector, "").facts for vector in (first, second)]
    assert both.facts == pytest.approx(np.maximum(*alone), abs=1e-4)


def test_it_is_read_back_as_it_was_written(classifier: SubjectClassifier, centres: np.ndarray, tmp_path: Path) -> None:
    classifier.save(tmp_path / "subject.npz")
    again = SubjectClassifier.load(tmp_path / "subject.npz")
    vector = centres[3:4].astype(np.float32)
    assert again.facts == classifier.facts
    assert again.subjects(vector, "mot7").facts == pytest.approx(classifier.subjects(vector, "mot7").facts)


def test_too_few_questions_teach_nothing() -> None:
    classifier = learn_subjects(["une question"] * 20, FACTS[:20], np.ones((20, DIMENSION)))
    assert classifier.facts == classifier.fiches == []
    assert len(classifier.subjects(np.ones((1, DIMENSION)), "une question").facts) == 0


def test_what_tells_facts_apart_outlives_the_projection() -> None:
    """Half of the space is the tone of the asker: it must not decide which question is the nearest."""
    random = np.random.default_rng(4)
    subject = np.repeat(random.standard_normal((60, 200)), 6, axis=0)
    tone = 3 * random.standard_normal((len(subject), 200))
    questions = np.hstack([subject, tone])
    facts: list[str | None] = [f"f/{number // 6}" for number in range(len(subject))]
    projection = learn(questions, facts, questions)
    projected = projection.queries(questions)
    assert projected.shape == (360, min(DIRECTIONS, 60))

    def nearest_is_right(rows: np.ndarray) -> float:
        similar = rows @ rows.T
        np.fill_diagonal(similar, -9)
        return float(np.mean([facts[int(row.argmax())] == facts[place] for place, row in enumerate(similar)]))

    assert nearest_is_right(projected) > 0.95
    assert nearest_is_right(questions / np.linalg.norm(questions, axis=1, keepdims=True)) < 0.6
