"""Shared pieces: a small library that tests may change, and one generation of the real knowledge."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml

from bot.answering.pipeline import Answerer
from bot.settings import Settings
from bot.vetting.pipeline import Knowledge, Vetter
from detection.model import OfferModel
from ingest.build import BuildResult, build
from knowledge import library as libraries
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import offer_model_path, open_active
from knowledge.library import KNOWLEDGE_DIR
from tests.chroma import ChromaServer
from tests.postgres import postgres_server

TODAY = date(2026, 11, 22)
SMALL = Path(__file__).parent / "small_library"


@pytest.fixture(scope="session")
def model() -> EmbeddedE5:
    return EmbeddedE5()


def run_build(settings: Settings, model: EmbeddedE5, **options: object) -> BuildResult:
    return build(settings, lambda: model, model.identity, TODAY, datetime.now(), **options)  # type: ignore[arg-type]


@pytest.fixture
def small_settings(tmp_path: Path) -> Settings:
    """Settings over a copy of the small library: tests may edit it."""
    return small_library_settings(tmp_path)


def small_library_settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "knowledge"
    shutil.copytree(SMALL, folder)
    for name in ("messages.yaml", "lexicon.yaml", "routing.yaml"):
        shutil.copy(KNOWLEDGE_DIR / name, folder / name)
    shutil.copytree(KNOWLEDGE_DIR / "models", folder / "models")
    shutil.copy(KNOWLEDGE_DIR / "brands.yaml", folder / "brands.yaml")
    (folder / "signals.yaml").write_text(_signals_of_small_library(), "utf-8")
    return Settings(_env_file=None, data_dir=tmp_path / "data", knowledge_dir=folder)


def _signals_of_small_library() -> str:
    """The real catalogue, and the real trained model beside it, on the sources and fiches of the small library."""
    catalogue = yaml.safe_load((KNOWLEDGE_DIR / "signals.yaml").read_text("utf-8"))
    for entries in catalogue.values():
        for entry in entries:
            for part in filter(None, (entry, entry.get("elsewhere"))):
                part |= {key: value for key, value in SMALL_REFERENCES.items() if key in part}
    return str(yaml.safe_dump(catalogue, allow_unicode=True, sort_keys=False))


SMALL_REFERENCES = {
    "source": "page-essai",
    "fiche": "faux-depot",
    "steps": ["faux-depot/banque", "faux-depot/jamais-payer"],
    "cases": [],
    "if_threatened": [],
    "contacts": ["urssaf"],
}


@pytest.fixture(scope="session")
def vetter(model: EmbeddedE5) -> Vetter:
    """On the real catalogue, read from its folder: building the whole base is not needed to vet."""
    library = libraries.load()
    knowledge = Knowledge(
        library.sources, library.facts, library.figures, library.contacts, library.messages, library.lexicon
    )
    offer_model = OfferModel.load(offer_model_path(KNOWLEDGE_DIR, model.identity))
    return Vetter(library.catalogue, offer_model, model, knowledge, Settings(_env_file=None))


@pytest.fixture
def small_answerer(small_settings: Settings, model: EmbeddedE5) -> Answerer:
    run_build(small_settings, model)
    return Answerer(open_active(small_settings, model), model, small_settings)


@pytest.fixture(scope="session")
def real_settings(tmp_path_factory: pytest.TempPathFactory, model: EmbeddedE5) -> Settings:
    """A generation of the real knowledge, built once. Vectors already computed by ``make build`` are reused."""
    settings = Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("real"))
    cache = Path(__file__).parent.parent / "data" / "embeddings.sqlite"
    if cache.exists():
        shutil.copy(cache, settings.embedding_cache)
    run_build(settings, model)
    return settings


@pytest.fixture(scope="session")
def answerer(real_settings: Settings, model: EmbeddedE5) -> Answerer:
    return Answerer(open_active(real_settings, model), model, real_settings)


@pytest.fixture(scope="session")
def new_postgres() -> Iterator[Callable[[], str]]:
    """Creates an empty PostgreSQL database and returns its URL."""
    with postgres_server() as new_database:
        yield new_database


@pytest.fixture
def chroma(tmp_path: Path, unused_tcp_port_factory: Callable[[], int]) -> Iterator[ChromaServer]:
    server = ChromaServer(tmp_path / "chroma", unused_tcp_port_factory())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def edit() -> Callable[[Path, str, str], None]:
    def change(path: Path, old: str, new: str) -> None:
        text = path.read_text("utf-8")
        assert old in text, f"{old!r} is not in {path}"
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change
