"""``ingest build``: knowledge → a candidate generation, calibrated, published when it is the first.

Incremental: vectors come from a cache by model and text, and when nothing changed at all the
generation that serves is kept. Safe to kill: see ``knowledge.generation`` and ``EmbeddingCache``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np

from ingest import calibration_file
from ingest.calibrate import DEFAULTS, calibrate
from ingest.lexicon import with_completed_lexicon
from ingest.passages import passages_of
from ingest.progress import Progress, no_progress
from ingest.subject import learn_subjects
from knowledge import library as libraries
from knowledge import snapshots
from knowledge.embeddings import EmbeddingCache, SentenceEmbeddings
from knowledge.generation import (
    FACT,
    SCHEMA,
    GenerationError,
    GenerationWriter,
    active_id,
    embedding_cache,
    publish,
    read_manifest,
)
from knowledge.library import Library
from knowledge.official import OfficialText, read_texts, write_tier
from knowledge.settings import KnowledgeSettings
from knowledge.vectors import vectors_of


@dataclass(frozen=True)
class BuildResult:
    generation: str
    changed: bool
    """False when the serving generation already held exactly this content."""
    embedded: int
    """Texts embedded in this build; the others came from the cache."""
    published: bool


def content_hash(folder: Path, model: str, official_texts: Path | None = None) -> str:
    """Of every file of ``knowledge/``, of the official texts, and of the code that makes a generation of them."""
    digest = hashlib.sha256(f"{SCHEMA}\0{model}".encode())
    root = Path(__file__).parent.parent
    code = [root / "ingest" / name for name in ("passages.py", "calibrate.py")] + sorted(
        (root / "retrieval").glob("*.py")
    )
    content = [path for path in folder.rglob("*") if path.suffix in {".md", ".yaml", ".yml", ".npz", ".gz"}]
    content += folder.glob(snapshots.FILE)
    brought = [official_texts] if official_texts and official_texts.exists() else []
    for path in [*sorted(content), *code, *brought]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def build(
    settings: KnowledgeSettings,
    load_model: Callable[[], SentenceEmbeddings],
    model_identity: str | None,
    today: date,
    now: datetime,
    progress: Progress = no_progress,
    publish_it: bool = True,
) -> BuildResult:
    """Build a generation from ``settings.knowledge_dir``.

    ``model_identity``: when the identity is known without loading the model, an unchanged build
    loads nothing. Raises ``LibraryError`` (content), ``EmbeddingModelError`` (model), ``VectorsDownError``
    (Chroma server) and ``GenerationError`` (official texts that cannot be read).
    """
    model = None if model_identity else load_model()
    identity = model_identity or (model.identity if model else "")
    hashed = content_hash(settings.knowledge_dir, identity, settings.official_texts)
    serving = _serving_with(settings, hashed, identity)
    if serving:
        return BuildResult(serving, changed=False, embedded=0, published=False)
    official_texts = _official_texts(settings.official_texts)
    library = libraries.load(settings.knowledge_dir)
    library = with_completed_lexicon(library)
    model = model or load_model()
    cache = embedding_cache(settings, model)
    try:
        writer = GenerationWriter(settings, hashed, now)
        _write(writer, library, cache, model, today, progress)
        embedded = cache.computed
        if official_texts:
            embedded += _write_official(writer, official_texts, embedding_cache(settings, model.plain), progress)
        identifier = writer.commit()
    finally:
        cache.close()
    first = active_id(settings) is None
    if publish_it or first:
        publish(settings, identifier)
    return BuildResult(identifier, changed=True, embedded=embedded, published=publish_it or first)


def _write(
    writer: GenerationWriter,
    library: Library,
    cache: EmbeddingCache,
    model: SentenceEmbeddings,
    today: date,
    progress: Progress,
) -> None:
    passages = passages_of(library, today)
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress("Lecture des fiches", done, len(passages))

    questions = [passage for passage in passages if passage.kind != FACT]
    facts = [passage for passage in passages if passage.kind == FACT]
    question_vectors = cache.queries([passage.text for passage in questions], advance)
    fact_vectors = cache.documents([passage.text for passage in facts], advance)
    projected = writer.write(library, [*questions, *facts], np.concatenate([question_vectors, fact_vectors]), model)
    progress("Sujets des questions", 0, 1)
    texts, asked = [passage.text for passage in questions], [passage.fact for passage in questions]
    writer.write_subject(learn_subjects(texts, asked, projected[: len(questions)]))
    progress("Sujets des questions", 1, 1)
    learned = calibration_file.load(library.folder, model.identity)
    if learned is not None:
        writer.calibrate(learned)
        return
    # Calibration searches the candidate itself, with neutral weights first.
    writer.calibrate(DEFAULTS)
    candidate = writer.open(model)
    writer.calibrate(calibrate(candidate, library, cache, today, progress))


def _official_texts(path: Path) -> list[OfficialText]:
    """What ``ingest official`` gathered, if it did. Raises ``GenerationError``."""
    if not path.exists():
        return []
    try:
        return read_texts(path)
    except ValueError as error:
        raise GenerationError(f"{path} est illisible : relancez python -m ingest official") from error


def _write_official(
    writer: GenerationWriter, texts: list[OfficialText], cache: EmbeddingCache, progress: Progress
) -> int:
    """How many of them were embedded now. ``cache``: closed here."""
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress("Textes officiels", done, len(texts))

    with closing(cache):
        write_tier(writer.folder, texts, cache.documents([text.embedded for text in texts], advance))
    return cache.computed


def _serving_with(settings: KnowledgeSettings, hashed: str, model: str) -> str | None:
    identifier = active_id(settings)
    if identifier is None:
        return None
    folder = settings.generations_dir / identifier
    try:
        manifest = read_manifest(folder)
    except GenerationError:
        return None
    if manifest.content_hash != hashed or manifest.model != model:
        return None
    # The same content, but perhaps with its vectors elsewhere: CHROMA_URL has changed.
    return identifier if vectors_of(settings, folder, identifier).exists() else None
