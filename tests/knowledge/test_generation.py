from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.answering.pipeline import Answerer
from bot.settings import Settings
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import GenerationError, active_id, open_active, publish
from knowledge.text import stems
from tests.conftest import run_build


def test_dense_and_sparse_find_the_passage(small_answerer: Answerer, model: EmbeddedE5) -> None:
    generation = small_answerer.generation
    passages = list(generation.read_passages())
    dense = generation.dense(generation.project([model.embed_query("combien je paie a l'urssaf")]), 3)[0]
    assert passages[dense.passages[0]].text == "combien je paie a l'urssaf"
    assert dense.scores[0] == pytest.approx(1.0, abs=1e-3)
    assert dense.scores.tolist() == sorted(dense.scores, reverse=True)
    sparse = generation.sparse(stems("dépôt en crypto"), 3)
    assert passages[sparse.passages[0]].fiche == "faux-depot"
    assert len(generation.sparse(stems("xylophone"), 3).passages) == 0


def test_stored_vectors_are_those_of_the_model(small_answerer: Answerer, model: EmbeddedE5) -> None:
    generation = small_answerer.generation
    fact = generation.facts["cotisations/zero"]
    place = [passage.id for passage in generation.read_passages()].index(fact.id)
    stored = generation.collection.get(ids=[str(place)], include=["embeddings"])["embeddings"][0]
    assert stored @ model.embed_documents([fact.text])[0] == pytest.approx(1.0, abs=1e-4)


def refused(settings: Settings, model: EmbeddedE5) -> str:
    with pytest.raises(GenerationError) as caught:
        open_active(settings, model)
    return str(caught.value)


def serving(settings: Settings) -> Path:
    return settings.generations_dir / str(active_id(settings))


def test_without_a_generation_the_command_is_named(small_settings: Settings, model: EmbeddedE5) -> None:
    assert "make build" in refused(small_settings, model)


def test_another_model_or_schema_is_refused(built_settings: Settings, model: EmbeddedE5) -> None:
    path = serving(built_settings) / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"model": "un-autre-modele"}))
    assert "un-autre-modele" in refused(built_settings, model) and "make build" in refused(built_settings, model)
    path.write_text(json.dumps(manifest | {"schema": 0}))
    assert "autre version" in refused(built_settings, model)


@pytest.mark.parametrize(
    "name",
    [
        "bundle.json",
        "passages.jsonl",
        "passages.npz",
        "coverage.npz",
        "calibration.json",
        "routes.npz",
        "manifest.json",
        "bm25/added.npy",
    ],
)
def test_a_damaged_generation_is_refused_with_what_to_do(
    built_settings: Settings, model: EmbeddedE5, name: str
) -> None:
    (serving(built_settings) / name).write_text("{ cassé")
    assert "make build" in refused(built_settings, model)


def test_publishing_moves_the_pointer_only_to_what_exists(built_settings: Settings, model: EmbeddedE5, edit) -> None:  # type: ignore[no-untyped-def]
    first = active_id(built_settings)
    edit(built_settings.knowledge_dir / "fiches/argent/cotisations.md", "déclare zéro", "déclare toujours zéro")
    second = run_build(built_settings, model, publish_it=False)
    assert not second.published and active_id(built_settings) == first
    publish(built_settings, second.generation)
    assert active_id(built_settings) == second.generation
    with pytest.raises(GenerationError, match="n'existe pas"):
        publish(built_settings, "20000101-000000-00000000")
    assert active_id(built_settings) == second.generation


def test_the_bot_reads_the_generation_and_not_the_folder(built_settings: Settings, model: EmbeddedE5) -> None:
    for path in Path(built_settings.knowledge_dir).rglob("*.md"):
        path.unlink()
    answerer = Answerer(open_active(built_settings, model), model, built_settings)
    assert len(answerer.generation.facts) == 8
