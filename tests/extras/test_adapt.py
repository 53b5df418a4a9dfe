"""The adapter is learned in PyTorch and run by ONNX Runtime: the same network, and it learns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.progress import no_progress
from knowledge.e5 import E5, adapter
from knowledge.embeddings import QUERY_PREFIX
from knowledge.library import Library

pytestmark = pytest.mark.extras

Vectors = np.ndarray[Any, np.dtype[np.float32]]

FACTS, WAYS = 80, 6
"""So many facts, so many questions to learn of each; one more is kept apart."""
ROUTES = [
    ("greeting", "bonjour"),
    ("greeting", "salut ça va"),
    ("question", "je déclare quoi"),
    ("question", "et mon rsa"),
]


def test_it_learns_and_onnx_runs_what_was_learned(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch")
    from ingest.adapt import Example, adapt
    from ingest.network import Network
    from knowledge.e5.model import wheel_file
    from knowledge.e5.tokenizer import Tokenizer
    from knowledge.e5.weights import open_weights

    asked = {fact: ways for fact, ways in library.asked.items() if len(ways) > WAYS}
    asked = {fact: asked[fact] for fact in list(asked)[:FACTS]}
    examples = [Example(QUERY_PREFIX + way, fact=fact) for fact, ways in asked.items() for way in ways[:WAYS]]
    kept = [QUERY_PREFIX + ways[WAYS] for ways in asked.values()]
    about = [
        Example(QUERY_PREFIX + library.fiches[fact.split("/")[0]].question, fiche=fact.split("/")[0]) for fact in asked
    ]
    others = [Example(QUERY_PREFIX + text, route=route) for route, text in ROUTES]
    learned = adapt([*examples, *about, *others], no_progress, epochs=4)
    assert set(learned) == {thin for name in adapter.ADAPTED for thin in adapter.thin_shapes(name)}

    monkeypatch.setattr(adapter, "FILE", tmp_path / "adapter.npz")
    adapter.save(learned)
    model = E5()
    texts = [*(example.text for example in examples), *kept]
    before, after = model.embed(texts, adapted=False), model.embed(texts, adapted=True)
    assert _found(after) > _found(before)

    vocabulary, weights = open_weights(wheel_file())
    network, tokenizer = Network(weights), Tokenizer(vocabulary)
    with torch.no_grad():
        for name, tensor in network.adapted.thin.items():
            tensor.copy_(torch.tensor(learned[name]))
        network.adapted.eval()
        words = [network.words([vocabulary.begin, *tokenizer.tokens(text), vocabulary.end]) for text in kept]
        same = network.vectors(words).numpy()
    close, far = ((same * vectors[-FACTS:]).sum(axis=1) for vectors in (after, before))
    # ONNX Runtime rounds what is multiplied to 8 bits; PyTorch does not.
    assert close.min() > 0.97 and close.mean() > max(0.99, far.mean())


def _found(vectors: Vectors) -> float:
    """Mean reciprocal rank of its own fact for a question kept apart, by the cosine with the mean of each fact's
    questions, what all share taken out. ``vectors``: those learned, fact by fact, then those kept apart."""
    learned, kept = vectors[: FACTS * WAYS].reshape(FACTS, WAYS, -1), vectors[FACTS * WAYS :]
    shared = learned.mean(axis=(0, 1))
    cosines = _unit(kept - shared) @ _unit(learned.mean(axis=1) - shared).T
    ranks = (cosines >= np.diag(cosines)[:, None]).sum(axis=1)
    return float((1 / ranks).mean())


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
