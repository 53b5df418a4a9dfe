"""What the route classifier sees of a message, and says of it (the same in training and in use)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from knowledge.text import fold, letter_pieces, words

QUESTION = "question"
UNCOVERED = "uncovered"
"""A question about work or money that no fiche answers. Asked of a bot on microwork, it is treated as a question: the
base looks for an answer, and what is known of such questions counts against it."""
BESIDE = (UNCOVERED, "off_subject", "other_country")
"""Routes of questions that look like ours and have no answer here."""

_LEAST = 1e-3
"""Below this a probability says nothing more."""


def on_subject(routes: Mapping[str, float]) -> float:
    """The probability that a message is a question about work or money; ``routes``: of every route."""
    return routes.get(QUESTION, 0.0) + routes.get(UNCOVERED, 0.0)


def covered(routes: Mapping[str, float]) -> float:
    """Log-odds that a question is one that fiches are written for, against one beside them."""
    return log_odds(routes.get(QUESTION, 0.0), sum(routes.get(name, 0.0) for name in BESIDE))


def log_odds(probability: float, against: float) -> float:
    """Of two probabilities, neither counted as less than one in a thousand."""
    return float(np.log((probability + _LEAST) / (against + _LEAST)))


def route_bags(text: str) -> tuple[list[str], list[str]]:
    """The bags of the route classifier: words, pairs of words and the shape of a message; and its pieces of words, for
    people do not spell alike."""
    plain = words(text)
    pairs = [f"{first}_{second}" for first, second in pairwise(plain)]
    shape = [f"len:{min(len(plain) // 4, 10)}"]
    shape += ["has:?"] if "?" in text else []
    shape += ["has:link"] if re.search(r"https?://|www\.|wa\.me|t\.me", fold(text)) else []
    shape += ["has:money"] if re.search(r"\d\s?(€|euros?|e\b|\$|usdt)", fold(text)) else []
    return plain + pairs + shape, letter_pieces(text)
