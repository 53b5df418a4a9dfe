"""Learns the small models of a generation and chooses its thresholds. On dev rows only.

1. routes: what kind of message it is, and whether the base covers questions of its kind;
2. fiche: fuses dense and BM25 evidence into one score for a fiche;
3. fact: which facts the question asks for;
4. answerable: whether the best facts answer, and above which probability to say so.

Training rows are the dev half of ``golden/`` and, as questions without an answer, examples of
``routes/``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from knowledge.embeddings import EmbeddingCache
from knowledge.generation import Generation
from knowledge.golden import GoldenQuestion, load_golden
from knowledge.library import Library
from retrieval.evidence import Columns, Evidence
from retrieval.linear import Logistic, TextClassifier
from retrieval.retriever import Retrieval, Retriever
from retrieval.rewrite import Query, Rewriter
from retrieval.routes import BESIDE, QUESTION, UNCOVERED, route_bags

# Neutral weights: enough to search with before anything is learned, and for a library too small
# to learn from.
DEFAULTS: dict[str, Any] = {
    "fiche": {
        "weights": {
            "centroid": 8.0,
            "question_cosine": 6.0,
            "asked_cosine": 4.0,
            "fact_cosine": 6.0,
            "question_bm25": 2.0,
            "asked_bm25": 1.0,
            "fact_bm25": 1.5,
            "coverage": 2.0,
        },
        "bias": -20.0,
    },
    "fact": {
        "weights": {
            "fiche_behind": -1.0,
            "asked_behind": -4.0,
            "text_behind": -4.0,
            "text_bm25": 1.5,
            "coverage": 1.0,
            "role_answer": 1.2,
        },
        "bias": 0.5,
    },
    "asked": {},
    "answerable": {"weights": {"best_cosine": 25.0, "coverage": 3.0, "on_subject": 1.0}, "bias": -24.0},
    "thresholds": {
        "answer": 0.5,
        "fact": 0.25,
        "least_facts": 4,
        "crisis": 0.6,
        "crisis_hinted": 0.35,
        "refusal": 0.6,
        "redirection": 0.5,
        "answers_anyway": 0.8,
        "stands_alone": 0.4,
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
LEAST_ROWS = 40
"""Fewer training rows than this and the neutral weights stay."""
SILENT_WHEN_IT_COULD_ANSWER = 0.04
"""Share of the questions that have an answer for which silence is allowed, the goal of the product; within it, as
silent as can be, for being right comes first. Of costs, weighed against each other, the best threshold went from 0.125
to 0.35 with a few rows more or less."""
RIGHT_WITHIN = 3
"""Facts usually shown: an answer is right when one of them was asked for."""
QUESTIONS_MAX = 3


@dataclass
class _Row:
    """A training query with what is right for it."""

    query: Query
    fiches: set[str]
    """Fiches that answer; empty when none does."""
    facts: set[str] = field(default_factory=set)
    """Facts asked for; empty when only the fiche is known, or when none is."""
    shares: Mapping[str, float] = field(default_factory=dict)
    """What it adds to how often facts are asked for."""
    golden: bool = False
    weight: float = 1.0
    routes: Mapping[str, float] = field(default_factory=lambda: {QUESTION: 1.0})
    """The probability of every route, by a classifier that did not learn from this row."""
    vectors: list[list[float]] = field(default_factory=list)


Found = list[tuple[_Row, Retrieval]]


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
    examples = _route_examples(library, golden, rewriter)
    calibration["routes"], routes_of = _train_routes(examples, cache, generation.manifest.dimension)
    calibration["asked"] = _times_asked(golden)
    progress("Réglage", 1, 4)
    rows = _rows(generation, golden, examples, rewriter, today)
    _embed(rows, cache, calibration["routes"], routes_of)
    search = _Search(generation, rows, calibration["asked"])
    calibration["fiche"] = _train_fiche(search.weigh(calibration)) or DEFAULTS["fiche"]
    progress("Réglage", 2, 4)
    calibration["fact"] = _train_fact(search.weigh(calibration)) or DEFAULTS["fact"]
    progress("Réglage", 3, 4)
    found = search.weigh(calibration)
    answerable = _train_answerable(found)
    if answerable:
        calibration["answerable"] = answerable
        calibration["thresholds"], calibration["curves"] = _choose_thresholds(found, Logistic(**answerable))
    progress("Réglage", 4, 4)
    return calibration


# --- routes -----------------------------------------------------------------------------------


def _route_examples(library: Library, golden: Iterable[GoldenQuestion], rewriter: Rewriter) -> list[tuple[str, str]]:
    """(route, text) of every example; the fiches' own questions are questions, and golden ones are what they are."""
    pairs = [(route, text) for route, texts in library.routes.items() for text in texts]
    for fiche in library.fiches.values():
        pairs += [(QUESTION, text) for text in [fiche.question, *fiche.rewordings]]
    for questions in library.asked.values():
        pairs += [(QUESTION, text) for text in questions[:1]]
    kinds = {"answered": QUESTION, "abstained": UNCOVERED}
    pairs += [(kinds[r.status], r.all_turns[0]) for r in golden if r.status in kinds and len(r.all_turns) == 1]
    return list(dict.fromkeys((route, rewriter.spell_out(text)) for route, text in pairs))


def _train_routes(
    examples: list[tuple[str, str]], cache: EmbeddingCache, dimension: int
) -> tuple[dict[str, Any], dict[str, dict[str, float]]]:
    """The classifier as JSON, and out-of-fold probabilities by text (in-fold would be too sure)."""
    from scipy.sparse import csr_matrix, vstack
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    labels = [route for route, _ in examples]
    texts = [text for _, text in examples]
    classes = sorted(set(labels))
    least = min((labels.count(name) for name in classes), default=0)
    if len(examples) < LEAST_ROWS or len(classes) < 3 or least < 5:
        empty = {**DEFAULTS["routes"], "embedding_mean": [0.0] * dimension, "coefficients": [[0.0] * dimension]}
        return empty, {}
    bags = [route_bags(text) for text in texts]
    vocabulary: list[str] = []
    counts: Counter[str] = Counter()
    for kind, least in zip(zip(*bags, strict=True), ROUTES_LEAST_USES, strict=True):
        uses = Counter(token for bag in kind for token in set(bag))
        vocabulary += sorted(token for token, count in uses.items() if count >= least)
        counts += uses
    vectors = cache.queries(texts)
    shape: dict[str, Any] = {
        "classes": classes,
        "vocabulary": vocabulary,
        "idf": [round(float(np.log(len(bags) / counts[token]) + 1), 4) for token in vocabulary],
        "embedding_scale": EMBEDDING_SCALE,
        "embedding_mean": [round(float(value), 6) for value in vectors.mean(axis=0)],
    }
    untrained = TextClassifier.of(**shape, coefficients=[], intercepts=[])
    rows = vstack(
        [
            csr_matrix(np.concatenate([untrained.embedding_row(vector), untrained.token_row(bag)]))
            for vector, bag in zip(vectors, bags, strict=True)
        ]
    ).tocsr()
    # Between none and balanced: rare routes must be found, and most of what is asked is a question.
    balanced = {name: len(labels) / (len(classes) * labels.count(name)) for name in classes}
    weights = np.array([balanced[label] ** ROUTES_BALANCE for label in labels])
    model = LogisticRegression(C=ROUTES_C, max_iter=200)
    folds = cross_val_predict(
        model, rows, labels, cv=ROUTES_FOLDS, method="predict_proba", params={"sample_weight": weights}
    )
    out_of_fold = {text: dict(zip(classes, row.tolist(), strict=True)) for text, row in zip(texts, folds, strict=True)}
    model.fit(rows, labels, sample_weight=weights)
    return {
        **shape,
        "coefficients": np.round(model.coef_, 2).tolist(),
        "intercepts": np.round(model.intercept_, 4).tolist(),
    }, out_of_fold


EMBEDDING_SCALE = 4.0
ROUTES_C = 4.0
ROUTES_BALANCE = 0.4
ROUTES_FOLDS = 4
ROUTES_LEAST_USES = 3, 5
"""Of a word (or a pair of words), of a piece of a word: below, it is not learned from."""


# --- training rows ----------------------------------------------------------------------------


def _rows(
    generation: Generation,
    golden: list[GoldenQuestion],
    examples: list[tuple[str, str]],
    rewriter: Rewriter,
    today: date,
) -> list[_Row]:
    rows = []
    for asked in golden:
        if asked.status not in ("answered", "abstained", "redirected") or asked.missing:
            continue
        facts = {fact for entry in asked.facts for fact in entry.split("|")} if asked.status == "answered" else set()
        fiches = {fact.split("/")[0] for fact in facts}
        query = rewriter.queries(asked.all_turns, today)[0]
        query = query.in_context[0] if query.in_context and query.points_back else query
        rows.append(_Row(query, fiches, facts, _shares(asked), golden=True, weight=2.0))
    known = {row.query.text for row in rows}
    for route, text in examples:
        if route in BESIDE and text not in known:
            rows.append(_Row(rewriter.queries([text], today)[0], set(), weight=1.5 if route == UNCOVERED else 1.0))
    return rows


def _embed(
    rows: list[_Row], cache: EmbeddingCache, routes: dict[str, Any], routes_of: Mapping[str, Mapping[str, float]]
) -> None:
    """Their vectors and routes. A row that is no example of a route was not learned from: the classifier says."""
    classifier = TextClassifier.of(**routes)
    seen = [(row, view) for row in rows for view in row.query.views]
    for (row, _), vector in zip(seen, cache.queries([view for _, view in seen]).tolist(), strict=True):
        row.vectors.append(vector)
    for row in rows:
        text = row.query.text
        if text in routes_of:
            row.routes = routes_of[text]
        elif routes_of:
            mean = np.mean(row.vectors, axis=0)
            row.routes = classifier.probabilities(mean / np.linalg.norm(mean), route_bags(text))


def _times_asked(golden: Iterable[GoldenQuestion]) -> dict[str, float]:
    """Fact → how many golden rows ask for it. What many ask is what the next one asks, other things being equal."""
    times: Counter[str] = Counter()
    for row in golden:
        times.update(_shares(row))
    return {name: round(times[name], 3) for name in sorted(times)}


def _shares(asked: GoldenQuestion) -> dict[str, float]:
    """Of one row: each need counts once, shared by the facts that meet it."""
    shares: dict[str, float] = defaultdict(float)
    for entry in asked.facts if asked.status == "answered" else ():
        alternatives = entry.split("|")
        for name in alternatives:
            shares[name] += 1 / len(alternatives)
    return shares


class _Search:
    """Every row looked up once; what was found is then weighed with each calibration in turn."""

    def __init__(self, generation: Generation, rows: list[_Row], asked: Mapping[str, float]) -> None:
        """``asked``: how often the rows ask for each fact."""
        self._retriever = Retriever(generation, generation.lexicon.get("synonyms", []))
        self._found = [(row, self._search(row, asked)) for row in rows]

    def weigh(self, calibration: dict[str, Any]) -> Found:
        self._retriever.learn(calibration)
        return [(row, self._retriever.weigh(row.query, evidence, row.routes)) for row, evidence in self._found]

    def _search(self, row: _Row, asked: Mapping[str, float]) -> Evidence:
        """What is found, and how often the other rows ask for each fact: with this one it would tell its own answer."""
        often = self._retriever.asked_often(_without(asked, row.shares))
        return replace(self._retriever.search(row.query, row.vectors), fact_asked_often=often)


def _without(asked: Mapping[str, float], shares: Mapping[str, float]) -> dict[str, float]:
    return {**asked, **{name: max(asked.get(name, 0.0) - share, 0.0) for name, share in shares.items()}}


EVIDENCE_C = 0.01
ANSWERABLE_C = 0.1
"""Inverse of the regularisation: one row a question, and features that say different things."""


# --- the logistic models ----------------------------------------------------------------------


def _train_fiche(found: Found) -> dict[str, Any] | None:
    table = _Table()
    for row, retrieval in found:
        if row.fiches:
            candidates = retrieval.fiche_candidates
            table.add(candidates.columns, [name in row.fiches for name in candidates.names], row.weight)
    return table.logistic()


def _train_fact(found: Found) -> dict[str, Any] | None:
    table = _Table()
    for row, retrieval in found:
        if row.facts:
            candidates = retrieval.fact_candidates
            table.add(candidates.columns, [name in row.facts for name in candidates.names], row.weight)
    return table.logistic()


def _train_answerable(found: Found) -> dict[str, Any] | None:
    table = _Table()
    for row, retrieval in found:
        if retrieval.facts:
            features = {name: np.array([value]) for name, value in retrieval.features.items()}
            table.add(features, [_is_right(row, retrieval)], row.weight)
    return table.logistic(ANSWERABLE_C)


def _is_right(row: _Row, retrieval: Retrieval) -> bool:
    """One of the best facts was asked for."""
    return any(fact.fact_id in row.facts for fact in retrieval.facts[:RIGHT_WITHIN])


def _choose_thresholds(found: Found, model: Logistic) -> tuple[dict[str, Any], dict[str, Any]]:
    """Where answering starts: the highest threshold that is silent for few enough of the golden rows that have an
    answer (``SILENT_WHEN_IT_COULD_ANSWER``)."""
    golden = [(row, r, model.probability(r.features)) for row, r in found if row.golden and r.facts]
    answered = sum(bool(row.facts) for row, _, _ in golden)
    curve = []
    for threshold in np.round(np.arange(0.05, 0.96, 0.025), 3).tolist():
        wrong_answers = sum(p >= threshold for row, _, p in golden if not row.facts)
        silences = sum(p < threshold for row, _, p in golden if row.facts)
        off = sum(p >= threshold and not _is_right(row, r) for row, r, p in golden if row.facts)
        curve.append({"threshold": threshold, "wrong": wrong_answers, "silent": silences, "off": off})
    allowed = [point for point in curve if point["silent"] <= SILENT_WHEN_IT_COULD_ANSWER * answered]
    best = allowed[-1]["threshold"] if allowed and len(golden) >= LEAST_ROWS else None
    thresholds = {**DEFAULTS["thresholds"], **({"answer": best} if best else {})}
    return thresholds, {"answer": curve}


class _Table:
    """Rows of named features with labels and weights, and the logistic regression over them."""

    def __init__(self) -> None:
        self._blocks: list[Columns] = []
        self._labels: list[bool] = []
        self._weights: list[float] = []

    def add(self, columns: Columns, labels: Sequence[bool], weight: float) -> None:
        self._blocks.append(columns)
        self._labels += labels
        self._weights += [weight] * len(labels)

    def logistic(self, inverse_strength: float = EVIDENCE_C) -> dict[str, Any] | None:
        """Weights on the features' own scale (standardised for training, folded back); None for too few rows."""
        from sklearn.linear_model import LogisticRegression

        if min(sum(self._labels), len(self._labels) - sum(self._labels)) < LEAST_ROWS:
            return None
        names = sorted(self._blocks[0])
        matrix = np.concatenate([np.stack([block[name] for name in names], axis=1) for block in self._blocks])
        mean, spread = matrix.mean(axis=0), matrix.std(axis=0)
        spread[spread == 0] = 1.0
        model = LogisticRegression(C=inverse_strength, max_iter=2000)
        model.fit((matrix - mean) / spread, self._labels, sample_weight=self._weights)
        coefficients = model.coef_[0] / spread
        bias = float(model.intercept_[0] - (coefficients * mean).sum())
        weights = {name: round(float(value), 5) for name, value in zip(names, coefficients, strict=True)}
        return {"weights": weights, "bias": round(bias, 5)}
