"""The first sentences of an official text, short enough for a small screen and never cut inside a sentence's words."""

from __future__ import annotations

import re

QUOTE_MAX = 320
"""Characters of a text that are shown; its address gives the rest."""


def quote_of(text: str) -> str:
    """Whole sentences as far as they fit, otherwise the beginning and an ellipsis."""
    if len(text) <= QUOTE_MAX:
        return text
    head = text[:QUOTE_MAX]
    stops = [match.end() for match in re.finditer(r"[.!?](?=\s[A-ZÀÉÈ])", head)]
    # « L. 613-7 », « R. 243-1 »: a stop after one capital letter is no end of sentence.
    whole = [stop for stop in stops if not re.search(r"\b[A-Z]\.$", head[:stop])]
    if whole and whole[-1] > QUOTE_MAX // 3:
        return head[: whole[-1]]
    return f"{head.rsplit(' ', 1)[0].rstrip(' ,;:')}…"
