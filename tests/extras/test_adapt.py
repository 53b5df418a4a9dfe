"""The adapter is learned in PyTorch and run by ONNX Runtime: the same network, and it learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.progress import no_progress
from knowledge.e5 import E5, adapter

pytestmark = pytest.mark.extras

WAYS = {
    "cotisations/taux": ["combien je paie a l'urssaf", "taux de cotisations micro", "l'urssaf prend combien de %"],
    "plainte/ou": ["où porter plainte", "je depose plainte ou", "a quel commissariat aller"],
    "compte/ferme": ["mon compte est fermé", "ils ont supprimé mon compte", "compte bloqué que faire"],
}
ROUTES = [
    ("greeting", "bonjour"),
    ("greeting", "salut ça va"),
    ("question", "je déclare quoi"),
    ("question", "et mon rsa"),
]


def test_it_learns_and_onnx_runs_what_was_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    from ingest.adapt import Example, adapt
    from ingest.network import Network
    from knowledge.e5.model import wheel_file
    from knowledge.e5.tokenizer import Tokenizer
    from knowledge.e5.weights import open_weights

    asked = [Example("query: " + text, fact=fact) for fact, texts in WAYS.items() for text in texts]
    about = [Example("query: les cotisations", fiche="cotisations"), Example("query: une plainte", fiche="plainte")]
    examples = [*asked, *about, *(Example("query: " + text, route=route) for route, text in ROUTES)]
    learned = adapt(examples, no_progress, epochs=200)
    assert set(learned) == {thin for name in adapter.ADAPTED for thin in adapter.thin_shapes(name)}

    monkeypatch.setattr(adapter, "FILE", tmp_path / "adapter.npz")
    adapter.save(learned)
    model = E5()
    texts = [example.text for example in asked]
    before, after = model.embed(texts, adapted=False), model.embed(texts, adapted=True)
    assert _apart(after) > _apart(before) + 0.05

    vocabulary, weights = open_weights(wheel_file())
    network, tokenizer = Network(weights), Tokenizer(vocabulary)
    with torch.no_grad():
        for name, tensor in network.adapted.thin.items():
            tensor.copy_(torch.tensor(learned[name]))
        network.adapted.eval()
        words = [network.words([vocabulary.begin, *tokenizer.tokens(text), vocabulary.end]) for text in texts]
        same = network.vectors(words).numpy()
    assert (same * after).sum(axis=1).min() > 0.999


def _apart(vectors: np.ndarray) -> float:  # type: ignore[type-arg]
    """Mean cosine of two questions about one fact, less that of two about different ones."""
    facts = np.repeat(np.arange(len(WAYS)), 3)
    alike = facts[:, None] == facts[None]
    centred = vectors - vectors.mean(axis=0)  # as it learned them: what all texts share does not count
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    cosines, others = centred @ centred.T, ~np.eye(len(facts), dtype=bool)
    return float(cosines[alike & others].mean() - cosines[~alike].mean())
