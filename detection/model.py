"""The trained part of vetting: which signals a clause shows, how likely a message is a scam, which kind.

Linear models over the clause's embedding and its words: small, versioned, explainable, trained by
``python -m ingest train`` and tied to one embedding model. Evaluated with numpy alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.text import words
from knowledge.vocabulary import HashedVocabulary
from retrieval.linear import sigmoid

Array = np.ndarray[Any, Any]
Weighed = tuple[Array, Array]
"""The columns of the known tokens of a text, and their weights."""

WORD_SCALE = 2.0
EMBEDDING_SCALE = 6.0
"""E5's centred vectors are short (0.3): scaled so that both halves of a row weigh alike."""
ENTITY_LOG_ODDS = 4.0
"""What a parsed entity says of its signal: as sure as the surest words."""
LIKENESS_CLAUSES = 64
"""Weighing a clause reads the whole message again: in a message of more clauses, only those that say most by
themselves are weighed."""

DEMAND_LOG_ODDS = 3.0
"""What a demand read in so many words says of its signal: right nineteen times out of twenty where it was measured."""
WARNING_WEIGHT = 3.0
"""What each point of log-odds that a message warns of traps, above the threshold, takes away from the log-odds that it
is one: a warning quotes the words of a trap."""
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
    """TF-IDF over known tokens. ``idf``: (tokens,)."""

    words: HashedVocabulary
    idf: Array

    @classmethod
    def of(cls, texts: Sequence[str], least: int) -> Vocabulary:
        """The tokens that stand in at least ``least`` texts."""
        counts: dict[str, int] = {}
        for text in texts:
            for token in set(tokens(text)):
                counts[token] = counts.get(token, 0) + 1
        kept = sorted(token for token, count in counts.items() if count >= least)
        idf = np.array([np.log(len(texts) / counts[token]) + 1.0 for token in kept], dtype=np.float32)
        return cls(HashedVocabulary.of(kept), idf)

    def weights(self, text: str) -> Weighed:
        """The columns of the known tokens of a text, each once, and their weights, of unit length together."""
        columns, counts = np.unique(self.words.columns(tokens(text)), return_counts=True)
        weights = (1.0 + np.log(counts.astype(np.float32))) * self.idf[columns].astype(np.float32)
        return columns, weights / (float(np.linalg.norm(weights)) or 1.0)

    def row(self, text: str) -> Array:
        """(tokens,)"""
        row = np.zeros(len(self.idf), dtype=np.float32)
        columns, weights = self.weights(text)
        row[columns] = weights
        return row


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
    """Clause embedding → its part of the log-odds of each signal."""
    clause_words: Array
    """What each token adds to it, (clause tokens, signals), in half precision: the largest part of the model."""
    trap: Linear
    """Clause embedding → its part of the log-odds that the clause stands in a scam, whatever it shows."""
    trap_words: Array
    """What each token adds to it, (clause tokens,)."""
    words: Array
    """What each token of the whole message adds to a first score, (message tokens,)."""
    words_bias: float
    warning_words: Array
    """What each of them adds to the log-odds that the message warns of traps, (message tokens,)."""
    warning_bias: float
    signs: Linear
    """Message row → a second score."""
    scam: Linear
    """The scores of the words, of the signs and of the clauses → log-odds that the message is a scam."""
    pattern: Linear
    """Message row → score of each kind of trap."""
    thresholds: dict[str, float]
    """Log-odds from which each signal is shown (``signal:<id>``), scores of the levels (``level:<name>``), and log-odds
    from which a message is taken to warn (``warning``)."""

    def read(self, texts: Sequence[str]) -> list[Weighed]:
        """The known words of each clause: read once, weighed for the signals and for the trap."""
        return [self.vocabulary.weights(text) for text in texts]

    def clause_log_odds(self, clauses: Sequence[Weighed], vectors: Array) -> Array:
        """(n, signals). ``clauses``: see ``read``; ``vectors``: (n, dimension)."""
        return self._of_clauses(self.clause, self.clause_words, clauses, vectors)

    def scam_log_odds(self, text: str, row: Array, clauses: Sequence[Weighed], vectors: Array) -> float:
        """``text``: the whole message; ``row``: see ``message_row``; ``clauses`` and ``vectors``: of its clauses."""
        of_clauses = self._of_clauses(self.trap, self.trap_words[:, None], clauses, vectors)
        scores = [self._words_score(text), self.signs.scores(row)[0], together(of_clauses)]
        warns = self._of_words(self.warning_words, self.warning_bias, text)
        return float(without_warnings(self.scam.scores(np.array(scores)), warns, self.thresholds["warning"])[0])

    def _of_clauses(self, linear: Linear, words: Array, clauses: Sequence[Weighed], vectors: Array) -> Array:
        scores = linear.scores((vectors - self.mean) * EMBEDDING_SCALE)
        for row, (columns, weights) in zip(scores, clauses, strict=True):
            row += (weights * WORD_SCALE) @ words[columns].astype(np.float32)
        return scores

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
        return self._of_words(self.words, self.words_bias, text)

    def _of_words(self, words: Array, bias: float, text: str) -> float:
        columns, weights = self.message_vocabulary.weights(text)
        return float(weights @ words[columns].astype(np.float32)) + bias

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        facts = {
            "embedding_model": self.embedding_model,
            "signals": self.signals,
            "patterns": self.patterns,
            "thresholds": self.thresholds,
            "words_bias": self.words_bias,
            "warning_bias": self.warning_bias,
        }
        arrays = {name: getattr(self, name) for name in ("mean", *WORDS)}
        for name in VOCABULARIES:
            arrays[f"{name}_idf"] = getattr(self, name).idf
        for name in LINEAR:
            linear: Linear = getattr(self, name)
            arrays |= {f"{name}_weights": linear.weights, f"{name}_bias": linear.bias}
        half = {name: array.astype(np.float16) for name, array in arrays.items()}
        for name in VOCABULARIES:
            words: HashedVocabulary = getattr(self, name).words
            half |= {f"{name}_hashes": words.hashes, f"{name}_places": words.places}
        np.savez_compressed(path, facts=np.array(json.dumps(facts, ensure_ascii=False)), **half)

    @classmethod
    def load(cls, path: Path) -> OfferModel:
        """Raises ``OSError``, ``KeyError`` or ``ValueError`` for what is no saved model."""
        with np.load(path) as saved:
            facts = json.loads(str(saved["facts"]))
            arrays = {name: saved[name] for name in saved.files}
        vocabulary, message_vocabulary = (
            Vocabulary(HashedVocabulary(arrays[f"{name}_hashes"], arrays[f"{name}_places"]), arrays[f"{name}_idf"])
            for name in VOCABULARIES
        )
        clause, trap, signs, scam, pattern = (
            Linear(*(arrays[f"{name}_{part}"].astype(np.float32) for part in ("weights", "bias"))) for name in LINEAR
        )
        return cls(
            **facts,
            vocabulary=vocabulary,
            message_vocabulary=message_vocabulary,
            mean=arrays["mean"].astype(np.float32),
            clause=clause,
            **{name: arrays[name] for name in WORDS},
            trap=trap,
            signs=signs,
            scam=scam,
            pattern=pattern,
        )


VOCABULARIES = ("vocabulary", "message_vocabulary")
WORDS = ("clause_words", "trap_words", "words", "warning_words")
LINEAR = ("clause", "trap", "signs", "scam", "pattern")


def message_row(log_odds: Array, parsed: Sequence[int]) -> Array:
    """What the message-level models read: for each signal its surest clause, log-odds and probability. ``parsed``:
    columns of the signals that entities show."""
    best = np.clip(log_odds.max(axis=0), -8.0, 8.0)
    best[list(parsed)] = np.maximum(best[list(parsed)], ENTITY_LOG_ODDS)
    return np.concatenate([best / 2.0, sigmoid(best)])


def together(scores: Array) -> float:
    """One score of a message from those of its clauses: each one counts, less so the more there are."""
    return float(scores.sum() / np.sqrt(len(scores)))


def without_warnings(log_odds: Array, warns: Array | float, threshold: float) -> Array:
    """The log-odds that messages are scams, (messages,), less what says that they warn of scams."""
    return np.asarray(log_odds - WARNING_WEIGHT * np.maximum(0.0, warns - threshold))
