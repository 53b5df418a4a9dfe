from __future__ import annotations

from pathlib import Path

import bm25s
import numpy as np
import pytest

from knowledge.word_index import K1, B, WordIndex

SUBJECTS = ("arrêt maladie", "impôt sur le revenu", "congé parental", "faux recruteur", "facture impayée")
DOCUMENTS = [[*SUBJECTS[place % len(SUBJECTS)].split(), str(place % 7)] for place in range(400)]
ASKED = (["congé", "3"], ["faux"], ["facture", "arrêt", "arrêt", "impôt"], ["inconnu"], [])


@pytest.fixture(params=["made", "read"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> WordIndex:
    made = WordIndex.of(DOCUMENTS)
    if request.param == "made":
        return made
    made.save(tmp_path / "index")
    return WordIndex.load(tmp_path / "index")


def test_scores_are_those_of_bm25s(index: WordIndex) -> None:
    theirs = bm25s.BM25(k1=K1, b=B)
    theirs.index(DOCUMENTS, show_progress=False)
    for tokens in ASKED:
        known = [token for token in tokens if token in theirs.vocab_dict]
        wanted = theirs.get_scores(known) if known else np.zeros(len(DOCUMENTS))
        assert np.array_equal(index.scores(tokens), wanted)


def test_the_best_are_those_that_a_whole_sort_finds(index: WordIndex) -> None:
    for tokens in ASKED:
        scores = index.scores(tokens)
        for k in (1, 10, 200, 400, 1000):
            wanted = [place for place in np.argsort(-scores, kind="stable")[:k] if scores[place] > 0]
            places, found = index.best(tokens, k)
            assert places.tolist() == wanted and np.array_equal(found, scores[wanted])
