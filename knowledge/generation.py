"""A generation: one immutable, self-contained snapshot of all that answering needs.

::

    data/generations/20261121-201500-1a2b3c4d/
        manifest.json      who made it, with which model, from which content
        bundle.json        facts, fiches, sources, figures, contacts, messages
        passages.jsonl     what was embedded: fiche questions, rewordings, facts
        passages.npz       what each of them is a passage of
        coverage.npz       the stems that each fiche and each fact holds
        projection.npz     how vectors are mapped before they are compared
        centroids.npz      the mean question of each fiche and of each fact
        subject.npz        which fact a question asks for, by a classifier over all that is asked
        calibration.json   thresholds and small models, valid for this generation only
        routes.npz         what kind of message it is, by a classifier (valid for this generation only)
        chroma/  bm25/     the two indexes over the passages (no chroma/ with a Chroma server: see vectors)
        bm25-fiches/  bm25-facts/  all that is written of each fiche and each fact, as one document
        official.*         texts of the second tier, when they were brought (see ``official``)
    data/active            the id of the one that answers
    data/published.jsonl   what was published when, and which generation it replaced

A generation is written under a temporary name and renamed when it is whole, so a build that dies
leaves nothing that could be opened. Moving the pointer is one rename too.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel

from detection.model import OfferModel
from knowledge.catalogue import Catalogue
from knowledge.coverage import Coverage
from knowledge.embeddings import EmbeddingCache, SentenceEmbeddings
from knowledge.model import Contact, Fact, Fiche, Figure, Source, Theme
from knowledge.official import OfficialTier, open_tier
from knowledge.projection import Projection, centroids, learn
from knowledge.settings import KnowledgeSettings
from knowledge.subject import SubjectClassifier
from knowledge.text import phrases, stems
from knowledge.vectors import VectorsDownError, vectors_of
from knowledge.word_index import WordIndex
from retrieval.linear import TextClassifier

if TYPE_CHECKING:
    from knowledge.library import Library

SCHEMA = 12
"""Raised whenever the files of a generation change shape."""

BUNDLE = "bundle.json"
BM25 = "bm25"
BM25_DOCUMENTS = ("bm25-fiches", "bm25-facts")
STEMS = "stems.json"
PASSAGES = "passages.jsonl"
PLACES = "passages.npz"
COVERAGE = "coverage.npz"
ROUTES = "routes.npz"
BATCH = 1000
"""Vectors given to Chroma at once."""
OFFER_MODEL = "offers.npz"
SUBJECT = "subject.npz"
UNFINISHED = "unfinished"
"""The id of a generation being built: what a build that died has left on a Chroma server can be removed."""
REBUILD = "reconstruisez-la avec : make build"


class GenerationError(Exception):
    """No usable generation; the message names the command that mends it."""


QUESTION, FACT, ASKED = KINDS = "question", "fact", "asked"


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text that is embedded and indexed."""

    id: str
    kind: str
    """``question`` (a fiche's question or a rewording), ``fact``, or ``asked`` (how people ask for a fact)."""
    fiche: str
    text: str
    fact: str | None = None


@dataclass(frozen=True)
class Places:
    """What each passage is, (passages,) each. ``kinds``: place in ``KINDS``. ``fiches``, ``facts``: place in those of
    the generation, -1 for no fact."""

    kinds: np.ndarray[Any, Any]
    fiches: np.ndarray[Any, Any]
    facts: np.ndarray[Any, Any]

    @classmethod
    def of(cls, passages: Sequence[Passage], fiches: Iterable[str], facts: Iterable[str]) -> Places:
        fiche_place, fact_place = ({name: place for place, name in enumerate(names)} for names in (fiches, facts))
        return cls(
            np.array([KINDS.index(passage.kind) for passage in passages], dtype=np.int32),
            np.array([fiche_place[passage.fiche] for passage in passages], dtype=np.int32),
            np.array([fact_place[p.fact] if p.fact else -1 for p in passages], dtype=np.int32),
        )

    def save(self, path: Path) -> None:
        np.savez(path, kinds=self.kinds, fiches=self.fiches, facts=self.facts)

    @classmethod
    def load(cls, path: Path) -> Places:
        with np.load(path) as arrays:
            return cls(arrays["kinds"], arrays["fiches"], arrays["facts"])


@dataclass(frozen=True)
class Manifest:
    id: str
    schema: int
    created_at: str
    model: str
    dimension: int
    content_hash: str
    fiches: int
    facts: int
    sources: int
    passages: int
    oldest_read: str


@dataclass(frozen=True)
class Hits:
    """Passages found for a query, best first."""

    passages: np.ndarray[Any, Any]
    """Their places in ``Generation.read_passages``, (n,); in Chroma, their ids."""
    scores: np.ndarray[Any, Any]
    """Cosine for dense, BM25 score for sparse, (n,)."""


@dataclass(frozen=True)
class Centroids:
    """``matrix``: (len(names), dimension), unit rows."""

    names: list[str]
    matrix: np.ndarray[Any, Any]


class Bundle(BaseModel):
    """What a generation says, as it is kept in ``bundle.json``."""

    themes: dict[str, Theme]
    fiches: dict[str, Fiche]
    sources: dict[str, Source]
    figures: dict[str, Figure]
    contacts: dict[str, Contact]
    messages: dict[str, Any]
    lexicon: dict[str, Any]
    routing: dict[str, Any]
    redirects: dict[str, str]
    catalogue: Catalogue

    @classmethod
    def of(cls, library: Library) -> Bundle:
        """What is valid already is not read again."""
        parts = {name: getattr(library, name) for name in cls.model_fields}
        return cls.model_construct(**parts | {"catalogue": library.catalogue.without_examples()})

    @classmethod
    def load(cls, path: Path) -> Bundle:
        """Raises ``OSError`` and ``ValueError``."""
        return cls.model_validate_json(path.read_bytes())

    def save(self, path: Path) -> None:
        path.write_text(self.model_dump_json(), "utf-8")


@dataclass
class Contents:
    """What a generation says, without its indexes: read in a tenth of a second, no embedding model needed."""

    manifest: Manifest
    themes: dict[str, Theme]
    fiches: dict[str, Fiche]
    sources: dict[str, Source]
    figures: dict[str, Figure]
    contacts: dict[str, Contact]
    messages: dict[str, Any]
    lexicon: dict[str, Any]
    routing: dict[str, Any]
    redirects: dict[str, str]
    catalogue: Catalogue = field(repr=False)

    @cached_property
    def facts(self) -> dict[str, Fact]:
        return {fact.id: fact for fiche in self.fiches.values() for fact in fiche.facts}


@dataclass
class Generation(Contents):
    """An opened generation. Read-only."""

    folder: Path
    calibration: dict[str, Any]
    routes: TextClassifier = field(repr=False)
    projection: Projection = field(repr=False)
    fiche_centroids: Centroids = field(repr=False)
    fact_centroids: Centroids = field(repr=False)
    subject: SubjectClassifier = field(repr=False)
    places: Places = field(repr=False)
    coverage: Coverage = field(repr=False)
    collection: Any = field(repr=False)
    vocabulary: dict[str, None] = field(repr=False)
    """The stems of all passages, in a fixed order: a typing mistake as near to two of them is mended to the first."""
    bm25: WordIndex = field(repr=False)
    bm25_fiches: WordIndex = field(repr=False)
    bm25_facts: WordIndex = field(repr=False)
    offer_model: OfferModel | None = field(repr=False)
    """The trained part of vetting; None when none was trained for this embedding model."""
    release: Callable[[], None] = field(repr=False)
    """Gives back what Chroma holds (files, memory); nothing can be asked afterwards."""
    official: OfficialTier | None = field(default=None, repr=False)

    def read_passages(self) -> Iterator[Passage]:
        """What was embedded, in the order of ``Hits.passages``: read when asked for, not kept."""
        return read_passages(self.folder)

    def check(self) -> None:
        """Raises ``VectorsDownError`` when its vectors cannot be reached."""
        self.collection.count()

    def project(self, vectors: list[list[float]]) -> np.ndarray[Any, Any]:
        """Embeddings of questions, as ``dense`` and the centroids compare them."""
        return self.projection.queries(np.asarray(vectors, dtype=np.float32))

    def dense(self, vectors: np.ndarray[Any, Any], k: int) -> list[Hits]:
        """For each projected vector (n, dimension), the ``k`` nearest passages with their cosine."""
        found = self.collection.query(
            query_embeddings=vectors, n_results=min(k, self.manifest.passages), include=["distances"]
        )
        return [
            Hits(np.array(names, dtype=np.int64), 1.0 - np.asarray(distances))
            for names, distances in zip(found["ids"], found["distances"], strict=True)
        ]

    def sparse(self, tokens: list[str], k: int) -> Hits:
        """The ``k`` passages with the best BM25 score above zero."""
        return Hits(*self.bm25.best(tokens, k))

    def wording(self, text: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """BM25 of each fiche, (fiches,), and each fact, (facts,): a document is all that is written of it, how people
        ask for it included, as words and pairs of words."""
        tokens = phrases(text)
        return self.bm25_fiches.scores(tokens), self.bm25_facts.scores(tokens)


def model_file(folder: Path, name: str, embedding_model: str, suffix: str) -> Path:
    """Where what was learned is kept in ``knowledge/``: one file for each embedding model."""
    return folder / "models" / f"{name}-{re.sub(r'[^a-z0-9]+', '-', embedding_model.lower())}{suffix}"


def offer_model_path(folder: Path, embedding_model: str) -> Path:
    """What ``ingest train`` learned."""
    return model_file(folder, "offers", embedding_model, ".npz")


def committed_vectors_path(folder: Path, embedding_model: str) -> Path:
    """The vectors of the passages that ``ingest calibrate`` wrote."""
    return model_file(folder, "passages", embedding_model, ".npz")


def embedding_cache(settings: KnowledgeSettings, model: SentenceEmbeddings) -> EmbeddingCache:
    """The local cache over the vectors committed for this model."""
    committed = committed_vectors_path(settings.knowledge_dir, model.identity)
    return EmbeddingCache(settings.embedding_cache, model, committed)


def active_id(settings: KnowledgeSettings) -> str | None:
    """The id in the active pointer, or None."""
    try:
        return settings.active_pointer.read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None


def publish(settings: KnowledgeSettings, generation_id: str) -> None:
    """Move the active pointer in one step. Raises ``GenerationError`` for an unknown id."""
    if not (settings.generations_dir / generation_id / "manifest.json").exists():
        raise GenerationError(f"la génération « {generation_id} » n'existe pas ; liste : python -m ingest generations")
    replaced = active_id(settings)
    temporary = settings.active_pointer.with_suffix(".new")
    temporary.write_text(generation_id + "\n", "utf-8")
    temporary.replace(settings.active_pointer)
    if replaced != generation_id:
        line = {"at": datetime.now().isoformat(timespec="seconds"), "generation": generation_id, "replaces": replaced}
        with settings.publications.open("a", encoding="utf-8") as publications:
            publications.write(json.dumps(line) + "\n")


def publications(settings: KnowledgeSettings) -> list[dict[str, str | None]]:
    """``{"at", "generation", "replaces"}`` for each publication, oldest first; a broken line is left out."""
    try:
        lines = settings.publications.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        with suppress(json.JSONDecodeError):
            found.append(json.loads(line))
    return found


def previous_id(settings: KnowledgeSettings) -> str | None:
    """The generation that answered before the one that does, if it still exists."""
    serving = active_id(settings)
    replaced = [line["replaces"] for line in publications(settings) if line["generation"] == serving]
    previous = replaced[-1] if replaced else None
    return previous if previous and (settings.generations_dir / previous / "manifest.json").exists() else None


def read_manifest(folder: Path) -> Manifest:
    """Raises ``GenerationError`` when the folder is no generation of this schema."""
    try:
        data = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError) as error:
        raise GenerationError(f"la génération « {folder.name} » est absente ou abîmée : {REBUILD}") from error
    if data.get("schema") != SCHEMA:
        raise GenerationError(f"la génération « {folder.name} » vient d'une autre version de ClicDroit : {REBUILD}")
    return Manifest(**data)


def open_active(settings: KnowledgeSettings, model: SentenceEmbeddings) -> Generation:
    """Open the generation that answers; raises ``GenerationError``."""
    identifier = active_id(settings)
    if identifier is None:
        raise GenerationError("aucune base de connaissances construite : lancez make build")
    return open_generation(settings, settings.generations_dir / identifier, model)


def open_generation(settings: KnowledgeSettings, folder: Path, model: SentenceEmbeddings) -> Generation:
    """Open the generation in ``folder``; refuses one made with another model or schema."""
    from chromadb.errors import ChromaError

    manifest = read_manifest(folder)
    if manifest.model != model.identity:
        raise GenerationError(
            f"la génération « {manifest.id} » a été faite avec {manifest.model}, "
            f"le modèle réglé est {model.identity} : {REBUILD}"
        )
    try:
        vectors = vectors_of(settings, folder, manifest.id)
        bm25, bm25_fiches, bm25_facts = (WordIndex.load(folder / name) for name in (BM25, *BM25_DOCUMENTS))
        return Generation(
            manifest=manifest,
            **vars(Bundle.load(folder / BUNDLE)),
            folder=folder,
            calibration=json.loads((folder / "calibration.json").read_text("utf-8")),
            routes=TextClassifier.load(folder / ROUTES),
            places=Places.load(folder / PLACES),
            coverage=Coverage.load(folder / COVERAGE),
            collection=_whole(folder, vectors.open(), manifest.passages),
            vocabulary=dict.fromkeys(json.loads((folder / STEMS).read_text("utf-8"))),
            bm25=bm25,
            bm25_fiches=bm25_fiches,
            bm25_facts=bm25_facts,
            projection=Projection.load(folder / "projection.npz"),
            fiche_centroids=_load_centroids(folder / "centroids.npz", "fiche"),
            fact_centroids=_load_centroids(folder / "centroids.npz", "fact"),
            subject=SubjectClassifier.load(folder / SUBJECT),
            offer_model=OfferModel.load(folder / OFFER_MODEL) if (folder / OFFER_MODEL).exists() else None,
            release=vectors.close,
            official=open_tier(folder),
        )
    except (OSError, EOFError, KeyError, ValueError, TypeError, ChromaError, zipfile.BadZipFile) as error:
        raise GenerationError(f"la génération « {manifest.id} » est abîmée ({error}) : {REBUILD}") from error
    except VectorsDownError as error:
        raise GenerationError(str(error)) from error


def read_passages(folder: Path) -> Iterator[Passage]:
    """The passages of the generation in ``folder``."""
    with (folder / PASSAGES).open(encoding="utf-8") as lines:
        for line in lines:
            yield Passage(**json.loads(line))


def read_contents(folder: Path) -> Contents:
    """What the generation in ``folder`` says; raises ``GenerationError``."""
    manifest = read_manifest(folder)
    try:
        return Contents(manifest, **vars(Bundle.load(folder / BUNDLE)))
    except (OSError, ValueError) as error:
        raise GenerationError(f"la génération « {manifest.id} » est abîmée ({error}) : {REBUILD}") from error


def _whole(folder: Path, collection: Any, passages: int) -> Any:
    """The collection. Raises ``ValueError`` when it or the file does not hold one entry a passage: an empty one would
    make every answer « je ne sais pas » without a word."""
    with (folder / PASSAGES).open("rb") as lines:
        read, vectors = sum(1 for _ in lines), collection.count()
    if not read == vectors == passages:
        raise ValueError(f"{vectors} vecteurs et {read} textes pour {passages} passages")
    return collection


def _load_centroids(path: Path, kind: str) -> Centroids:
    with np.load(path) as arrays:
        return Centroids(arrays[f"{kind}_names"].tolist(), arrays[kind])


def _new_id(content_hash: str, now: datetime) -> str:
    return f"{now:%Y%m%d-%H%M%S}-{content_hash[:8]}"


class GenerationWriter:
    """Writes a candidate generation; nothing can open it before ``commit``."""

    def __init__(self, settings: KnowledgeSettings, content_hash: str, now: datetime) -> None:
        # The same content may be built again within a second: the later build bears the next one.
        while (settings.generations_dir / _new_id(content_hash, now)).exists():
            now += timedelta(seconds=1)
        self.id = _new_id(content_hash, now)
        self._settings = settings
        self._content_hash = content_hash
        self._now = now
        settings.generations_dir.mkdir(parents=True, exist_ok=True)
        self._remove_leftovers()
        self.folder = settings.generations_dir / f".building-{os.getpid()}-{uuid.uuid4().hex[:6]}"
        self.folder.mkdir()

    def write(
        self,
        library: Library,
        passages: list[Passage],
        vectors: np.ndarray[Any, Any],
        model: SentenceEmbeddings,
    ) -> np.ndarray[Any, Any]:
        """Indexes and bundle. ``vectors``: float32, (len(passages), dimension), unit length, as the
        model gave them; they are projected here, and returned, (len(passages), directions)."""
        dimension = vectors.shape[1]
        vectors = self._project(passages, vectors)
        Bundle.of(library).save(self.folder / BUNDLE)
        trained = offer_model_path(library.folder, model.plain.identity)
        if trained.exists():
            shutil.copyfile(trained, self.folder / OFFER_MODEL)
        with (self.folder / PASSAGES).open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(asdict(passage), ensure_ascii=False) + "\n" for passage in passages)
        Places.of(passages, library.fiches, library.facts).save(self.folder / PLACES)
        self._write_words(library, passages)
        (self.folder / UNFINISHED).write_text(self.id, "utf-8")
        collection = vectors_of(self._settings, self.folder, self.id).create()
        for start in range(0, len(passages), BATCH):
            batch = vectors[start : start + BATCH]
            collection.add(ids=[str(start + place) for place in range(len(batch))], embeddings=batch)
        reads = [library.sources[source].read_on for fact in library.facts.values() for source in fact.sources]
        manifest = Manifest(
            id=self.id,
            schema=SCHEMA,
            created_at=self._now.isoformat(timespec="seconds"),
            model=model.identity,
            dimension=dimension,
            content_hash=self._content_hash,
            fiches=len(library.fiches),
            facts=len(library.facts),
            sources=len(library.sources),
            passages=len(passages),
            oldest_read=min(reads).isoformat() if reads else "",
        )
        _write_json(self.folder / "manifest.json", asdict(manifest))
        return vectors

    def write_subject(self, subject: SubjectClassifier) -> None:
        subject.save(self.folder / SUBJECT)

    def _write_words(self, library: Library, passages: list[Passage]) -> None:
        """The indexes of words: of each passage, and of all that is written of each fiche and each fact."""
        of_fiche: dict[str, list[str]] = {fiche: [] for fiche in library.fiches}
        of_fact: dict[str, list[str]] = {fact: [] for fact in library.facts}
        stems_of_fiche, stems_of_questions, stems_of_fact = (
            {name: set[str]() for name in names} for names in (of_fiche, of_fiche, of_fact)
        )
        stems_of_passages = [stems(passage.text) for passage in passages]
        for passage, found in zip(passages, stems_of_passages, strict=True):
            tokens = phrases(passage.text)
            of_fiche[passage.fiche] += tokens
            stems_of_fiche[passage.fiche].update(found)
            if passage.kind == QUESTION:
                stems_of_questions[passage.fiche].update(found)
            if passage.fact:
                of_fact[passage.fact] += tokens
                stems_of_fact[passage.fact].update(found)
        _write_json(self.folder / STEMS, sorted(set().union(*stems_of_passages)))
        for name, documents in zip(
            (BM25, *BM25_DOCUMENTS), (stems_of_passages, [*of_fiche.values()], [*of_fact.values()]), strict=True
        ):
            WordIndex.of(documents).save(self.folder / name)
        held = (stems_of_fiche, stems_of_questions, stems_of_fact)
        Coverage.of(*(list(stems_of.values()) for stems_of in held)).save(self.folder / COVERAGE)

    def _project(self, passages: list[Passage], vectors: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        is_fact = np.array([passage.kind == FACT for passage in passages])
        asked = [passage for passage in passages if passage.kind != FACT]
        projection = learn(vectors[~is_fact], [passage.fact for passage in asked], vectors[is_fact])
        projection.save(self.folder / "projection.npz")
        projected = np.empty((len(vectors), projection.matrix.shape[1]), dtype=np.float32)
        projected[~is_fact] = projection.queries(vectors[~is_fact])
        projected[is_fact] = projection.passages(vectors[is_fact])
        fiches = centroids(projected[~is_fact], [passage.fiche for passage in asked])
        facts = centroids(projected[~is_fact], [passage.fact for passage in asked])
        np.savez(
            self.folder / "centroids.npz",
            fiche_names=np.array(list(fiches)),
            fiche=np.array(list(fiches.values())),
            fact_names=np.array(list(facts)),
            fact=np.array(list(facts.values())),
        )
        return projected

    def calibrate(self, calibration: dict[str, Any]) -> None:
        """``calibration``: as ``ingest calibrate`` learned it."""
        TextClassifier.of(**calibration["routes"]).save(self.folder / ROUTES)
        rest = {name: value for name, value in calibration.items() if name != "routes"}
        _write_json(self.folder / "calibration.json", rest)

    def open(self, model: SentenceEmbeddings) -> Generation:
        """What was written so far, to calibrate on it."""
        return open_generation(self._settings, self.folder, model)

    def commit(self) -> str:
        """Give the folder its name: from here on the generation exists."""
        _release_chroma()
        (self.folder / UNFINISHED).unlink()
        self.folder.replace(self._settings.generations_dir / self.id)
        return self.id

    def _remove_leftovers(self) -> None:
        """Folders of builds that died. A build that is alive keeps its own."""
        for folder in self._settings.generations_dir.glob(".building-*"):
            pid = int(folder.name.split("-")[1])
            if not Path(f"/proc/{pid}").exists() or pid == os.getpid():
                if (folder / UNFINISHED).exists():
                    vectors_of(self._settings, folder, (folder / UNFINISHED).read_text("utf-8")).drop()
                shutil.rmtree(folder, ignore_errors=True)


def _release_chroma() -> None:
    """Chroma keeps one client a path for the whole process; the folder is about to move."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient.clear_system_cache()


def _write_json(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
