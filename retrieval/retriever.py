"""Query → fiches and facts that may answer it, with a calibrated probability for each.

Dense (Chroma) and BM25 hits over the same passages are grouped twice: by fiche, then by fact. Small
logistic models, learned at build time, turn that evidence into a score for each fiche, a probability
for each fact, and the probability that the base answers at all: "no fact" is a real outcome.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from knowledge.generation import ASKED, FACT, QUESTION, Generation, Hit
from knowledge.model import Fact, Role
from knowledge.text import fold, stems
from retrieval.linear import Logistic
from retrieval.rewrite import Query

CANDIDATES = 200
"""Passages taken from each index: enough to hold most passages of the ten best fiches."""
FICHES_KEPT = 10
PLATFORMS_THEME = "plateformes"
"""The theme with a fiche for each platform: named in many questions that are about something else."""
FICHES_READ = 3
"""Fiches whose every fact is weighed; elsewhere, only facts that were themselves found."""
_FLOOR = 0.0  # cosine given when nothing was found

VICTIMS_THEME = "victime"
"""The theme for what has already happened: paid, gave papers, hacked… The urgent step is there."""
_HAPPENED = re.compile(
    r"\b(j'ai|jai|j'avais|je viens de|je lui ai|je leur ai|on m'a|ils m'ont|il m'a|elle m'a|me suis fait|deja|ete)\b"
    r".{0,40}\b(pay|donn|envoy|vir[eé]|vers|transmis|fourni|recu|cliqu|install|vole|pirat|arnaqu|avoir|perdu|transfer|"
    r"hack|menac|utilis|prete|partag|remis|rempli|sign)"
)

_NUMBER_CUES = ("combien", "taux", "montant", "seuil", "pourcentage", "plafond", "maximum", "quel age", "delai")
_STEP_CUES = ("comment", "que faire", "je fais quoi", "quoi faire", "demarche", "a qui", "ou est-ce", "ou je")
_RISK_CUES = ("risque", "grave", "amende", "sanction", "danger", "controle", "puni", "legal")

Features = dict[str, float]


@dataclass
class FicheFit:
    """How well one fiche fits the question; ``score``: log-odds that it is the one."""

    fiche_id: str
    features: Features
    score: float = 0.0


@dataclass
class FactFit:
    """How well one fact fits the question."""

    fact_id: str
    fiche_id: str
    features: Features
    probability: float = 0.0


@dataclass
class Retrieval:
    query: Query
    fiches: list[FicheFit]
    """Best first."""
    facts: list[FactFit]
    """Best first, over all fiches."""
    answerable: float
    """Calibrated probability that the best facts answer."""
    features: Features


class Retriever:
    """Finds fiches and facts in one generation."""

    def __init__(self, generation: Generation, synonyms: Sequence[Sequence[str]] = ()) -> None:
        self._generation = generation
        calibration = generation.calibration
        self._fiche_model = Logistic(**calibration["fiche"])
        self._fact_model = Logistic(**calibration["fact"])
        self._answerable_model = Logistic(**calibration["answerable"])
        self._index = _WordIndex(generation)
        self._facts_of = {
            fiche.id: [_KnownFact(fact, self._index.fact[fact.id]) for fact in fiche.facts]
            for fiche in generation.fiches.values()
        }
        self._stems = [stem for stem in generation.vocabulary if len(stem) >= 5]
        self._synonyms = _synonym_table(synonyms, generation)

    def retrieve(self, query: Query, vectors: list[list[float]], on_subject: float) -> Retrieval:
        """``vectors``: the embedding of the query, and of its asking sentences when it is a long story;
        ``on_subject``: the router's probability that it is a question on the subject.
        """
        projected = self._generation.project(vectors)
        dense = _best_hits(self._generation.dense(projected, CANDIDATES))
        sparse = self._generation.sparse(self._expand(self._mend(query.tokens)), CANDIDATES)
        evidence = _Evidence(
            dense,
            sparse,
            self._generation.fiche_centroids.cosines(projected),
            self._generation.fact_centroids.cosines(projected),
        )
        fiches = self._fiches(query, evidence)
        facts = self._facts(query, evidence, fiches)
        features = self._answerable_features(query, evidence, fiches, facts, on_subject)
        return Retrieval(query, fiches, facts, self._answerable_model.probability(features), features)

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

    def _fiches(self, query: Query, evidence: _Evidence) -> list[FicheFit]:
        fits = []
        happened = bool(_HAPPENED.search(fold(query.text)))
        for fiche in evidence.fiches:
            features: Features = {}
            for kind in (QUESTION, FACT, ASKED):
                features |= evidence.features(kind, evidence.by_fiche[fiche], f"{kind}_")
            centroid = evidence.fiche_centroids.get(fiche, 0.0)
            features["centroid"] = centroid
            features["centroid_behind"] = evidence.best_fiche_centroid - centroid
            urgent = self._generation.fiches[fiche].theme == VICTIMS_THEME
            features["happened_to_victim"] = float(happened and urgent)
            features["victim_unasked"] = float(urgent and not happened)
            features["one_platform"] = float(self._generation.fiches[fiche].theme == PLATFORMS_THEME)
            features["coverage"] = self._index.share(self._index.fiche[fiche], query.tokens)
            features["question_coverage"] = self._index.share(self._index.question[fiche], query.tokens)
            fits.append(FicheFit(fiche, features, self._fiche_model.score(features)))
        return sorted(fits, key=lambda fit: -fit.score)[:FICHES_KEPT]

    def _facts(self, query: Query, evidence: _Evidence, fiches: list[FicheFit]) -> list[FactFit]:
        """Facts of the best fiches, and facts found by themselves in the next ones; best first."""
        if not fiches:
            return []
        best = fiches[0].score
        wants_number = _asks(query, _NUMBER_CUES)
        wants_step = _asks(query, _STEP_CUES)
        wants_risk = _asks(query, _RISK_CUES)
        found = []
        for rank, fit in enumerate(fiches):
            for known in self._facts_of[fit.fiche_id]:
                hits = evidence.by_fact.get(known.id)
                if hits is None and rank >= FICHES_READ:
                    continue
                features: Features = {
                    **evidence.features(FACT, hits or {}, "text_"),
                    **evidence.features(ASKED, hits or {}, "asked_"),
                    "centroid": evidence.fact_centroids.get(known.id, 0.0),
                    "coverage": self._index.share(known.tokens, query.tokens),
                    "fiche_score": fit.score,
                    "fiche_behind": best - fit.score,
                    "fiche_rank": float(rank),
                    "number_for_number": float(wants_number and known.has_number),
                    "step_for_step": float(wants_step and known.role is Role.STEP),
                    "step_unasked": float(not wants_step and known.role is Role.STEP),
                    "risk_for_risk": float(wants_risk and known.is_risk),
                    known.role_feature: 1.0,
                }
                found.append(FactFit(known.id, fit.fiche_id, features))
        _relate(found)
        for fact_fit in found:
            fact_fit.probability = self._fact_model.probability(fact_fit.features)
        return sorted(found, key=lambda fit: -fit.probability)

    def _answerable_features(
        self, query: Query, evidence: _Evidence, fiches: list[FicheFit], facts: list[FactFit], on_subject: float
    ) -> Features:
        if not fiches or not facts:
            return {"nothing": 1.0}
        best = fiches[0]
        second = fiches[1].score if len(fiches) > 1 else best.score - 5
        known = [token for token in query.tokens if token in self._generation.vocabulary]
        log_odds = self._fact_model.score(facts[0].features)
        return {
            "on_subject": on_subject,
            "on_subject_log_odds": float(np.log((on_subject + 1e-3) / (1 - on_subject + 1e-3))),
            "fiche_score": best.score,
            "margin": min(best.score - second, 5.0),
            "fact_log_odds": log_odds,
            "second_fact": facts[min(1, len(facts) - 1)].probability,
            "same_fiche": float(facts[0].fiche_id == best.fiche_id),
            "best_cosine": evidence.best_cosine,
            "tenth_cosine": evidence.tenth_cosine,
            "question_cosine": best.features["question_cosine"],
            "fiche_centroid": best.features["centroid"],
            "fact_centroid": facts[0].features["centroid"],
            "asked_cosine": facts[0].features["asked_cosine"],
            "text_cosine": facts[0].features["text_cosine"],
            "best_bm25": min(evidence.best_bm25 / 10, 3.0),
            "coverage": best.features["coverage"],
            "fact_coverage": facts[0].features["coverage"],
            "known_tokens": len(known) / max(len(query.tokens), 1),
            "length": min(len(query.tokens), 20) / 20,
            "short": float(len(query.tokens) <= 2),
            "follow_up": float(query.is_follow_up),
        }


class _KnownFact:
    """What is asked of a fact at each question, computed once."""

    def __init__(self, fact: Fact, tokens: set[str]) -> None:
        self.id = fact.id
        self.tokens = tokens
        self.role = fact.role
        self.role_feature = f"role_{fact.role}"
        self.has_number = "{" in fact.text or any(char.isdigit() for char in fact.text)
        self.is_risk = bool(tokens & _RISK_STEMS)


class _Evidence:
    """The hits of one query, grouped by fiche and by fact, then by kind of passage."""

    def __init__(
        self,
        dense: list[Hit],
        sparse: list[Hit],
        fiche_centroids: dict[str, float],
        fact_centroids: dict[str, float],
    ) -> None:
        self.fiche_centroids = fiche_centroids
        self.fact_centroids = fact_centroids
        self.best_fiche_centroid = max(fiche_centroids.values(), default=0.0)
        self.best_cosine = dense[0].score if dense else _FLOOR
        self.tenth_cosine = dense[min(9, len(dense) - 1)].score if dense else _FLOOR
        # A passage that was not found is at best as near as the farthest one that was.
        self._floor = dense[-1].score if dense else _FLOOR
        self.best_bm25 = sparse[0].score if sparse else 0.0
        self.by_fiche: dict[str, _Group] = {}
        self.by_fact: dict[str, _Group] = {}
        for place, hits in enumerate((dense, sparse)):
            for hit in hits:
                passage = hit.passage
                self._add(self.by_fiche, passage.fiche, passage.kind, place, hit.score)
                if passage.fact:
                    self._add(self.by_fact, passage.fact, passage.kind, place, hit.score)

    @staticmethod
    def _add(groups: dict[str, _Group], name: str, kind: str, place: int, score: float) -> None:
        groups.setdefault(name, {}).setdefault(kind, ([], []))[place].append(score)

    @property
    def fiches(self) -> Iterable[str]:
        return self.by_fiche.keys()

    def features(self, kind: str, group: _Group, prefix: str) -> Features:
        """Best and best three of a kind: cosine, distance to the best cosine, BM25 over the best BM25."""
        cosines, scores = group.get(kind, ([], []))
        top = sorted(cosines, reverse=True)[:3]
        top += [self._floor] * (3 - len(top))
        lexical = sorted(scores, reverse=True)[:3]
        scale = self.best_bm25 or 1.0
        cosine, behind, cosine3, bm25, bm25_3 = _NAMES[prefix]
        return {
            cosine: top[0],
            behind: self.best_cosine - top[0],
            cosine3: sum(top) / 3,
            bm25: lexical[0] / scale if lexical else 0.0,
            bm25_3: sum(lexical) / (3 * scale),
        }


_NAMES = {
    prefix: tuple(f"{prefix}{name}" for name in ("cosine", "behind", "cosine3", "bm25", "bm25_3"))
    for prefix in ("question_", "fact_", "asked_", "text_")
}

_Group = dict[str, tuple[list[float], list[float]]]
"""Kind of passage → cosines and BM25 scores found."""


class _WordIndex:
    """Which stems each fiche and fact holds, and how rare each stem is among fiches."""

    def __init__(self, generation: Generation) -> None:
        self.fiche: dict[str, set[str]] = defaultdict(set)
        self.question: dict[str, set[str]] = defaultdict(set)
        self.fact: dict[str, set[str]] = defaultdict(set)
        for passage in generation.passages:
            tokens = set(stems(passage.text))
            self.fiche[passage.fiche] |= tokens
            if passage.fact:
                self.fact[passage.fact] |= tokens
            if passage.kind == QUESTION:
                self.question[passage.fiche] |= tokens
        counts: dict[str, int] = defaultdict(int)
        for tokens in self.fiche.values():
            for token in tokens:
                counts[token] += 1
        total = len(self.fiche) or 1
        self._rarity = {token: float(np.log(1 + total / count)) for token, count in counts.items()}
        self._unseen = float(np.log(1 + total))

    def share(self, held: set[str], tokens: list[str]) -> float:
        """Share of the question's words, weighted by rarity, that are held."""
        total = covered = 0.0
        for token in set(tokens):
            weight = self._rarity.get(token, self._unseen)
            total += weight
            if token in held:
                covered += weight
        return covered / total if total else 0.0


def _relate(facts: list[FactFit]) -> None:
    """Adds how far each fact is behind the best one: a good fact among better ones was not asked for."""
    for name in ("centroid", "asked_cosine", "text_cosine", "asked_bm25", "text_bm25", "coverage"):
        best = max((fit.features[name] for fit in facts), default=0.0)
        for fit in facts:
            fit.features[f"{name}_behind"] = best - fit.features[name]


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


def _asks(query: Query, cues: Sequence[str]) -> bool:
    text = f" {fold(query.text)}"
    return any(f" {cue}" in text for cue in cues)


_RISK_STEMS = frozenset(stems("amende sanction prison pénalité majoration risque rembourser interdit délit fraude"))
