"""Shared pieces: a small library that tests may change, and one generation of the real knowledge."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from bot.answering.pipeline import Answerer
from bot.settings import Settings
from ingest.build import BuildResult, build
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import open_active
from knowledge.library import KNOWLEDGE_DIR

TODAY = date(2026, 11, 21)
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
    return Settings(_env_file=None, data_dir=tmp_path / "data", knowledge_dir=folder)


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


@pytest.fixture
def edit() -> Callable[[Path, str, str], None]:
    def change(path: Path, old: str, new: str) -> None:
        text = path.read_text("utf-8")
        assert old in text, f"{old!r} is not in {path}"
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change
