"""Query → fiches and facts that may answer it, with a calibrated probability for each.

Dense (Chroma) and BM25 hits over the same passages are grouped by fiche; a small logistic model,
learned on the golden dev set, fuses them. A second one says whether the best fiche answers at all:
"no fact" is a real outcome.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from knowledge.generation import Generation, Hit
from knowledge.model import Role
from knowledge.text import fold, stems
from retrieval.linear import Logistic
from retrieval.rewrite import Query

CANDIDATES = 160
"""Passages taken from each index: enough to hold every rewording of the ten best fiches."""
FICHES_KEPT = 10
_FLOOR = 0.75  # cosine given to a fiche with no passage among the candidates (unrelated French: about 0.8)
_NUMBER_CUES = ("combien", "taux", "montant", "seuil", "pourcentage", "plafond", "maximum")
_STEP_CUES = ("comment", "que faire", "je fais quoi", "quoi faire", "demarche", "a qui")

Features = dict[str, float]


@dataclass
class FactFit:
    """How well one fact fits the question."""

    fact_id: str
    features: Features
    probability: float = 0.0


@dataclass
class FicheFit:
    """How well one fiche fits the question."""

    fiche_id: str
    features: Features
    score: float = 0.0
    """Log-odds that this fiche is the one."""
    facts: list[FactFit] = field(default_factory=list)


@dataclass
class Retrieval:
    query: Query
    fiches: list[FicheFit]
    """Best first."""
    answerable: float
    """Calibrated probability that the best fiche holds the answer."""
    features: Features


class Retriever:
    """Finds fiches and facts in one generation."""

    def __init__(self, generation: Generation, synonyms: Sequence[Sequence[str]] = ()) -> None:
        self._generation = generation
        calibration = generation.calibration
        self._fiche_model = _logistic(calibration["fiche"])
        self._answerable_model = _logistic(calibration["answerable"])
        self._fact_model = _logistic(calibration["fact"])
        self._index = _FicheIndex(generation)
        self._synonyms = _synonym_table(synonyms, generation)

    def retrieve(
        self, query: Query, vectors: list[list[float]], on_subject: float, hidden: str | None = None
    ) -> Retrieval:
        """``vectors``: the embedding of the query, and of its asking sentences when it is a long story;
        ``on_subject``: the router's probability that it is a question on the subject;
        ``hidden``: a passage to leave out (training with a rewording as query).
        """
        generation = self._generation
        dense = _best_hits([generation.dense(vector, CANDIDATES) for vector in vectors])
        sparse = generation.sparse(self._expand(query.tokens), CANDIDATES)
        if hidden:
            dense = [hit for hit in dense if hit.passage.id != hidden]
            sparse = [hit for hit in sparse if hit.passage.id != hidden]
        fits = self._group(query, dense, sparse)
        for fit in fits:
            fit.score = self._fiche_model.score(fit.features)
        fits.sort(key=lambda fit: -fit.score)
        fits = fits[:FICHES_KEPT]
        features = self._answerable_features(query, fits, on_subject)
        for fit in fits[:3]:
            fit.facts = self._facts(fit, query, dense, sparse, vectors)
        return Retrieval(query, fits, self._answerable_model.probability(features), features)

    def _expand(self, tokens: list[str]) -> list[str]:
        """The query's tokens and their synonyms, each once."""
        return list(dict.fromkeys([*tokens, *(other for token in tokens for other in self._synonyms.get(token, ()))]))

    def _group(self, query: Query, dense: list[Hit], sparse: list[Hit]) -> list[FicheFit]:
        cosines: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for hit in dense:
            cosines[hit.passage.fiche][hit.passage.kind].append(hit.score)
        lexical: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for hit in sparse:
            lexical[hit.passage.fiche][hit.passage.kind].append(hit.score)
        top = sparse[0].score if sparse else 1.0
        fits = []
        for fiche in cosines.keys() | lexical.keys():
            questions = cosines[fiche]["question"] or [_FLOOR]
            facts = cosines[fiche]["fact"] or [_FLOOR]
            asked = lexical[fiche]["question"] or [0.0]
            stated = lexical[fiche]["fact"] or [0.0]
            features = {
                "question_cosine": max(questions),
                "question_cosine_top3": float(np.mean(sorted(questions)[-3:])),
                "fact_cosine": max(facts),
                "fact_cosine_top3": float(np.mean(sorted(facts)[-3:])),
                "question_bm25": max(asked) / top,
                "question_bm25_top3": sum(sorted(asked)[-3:]) / (3 * top),
                "fact_bm25": max(stated) / top,
                "fact_bm25_top3": sum(sorted(stated)[-3:]) / (3 * top),
                "coverage": self._index.coverage(fiche, query.tokens),
                "title_coverage": self._index.title_coverage(fiche, query.tokens),
            }
            fits.append(FicheFit(fiche, features))
        return fits

    def _answerable_features(self, query: Query, fits: list[FicheFit], on_subject: float) -> Features:
        if not fits:
            return {"nothing": 1.0}
        best = fits[0]
        second = fits[1].score if len(fits) > 1 else best.score - 5
        known = [token for token in query.tokens if token in self._generation.vocabulary]
        return {
            **best.features,
            "on_subject": on_subject,
            "score": best.score,
            "margin": min(best.score - second, 5.0),
            "max_bm25": min(self._index.raw_bm25(query.tokens) / 10, 3.0),
            "known_tokens": len(known) / max(len(query.tokens), 1),
            "length": min(len(query.tokens), 20) / 20,
            "short": float(len(query.tokens) <= 2),
        }

    def _facts(
        self, fit: FicheFit, query: Query, dense: list[Hit], sparse: list[Hit], vectors: list[list[float]]
    ) -> list[FactFit]:
        """Every fact of a fiche with its fit, best first."""
        fiche = self._generation.fiches[fit.fiche_id]
        cosine = {hit.passage.fact: hit.score for hit in dense if hit.passage.fiche == fiche.id and hit.passage.fact}
        missing = [fact.id for fact in fiche.facts if fact.id not in cosine]
        cosine.update(self._index.fact_cosines(missing, vectors))
        lexical = {hit.passage.fact: hit.score for hit in sparse if hit.passage.fact}
        top = sparse[0].score if sparse else 1.0
        values = np.array([cosine[fact.id] for fact in fiche.facts])
        mean, spread = float(values.mean()), float(values.std()) or 0.01
        found = []
        for place, fact in enumerate(fiche.facts):
            features = {
                "cosine": cosine[fact.id],
                "cosine_z": (cosine[fact.id] - mean) / spread,
                "rank_cosine": float((values > cosine[fact.id]).sum()) / 10,
                "bm25": lexical.get(fact.id, 0.0) / top,
                "coverage": self._index.fact_coverage(fact.id, query.tokens),
                "place": place / 10,
                "wants_number": float(_asks(query, *_NUMBER_CUES) and _has_number(fact.text)),
                "wants_step": float(_asks(query, *_STEP_CUES) and fact.role is Role.STEP),
                **{f"role_{role}": float(fact.role is role) for role in Role},
            }  # fmt: skip
            found.append(FactFit(fact.id, features, self._fact_model.probability(features)))
        return sorted(found, key=lambda fact: -fact.probability)


class _FicheIndex:
    """Which stems each fiche and fact holds, and how rare each stem is."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._fiche: dict[str, set[str]] = defaultdict(set)
        self._title: dict[str, set[str]] = defaultdict(set)
        self._fact: dict[str, set[str]] = {}
        for passage in generation.passages:
            tokens = set(stems(passage.text))
            self._fiche[passage.fiche] |= tokens
            if passage.kind == "question":
                self._title[passage.fiche] |= tokens
            elif passage.fact:
                self._fact[passage.fact] = tokens
        counts: dict[str, int] = defaultdict(int)
        for tokens in self._fiche.values():
            for token in tokens:
                counts[token] += 1
        total = len(self._fiche) or 1
        self._rarity = {token: float(np.log(1 + total / count)) for token, count in counts.items()}
        self._unseen = float(np.log(1 + total))
        self._vectors: dict[str, Any] = {}

    def coverage(self, fiche: str, tokens: list[str]) -> float:
        return self._share(self._fiche[fiche], tokens)

    def title_coverage(self, fiche: str, tokens: list[str]) -> float:
        return self._share(self._title[fiche], tokens)

    def fact_coverage(self, fact: str, tokens: list[str]) -> float:
        return self._share(self._fact.get(fact, set()), tokens)

    def raw_bm25(self, tokens: list[str]) -> float:
        hits = self._generation.sparse(tokens, 1)
        return hits[0].score if hits else 0.0

    def fact_cosines(self, fact_ids: list[str], vectors: list[list[float]]) -> dict[str, float]:
        """Cosine of facts that were not among the nearest passages."""
        unread = [fact_id for fact_id in fact_ids if fact_id not in self._vectors]
        if unread:
            self._vectors.update(self._generation.vectors(unread))
        queries = np.asarray(vectors, dtype=np.float32)
        return {fact_id: float((queries @ self._vectors[fact_id]).max()) for fact_id in fact_ids}

    def _share(self, held: set[str], tokens: list[str]) -> float:
        """Share of the question's words, weighted by rarity, that are held."""
        weights = {token: self._rarity.get(token, self._unseen) for token in tokens}
        total = sum(weights.values())
        return sum(weight for token, weight in weights.items() if token in held) / total if total else 0.0


def _logistic(data: dict[str, Any]) -> Logistic:
    return Logistic(data["weights"], data["bias"])


def _best_hits(runs: list[list[Hit]]) -> list[Hit]:
    """One list of hits, each passage with its best score over the runs."""
    if len(runs) == 1:
        return runs[0]
    best: dict[str, Hit] = {}
    for hit in (hit for run in runs for hit in run):
        if hit.passage.id not in best or hit.score > best[hit.passage.id].score:
            best[hit.passage.id] = hit
    return sorted(best.values(), key=lambda hit: -hit.score)


def _synonym_table(groups: Sequence[Sequence[str]], generation: Generation) -> dict[str, list[str]]:
    """Stem → the first stem of each other word of its group that the index knows."""
    table: dict[str, list[str]] = defaultdict(list)
    for group in groups:
        heads = [tokens[0] for tokens in map(stems, group) if tokens and tokens[0] in generation.vocabulary]
        for head in heads:
            table[head] += [other for other in heads if other != head]
    return table


def _asks(query: Query, *cues: str) -> bool:
    text = f" {fold(query.text)}"
    return any(f" {cue}" in text for cue in cues)


def _has_number(text: str) -> bool:
    return "{" in text or any(char.isdigit() for char in text)
