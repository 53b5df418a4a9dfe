"""``ingest train``: labelled offers → the small models of ``/verifier``, for one embedding model.

1. clause → signals: every quote of a labelled offer marks the clauses it stands in; the catalogue's examples
   and counter-examples, and the clauses of ``golden/clauses*.jsonl``, are clauses too;
2. message → scam or honest, and message → kind of trap: from what models which never read that *writer* find in it,
   as it will be with a message from a stranger;
3. thresholds: for each signal and each level, on messages that the model in question never read;
4. what all this is worth on writers never read (``Unread``).

The unseen half (see ``knowledge.offers``) is never opened here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from detection.model import (
    EMBEDDING_SCALE,
    WORD_SCALE,
    Array,
    Linear,
    OfferModel,
    Vocabulary,
    together,
    without_warnings,
)
from detection.offer import MINIMUM_WAGE, ReadOffer, Shown, read
from detection.rules import Rules
from knowledge.catalogue import Catalogue, Detection
from knowledge.embeddings import EmbeddingCache
from knowledge.library import Library
from knowledge.offers import DEV_WRITERS, TRAIN_WRITERS, Offer, load_offers, ordinary_lines
from retrieval.linear import sigmoid
from retrieval.retriever import TRAP_THEMES

OTHER_EXAMPLE_WEIGHT = 0.3
"""An example of one signal probably does not show the others, but nobody checked."""
CLAUSE_C, WORDS_C, SIGNS_C, PATTERN_C = 1.0, 10.0, 5.0, 0.1
CLAUSE_STEPS = 300
"""Of the solver, at most: ours stops before a hundred."""
FOLDS = 5
"""Groups of writers, each read by models that never read it."""
TAUGHT_FROM = 3
"""Clauses that show a signal, below which nothing is learned of it."""
NEVER_LOG_ODDS = -8.0
CLAUSE_LEAST, MESSAGE_LEAST = 3, 2
"""Texts that a token stands in before it is learned."""
ORDINARY = "ordinary"
"""Ordinary talk: honest messages that offer nothing. Learned from, no part of the thresholds."""
ORDINARY_WEIGHT = 0.5
ASKED_OF_A_FACT = 1
"""Of the questions that people ask of each fact, how many are read as ordinary talk: « mon compte est suspendu, il y a
183 € dedans » speaks as traps do, and offers nothing."""
ORDINARY_ROUTES = ("off_subject", "uncovered", "thanks", "greeting", "about")
SIGNAL_PRECISION = 0.75
"""A signal is shown from the log-odds above which this share of the clauses it names is right."""
SURE_PRECISION = 0.95
"""… and above which it decides by itself, when it is a sufficient one."""
LIKELY_PRECISION = 0.6
"""… and above which it is one more reason of a message known to be a trap: measured among scams alone."""
SIGNAL_FLOOR, SIGNAL_CEILING, SURE_CEILING, LIKELY_FLOOR = -1.5, 2.0, 4.0, -3.0
MEASURED_FROM = 30
"""Clauses of messages that show a signal, below which its precision is not measured but taken for unknown: a handful
by one writer looked perfect down to one chance in five."""
SHOWN_UNMEASURED = 1.0
HONEST_SUSPECT, HONEST_TRAP, HONEST_CAUTION = 0.03, 0.006, 0.14
"""Share of honest messages allowed above each level's score, before the guards, not applied by training: they take
away more alerts than the rules on signals add."""
WARNING = "warning"
"""The kind of honest messages that quote a trap to warn of it."""
TRAPS_THAT_WARN = 0.02
"""Share of traps by unread writers that may be taken to warn, a little: the score weighs it against all the rest."""
_OVERLAP_OF_QUOTE, _OVERLAP_OF_CLAUSE = 0.4, 0.6

UNREAD_ALARMS = 0.04
"""Share of false alarms that traps by unread writers are counted at."""

LEARNED = (Detection.TEXT, Detection.ENTITY)
"""An entity's signal is learned too, as a hint for the message; it is shown only where it was parsed."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class _Message:
    offer: Offer
    read: ReadOffer
    first: int
    last: int
    """Its clauses are rows ``first`` to ``last`` of the clause table."""
    shown: dict[str, Shown]
    """By signal, what is parsed or said in so many words."""


class _Clauses:
    """Every clause with its embedding, words and labels, as one table."""

    def __init__(self, signals: list[str]) -> None:
        self.signals = signals
        self.texts: list[str] = []
        self.labels: list[set[str]] = []
        self.about: list[str | None] = []
        """For an example: the only signal that was judged."""
        self.writers: list[str] = []

    def add(self, text: str, labels: set[str], writer: str, about: str | None = None) -> None:
        self.texts.append(text)
        self.labels.append(labels)
        self.about.append(about)
        self.writers.append(writer)

    def target(self, signal: str) -> tuple[Array, Array]:
        """Labels and weights for one signal."""
        labels = np.array([signal in found for found in self.labels])
        weights = np.array([OTHER_EXAMPLE_WEIGHT if about not in (None, signal) else 1.0 for about in self.about])
        return labels, weights


@dataclass(frozen=True)
class Unread:
    """What the score alone is worth on one writer whom the models that read it had never read."""

    writer: str
    scams: int
    honest: int
    recall: float
    """Share of the scams above the score that ``UNREAD_ALARMS`` of the honest messages of all writers pass."""
    false_alarms: float
    """Share of the writer's honest messages above it."""
    auc: float
    """Area under the ROC curve, 0–1."""


@dataclass(frozen=True)
class Training:
    model: OfferModel
    unread: list[Unread]
    """One a writer, the last one of all writers together."""


def train(
    library: Library,
    cache: EmbeddingCache,
    embedding_model: str,
    today: date,
    progress: Progress = lambda label, done, total: None,
) -> Training:
    """The trained model, from the catalogue, ``golden/offers-*.jsonl`` and ``golden/clauses*.jsonl``, and its worth."""
    catalogue, golden = library.catalogue, library.folder / "golden"
    wage = library.figures[MINIMUM_WAGE].on(today)
    minimum_wage = float(wage.value) if wage else None
    signals = [s.id for s in [*catalogue.signals, *catalogue.reassuring] if s.detection in LEARNED]
    table = _Clauses(signals)
    rules = Rules(catalogue, signals)
    messages = _messages(library, table, rules, minimum_wage)
    _add_examples(catalogue, golden, table)
    progress("Lecture des messages", 0, len(table.texts))
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress("Lecture des messages", done, len(table.texts))

    vectors = cache.queries(table.texts, advance)
    # Clauses of dev messages only set thresholds.
    folds = _folds(messages)
    dev_rows, fold_of = np.zeros(len(table.texts), dtype=bool), np.full(len(table.texts), -1)
    for message, fold in zip(messages, folds, strict=True):
        dev_rows[message.first : message.last] = message.offer.split == "dev"
        fold_of[message.first : message.last] = fold
    vocabulary = Vocabulary.of([t for t, dev in zip(table.texts, dev_rows, strict=True) if not dev], CLAUSE_LEAST)
    mean = vectors[~dev_rows].mean(axis=0)
    rows = _Rows(table.texts, vectors, vocabulary, mean)
    labels, weights = _clause_targets(table, messages)
    log_odds = np.zeros(labels.shape)
    for fold in range(FOLDS):
        progress("Signaux", fold, FOLDS + 1)
        unread = fold_of == fold
        linear = _fit_clauses(rows, labels, weights, ~dev_rows & ~unread)
        log_odds[unread] = rows.scores(linear, unread)
    progress("Signaux", FOLDS, FOLDS + 1)
    linear = _fit_clauses(rows, labels, weights, ~dev_rows)
    log_odds[dev_rows] = rows.scores(linear, dev_rows)
    progress("Signaux", FOLDS + 1, FOLDS + 1)
    by_signal, by_trap = log_odds[:, :-1], log_odds[:, -1]
    features = np.stack([_features(m, by_signal[m.first : m.last], rules) for m in messages])
    of_clauses = np.array([together(by_trap[m.first : m.last]) for m in messages])
    scam = _ScamModels.fit(features, of_clauses, messages, folds)
    patterns = [pattern.id for pattern in catalogue.patterns]
    thresholds = _signal_thresholds(by_signal, table, signals, messages) | _level_thresholds(scam.scores, messages)
    thresholds[WARNING] = scam.warns_from
    dimension = vectors.shape[1]
    of_vectors, of_words = linear.weights[:, :dimension], linear.weights[:, dimension:]
    model = OfferModel(
        embedding_model=embedding_model,
        signals=signals,
        patterns=patterns,
        vocabulary=vocabulary,
        message_vocabulary=scam.vocabulary,
        mean=mean,
        clause=Linear(of_vectors[:-1], linear.bias[:-1]),
        clause_words=np.ascontiguousarray(of_words[:-1].T),
        trap=Linear(of_vectors[-1:], linear.bias[-1:]),
        trap_words=of_words[-1],
        words=scam.words.weights[0],
        words_bias=float(scam.words.bias[0]),
        warning_words=scam.warning.weights[0],
        warning_bias=float(scam.warning.bias[0]),
        signs=scam.signs,
        scam=scam.all,
        pattern=_fit_patterns(features, messages, patterns),
        thresholds=thresholds,
    )
    return Training(model, _unread(scam.scores, messages))


# --- the clause table -------------------------------------------------------------------------


def _messages(library: Library, table: _Clauses, rules: Rules, minimum_wage: float | None) -> list[_Message]:
    golden = library.folder / "golden"
    emoji_words = dict(library.lexicon.get("emoji", {}))
    found = []
    for offer in [*load_offers(golden), *_ordinary_talk(library)]:
        if offer.split == "unseen":
            continue
        message = read(offer.text, emoji_words)
        first = len(table.texts)
        spans = [message.normalised.span(clause.start, clause.end) for clause in message.clauses]
        labels = _labels(offer, spans)
        for clause, shown in zip(message.clauses, labels, strict=True):
            table.add(clause.said, shown & set(table.signals), offer.writer)
        found.append(_Message(offer, message, first, len(table.texts), rules.shown(message, minimum_wage)))
    return [message for message in found if message.last > message.first]


def _ordinary_talk(library: Library) -> list[Offer]:
    """Questions, thanks and talk, as honest messages."""
    texts = [text for route in ORDINARY_ROUTES for text in library.routes.get(route, [])]
    for fiche in library.fiches.values():
        if fiche.theme not in TRAP_THEMES:  # their questions tell of traps: no ordinary talk
            texts += [fiche.question, *fiche.rewordings[:3]]
            texts += [asked for fact in fiche.facts for asked in library.asked.get(fact.id, [])[:ASKED_OF_A_FACT]]
    texts += ordinary_lines(library.folder / "golden", "train")
    return [
        Offer(id=f"{ORDINARY}{n}", label="honest", pattern=ORDINARY, hard=False, variety="fr", text=text, signals=[],
              writer=ORDINARY)
        for n, text in enumerate(texts)
    ]  # fmt: skip


def _labels(offer: Offer, spans: Sequence[tuple[int, int]]) -> list[set[str]]:
    """The signals of each clause: those whose quote stands for the most part in it, or fills it."""
    labels: list[set[str]] = [set() for _ in spans]
    for quote in offer.signals:
        start = offer.text.find(quote.quote)
        end = start + len(quote.quote)
        for found, (first, last) in zip(labels, spans, strict=True):
            shared = min(end, last) - max(start, first)
            if shared > 0 and (
                shared >= _OVERLAP_OF_QUOTE * (end - start) or shared >= _OVERLAP_OF_CLAUSE * (last - first)
            ):
                found.add(quote.id)
    return labels


def _add_examples(catalogue: Catalogue, golden: Path, table: _Clauses) -> None:
    known = set(table.signals)
    for sign in [*catalogue.signals, *catalogue.reassuring]:
        if sign.id in known:
            for text in sign.examples:
                table.add(read(text).said, {sign.id}, "", about=sign.id)
            for text in sign.counter_examples:
                table.add(read(text).said, set(), "", about=sign.id)
    for path in sorted(golden.glob("clauses*.jsonl")):
        for line in filter(str.strip, path.read_text("utf-8").splitlines()):
            row: dict[str, Any] = json.loads(line)
            if row["id"] in known:
                table.add(read(row["text"]).said, {row["id"]} if row["yes"] else set(), "", about=row["id"])


def _clause_targets(table: _Clauses, messages: Sequence[_Message]) -> tuple[Array, Array]:
    """Labels and weights, (clauses, signals + 1): in the last column, that the clause stands in a scam. An example
    stands in no message."""
    targets = [table.target(signal) for signal in table.signals]
    of_scam, weight = np.zeros(len(table.texts), dtype=bool), np.zeros(len(table.texts))
    for message in messages:
        of_scam[message.first : message.last] = message.offer.is_scam
        weight[message.first : message.last] = _weight(message.offer)
    return np.stack([*(labels for labels, _ in targets), of_scam], 1), np.stack([*(w for _, w in targets), weight], 1)


def _weight(offer: Offer) -> float:
    return ORDINARY_WEIGHT if offer.pattern == ORDINARY else 1.0


class _Rows:
    """Clause rows: the embeddings, and the words (sparse), as ``OfferModel`` weighs them."""

    def __init__(self, texts: Sequence[str], vectors: Array, vocabulary: Vocabulary, mean: Array) -> None:
        self.vectors = ((vectors - mean) * EMBEDDING_SCALE).astype(np.float32)
        self.words = _word_rows(texts, vocabulary) * np.float32(WORD_SCALE)

    def scores(self, linear: Linear, mask: Array) -> Array:
        of_vectors, of_words = np.split(linear.weights, [self.vectors.shape[1]], axis=1)
        return np.asarray(self.vectors[mask] @ of_vectors.T + self.words[mask] @ of_words.T + linear.bias)


def _folds(messages: Sequence[_Message]) -> Array:
    """The group of each message, (messages,): whole writers, and every fifth line of ordinary talk, which has many;
    minus one for dev, which nothing reads."""
    writers = sorted({message.offer.writer for message in messages} - {ORDINARY})
    group = {writer: place % FOLDS for place, writer in enumerate(writers)}
    return np.array(
        [
            -1 if m.offer.split == "dev" else n % FOLDS if m.offer.writer == ORDINARY else group[m.offer.writer]
            for n, m in enumerate(messages)
        ]
    )


# --- models -----------------------------------------------------------------------------------


def _fit_clauses(rows: _Rows, labels: Array, weights: Array, mask: Array) -> Linear:
    """One logistic regression a column of ``labels``: all in one descent, since they read the same rows."""
    from scipy.optimize import minimize

    vectors, words = rows.vectors[mask], rows.words[mask]
    truth, weight = labels[mask].astype(np.float32), (CLAUSE_C * weights[mask]).astype(np.float32)
    by_word = words.T.tocsr()
    dimension, features, columns = vectors.shape[1], vectors.shape[1] + words.shape[1], truth.shape[1]

    def loss(flat: Array) -> tuple[float, Array]:
        parameters = flat.reshape(features + 1, columns)
        small = parameters.astype(np.float32)
        scores = vectors @ small[:dimension] + words @ small[dimension:-1] + small[-1]
        losses = weight * (np.logaddexp(0, scores) - truth * scores)
        error = weight * (sigmoid(scores) - truth)
        gradient = np.concatenate([vectors.T @ error, by_word @ error, error.sum(axis=0, keepdims=True)])
        return float(losses.sum(dtype=np.float64) + (flat @ flat) / 2), (gradient + parameters).ravel()

    start = np.zeros((features + 1) * columns)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": CLAUSE_STEPS, "ftol": 1e-7})
    parameters = found.x.reshape(features + 1, columns)
    untaught = truth.sum(axis=0) < TAUGHT_FROM
    parameters[:, untaught] = 0.0
    parameters[-1, untaught] = NEVER_LOG_ODDS
    return Linear(np.ascontiguousarray(parameters[:-1].T, dtype=np.float32), parameters[-1])


def _features(message: _Message, log_odds: Array, rules: Rules) -> Array:
    judged = rules.judged(message.read, log_odds, message.shown)
    return rules.row(log_odds, judged, message.shown)


@dataclass(frozen=True)
class _ScamModels:
    vocabulary: Vocabulary
    words: Linear
    signs: Linear
    warning: Linear
    warns_from: float
    """Log-odds from which a message is taken to warn."""
    all: Linear
    scores: Array
    """Log-odds of each message by models that never read its writer, nor, for dev, the message itself."""

    @classmethod
    def fit(cls, features: Array, of_clauses: Array, messages: Sequence[_Message], folds: Array) -> _ScamModels:
        """Three views of a message, its words, its signals and its clauses, each read by a model of its own: joined
        in one model, the thousand words would drown the signals. Their scores are then weighed on messages by
        writers that none has read. A fourth model hears in the words that a message warns of traps."""
        train = np.array([m.offer.split == "train" for m in messages])
        texts = [m.read.said for m in messages]
        scam = np.array([m.offer.is_scam for m in messages])
        weights = np.array([_weight(m.offer) for m in messages])
        warns = np.array([m.offer.pattern == WARNING for m in messages])
        warned = np.zeros(len(messages))
        scores = np.zeros((len(messages), 3))
        scores[:, 2] = of_clauses
        for fold in (*range(FOLDS), -1):
            learnt = train & (folds != fold)
            vocabulary = Vocabulary.of([t for t, kept in zip(texts, learnt, strict=True) if kept], MESSAGE_LEAST)
            rows = _word_rows(texts, vocabulary)
            words = _fit_binary(rows, scam, weights, learnt, WORDS_C)
            signs = _fit_binary(features, scam, weights, learnt, SIGNS_C)
            warning = _fit_binary(rows, warns, weights, learnt, WORDS_C)
            new = folds == fold
            warned[new] = warning.scores(rows[new])[:, 0]
            scores[new, 0] = words.scores(rows[new])[:, 0]
            scores[new, 1] = signs.scores(features[new])[:, 0]
        weighed = _fit_binary(scores, scam, weights, train, C=1.0)
        warns_from = round(float(np.quantile(warned[scam & train], 1 - TRAPS_THAT_WARN)), 3)
        judged = without_warnings(weighed.scores(scores)[:, 0], warned, warns_from)
        return cls(vocabulary, words, signs, warning, warns_from, weighed, judged)


def _word_rows(texts: Sequence[str], vocabulary: Vocabulary) -> Any:
    from scipy.sparse import csr_matrix

    found = [vocabulary.weights(text) for text in texts]
    starts = np.cumsum([0, *(len(columns) for columns, _ in found)])
    columns, weights = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return csr_matrix((weights, columns, starts), shape=(len(texts), len(vocabulary.idf)))


def _fit_binary(rows: Any, labels: Array, weights: Array, mask: Array, C: float) -> Linear:
    """One logistic regression. ``labels``, ``weights``, ``mask``: of each message."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=C, solver="liblinear")
    model.fit(rows[mask], labels[mask], sample_weight=weights[mask])
    return Linear(model.coef_, model.intercept_)


def _fit_patterns(features: Array, messages: Sequence[_Message], patterns: list[str]) -> Linear:
    """Among scams only; a pattern without a message gets a score like the mean one: what the catalogue says of it
    decides whether it is named."""
    from sklearn.linear_model import LogisticRegression

    rows = [i for i, m in enumerate(messages) if m.offer.is_scam and m.offer.pattern in patterns]
    model = LogisticRegression(C=PATTERN_C, max_iter=5000)
    model.fit(features[rows], [messages[i].offer.pattern for i in rows])
    weights = np.zeros((len(patterns), features.shape[1]))
    bias = np.zeros(len(patterns))
    for name, row, intercept in zip(model.classes_, model.coef_, model.intercept_, strict=True):
        weights[patterns.index(name)] = row
        bias[patterns.index(name)] = intercept
    return Linear(weights, bias)


# --- thresholds -------------------------------------------------------------------------------


def _signal_thresholds(
    log_odds: Array, table: _Clauses, signals: list[str], messages: Sequence[_Message]
) -> dict[str, float]:
    """For each signal the lowest log-odds above which it is right often enough, on messages (an example was
    written to be easy)."""
    rows, scams = np.zeros((2, len(table.texts)), dtype=bool)
    for message in messages:
        rows[message.first : message.last] = True
        scams[message.first : message.last] = message.offer.is_scam
    found: dict[str, float] = {}
    for column, signal in enumerate(signals):
        labels, _ = table.target(signal)
        scores, truth = log_odds[rows, column], labels[rows]
        if truth.sum() < MEASURED_FROM:
            found |= {f"signal:{signal}": SHOWN_UNMEASURED, f"sure:{signal}": SURE_CEILING}
            continue
        shown = np.clip(_precise_from(scores, truth, SIGNAL_PRECISION, otherwise=1.0), SIGNAL_FLOOR, SIGNAL_CEILING)
        sure = np.clip(_precise_from(scores, truth, SURE_PRECISION, otherwise=SURE_CEILING), shown, SURE_CEILING)
        likely = _precise_from(log_odds[scams, column], labels[scams], LIKELY_PRECISION, otherwise=float(shown))
        likely = np.clip(likely, LIKELY_FLOOR, shown)
        found |= {
            f"signal:{signal}": round(float(shown), 3),
            f"sure:{signal}": round(float(sure), 3),
            f"likely:{signal}": round(float(likely), 3),
        }
    return found


def _precise_from(scores: Array, truth: Array, precision: float, otherwise: float) -> float:
    """The lowest score from which at least ``precision`` of what scores as much is true."""
    order = np.argsort(-scores)
    right = np.cumsum(truth[order])
    estimate = (right + 1.0) / (np.arange(len(order)) + 2.0)  # one of two before any is seen
    enough = np.flatnonzero((estimate >= precision) & (right >= 3))
    return float(scores[order][enough[-1]]) if len(enough) else otherwise


def _level_thresholds(scores: Array, messages: Sequence[_Message]) -> dict[str, float]:
    """On honest messages by writers that the model in question had never read, as strangers will be, and who wrote
    what people receive, not opposites made to be mistaken for each other."""
    honest = np.sort(scores[[not m.offer.is_scam and _is_by_a_stranger(m.offer) for m in messages]])
    shares = {"arnaque": HONEST_TRAP, "suspect": HONEST_SUSPECT, "prudence": HONEST_CAUTION}
    return {f"level:{name}": round(float(np.quantile(honest, 1 - share)), 3) for name, share in shares.items()}


def _is_by_a_stranger(offer: Offer) -> bool:
    return offer.writer not in TRAIN_WRITERS and _is_unread(offer)


# --- what it is worth -------------------------------------------------------------------------


def _unread(scores: Array, messages: Sequence[_Message]) -> list[Unread]:
    """On every message that somebody wrote to be judged, read by models that had never read that writer."""
    unread = [n for n, m in enumerate(messages) if m.offer.pattern != ORDINARY and _is_unread(m.offer)]
    scores = scores[unread]
    scams = np.array([messages[n].offer.is_scam for n in unread])
    writers = np.array([messages[n].offer.writer for n in unread])
    limit = float(np.quantile(scores[~scams], 1 - UNREAD_ALARMS))
    one_by_one = [_worth(writer, scores, scams, writers == writer, limit) for writer in sorted(set(writers))]
    return [*one_by_one, _worth("", scores, scams, np.ones(len(scores), dtype=bool), limit)]


def _worth(writer: str, scores: Array, scams: Array, mine: Array, limit: float) -> Unread:
    from sklearn.metrics import roc_auc_score

    above = scores > limit
    return Unread(
        writer,
        scams=int((mine & scams).sum()),
        honest=int((mine & ~scams).sum()),
        recall=float(above[mine & scams].mean()),
        false_alarms=float(above[mine & ~scams].mean()),
        auc=float(roc_auc_score(scams[mine], scores[mine])),
    )


def _is_unread(offer: Offer) -> bool:
    """A train message is read by models that leave its writer out; of dev, the writers who are in dev only."""
    return offer.split == "train" or offer.writer in DEV_WRITERS
