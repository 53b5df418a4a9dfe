"""Rewordings and typed questions too near a golden question: a measure on it would only measure memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.golden import load_golden
from knowledge.library import Library, Problem
from knowledge.text import fold

TOO_NEAR = 85
"""Likeness of the folded texts (0–100, rapidfuzz ratio) from which one is the other reworded."""
AT_ONCE = 2_000
"""Texts compared in one call: the table of likenesses stays small."""


def leak_problems(library: Library) -> Iterator[Problem]:
    """Every rewording of a fiche and every question of ``knowledge/questions`` that is too near a golden one."""
    golden = sorted({fold(turn) for row in load_golden(library.folder / "golden") for turn in row.all_turns})
    if not golden:
        return
    texts = [text for fiche in library.fiches.values() for text in fiche.rewordings]
    texts += [text for questions in library.asked.values() for text in questions]
    for start in range(0, len(texts), AT_ONCE):
        some = texts[start : start + AT_ONCE]
        folded = [fold(text) for text in some]
        table = process.cdist(folded, golden, scorer=fuzz.ratio, score_cutoff=TOO_NEAR, dtype=np.uint8, workers=-1)
        for index in np.flatnonzero(table.max(axis=1)):
            text = some[index]
            yield Problem(*_where(library, text), f"« {text} » est trop près d'une question d'essai : reformulez-la")


def _where(library: Library, text: str) -> tuple[str, int]:
    """The file and the line where a rewording or a typed question stands."""
    for path in sorted([*library.folder.glob("questions/*.yaml"), *library.folder.glob("fiches/*/*.md")]):
        for line, content in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if content.strip().removeprefix("- ").strip("\"' ") == text:
                return str(path.relative_to(library.folder.parent)), line
    return str(library.folder.relative_to(library.folder.parent)), 1
