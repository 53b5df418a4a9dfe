"""Shared pieces: a small library that tests may change, and one generation of the real knowledge.

What takes time to make and that no test changes (a built generation) is made once a run, for all the workers.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml
from filelock import FileLock

from bot.answering.pipeline import Answerer
from bot.settings import Settings
from bot.vetting.pipeline import Knowledge, Vetter
from detection.model import OfferModel
from ingest.build import BuildResult, build
from knowledge import library as libraries
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import offer_model_path, open_active
from knowledge.library import KNOWLEDGE_DIR, Library, parse_yaml
from tests.chroma import ChromaServer
from tests.postgres import postgres_server

TODAY = date(2026, 11, 22)
SMALL = Path(__file__).parent / "small_library"


@pytest.fixture(scope="session")
def model() -> EmbeddedE5:
    return EmbeddedE5()


def run_build(settings: Settings, model: EmbeddedE5, **options: object) -> BuildResult:
    return build(settings, lambda: model, model.identity, TODAY, datetime.now(), **options)  # type: ignore[arg-type]


MakeOnce = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> MakeOnce:
    """A folder that the first worker to need it makes; the others wait for it. Nobody changes it afterwards."""
    base = tmp_path_factory.getbasetemp()
    root = base if worker_id == "master" else base.parent

    def folder_of(name: str, make: Callable[[Path], object]) -> Path:
        folder = root / name
        made = root / f"{name}.made"
        with FileLock(root / f"{name}.lock"):
            if not made.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                made.touch()
        return folder

    return folder_of


@pytest.fixture(scope="session")
def small_library(once: MakeOnce) -> Path:
    return once("small-library", _write_small_library)


def _write_small_library(folder: Path) -> None:
    shutil.copytree(SMALL, folder, dirs_exist_ok=True)
    for name in ("messages.yaml", "lexicon.yaml", "routing.yaml", "brands.yaml"):
        shutil.copy(KNOWLEDGE_DIR / name, folder / name)
    real_passages = shutil.ignore_patterns("passages-*")  # 9 MB of vectors of other texts
    shutil.copytree(KNOWLEDGE_DIR / "models", folder / "models", ignore=real_passages)
    (folder / "signals.yaml").write_text(_signals_of_small_library(), "utf-8")


def _signals_of_small_library() -> str:
    """The real catalogue, and the real trained model beside it, on the sources and fiches of the small library."""
    catalogue = parse_yaml((KNOWLEDGE_DIR / "signals.yaml").read_text("utf-8"))
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
def small_generation(once: MakeOnce, small_library: Path, model: EmbeddedE5) -> Path:
    """The data folder of the small library, built."""
    return once(
        "small-generation",
        lambda folder: run_build(Settings(_env_file=None, data_dir=folder, knowledge_dir=small_library), model),
    )


SmallCopy = Callable[[Path], Settings]


@pytest.fixture(scope="session")
def small_copy(small_library: Path) -> SmallCopy:
    """Makes settings over a copy of the small library in a folder."""

    def copy_to(folder: Path) -> Settings:
        shutil.copytree(small_library, folder / "knowledge")
        return Settings(_env_file=None, data_dir=folder / "data", knowledge_dir=folder / "knowledge")

    return copy_to


@pytest.fixture(scope="session")
def built_copy(small_copy: SmallCopy, small_generation: Path) -> SmallCopy:
    """The same, with its generation."""

    def copy_to(folder: Path) -> Settings:
        settings = small_copy(folder)
        shutil.copytree(small_generation, settings.data_dir)
        return settings

    return copy_to


@pytest.fixture
def small_settings(tmp_path: Path, small_copy: SmallCopy) -> Settings:
    """Settings over a copy of the small library: tests may edit it."""
    return small_copy(tmp_path)


@pytest.fixture
def built_settings(small_settings: Settings, small_generation: Path) -> Settings:
    """``small_settings`` with a generation that serves."""
    shutil.copytree(small_generation, small_settings.data_dir)
    return small_settings


@pytest.fixture(scope="session")
def small_answerer(small_library: Path, small_generation: Path, model: EmbeddedE5) -> Answerer:
    settings = Settings(_env_file=None, data_dir=small_generation, knowledge_dir=small_library)
    return Answerer(open_active(settings, model), model, settings)


@pytest.fixture(scope="session")
def library() -> Library:
    """The real content, read from its folder; not to be changed."""
    return libraries.load()


@pytest.fixture(scope="session")
def vetter(model: EmbeddedE5, library: Library) -> Vetter:
    """On the real catalogue, read from its folder: building the whole base is not needed to vet."""
    knowledge = Knowledge(
        library.sources, library.facts, library.figures, library.contacts, library.messages, library.lexicon
    )
    offer_model = OfferModel.load(offer_model_path(KNOWLEDGE_DIR, model.plain.identity))
    return Vetter(library.catalogue, offer_model, model.plain, knowledge, Settings(_env_file=None))


@pytest.fixture(scope="session")
def real_settings(once: MakeOnce, model: EmbeddedE5, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A generation of the real knowledge. Vectors already computed by ``make build`` are reused."""

    def make(folder: Path) -> None:
        settings = Settings(_env_file=None, data_dir=folder)
        cache = Path(__file__).parent.parent / "data" / "embeddings.sqlite"
        if cache.exists():
            shutil.copy(cache, settings.embedding_cache)
        run_build(settings, model)

    shared = Settings(_env_file=None, data_dir=once("real-generation", make))
    own = Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("real"))  # a bot keeps its database there
    own.generations_dir.symlink_to(shared.generations_dir)
    shutil.copy(shared.active_pointer, own.active_pointer)
    return own


@pytest.fixture(scope="session")
def answerer(real_settings: Settings, model: EmbeddedE5) -> Answerer:
    return Answerer(open_active(real_settings, model), model, real_settings)


@pytest.fixture(scope="session")
def new_postgres() -> Iterator[Callable[[], str]]:
    """Creates an empty PostgreSQL database and returns its URL."""
    with postgres_server() as postgres:
        yield postgres.new_database


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
