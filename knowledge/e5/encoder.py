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
RUN_TOKENS = 256
"""Short texts are run one after the other, as one, up to this many tokens: filling them up to a same length would cost
a quarter of the time, and more tokens take memory and are no faster."""
APART = np.float32(-10_000.0)
"""Added to what a token would heed of another text: nothing is left of it."""

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
        for run in _runs(windows):
            hidden = self._run(run, adapted)
            for index, tokens in run:
                sums[index] += (len(tokens) - 2) * hidden[: len(tokens)].mean(axis=0)
                hidden = hidden[len(tokens) :]
        unit: Array = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return unit

    def _run(self, windows: list[_Window], adapted: bool) -> Array:
        """(tokens of all the windows, ``DIMENSION``)"""
        lengths = [len(tokens) for _, tokens in windows]
        embedded = np.concatenate([self._weights.words(tokens) + self._places[: len(tokens)] for _, tokens in windows])
        text = np.repeat(np.arange(len(windows)), lengths)
        apart = (
            np.where(text[:, None] == text, np.float32(0), APART) if len(windows) > 1 else np.zeros((0, 0), np.float32)
        )
        gate = np.array([adapted], dtype=np.float32)
        given = {"embedded": embedded[None], "apart": apart[None, None], "adapted": gate}
        hidden: Array = self._session.run(None, given)[0][0]
        return hidden


def _runs(windows: list[_Window]) -> Iterator[list[_Window]]:
    run: list[_Window] = []
    for window in windows:
        if run and sum(len(w.tokens) for w in [*run, window]) > RUN_TOKENS:
            yield run
            run = []
        run.append(window)
    if run:
        yield run


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
