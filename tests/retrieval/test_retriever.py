from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from bot.answering.pipeline import Answerer
from knowledge.embeddings import EmbeddedE5
from retrieval.retriever import Retriever
from retrieval.rewrite import Rewriter
from retrieval.routes import QUESTION


def test_facts_come_from_the_fiches_found_however_few(small_answerer: Answerer, model: EmbeddedE5) -> None:
    """All the passages found may be of one fiche: the base has thousands, and a hundred of them are looked at."""
    generation = small_answerer.generation
    retriever = Retriever(generation)
    (query,) = Rewriter(generation.lexicon, 3).queries(["combien je paie à l'urssaf ?"], date(2026, 11, 22))
    evidence = retriever.search(query, model.embed_queries(list(query.views)))
    only_one = np.arange(len(generation.fiches)) == int(evidence.fiche_found.argmax())
    found = retriever.weigh(query, replace(evidence, fiche_found=only_one), {QUESTION: 0.9})
    assert found.facts and {fit.fiche_id for fit in found.facts} == {found.fiches[0].fiche_id}
