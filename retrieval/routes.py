"""The words by which the route classifier sees a message (the same in training and in use)."""

from __future__ import annotations

import re
from itertools import pairwise

from knowledge.text import fold, words

QUESTION = "question"


def route_tokens(text: str) -> list[str]:
    """Words, pairs of words and the shape of a message: the bag of the route classifier."""
    plain = words(text)
    pairs = [f"{first}_{second}" for first, second in pairwise(plain)]
    shape = [f"len:{min(len(plain) // 4, 10)}"]
    shape += ["has:?"] if "?" in text else []
    shape += ["has:link"] if re.search(r"https?://|www\.|wa\.me|t\.me", fold(text)) else []
    shape += ["has:money"] if re.search(r"\d\s?(€|euros?|e\b|\$|usdt)", fold(text)) else []
    return plain + pairs + shape
