"""Learns the small models of a generation and chooses its thresholds. On dev rows only.

1. routes: what kind of message it is;
2. fiche: fuses dense and BM25 evidence into one score for a fiche;
3. answerable: whether the best fiche answers;
4. fact: which facts of a fiche the question asks for.

Training rows are the dev half of ``golden/``, the examples of ``routes/``, and rewordings of the
fiches with their own passage hidden (so that a rewording does not just find itself).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from knowledge.embeddings import EmbeddingCache
from knowledge.generation import Generation
from knowledge.golden import GoldenQuestion, load_golden
from knowledge.library import Library
from retrieval.linear import TextClassifier
from retrieval.retriever import Features, Retrieval, Retriever
from retrieval.rewrite import Query, Rewriter, focus
from retrieval.routes import QUESTION, route_tokens

UNCOVERED = "uncovered"
"""Route of examples that are about work or money but that no fiche answers: negatives of step 3."""

# Neutral weights: enough to search with before anything is learned, and for a library too small
# to learn from.
DEFAULTS: dict[str, Any] = {
    "fiche": {
        "weights": {
            "question_cosine": 14.0,
            "question_cosine_top3": 8.0,
            "fact_cosine": 10.0,
            "fact_cosine_top3": 4.0,
            "question_bm25": 2.0,
            "fact_bm25": 1.5,
            "coverage": 2.0,
        },
        "bias": -35.0,
    },
    "answerable": {"weights": {"question_cosine": 25.0, "coverage": 3.0, "on_subject": 1.0}, "bias": -25.0},
    "fact": {
        "weights": {
            "cosine_z": 0.8,
            "bm25": 1.5,
            "coverage": 1.0,
            "role_answer": 1.2,
            "role_trap": -0.5,
            "place": -0.5,
        },
        "bias": -1.0,
    },
    "thresholds": {
        "answer": 0.5,
        "fact": 0.35,
        "fact_elsewhere": 0.6,
        "second_fiche_margin": 1.0,
        "least_facts": 2,
        "crisis": 0.6,
        "refusal": 0.6,
        "redirection": 0.5,
        "answers_anyway": 0.8,
    },
    "routes": {
        "classes": [QUESTION],
        "vocabulary": [],
        "idf": [],
        "embedding_scale": 1.0,
        "embedding_mean": [0.0],
        "coefficients": [[0.0]],
        "intercepts": [0.0],
    },
}
ANSWER_THRESHOLD = 0.5
LEAST_ROWS = 40
"""Fewer training rows than this and the neutral weights stay."""
REWORDINGS_PER_FICHE = 4
QUESTIONS_MAX = 3


@dataclass
class _Row:
    """A training query with what is right for it."""

    query: Query
    vectors: list[list[float]]
    fiches: set[str]
    """Fiches that answer; empty when none does."""
    facts: list[set[str]] = field(default_factory=list)
    own_passage: str | None = None
    on_subject: float = 0.9
    weight: float = 1.0


def calibrate(
    generation: Generation,
    library: Library,
    cache: EmbeddingCache,
    today: date,
    progress: Callable[[str, int, int], None],
) -> dict[str, Any]:
    """The calibration of ``generation``, an opened candidate with neutral weights."""
    calibration: dict[str, Any] = dict(DEFAULTS)
    rewriter = Rewriter(library.lexicon, QUESTIONS_MAX)
    golden = [row for row in load_golden(library.folder / "golden") if row.split == "dev"]
    progress("Réglage", 0, 4)
    routes = _route_examples(library, golden, rewriter, today)
    classifier, out_of_fold = _train_routes(routes, cache, generation.manifest.dimension)
    calibration["routes"] = classifier
    progress("Réglage", 1, 4)
    rows = _rows(generation, library, golden, routes, out_of_fold, rewriter, cache, today)
    calibration["fiche"] = _train_fiche(generation, calibration, rows) or DEFAULTS["fiche"]
    progress("Réglage", 2, 4)
    found = list(_retrieve(generation, calibration, rows))
    calibration["fact"] = _train_fact(found) or DEFAULTS["fact"]
    progress("Réglage", 3, 4)
    answerable, threshold = _train_answerable(found)
    if answerable:
        calibration["answerable"] = answerable
        calibration["thresholds"] = {**DEFAULTS["thresholds"], "answer": threshold}
    progress("Réglage", 4, 4)
    return calibration


# --- routes -----------------------------------------------------------------------------------


def _route_examples(
    library: Library, golden: Iterable[GoldenQuestion], rewriter: Rewriter, today: date
) -> list[tuple[str, str]]:
    """(route, text) of every example; the fiches' questions and rewordings are questions."""
    pairs = [(route, text) for route, texts in library.routes.items() for text in texts]
    for fiche in library.fiches.values():
        pairs += [(QUESTION, text) for text in [fiche.question, *fiche.rewordings]]
    alone = [row for row in golden if row.status == "answered" and len(row.all_turns) == 1]
    pairs += [(QUESTION, row.all_turns[0]) for row in alone]
    return [(route, rewriter.spell_out(text)) for route, text in pairs]


def _train_routes(
    examples: list[tuple[str, str]], cache: EmbeddingCache, dimension: int
) -> tuple[dict[str, Any], dict[str, float]]:
    """The classifier as JSON, and out-of-fold P(question) by text (in-fold would be too sure)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    # An uncovered question is a question for the router: only the answerable model tells them apart.
    labels = [QUESTION if route == UNCOVERED else route for route, _ in examples]
    texts = [text for _, text in examples]
    classes = sorted(set(labels))
    if len(examples) < LEAST_ROWS or len(classes) < 2:
        empty = {**DEFAULTS["routes"], "embedding_mean": [0.0] * dimension, "coefficients": [[0.0] * dimension]}
        return empty, {}
    bags = [route_tokens(text) for text in texts]
    counts: dict[str, int] = {}
    for bag in bags:
        for token in set(bag):
            counts[token] = counts.get(token, 0) + 1
    vocabulary = sorted(token for token, count in counts.items() if count >= 2)
    vectors = cache.queries(texts)
    shape = TextClassifier(
        classes=classes,
        vocabulary=vocabulary,
        idf=[round(float(np.log(len(bags) / counts[token]) + 1), 4) for token in vocabulary],
        embedding_scale=4.0,
        embedding_mean=[round(float(value), 6) for value in vectors.mean(axis=0)],
        coefficients=[],
        intercepts=[],
    )
    rows = np.stack(
        [
            np.concatenate([shape.embedding_row(vector), shape.token_row(bag)])
            for vector, bag in zip(vectors, bags, strict=True)
        ]
    )
    model = LogisticRegression(C=8.0, max_iter=500, class_weight="balanced")
    least = min(labels.count(name) for name in classes)
    out_of_fold: dict[str, float] = {}
    if least >= 3:
        folds = cross_val_predict(model, rows, labels, cv=min(5, least), method="predict_proba", n_jobs=1)
        out_of_fold = {text: float(p) for text, p in zip(texts, folds[:, classes.index(QUESTION)], strict=True)}
    model.fit(rows, labels)
    coefficients, intercepts = model.coef_, model.intercept_
    if len(classes) == 2:  # scikit-learn keeps one row for two classes
        coefficients, intercepts = np.vstack([-coefficients, coefficients]) / 2, np.r_[-intercepts, intercepts] / 2
    return {
        "classes": classes,
        "vocabulary": shape.vocabulary,
        "idf": shape.idf,
        "embedding_scale": shape.embedding_scale,
        "embedding_mean": shape.embedding_mean,
        "coefficients": np.round(coefficients, 4).tolist(),
        "intercepts": np.round(intercepts, 4).tolist(),
    }, out_of_fold


# --- training rows ----------------------------------------------------------------------------


def _rows(
    generation: Generation,
    library: Library,
    golden: list[GoldenQuestion],
    routes: list[tuple[str, str]],
    on_subject: dict[str, float],
    rewriter: Rewriter,
    cache: EmbeddingCache,
    today: date,
) -> list[_Row]:
    rows = []
    for asked in golden:
        query = rewriter.queries(asked.all_turns, today)[0]
        facts = [set(entry.split("|")) for entry in asked.facts] if asked.status == "answered" else []
        if asked.status not in ("answered", "abstained", "redirected"):
            continue
        rows.append(_Row(query, [], {fact.split("/")[0] for group in facts for fact in group}, facts, weight=2.0))
    for passage in generation.passages:
        number = int(passage.id.rsplit("#", 1)[1]) if passage.kind == "question" else 0
        if passage.kind == "question" and 1 <= number <= REWORDINGS_PER_FICHE:
            query = Query(passage.text, rewriter.spell_out(passage.text), today)
            rows.append(_Row(query, [], {passage.fiche}, own_passage=passage.id, weight=0.5))
    for route, text in routes:
        if route in (UNCOVERED, "off_subject", "other_country"):
            rows.append(_Row(Query(text, text, today), [], set(), weight=1.5 if route == UNCOVERED else 1.0))
    texts = [row.query.text for row in rows]
    for row, vector in zip(rows, cache.queries(texts).tolist(), strict=True):
        row.vectors = [vector]
        row.on_subject = on_subject.get(row.query.text, row.on_subject)
    long = [row for row in rows if focus(row.query.text)]
    for row, vector in zip(long, cache.queries([focus(row.query.text) or "" for row in long]).tolist(), strict=True):
        row.vectors.append(vector)
    return rows


def _retrieve(
    generation: Generation, calibration: dict[str, Any], rows: list[_Row]
) -> Iterable[tuple[_Row, Retrieval]]:
    generation.calibration = calibration
    retriever = Retriever(generation, generation.lexicon.get("synonyms", []))
    for row in rows:
        yield row, retriever.retrieve(row.query, row.vectors, row.on_subject, hidden=row.own_passage)


# --- the three logistic models ----------------------------------------------------------------


def _train_fiche(generation: Generation, calibration: dict[str, Any], rows: list[_Row]) -> dict[str, Any] | None:
    features: list[Features] = []
    labels: list[bool] = []
    weights: list[float] = []
    for row, retrieval in _retrieve(generation, calibration, [row for row in rows if row.fiches]):
        for fit in retrieval.fiches:
            features.append(fit.features)
            labels.append(fit.fiche_id in row.fiches)
            weights.append(row.weight)
    return _logistic(features, labels, weights)


def _train_fact(found: list[tuple[_Row, Retrieval]]) -> dict[str, Any] | None:
    features: list[Features] = []
    labels: list[bool] = []
    for row, retrieval in found:
        wanted = set().union(*row.facts) if row.facts else set()
        for fiche in retrieval.fiches[:3]:
            if fiche.fiche_id in row.fiches and wanted:
                features += [fact.features for fact in fiche.facts]
                labels += [fact.fact_id in wanted for fact in fiche.facts]
    return _logistic(features, labels, None)


def _train_answerable(found: list[tuple[_Row, Retrieval]]) -> tuple[dict[str, Any] | None, float]:
    """The model, and the threshold that makes wrong answers cost twice a wrong silence."""
    features = [retrieval.features for _, retrieval in found if retrieval.fiches]
    labels = [retrieval.fiches[0].fiche_id in row.fiches for row, retrieval in found if retrieval.fiches]
    weights = [row.weight for row, retrieval in found if retrieval.fiches]
    if labels.count(False) < LEAST_ROWS or labels.count(True) < LEAST_ROWS:
        return None, DEFAULTS["thresholds"]["answer"]
    return _logistic(features, labels, weights), ANSWER_THRESHOLD


def _logistic(features: list[Features], labels: list[bool], weights: list[float] | None) -> dict[str, Any] | None:
    """Weights on the features' own scale (standardised for training, folded back)."""
    from sklearn.linear_model import LogisticRegression

    if sum(labels) < LEAST_ROWS or len(labels) - sum(labels) < LEAST_ROWS:
        return None
    names = sorted({name for row in features for name in row})
    matrix = np.array([[row.get(name, 0.0) for name in names] for row in features])
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0)
    spread[spread == 0] = 1.0
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit((matrix - mean) / spread, labels, sample_weight=weights)
    coefficients = model.coef_[0] / spread
    bias = float(model.intercept_[0] - (coefficients * mean).sum())
    return {
        "weights": {name: round(float(value), 5) for name, value in zip(names, coefficients, strict=True)},
        "bias": round(bias, 5),
    }
