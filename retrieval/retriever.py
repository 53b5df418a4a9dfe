"""Query → fiches and facts that may answer it, with a calibrated probability for each.

Dense (Chroma) and BM25 hits over the same passages are grouped twice: by fiche, then by fact. Small
logistic models, learned at build time, turn that evidence into a score for each fiche, a probability
for each fact, and the probability that the base answers at all: "no fact" is a real outcome.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from knowledge.generation import ASKED, FACT, KINDS, Generation
from knowledge.text import stems
from retrieval.evidence import Array, Columns, ContentIndex, Evidence, merge
from retrieval.linear import Logistic, sigmoid
from retrieval.rewrite import NUMBER_CUES, Query
from retrieval.routes import covered, log_odds, on_subject

CANDIDATES = 120
"""Passages taken from each index: enough to hold most passages of the ten best fiches."""
FICHES_KEPT = 10
ASKED_WEIGHT = 3.0
"""Of one question that asked for a fact, before the logarithm: the first one says the most."""
PLATFORMS_THEME = "plateformes"
"""The theme with a fiche for each platform: named in many questions that are about something else."""
FICHES_READ = 3
"""Fiches whose every fact is weighed; elsewhere, only facts that were themselves found."""

ALONE_WEIGHT = 0.4
"""Of a follow-up's own words, beside its words after the earlier turns; chosen on the dev conversations. To choose
fiches, it shrinks with the probability that they are answered alone: « et le mois où j'ai rien ? » names no subject."""

AFTER_A_STORY_WEIGHT = 0.6
"""Of its own words, to choose fiches, for a question that its message tells a story before: all of the story is about
one thing, and « faut-il un siret » at its end is about another. Chosen on dev messages that ask several."""

VICTIMS_THEME = "victime"
"""The theme for what has already happened: paid, gave papers, hacked… The urgent step is there."""
TRAP_THEMES = frozenset({"arnaques", VICTIMS_THEME})
"""The themes that tell of traps."""
_STEP_CUES = ("comment", "que faire", "je fais quoi", "quoi faire", "demarche", "a qui", "ou est-ce", "ou je")
_RISK_CUES = ("risque", "grave", "amende", "sanction", "danger", "controle", "puni", "legal")

Features = dict[str, float]

_FACT_PREFIXES = {FACT: "text", ASKED: "asked"}


@dataclass(frozen=True)
class FicheFit:
    """How well one fiche fits the question; ``score``: log-odds that it is the one."""

    fiche_id: str
    score: float


@dataclass(frozen=True)
class FactFit:
    """How well one fact fits the question."""

    fact_id: str
    fiche_id: str
    probability: float


@dataclass(frozen=True)
class Candidates:
    """Fiches or facts that were weighed, best first, with what they were weighed by."""

    names: list[str]
    columns: Columns
    """Feature → its value for each of ``names``."""


@dataclass(frozen=True)
class Retrieval:
    query: Query
    fiches: list[FicheFit]
    """Best first."""
    facts: list[FactFit]
    """Best first, over all fiches."""
    answerable: float
    """Calibrated probability that the best facts answer."""
    features: Features
    fiche_candidates: Candidates
    fact_candidates: Candidates
    evidence: Evidence
    fiche_scores: Array
    """Log-odds of every fiche of the generation, (fiches,)."""


class Retriever:
    """Finds fiches and facts in one generation."""

    def __init__(self, generation: Generation, synonyms: Sequence[Sequence[str]] = ()) -> None:
        self._generation = generation
        self._index = ContentIndex(generation)
        self.learn(generation.calibration)
        themes = [fiche.theme for fiche in generation.fiches.values()]
        self._urgent = np.array([theme == VICTIMS_THEME for theme in themes], dtype=bool)
        self._one_platform = np.array([theme == PLATFORMS_THEME for theme in themes], dtype=np.float64)
        self._stems = [stem for stem in generation.vocabulary if len(stem) >= 5]
        self._synonyms = _synonym_table(synonyms, generation)

    def learn(self, calibration: dict[str, Any]) -> None:
        """Take other weights: calibration learns the models one after the other."""
        self._fiche_model = Logistic(**calibration["fiche"])
        self._fact_model = Logistic(**calibration["fact"])
        self._answerable_model = Logistic(**calibration["answerable"])
        self._asked_often = self.asked_often(calibration["asked"])

    def asked_often(self, times: Mapping[str, float]) -> Array:
        """``times``: how often each fact is asked for. (facts,); a fact that nobody was seen to ask for is at zero."""
        return np.log1p(ASKED_WEIGHT * np.array([times.get(name, 0.0) for name in self._index.facts]))

    def retrieve(self, query: Query, vectors: list[list[float]], routes: Mapping[str, float]) -> Retrieval:
        """``vectors``: the embeddings of the query's views; ``routes``: the probability of every route."""
        return self.weigh(query, self.search(query, vectors), routes)

    def search(self, query: Query, vectors: list[list[float]]) -> Evidence:
        """What both indexes say, before any of it is weighed."""
        projected = self._generation.project(vectors)
        dense = merge(self._generation.dense(projected, CANDIDATES))
        sparse = self._generation.sparse(self._expand(self._mend(query.tokens)), CANDIDATES)
        wording = self._generation.wording(query.text)
        subjects = self._generation.subject.subjects(projected, query.text)
        return Evidence.of(self._index, dense, sparse, wording, subjects, projected, query.tokens, self._asked_often)

    def weigh(self, query: Query, evidence: Evidence, routes: Mapping[str, float]) -> Retrieval:
        """Evidence → fiches, facts and the probability that they answer."""
        fiche_columns = self._fiche_columns(query, evidence)
        scores = self._fiche_model.scores(fiche_columns)
        fiche_fits, places = self._best_fiches(scores, evidence.fiche_found)
        fiches = Candidates(
            [fit.fiche_id for fit in fiche_fits], {name: column[places] for name, column in fiche_columns.items()}
        )
        fact_fits, facts = self._weigh_facts(query, evidence, fiche_fits, places)
        features = self._answerable_features(query, evidence, fiche_fits, fiches, fact_fits, facts, routes)
        answerable = self._answerable_model.probability(features)
        return Retrieval(query, fiche_fits, fact_fits, answerable, features, fiches, facts, evidence, scores)

    def together(self, alone: Retrieval, in_context: Sequence[Retrieval]) -> Retrieval:
        """A follow-up read alone and after what came before. The fiches are chosen over all readings, nearly by the
        context only when its own words name no subject; then every reading weighs the facts of those fiches, so that
        its own words choose among them: neither the earlier answer again nor an answer about something else."""
        readings = [alone, *in_context]
        own = AFTER_A_STORY_WEIGHT if alone.query.follows_a_story else ALONE_WEIGHT
        fiche_weights = _weights(own * alone.answerable, len(in_context))
        scores = fiche_weights @ np.stack([reading.fiche_scores for reading in readings])
        fiches, places = self._best_fiches(
            scores, np.logical_or.reduce([reading.evidence.fiche_found for reading in readings])
        )
        kept, rank = self._facts_to_read(
            np.logical_or.reduce([reading.evidence.fact_found for reading in readings]), places
        )
        log_odds = _weights(ALONE_WEIGHT, len(in_context)) @ np.stack(
            [
                self._fact_model.scores(self._fact_columns(reading.query, reading.evidence, fiches, kept, rank))
                for reading in readings
            ]
        )
        facts, _ = self._best_facts(kept, sigmoid(log_odds))
        answerable = max(reading.answerable for reading in readings)
        return replace(in_context[0], fiches=fiches, facts=facts, answerable=answerable, fiche_scores=scores)

    def _mend(self, tokens: list[str]) -> list[str]:
        """Unknown stems replaced by the nearest known one, when it is near: typing mistakes."""
        return [token if token in self._generation.vocabulary else self._nearest(token) for token in tokens]

    def _nearest(self, token: str) -> str:
        if len(token) < 5 or not token.isalpha():
            return token
        limit = 1 if len(token) < 8 else 2
        best = process.extractOne(token, self._stems, scorer=DamerauLevenshtein.distance, score_cutoff=limit)
        return str(best[0]) if best else token

    def _expand(self, tokens: list[str]) -> list[str]:
        """The query's tokens and their synonyms, each once."""
        return list(dict.fromkeys([*tokens, *(other for token in tokens for other in self._synonyms.get(token, ()))]))

    def _named(self, query: Query) -> Array:
        """1.0 for the fiches of the platforms that the question names, (fiches,)."""
        named = np.zeros(len(self._index.fiches))
        named[[self._index.fiche_place[fiche] for fiche in query.platforms if fiche in self._index.fiche_place]] = 1.0
        return named

    def _best_fiches(self, scores: Array, found: Array) -> tuple[list[FicheFit], Array]:
        """The best of the fiches that were found, and their places; ``scores`` and ``found``: (fiches,)."""
        candidates = np.flatnonzero(found)
        best = candidates[np.argsort(-scores[candidates], kind="stable")][:FICHES_KEPT]
        return [FicheFit(self._index.fiches[place], float(scores[place])) for place in best], best

    def _fiche_columns(self, query: Query, evidence: Evidence) -> Columns:
        happened = query.has_happened
        columns: Columns = {
            f"{kind}_{name}": column for kind in KINDS for name, column in evidence.fiche_kinds[kind].items()
        }
        columns |= {
            "centroid": evidence.fiche_centroid,
            "centroid_behind": evidence.fiche_centroid.max(initial=0.0) - evidence.fiche_centroid,
            "happened_to_victim": (self._urgent & happened).astype(float),
            "victim_unasked": (self._urgent & (not happened)).astype(float),
            "platform_named": self._named(query),
            "platform_not_named": self._one_platform * (1 - self._named(query)),
            "coverage": evidence.fiche_coverage,
            "question_coverage": evidence.question_coverage,
            "wording": evidence.fiche_wording,
            "subject": evidence.fiche_subject,
            "subject_behind": evidence.fiche_subject.max(initial=-np.inf) - evidence.fiche_subject,
            "fact_wording": _best_of_each(evidence.fact_wording, self._index.fact_fiche, len(self._index.fiches)),
        }
        return columns

    def _weigh_facts(
        self, query: Query, evidence: Evidence, fiches: list[FicheFit], fiche_places: Array
    ) -> tuple[list[FactFit], Candidates]:
        """Facts of the best fiches, and facts found by themselves in the next ones; best first."""
        if not fiches:
            return [], Candidates([], {})
        kept, rank = self._facts_to_read(evidence.fact_found, fiche_places)
        columns = self._fact_columns(query, evidence, fiches, kept, rank)
        fits, order = self._best_facts(kept, sigmoid(self._fact_model.scores(columns)))
        return fits, Candidates(
            [fit.fact_id for fit in fits], {name: column[order] for name, column in columns.items()}
        )

    def _facts_to_read(self, found: Array, fiche_places: Array) -> tuple[Array, Array]:
        """The places of the facts worth weighing, and for each the rank of its fiche; ``found``: (facts,)."""
        fiches = len(fiche_places)
        rank_of = np.full(len(self._index.fiches), fiches)
        rank_of[fiche_places] = np.arange(fiches)
        rank = rank_of[self._index.fact_fiche]
        kept = np.flatnonzero((rank < min(FICHES_READ, fiches)) | ((rank < fiches) & found))
        return kept, rank[kept]

    def _best_facts(self, kept: Array, probabilities: Array) -> tuple[list[FactFit], Array]:
        """Best first, and the order they come in."""
        index = self._index
        order = np.argsort(-probabilities, kind="stable")
        fits = [
            FactFit(index.facts[place], index.fiches[index.fact_fiche[place]], float(probability))
            for place, probability in zip(kept[order], probabilities[order], strict=True)
        ]
        return fits, order

    def _fact_columns(
        self, query: Query, evidence: Evidence, fiches: list[FicheFit], kept: Array, rank: Array
    ) -> Columns:
        index = self._index
        fiche_score = np.array([fit.score for fit in fiches])[rank]
        named, one_platform = self._named(query)[index.fact_fiche[kept]], self._one_platform[index.fact_fiche[kept]]
        number, step, risk = (query.asks(cues) for cues in (NUMBER_CUES, _STEP_CUES, _RISK_CUES))
        columns: Columns = {
            f"{prefix}_{name}": column[kept]
            for kind, prefix in _FACT_PREFIXES.items()
            for name, column in evidence.fact_kinds[kind].items()
        }
        columns |= {name: column[kept] for name, column in index.roles.items()}
        columns |= {
            "centroid": evidence.fact_centroid[kept],
            "coverage": evidence.fact_coverage[kept],
            "wording": evidence.fact_wording[kept],
            "subject": evidence.fiche_subject[index.fact_fiche[kept]],
            "asked_for": evidence.fact_subject[kept],
            "asked_often": evidence.fact_asked_often[kept],
            "platform_named": named,
            "platform_not_named": one_platform * (1 - named),
            "fiche_score": fiche_score,
            "fiche_behind": fiches[0].score - fiche_score,
            "fiche_rank": rank.astype(float),
            "number_for_number": (index.has_number[kept] & number).astype(float),
            "step_for_step": (index.is_step[kept] & step).astype(float),
            "step_unasked": (index.is_step[kept] & (not step)).astype(float),
            "risk_for_risk": (index.is_risk[kept] & risk).astype(float),
        }
        # A good fact among better ones was not asked for.
        for name in (
            "centroid",
            "asked_cosine",
            "text_cosine",
            "asked_bm25",
            "text_bm25",
            "coverage",
            "wording",
            "subject",
            "asked_for",
        ):
            columns[f"{name}_behind"] = columns[name].max(initial=-np.inf) - columns[name]
        return columns

    def _answerable_features(
        self,
        query: Query,
        evidence: Evidence,
        fiches: list[FicheFit],
        fiche_candidates: Candidates,
        facts: list[FactFit],
        fact_candidates: Candidates,
        routes: Mapping[str, float],
    ) -> Features:
        if not fiches or not facts:
            return {"nothing": 1.0}
        best, fact = fiches[0], {name: float(column[0]) for name, column in fact_candidates.columns.items()}
        fiche = {name: float(column[0]) for name, column in fiche_candidates.columns.items()}
        second = fiches[1].score if len(fiches) > 1 else best.score - 5
        known = [token for token in query.tokens if token in self._generation.vocabulary]
        subject = on_subject(routes)
        return {
            "on_subject": subject,
            "on_subject_log_odds": log_odds(subject, 1 - subject),
            "covered": covered(routes),
            "fiche_score": best.score,
            "margin": min(best.score - second, 5.0),
            "fact_log_odds": self._fact_model.score(fact),
            "second_fact": facts[min(1, len(facts) - 1)].probability,
            "same_fiche": float(facts[0].fiche_id == best.fiche_id),
            "best_cosine": evidence.best_cosine,
            "tenth_cosine": evidence.tenth_cosine,
            "question_cosine": fiche["question_cosine"],
            "fiche_centroid": fiche["centroid"],
            "fact_centroid": fact["centroid"],
            "asked_cosine": fact["asked_cosine"],
            "text_cosine": fact["text_cosine"],
            "best_bm25": min(evidence.best_bm25 / 10, 3.0),
            "wording": evidence.best_wording,
            "fiche_wording": fiche["wording"],
            "fiche_subject": fiche["subject"],
            "fact_subject": fact["subject"],
            "fact_asked_for": fact["asked_for"],
            "fact_asked_often": fact["asked_often"],
            "fact_wording": fact["wording"],
            "coverage": fiche["coverage"],
            "fact_coverage": fact["coverage"],
            "known_tokens": len(known) / max(len(query.tokens), 1),
            "length": min(len(query.tokens), 20) / 20,
            "short": float(len(query.tokens) <= 2),
            "follow_up": float(query.is_follow_up),
        }


def _weights(alone: float, contexts: int) -> Array:
    """Of each reading of a follow-up: its own words, then the contexts in equal parts. (1 + contexts,)."""
    return np.array([alone, *[(1 - alone) / contexts] * contexts])


def _best_of_each(scores: Array, group_of: Array, groups: int) -> Array:
    """The best score of each group, (groups,); zero where it has none."""
    best = np.zeros(groups)
    np.maximum.at(best, group_of, scores)
    return best


def _synonym_table(groups: Sequence[Sequence[str]], generation: Generation) -> dict[str, list[str]]:
    """Stem → the first stem of each other word of its group that the index knows."""
    table: dict[str, list[str]] = defaultdict(list)
    for group in groups:
        heads = [tokens[0] for tokens in map(stems, group) if tokens and tokens[0] in generation.vocabulary]
        for head in heads:
            table[head] += [other for other in heads if other != head]
    return table
