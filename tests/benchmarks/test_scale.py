"""The scale bench: nothing is done twice after a stop, and its figures are right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks import runs
from benchmarks.asked import Asked, golden_questions, public_questions
from benchmarks.cli import app
from benchmarks.cores import AllCores, _start, all_cores
from benchmarks.corpora import Document
from benchmarks.passages import (
    FIRST_CORPORA,
    PASSAGE_CHARACTERS,
    Corpus,
    Passage,
    VectorFiles,
    real_passages,
    write_passages,
)
from benchmarks.scale import Bench, static_of, words
from benchmarks.static import StaticEmbeddings, distil
from benchmarks.stores import STORES
from bot.settings import Settings
from knowledge.embeddings import EmbeddedE5, Vector
from knowledge.golden import GoldenQuestion
from tests.conftest import TODAY

pytestmark = pytest.mark.full

CHUNK = 150
SUBJECTS = ("congé payé", "facture impayée", "arrêt maladie", "impôt sur le revenu", "faux recruteur")
PASSAGES = 2 * CHUNK + 20
"""The last ones fill no chunk: they are left out."""
ASKED = Asked("essai", ["congé payé numéro 5", "faux recruteur numéro 204"], [frozenset({"0/5"}), frozenset({"4/204"})])


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    for module in ("passages", "scale"):
        monkeypatch.setattr(f"benchmarks.{module}.CHUNK", CHUNK)
    path = tmp_path / "scale" / "passages.jsonl"
    subjects = [(place, place % len(SUBJECTS)) for place in range(PASSAGES)]
    write_passages(
        path, (Passage(f"{kind}/{place}", f"Règle du {SUBJECTS[kind]}, numéro {place}.") for place, kind in subjects)
    )
    return Corpus(path)


class Words:
    """A small real model: a word is a random direction."""

    identity = "mots"

    def __init__(self) -> None:
        self.embedded = 0
        self.stops_at: int | None = None
        self._model = distil(self.identity, ["numéro règle", *SUBJECTS, *map(str, range(PASSAGES))], self._directions)

    @property
    def plain(self) -> Words:
        return self

    @staticmethod
    def _directions(words: Sequence[str]) -> np.ndarray:  # type: ignore[type-arg]
        return np.random.default_rng(1).normal(size=(len(words), 48)).astype(np.float32)

    def embed_documents(self, texts: list[str]) -> list[Vector]:
        if self.embedded == self.stops_at:
            raise KeyboardInterrupt
        self.embedded += len(texts)
        return self._model.embed_documents(texts)

    def embed_queries(self, texts: list[str]) -> list[Vector]:
        return self._model.embed_queries(texts)

    def embed_query(self, text: str) -> Vector:
        return self._model.embed_query(text)


def bench(corpus: Corpus, model: Words, folder: Path, limit: int = PASSAGES) -> Bench:
    return Bench(folder, corpus, limit, model, lambda *_: None)


@pytest.mark.parametrize("store", ["embarqué", pytest.param("serveur", marks=pytest.mark.full)])
def test_a_bench_that_is_stopped_goes_on_where_it_was(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    monkeypatch.setattr("benchmarks.scale.STORES", {store: STORES[store]})
    monkeypatch.setattr("benchmarks.scale.SIZES", (CHUNK,))
    model = Words()
    model.stops_at = CHUNK
    with pytest.raises(KeyboardInterrupt):
        bench(corpus, model, tmp_path).embed(60)
    model.stops_at = None
    effort = bench(corpus, model, tmp_path).embed(60)
    assert model.embedded == effort.passages == 2 * CHUNK, "no passage is embedded twice"

    read = VectorFiles.rows

    def cut(vectors: VectorFiles, place: int) -> np.ndarray:  # type: ignore[type-arg]
        if place == 1:
            raise KeyboardInterrupt
        return read(vectors, place)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(VectorFiles, "rows", cut)
        list(bench(corpus, model, tmp_path).points([ASKED]))
    before = (tmp_path / "mots" / "points.jsonl").read_text("utf-8")
    points = list(bench(corpus, model, tmp_path).points([ASKED]))
    assert (tmp_path / "mots" / "points.jsonl").read_text("utf-8").startswith(before) and before.count("\n") == 1
    assert [(point.store, point.passages) for point in points] == [(store, CHUNK), (store, 2 * CHUNK)]
    assert all(point.recall > 0.9 for point in points) and points[1].found == {"essai": 1.0}
    assert all(point.index_mib > 0 and 0 < point.p50_ms <= point.p95_ms for point in points)
    assert list(bench(corpus, model, tmp_path).points([ASKED])) == points, "measured once, read again"


def test_a_budget_that_is_spent_stops_the_embedding_and_the_rest_is_said(corpus: Corpus, tmp_path: Path) -> None:
    assert bench(corpus, Words(), tmp_path).embed(-1).passages == 0
    assert list(bench(corpus, Words(), tmp_path).points([ASKED])) == []
    assert bench(corpus, Words(), tmp_path, limit=CHUNK + 1).embed(60).passages == CHUNK


def test_exact_search_by_chunks_is_exact(corpus: Corpus, tmp_path: Path) -> None:
    run = bench(corpus, Words(), tmp_path)
    run.embed(60)
    vectors = VectorFiles(tmp_path / "mots" / "vectors")
    every = np.vstack([vectors.rows(0), vectors.rows(1)])
    wanted = -np.sort(-(every[:7] @ every.T), axis=1)[:, 9]
    assert np.allclose(vectors.nth_cosine(every[:7], 2 * CHUNK, 10), wanted, atol=1e-6)
    texts = [text for _, chunk in corpus.chunks(CHUNK, 2 * CHUNK) for text in chunk]
    assert np.allclose(every[CHUNK:], Words().embed_documents(texts)), "sorted by length, and put back in their order"


def test_our_base_and_the_codes_in_force_come_first_and_mixed(
    small_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one(name: str) -> list[Document]:
        return [Document(f"{name}/{place}", name, "Un titre", "", "Une phrase. " * 300) for place in range(20)]

    monkeypatch.setattr("benchmarks.passages.load_corpus", lambda name, *_: one(name))
    monkeypatch.setattr("benchmarks.passages.CORPORA", dict.fromkeys([*FIRST_CORPORA, "service-public-2020"]))
    found = real_passages(small_settings, TODAY)
    assert found == real_passages(small_settings, TODAY), "the same each time: a stopped run goes on"
    assert all(len(passage.text) <= PASSAGE_CHARACTERS + len("Un titre. ") for passage in found)
    origins = [passage.document.partition("/")[0] for passage in found]
    old = origins.index("service-public-2020")
    assert set(origins[old:]) == {"service-public-2020"} and {*FIRST_CORPORA, "cotisations"} <= set(origins[:old])
    assert set(FIRST_CORPORA) <= set(origins[: old // 4]), "each quarter holds of everything"


def test_every_core_gives_the_vectors_of_one(model: EmbeddedE5) -> None:
    texts = [
        f"Règle du {subject}, numéro {place}. {'Et encore. ' * place}" for place, subject in enumerate(SUBJECTS * 2)
    ]
    with ProcessPoolExecutor(2, get_context("spawn"), initializer=_start, initargs=(model.identity,)) as pool:
        pooled = AllCores(model, pool, 2).embed_documents(texts)
        assert AllCores(model, pool, 2).embed_documents(texts[:3]) == model.embed_documents(texts[:3])
    assert np.allclose(pooled, model.embed_documents(texts), atol=1e-6)
    with all_cores(StaticEmbeddings("statique", [], np.zeros((0, 2), dtype=np.float32))) as other:
        assert isinstance(other, StaticEmbeddings), "only the embedded model leaves cores idle"


def test_a_static_model_of_the_real_one_tells_subjects_apart(
    corpus: Corpus, tmp_path: Path, model: EmbeddedE5, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.static.VOCABULARY", 14)
    settings = Settings(_env_file=None, data_dir=tmp_path)
    static = static_of(model, settings, corpus)
    again = static_of(model, settings, Corpus(settings.scale_dir / "passages.jsonl"))
    assert isinstance(again, StaticEmbeddings) and again.identity == f"statique-{model.identity}"
    question, *texts = np.array(static.embed_documents(["maladie", "zzz", *SUBJECTS]))
    assert SUBJECTS[int(np.argmax(np.array(texts[1:]) @ question))] == "arrêt maladie"
    assert np.array_equal(question, again.embed_query("maladie"))


def test_the_words_are_searched_at_each_size(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.scale.SIZES", (CHUNK,))
    small, whole = words(corpus, PASSAGES, [ASKED])
    assert (small.passages, whole.passages) == (CHUNK, 2 * CHUNK)
    assert small.found == whole.found == {"essai": 1.0}


def test_questions_know_their_documents(corpus: Corpus, tmp_path: Path) -> None:
    row = {"id": "a", "question": "combien ?", "facts": ["f/un|f/deux"], "writer": "essai"}
    rows = [GoldenQuestion.model_validate(row | {"id": str(n), "question": f"combien {n} ?"}) for n in range(20)]
    asked = golden_questions(rows)
    assert 0 < len(asked.questions) < 20 and set(asked.right) == {frozenset({"f/un", "f/deux"})}, "the dev half only"
    queries, qrels = tmp_path / "queries.tsv", tmp_path / "qrels.tsv"
    queries.write_text("topic\tquery\na\tcongé\nb\tpiscine\n", "utf-8")
    qrels.write_text("topic\tlocal_doc_id\na\t0/5\nb\tnulle-part\n", "utf-8")
    assert public_questions(queries, qrels, set(corpus.documents)) == Asked(
        "requêtes publiques", ["congé"], [frozenset({"0/5"})]
    )


def test_the_command_measures_and_keeps(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr("benchmarks.static.VOCABULARY", 14)
    monkeypatch.delitem(STORES, "serveur")
    monkeypatch.setattr(runs, "SCALE", tmp_path / "kept.jsonl")
    done = CliRunner().invoke(app, ["scale", "--budget-minutes", "0"])
    assert done.exit_code == 0, done.output
    assert re.search(r"embarqué +300 ", done.output) and "300 passages de" in done.output
    assert re.search(r"mots +300 ", done.output)
    assert (tmp_path / "kept.jsonl").read_text("utf-8").count('"store"') == 2
    lone = CliRunner().invoke(app, ["scale", "--queries", str(tmp_path / "x.tsv")])
    assert lone.exit_code == 1 and "vont ensemble" in lone.output
