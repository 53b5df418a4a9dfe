from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot.settings import Settings
from ingest.passages import passages_of
from knowledge import library as libraries
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import FACT, active_id, committed_vectors_path, embedding_cache, open_active
from knowledge.library import LibraryError
from tests.conftest import TODAY, run_build

Edit = Callable[[Path, str, str], None]
COTISATIONS = "fiches/argent/cotisations.md"


def test_the_first_build_publishes_itself(small_settings: Settings, model: EmbeddedE5) -> None:
    result = run_build(small_settings, model, publish_it=False)
    assert result.published and active_id(small_settings) == result.generation
    assert result.embedded > 0


def test_nothing_changed_builds_nothing(small_settings: Settings, model: EmbeddedE5) -> None:
    first = run_build(small_settings, model)
    again = run_build(small_settings, model)
    assert (again.changed, again.embedded, again.generation) == (False, 0, first.generation)
    assert [path.name for path in small_settings.generations_dir.iterdir()] == [first.generation]


def test_one_changed_fiche_embeds_only_its_own_passages(
    built_settings: Settings, model: EmbeddedE5, edit: Edit
) -> None:
    edit(built_settings.knowledge_dir / COTISATIONS, "déclare zéro.", "déclare quand même zéro.")
    assert run_build(built_settings, model).embedded == 1
    edit(
        built_settings.knowledge_dir / COTISATIONS,
        "- charges sociales micro entreprise",
        "- cotisation micro entreprise essai",
    )
    assert run_build(built_settings, model).embedded == 1


def test_a_bad_fiche_leaves_the_serving_generation_alone(
    built_settings: Settings, model: EmbeddedE5, edit: Edit
) -> None:
    serving = active_id(built_settings)
    edit(built_settings.knowledge_dir / COTISATIONS, "[loi-essai]", "[perdue]")
    with pytest.raises(LibraryError):
        run_build(built_settings, model)
    assert active_id(built_settings) == serving
    assert open_active(built_settings, model).manifest.id == serving


def test_passages_are_questions_rewordings_and_facts_with_their_amounts(small_settings: Settings) -> None:
    passages = passages_of(libraries.load(small_settings.knowledge_dir), TODAY)
    assert len({passage.id for passage in passages}) == len(passages) == 2 * 6 + 8
    by_id = {passage.id: passage for passage in passages}
    assert by_id["cotisations/taux"].text.startswith(
        "Le taux de cotisations d'une micro-entreprise d'essai est de 25,6 %"
    )
    assert by_id["cotisations#0"].kind == "question"


BUILD_FOREVER = """
import sys
from ingest import build as building
from tests.conftest import TODAY
from bot.settings import Settings
from pathlib import Path
from datetime import datetime
from knowledge.embeddings import EmbeddedE5
import time

class Slow(EmbeddedE5):
    def embed_documents(self, texts):
        print("embedding", flush=True)
        time.sleep(1)
        return super().embed_documents(texts)

settings = Settings(_env_file=None, data_dir=Path(sys.argv[1]), knowledge_dir=Path(sys.argv[2]))
model = Slow()
building.build(settings, lambda: model, model.identity, TODAY, datetime.now())
"""


def test_a_killed_build_leaves_nothing_and_the_next_one_resumes(
    built_settings: Settings, model: EmbeddedE5, edit: Edit
) -> None:
    serving = active_id(built_settings)
    edit(built_settings.knowledge_dir / COTISATIONS, "déclare zéro.", "déclare quand même zéro.")
    edit(
        built_settings.knowledge_dir / COTISATIONS,
        "- charges sociales micro entreprise",
        "- cotisation micro entreprise essai",
    )
    arguments = [sys.executable, "-c", BUILD_FOREVER, str(built_settings.data_dir), str(built_settings.knowledge_dir)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        process.stdout.readline()  # questions are embedded and kept; a fact is being embedded
        os.kill(process.pid, signal.SIGKILL)
    assert active_id(built_settings) == serving
    assert open_active(built_settings, model).manifest.id == serving
    result = run_build(built_settings, model)
    assert result.embedded == 1, "the rewording was embedded before the kill: one fact is left"
    leftovers = [path.name for path in built_settings.generations_dir.iterdir() if path.name.startswith(".building")]
    assert leftovers == []


def test_two_builds_in_the_same_second_do_not_collide(small_settings: Settings, model: EmbeddedE5, edit: Edit) -> None:
    run_build(small_settings, model)
    edit(small_settings.knowledge_dir / COTISATIONS, "déclare zéro.", "déclare quand même zéro.")
    run_build(small_settings, model)
    edit(small_settings.knowledge_dir / COTISATIONS, "déclare quand même zéro.", "déclare zéro.")
    started = time.time()
    assert run_build(small_settings, model).changed
    assert time.time() - started < 60


def test_a_build_on_another_machine_takes_the_committed_vectors(
    small_settings: Settings, model: EmbeddedE5, tmp_path: Path
) -> None:
    run_build(small_settings, model)
    here = open_active(small_settings, model)
    questions = [passage.text for passage in here.read_passages() if passage.kind != FACT]
    facts = [passage.text for passage in here.read_passages() if passage.kind == FACT]
    cache = embedding_cache(small_settings, model)
    computed = np.concatenate([cache.queries(questions), cache.documents(facts)])
    cache.commit(committed_vectors_path(small_settings.knowledge_dir, model.identity), questions, facts)
    cache.close()

    elsewhere = small_settings.model_copy(update={"data_dir": tmp_path / "elsewhere"})
    assert run_build(elsewhere, model).embedded == 0
    cache = embedding_cache(elsewhere, model)
    committed = np.concatenate([cache.queries(questions), cache.documents(facts)])
    cache.close()
    assert float((computed * committed).sum(axis=1).min()) > 0.9999
