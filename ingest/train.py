"""``ingest train``: labelled offers → the small models of ``/verifier``, for one embedding model.

1. clause → signals: every quote of a labelled offer marks the clauses it stands in; the catalogue's examples
   and counter-examples, and the clauses of ``golden/clauses*.jsonl``, are clauses too;
2. message → scam or honest, and message → kind of trap: from the signals that models which never read that
   *writer* find in it, as it will be with a message from a stranger;
3. thresholds: for each signal and each level, on messages that the model in question never read.

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

from detection.model import EMBEDDING_SCALE, WORD_SCALE, Array, Linear, OfferModel, Vocabulary, message_row
from detection.offer import MINIMUM_WAGE, ReadOffer, brands_of, entity_signals, read
from knowledge.catalogue import Catalogue, Detection
from knowledge.embeddings import EmbeddingCache
from knowledge.library import Library
from knowledge.offers import DEV_WRITERS, TRAIN_WRITERS, Offer, load_offers, ordinary_lines
from retrieval.retriever import TRAP_THEMES

OTHER_EXAMPLE_WEIGHT = 0.3
"""An example of one signal probably does not show the others, but nobody checked."""
CLAUSE_C, WORDS_C, SIGNS_C, PATTERN_C = 1.0, 10.0, 0.05, 0.05
FOLDS = 3
"""Groups of writers, each read by models that never read it."""
CLAUSE_LEAST, MESSAGE_LEAST = 3, 2
"""Texts that a token stands in before it is learned."""
ORDINARY = "ordinary"
"""Ordinary talk: honest messages that offer nothing. Learned from, no part of the thresholds."""
ORDINARY_WEIGHT = 0.5
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
_OVERLAP_OF_QUOTE, _OVERLAP_OF_CLAUSE = 0.4, 0.6

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
    parsed: list[int]
    """Columns of the signals that entities show."""


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


def train(
    library: Library,
    cache: EmbeddingCache,
    embedding_model: str,
    today: date,
    progress: Progress = lambda label, done, total: None,
) -> OfferModel:
    """The trained model, from the catalogue and ``golden/offers-*.jsonl``, ``golden/clauses*.jsonl``."""
    catalogue, golden = library.catalogue, library.folder / "golden"
    wage = library.figures[MINIMUM_WAGE].on(today)
    minimum_wage = float(wage.value) if wage else None
    signals = [s.id for s in [*catalogue.signals, *catalogue.reassuring] if s.detection in LEARNED]
    table = _Clauses(signals)
    messages = _messages(library, table, minimum_wage)
    _add_examples(catalogue, golden, table)
    progress("Lecture des messages", 0, len(table.texts))
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress("Lecture des messages", done, len(table.texts))

    vectors = cache.queries(table.texts, advance)
    # Clauses of dev messages only set thresholds.
    dev_rows = np.zeros(len(table.texts), dtype=bool)
    for message in messages:
        if message.offer.split == "dev":
            dev_rows[message.first : message.last] = True
    vocabulary = Vocabulary.of([t for t, dev in zip(table.texts, dev_rows, strict=True) if not dev], CLAUSE_LEAST)
    mean = vectors[~dev_rows].mean(axis=0)
    rows = _Rows(table.texts, vectors, vocabulary, mean)
    writers = np.array(table.writers)
    log_odds = np.zeros((len(table.texts), len(signals)))
    for step, group in enumerate([*_folds(messages), set()]):
        progress("Signaux", step, FOLDS + 1)
        left_out = np.isin(writers, sorted(group))
        linear = _fit_clauses(table, rows, ~dev_rows & ~left_out)
        mine = left_out & ~dev_rows if group else dev_rows
        log_odds[mine] = linear.scores(rows.dense(mine))
    progress("Signaux", FOLDS + 1, FOLDS + 1)
    features = np.stack(
        [message_row(log_odds[m.first : m.last], vectors[m.first : m.last], mean, m.parsed) for m in messages]
    )
    scam = _ScamModels.fit(features, messages)
    patterns = [pattern.id for pattern in catalogue.patterns]
    thresholds = _signal_thresholds(log_odds, table, signals, messages) | _level_thresholds(scam.scores, messages)
    return OfferModel(
        embedding_model=embedding_model,
        signals=signals,
        patterns=patterns,
        vocabulary=vocabulary,
        message_vocabulary=scam.vocabulary,
        mean=mean,
        clause=Linear(linear.weights[:, : vectors.shape[1]], linear.bias),
        clause_words=np.ascontiguousarray(linear.weights[:, vectors.shape[1] :].T),
        words=scam.words.weights[0],
        words_bias=float(scam.words.bias[0]),
        signs=scam.signs,
        scam=scam.both,
        pattern=_fit_patterns(features, messages, patterns),
        thresholds=thresholds,
    )


# --- the clause table -------------------------------------------------------------------------


def _messages(library: Library, table: _Clauses, minimum_wage: float | None) -> list[_Message]:
    catalogue, golden = library.catalogue, library.folder / "golden"
    emoji_words = dict(library.lexicon.get("emoji", {}))
    brands = brands_of(catalogue)
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
        found_by_parsing = (s.signal for s in entity_signals(message, brands, minimum_wage) if not s.in_words)
        parsed = set(found_by_parsing) & set(table.signals)
        columns = [table.signals.index(signal) for signal in sorted(parsed)]
        found.append(_Message(offer, message, first, len(table.texts), columns))
    return [message for message in found if message.last > message.first]


def _ordinary_talk(library: Library) -> list[Offer]:
    """Questions, thanks and talk, as honest messages."""
    texts = [text for route in ORDINARY_ROUTES for text in library.routes.get(route, [])]
    for fiche in library.fiches.values():
        if fiche.theme not in TRAP_THEMES:  # their questions tell of traps: no ordinary talk
            texts += [fiche.question, *fiche.rewordings[:3]]
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


class _Rows:
    """Clause rows as scikit-learn reads them (sparse): the embedding, then the words, as ``OfferModel`` weighs them."""

    def __init__(self, texts: list[str], vectors: Array, vocabulary: Vocabulary, mean: Array) -> None:
        from scipy.sparse import csr_matrix, hstack

        words = csr_matrix(np.stack([vocabulary.row(text) for text in texts])) * WORD_SCALE
        self.matrix = hstack([csr_matrix((vectors - mean) * EMBEDDING_SCALE), words]).tocsr()

    def dense(self, mask: Array) -> Array:
        return np.asarray(self.matrix[mask].todense())


def _folds(messages: Sequence[_Message]) -> list[set[str]]:
    writers = sorted({message.offer.writer for message in messages})
    return [set(writers[fold::FOLDS]) for fold in range(FOLDS)]


# --- models -----------------------------------------------------------------------------------


def _fit_clauses(table: _Clauses, rows: _Rows, mask: Array) -> Linear:
    """One logistic regression a signal."""
    from joblib import Parallel, delayed
    from sklearn.linear_model import LogisticRegression

    matrix = rows.matrix[mask]

    def fit(signal: str) -> tuple[Array, float]:
        labels, weights = table.target(signal)
        labels, weights = labels[mask], weights[mask]
        if labels.sum() < 3:
            return np.zeros(matrix.shape[1]), -8.0
        model = LogisticRegression(C=CLAUSE_C, solver="liblinear").fit(matrix, labels, sample_weight=weights)
        return model.coef_[0], float(model.intercept_[0])

    fitted = Parallel(n_jobs=-1)(delayed(fit)(signal) for signal in table.signals)
    return Linear(np.stack([weights for weights, _ in fitted]), np.array([bias for _, bias in fitted]))


@dataclass(frozen=True)
class _ScamModels:
    vocabulary: Vocabulary
    words: Linear
    signs: Linear
    both: Linear
    scores: Array
    """Log-odds of each message by models that never read its writer, nor, for dev, the message itself."""

    @classmethod
    def fit(cls, features: Array, messages: Sequence[_Message]) -> _ScamModels:
        """Two weak views, the words of the message and its signals, each read by a model of its own: joined in one
        model, the thousand words would drown the signals. Their scores are then weighed on messages by writers
        that neither has read."""
        train = np.array([m.offer.split == "train" for m in messages])
        writers = np.array([m.offer.writer for m in messages])
        texts = [m.read.said for m in messages]
        scores = np.zeros((len(messages), 2))
        groups: list[set[str]] = [*({writer} for writer in sorted(set(writers[train]))), set()]
        for group in groups:
            left_out = np.isin(writers, sorted(group))
            learnt = train & ~left_out
            vocabulary = Vocabulary.of([t for t, kept in zip(texts, learnt, strict=True) if kept], MESSAGE_LEAST)
            rows = _word_rows(texts, vocabulary)
            words = _fit_binary(rows, messages, learnt, WORDS_C)
            signs = _fit_binary(features, messages, learnt, SIGNS_C)
            new = train & left_out if group else ~train
            scores[new, 0] = words.scores(rows[new])[:, 0]
            scores[new, 1] = signs.scores(features[new])[:, 0]
        both = _fit_binary(scores, messages, train, C=1.0)
        return cls(vocabulary, words, signs, both, both.scores(scores)[:, 0])


def _word_rows(texts: Sequence[str], vocabulary: Vocabulary) -> Any:
    from scipy.sparse import csr_matrix, vstack

    return vstack([csr_matrix(vocabulary.row(text)) for text in texts]).tocsr()


def _fit_binary(rows: Any, messages: Sequence[_Message], mask: Array, C: float) -> Linear:
    """Scam or honest."""
    from sklearn.linear_model import LogisticRegression

    labels = np.array([m.offer.is_scam for m in messages])
    weights = np.array([ORDINARY_WEIGHT if m.offer.pattern == ORDINARY else 1.0 for m in messages])
    model = LogisticRegression(C=C, max_iter=5000)
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
    """A train message is read by models that leave its writer out; of dev, the writers who are in dev only."""
    if offer.writer in TRAIN_WRITERS:
        return False
    return offer.split == "train" or offer.writer in DEV_WRITERS
