"""The network of ``knowledge.e5`` once more, in PyTorch, which can learn its adapter. Needs the PyTorch extra."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from knowledge.e5.adapter import ADAPTED, FIRST_LAYER, RANK
from knowledge.e5.weights import DIMENSION, EPSILON, HEADS, LAYERS, MATRICES, POSITIONS, TYPES, Weights

DROPOUT = 0.1
BATCH_TOKENS = 2048

Array = np.ndarray[Any, Any]


class Network:
    """``words``: tokens → what the adapted layers are given, computed once, since the layers below do not learn;
    ``adapted``: the layers that do."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        places = weights.floats("emb.pos", POSITIONS * DIMENSION).reshape(POSITIONS, DIMENSION)
        self._places = places + weights.floats("emb.type", TYPES * DIMENSION)[:DIMENSION]
        self._first = _Norm(weights, "emb.ln")
        self._below = _Layers(weights, range(FIRST_LAYER))
        self.adapted = _Layers(weights, range(FIRST_LAYER, LAYERS))

    def words(self, tokens: Sequence[int]) -> Tensor:
        """(tokens, ``DIMENSION``), half precision. ``tokens``: with the marks of begin and end."""
        embedded = torch.tensor(self._weights.words(list(tokens)) + self._places[: len(tokens)])
        with torch.no_grad():
            below: Tensor = self._below(self._first(embedded[None]), torch.tensor([len(tokens)]))[0]
        return below.half()

    def vectors(self, texts: Sequence[Tensor]) -> Tensor:
        """(texts, ``DIMENSION``), unit length; differentiable. ``texts``: of ``words``."""
        lengths = torch.tensor([len(text) for text in texts])
        padded = nn.utils.rnn.pad_sequence([text.float() for text in texts], batch_first=True)
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.adapted(padded, lengths).float()
        inside = _inside(lengths, padded.shape[1])[..., None]
        return functional.normalize((hidden * inside).sum(dim=1) / lengths[:, None], dim=1)

    def thin(self) -> dict[str, Array]:
        """The adapter, by name in the graph."""
        return {name: tensor.detach().numpy() for name, tensor in self.adapted.thin.items()}


class _Layers(nn.Module):
    def __init__(self, weights: Weights, layers: range) -> None:
        super().__init__()
        self._layers = nn.ModuleList(_Layer(weights, f"l{layer}") for layer in layers)

    def forward(self, hidden: Tensor, lengths: Tensor) -> Tensor:
        """``hidden``: (texts, tokens of the longest, ``DIMENSION``)."""
        mask = _inside(lengths, hidden.shape[1])[:, None, None, :]
        for layer in self._layers:
            hidden = layer(hidden, mask)
        return hidden

    @property
    def thin(self) -> dict[str, Tensor]:
        return {
            f"{module.name}.{end}": tensor
            for module in self.modules()
            if isinstance(module, _Matrix) and module.name in ADAPTED
            for end, tensor in (("down", module.down), ("up", module.up))
        }


class _Layer(nn.Module):
    def __init__(self, weights: Weights, name: str) -> None:
        super().__init__()
        self._q, self._k, self._v, self._ao, self._fi, self._fo = (
            _Matrix(weights, f"{name}.{part}") for part in ("q", "k", "v", "ao", "fi", "fo")
        )
        self._after_attention, self._after = _Norm(weights, f"{name}.aln"), _Norm(weights, f"{name}.oln")

    def forward(self, given: Tensor, mask: Tensor) -> Tensor:
        queries, keys, values = (
            part(given).unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in (self._q, self._k, self._v)
        )
        dropped = DROPOUT if self.training else 0.0
        attended = functional.scaled_dot_product_attention(queries, keys, values, mask, dropped)
        attended = self._ao(attended.transpose(1, 2).flatten(2))
        middle = self._after_attention(given + functional.dropout(attended, DROPOUT, self.training))
        fed = self._fo(functional.gelu(self._fi(middle)))
        outer: Tensor = self._after(middle + functional.dropout(fed, DROPOUT, self.training))
        return outer


class _Matrix(nn.Module):
    """The wheel's matrix, which stays, and the two thin ones, which learn; at first they change nothing."""

    def __init__(self, weights: Weights, name: str) -> None:
        super().__init__()
        self.name = name
        outputs, inputs = MATRICES[name]
        self._matrix = torch.tensor(weights.matrix_as_floats(f"{name}.w", outputs, inputs))
        self._added = torch.tensor(weights.floats(f"{name}.b", outputs))
        if name in ADAPTED:
            self.down = nn.Parameter(torch.randn(inputs, RANK) / inputs**0.5)
            self.up = nn.Parameter(torch.zeros(RANK, outputs))

    def forward(self, given: Tensor) -> Tensor:
        product = functional.linear(given, self._matrix, self._added)
        return product + given @ self.down @ self.up if self.name in ADAPTED else product


class _Norm(nn.Module):
    def __init__(self, weights: Weights, name: str) -> None:
        super().__init__()
        self._scale, self._added = (torch.tensor(weights.floats(f"{name}.{part}", DIMENSION)) for part in "wb")

    def forward(self, hidden: Tensor) -> Tensor:
        return functional.layer_norm(hidden, (DIMENSION,), self._scale, self._added, EPSILON)


def _inside(lengths: Tensor, longest: int) -> Tensor:
    """(texts, longest): which places hold a token."""
    return torch.arange(longest)[None] < lengths[:, None]
