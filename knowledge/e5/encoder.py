"""The network itself: pieces of words in, one vector a text out."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from knowledge.e5 import adapter
from knowledge.e5.weights import DIMENSION, MATRICES, NORMS, POSITIONS, TYPES, Weights

GRAPH = Path(__file__).parent / "encoder.onnx"
"""The structure alone, written by ``python -m knowledge.e5.graph``; the weights are given when it is loaded."""
THREADS = min(2, os.cpu_count() or 1)
"""As on the servers it was measured on; where there are more cores, they are left to the rest."""
WINDOW = POSITIONS - 2
"""Tokens read at once, between the marks of begin and end; a longer text is the mean of its windows."""
BATCH_TOKENS = 256
"""Short texts are run together up to this many tokens, padding included: more takes memory and is no faster."""
RUN_COST = 20
"""Tokens whose time a run costs in itself: a text that would pad the others by more is run apart."""

Array = NDArray[np.float32]


class _Window(NamedTuple):
    text: int
    tokens: list[int]
    """With the marks of begin and end."""


class Encoder:
    def __init__(self, weights: Weights, begin: int, end: int, threads: int = THREADS) -> None:
        """``begin``, ``end``: the tokens that mark those of a text. Raises ``WeightsError``."""
        self._weights = weights
        self._begin, self._end = begin, end
        self._places = weights.floats("emb.pos", POSITIONS * DIMENSION).reshape(POSITIONS, DIMENSION)
        self._places = self._places + weights.floats("emb.type", TYPES * DIMENSION)[:DIMENSION]
        self._session = _session(weights, threads)

    def encode(self, texts: list[list[int]], adapted: bool) -> Array:
        """(texts, ``DIMENSION``), unit length. ``texts``: the tokens of each, at least one. ``adapted``: see
        ``adapter``."""
        sums = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        windows = [
            _Window(index, [self._begin, *tokens[start : start + WINDOW], self._end])
            for index, tokens in enumerate(texts)
            for start in range(0, len(tokens), WINDOW)
        ]
        for batch in _batches(windows):
            for (index, tokens), hidden in zip(batch, self._run(batch, adapted), strict=True):
                sums[index] += (len(tokens) - 2) * hidden[: len(tokens)].mean(axis=0)
        unit: Array = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return unit

    def _run(self, batch: list[_Window], adapted: bool) -> Array:
        """(windows, tokens of the longest, ``DIMENSION``)"""
        shape = len(batch), max(len(window.tokens) for window in batch)
        embedded = np.zeros((*shape, DIMENSION), dtype=np.float32)
        mask = np.zeros(shape, dtype=np.int32)
        for row, (_, tokens) in enumerate(batch):
            embedded[row, : len(tokens)] = self._weights.words(tokens) + self._places[: len(tokens)]
            mask[row, : len(tokens)] = 1
        gate = np.array([adapted], dtype=np.float32)
        hidden: Array = self._session.run(None, {"embedded": embedded, "mask": mask, "adapted": gate})[0]
        return hidden


def _batches(windows: list[_Window]) -> Iterator[list[_Window]]:
    """Those of about the same length together."""
    batch: list[_Window] = []
    for window in sorted(windows, key=lambda window: len(window.tokens)):
        length = len(window.tokens)
        if batch:
            padding = len(batch) * (length - len(batch[-1].tokens))
            if padding > RUN_COST or (len(batch) + 1) * length > BATCH_TOKENS:
                yield batch
                batch = []
        batch.append(window)
    if batch:
        yield batch


def _session(weights: Weights, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
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
    yield from adapter.load().items()
