"""Fiches → passages: the question and each rewording, each fact, each way people ask for a fact."""

from __future__ import annotations

from datetime import date

from knowledge.generation import ASKED, FACT, QUESTION, Passage
from knowledge.library import Library
from knowledge.model import Fact, Figure
from retrieval.rewrite import Rewriter


def passages_of(library: Library, today: date) -> list[Passage]:
    """All passages, in a stable order. Questions are spelt out as a user's will be."""
    spell_out = Rewriter(library.lexicon, max_questions=1).spell_out
    found = []
    for fiche in library.fiches.values():
        for index, question in enumerate(dict.fromkeys([fiche.question, *fiche.rewordings])):
            found.append(Passage(f"{fiche.id}#{index}", QUESTION, fiche.id, spell_out(question)))
        for fact in fiche.facts:
            text = fact.render(library.figures, today) or _render_latest(fact, library.figures)
            found.append(Passage(fact.id, FACT, fiche.id, text, fact.id))
            for index, question in enumerate(dict.fromkeys(library.asked.get(fact.id, []))):
                found.append(Passage(f"{fact.id}#{index}", ASKED, fiche.id, spell_out(question), fact.id))
    return found


def _render_latest(fact: Fact, figures: dict[str, Figure]) -> str:
    """A fact whose amounts have no value today is still indexed, with their last known values."""
    last = min(max(value.valid_from for value in figures[name].series) for name in fact.figure_ids)
    return fact.render(figures, last) or fact.text
