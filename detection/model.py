"""The trained part of vetting: which signals a clause shows, how likely a message is a scam, which kind.

Linear models over the clause's embedding and its words: small, versioned, explainable, trained by
``python -m ingest train`` and tied to one embedding model. Evaluated with numpy alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.text import words
from retrieval.linear import sigmoid

Array = np.ndarray[Any, Any]

WORD_SCALE = 2.0
EMBEDDING_SCALE = 6.0
"""E5's centred vectors are short (0.3): scaled so that both halves of a row weigh alike."""
ENTITY_LOG_ODDS = 4.0
"""What a parsed entity says of its signal: as sure as the surest words."""
CLAUSES_AT_ONCE = 256
"""Rows are as wide as the vocabulary: a message of a thousand clauses is scored in pieces, to bound its memory."""
LIKENESS_CLAUSES = 64
"""Weighing a clause reads the whole message again: in a message of more clauses, only those that say most by
themselves are weighed."""

DEMAND_LOG_ODDS = 3.0
"""What a demand read in so many words says of its signal: right nineteen times out of twenty where it was measured."""
DENIED_LOG_ODDS = -12.0
"""What a clause says of a red flag that it denies: a warning, a promise kept to oneself tell for the message."""


def tokens(text: str) -> list[str]:
    """Words, pairs of words and beginnings of long words; every number is « 0 »."""
    singles = ["0" if word.isdigit() else word for word in words(text)]
    pairs = [f"{first} {second}" for first, second in pairwise(singles)]
    return [*singles, *pairs, *(f"#{word[:5]}" for word in singles if len(word) > 4)]


@dataclass(frozen=True)
class Linear:
    """``weights``: (classes, features); ``bias``: (classes,)."""

    weights: Array
    bias: Array

    def scores(self, rows: Array) -> Array:
        return np.asarray(rows @ self.weights.T + self.bias)


@dataclass(frozen=True)
class Vocabulary:
    """TF-IDF over known tokens."""

    tokens: list[str]
    idf: Array

    @classmethod
    def of(cls, texts: Sequence[str], least: int) -> Vocabulary:
        """The tokens that stand in at least ``least`` texts."""
        counts: dict[str, int] = {}
        for text in texts:
            for token in set(tokens(text)):
                counts[token] = counts.get(token, 0) + 1
        kept = sorted(token for token, count in counts.items() if count >= least)
        return cls(kept, np.array([np.log(len(texts) / counts[token]) + 1.0 for token in kept], dtype=np.float32))

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {token: column for column, token in enumerate(self.tokens)}

    def row(self, text: str) -> Array:
        """Unit length, (tokens,); zeros when no token is known."""
        row = np.zeros(len(self.tokens), dtype=np.float32)
        for token in tokens(text):
            column = self._columns.get(token)
            if column is not None:
                row[column] += 1.0
        known = row > 0
        row[known] = (1.0 + np.log(row[known])) * self.idf[known]
        norm = float(np.linalg.norm(row))
        return row / norm if norm else row


@dataclass(frozen=True)
class OfferModel:
    embedding_model: str
    """Identity of the embedding model it was trained with; useless with another."""
    signals: list[str]
    patterns: list[str]
    vocabulary: Vocabulary
    """Of clauses."""
    message_vocabulary: Vocabulary
    mean: Array
    """Of the training clauses' embeddings, (dimension,)."""
    clause: Linear
    """Clause row → log-odds of each signal."""
    words: Linear
    """Words of the whole message → a first score."""
    signs: Linear
    """Message row → a second score."""
    scam: Linear
    """Both scores → log-odds that the message is a scam."""
    pattern: Linear
    """Message row → score of each kind of trap."""
    thresholds: dict[str, float]
    """Log-odds from which each signal is shown (``signal:<id>``), and scores of the levels (``level:<name>``)."""

    def rows(self, texts: Sequence[str], vectors: Array) -> Array:
        """Clause rows, (n, dimension + vocabulary). ``vectors``: (n, dimension)."""
        words = np.stack([self.vocabulary.row(text) for text in texts])
        return np.hstack([(vectors - self.mean) * EMBEDDING_SCALE, words * WORD_SCALE])

    def clause_log_odds(self, texts: Sequence[str], vectors: Array) -> Array:
        """(n, signals)."""
        pieces = [slice(at, at + CLAUSES_AT_ONCE) for at in range(0, len(texts), CLAUSES_AT_ONCE)]
        return np.concatenate([self.clause.scores(self.rows(texts[piece], vectors[piece])) for piece in pieces])

    def scam_log_odds(self, text: str, row: Array) -> float:
        """``row``: see ``message_row``."""
        scores = [self.words.scores(self.message_vocabulary.row(text))[0], self.signs.scores(row)[0]]
        return float(self.scam.scores(np.array(scores))[0])

    def likenesses(self, texts: Sequence[str]) -> Array:
        """How much each clause adds to the score that the words alone give to the message, (clauses,); minus
        infinity for a clause that was not weighed."""
        weighed = np.arange(len(texts))
        if len(texts) > LIKENESS_CLAUSES:
            weighed = np.argsort([-self._words_score(text) for text in texts], kind="stable")[:LIKENESS_CLAUSES]
        added = np.full(len(texts), -np.inf)
        whole = self._words_score("\n".join(texts))
        for place in weighed.tolist():
            added[place] = whole - self._words_score("\n".join([*texts[:place], *texts[place + 1 :]]))
        return added

    def _words_score(self, text: str) -> float:
        return float(self.words.scores(self.message_vocabulary.row(text))[0])

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        facts = {
            "embedding_model": self.embedding_model,
            "signals": self.signals,
            "patterns": self.patterns,
            "vocabulary": self.vocabulary.tokens,
            "message_vocabulary": self.message_vocabulary.tokens,
            "thresholds": self.thresholds,
        }
        arrays = {"idf": self.vocabulary.idf, "message_idf": self.message_vocabulary.idf, "mean": self.mean}
        for name in LINEAR:
            linear: Linear = getattr(self, name)
            arrays |= {f"{name}_weights": linear.weights, f"{name}_bias": linear.bias}
        half = {name: array.astype(np.float16) for name, array in arrays.items()}
        np.savez_compressed(path, facts=np.array(json.dumps(facts, ensure_ascii=False)), **half)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> OfferModel:
        """Raises ``OSError``, ``KeyError`` or ``ValueError`` for what is no saved model."""
        with np.load(path) as saved:
            facts = json.loads(str(saved["facts"]))
            arrays = {name: saved[name].astype(np.float32) for name in saved.files if name != "facts"}
        linear = {name: Linear(arrays[f"{name}_weights"], arrays[f"{name}_bias"]) for name in LINEAR}
        return cls(
            embedding_model=facts["embedding_model"],
            signals=facts["signals"],
            patterns=facts["patterns"],
            vocabulary=Vocabulary(facts["vocabulary"], arrays["idf"]),
            message_vocabulary=Vocabulary(facts["message_vocabulary"], arrays["message_idf"]),
            mean=arrays["mean"],
            thresholds=facts["thresholds"],
            clause=linear["clause"],
            words=linear["words"],
            signs=linear["signs"],
            scam=linear["scam"],
            pattern=linear["pattern"],
        )


LINEAR = ("clause", "words", "signs", "scam", "pattern")


def message_row(log_odds: Array, vectors: Array, mean: Array, parsed: Sequence[int]) -> Array:
    """What the message-level models read: for each signal its surest clause (log-odds, and probability), and
    the mean of the clauses' embeddings. ``parsed``: columns of the signals that entities show.
    """
    best = np.clip(log_odds.max(axis=0), -8.0, 8.0)
    best[list(parsed)] = np.maximum(best[list(parsed)], ENTITY_LOG_ODDS)
    centred = (vectors.mean(axis=0) - mean) * EMBEDDING_SCALE
    return np.concatenate([best / 2.0, sigmoid(best), centred])
