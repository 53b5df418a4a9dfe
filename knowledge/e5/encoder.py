"""The network itself: pieces of words in, one vector a text out."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

import knowledge.settings  # noqa: F401  (telemetry off before onnxruntime is used)
from knowledge.e5.weights import DIMENSION, MATRICES, NORMS, POSITIONS, TYPES, Weights

GRAPH = Path(__file__).parent / "encoder.onnx"
"""The structure alone, written by ``python -m knowledge.e5.graph``; the weights are given when it is loaded."""
THREADS = min(2, os.cpu_count() or 1)
"""A third one brings little, and the rest of the server answers meanwhile."""
WINDOW = POSITIONS - 2
"""Tokens read at once, between the marks of begin and end; a longer text is the mean of its windows."""
BATCH_TOKENS = 256
"""Short texts are run together up to this many tokens, padding included: more takes memory and is no faster."""

Array = NDArray[np.float32]


class Encoder:
    def __init__(self, weights: Weights, begin: int, end: int) -> None:
        """``begin``, ``end``: the tokens that mark those of a text. Raises ``WeightsError``."""
        self._weights = weights
        self._begin, self._end = begin, end
        self._places = weights.floats("emb.pos", POSITIONS * DIMENSION).reshape(POSITIONS, DIMENSION)
        self._places = self._places + weights.floats("emb.type", TYPES * DIMENSION)[:DIMENSION]
        self._session = _session(weights)

    def encode(self, texts: list[list[int]]) -> Array:
        """(texts, ``DIMENSION``), unit length. ``texts``: the tokens of each, at least one."""
        sums = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        windows = [
            (len(window), index, [self._begin, *window, self._end])
            for index, tokens in enumerate(texts)
            for start in range(0, len(tokens), WINDOW)
            for window in [tokens[start : start + WINDOW]]
        ]
        for batch in _batches(sorted(windows)):
            hidden = self._run([tokens for _, _, tokens in batch])
            for (length, index, tokens), states in zip(batch, hidden, strict=True):
                sums[index] += length * states[: len(tokens)].mean(axis=0)
        unit: Array = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return unit

    def _run(self, batch: list[list[int]]) -> Array:
        """(texts, tokens of the longest, ``DIMENSION``)"""
        shape = len(batch), max(map(len, batch))
        embedded = np.zeros((*shape, DIMENSION), dtype=np.float32)
        mask = np.zeros(shape, dtype=np.int32)
        for row, tokens in enumerate(batch):
            embedded[row, : len(tokens)] = self._weights.words(tokens) + self._places[: len(tokens)]
            mask[row, : len(tokens)] = 1
        hidden: Array = self._session.run(None, {"embedded": embedded, "mask": mask})[0]
        return hidden


def _batches(windows: list[tuple[int, int, list[int]]]) -> Iterator[list[tuple[int, int, list[int]]]]:
    """``windows``: by length."""
    batch: list[tuple[int, int, list[int]]] = []
    for window in windows:
        if batch and (len(batch) + 1) * len(window[2]) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def _session(weights: Weights) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    # Threads that wait by spinning would spend the share of the processor that a small server has.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Memory goes back to the system after each text, instead of being kept for a longer one.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    given = {name: onnxruntime.OrtValue.ortvalue_from_numpy(_in_own_pages(array)) for name, array in _tensors(weights)}
    options.add_external_initializers(list(given), list(given.values()))
    return onnxruntime.InferenceSession(GRAPH.read_bytes(), options, providers=["CPUExecutionProvider"])


def _in_own_pages(array: NDArray[Any]) -> NDArray[Any]:
    """A copy that gives its memory back as soon as it is freed; the heap would keep those 14 MB for the process."""
    pages: NDArray[Any] = np.frombuffer(mmap.mmap(-1, array.nbytes), array.dtype).reshape(array.shape)
    pages[:] = array
    return pages


def _tensors(weights: Weights) -> Iterator[tuple[str, NDArray[Any]]]:
    """By name in the graph."""
    for name in NORMS:
        yield f"{name}.w", weights.floats(f"{name}.w", DIMENSION)
        yield f"{name}.b", weights.floats(f"{name}.b", DIMENSION)
    for name, (outputs, inputs) in MATRICES.items():
        matrix = weights.matrix(f"{name}.w", outputs, inputs)
        yield f"{name}.w", matrix.bits
        yield f"{name}.scales", matrix.scales
        yield f"{name}.b", weights.floats(f"{name}.b", outputs)
