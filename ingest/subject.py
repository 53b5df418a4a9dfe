"""Learns which fact a question asks for, at build time, from every question written for every fact."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from knowledge.subject import SubjectClassifier, WordDirections, subject_bags, word_row
from knowledge.vocabulary import HashedVocabulary

Array = np.ndarray[Any, Any]

LEAST_QUESTIONS = 500
LEAST_FACTS = 30
"""With less to learn from, no classifier: the other evidence decides alone."""
LEAST_USES = 3, 5
"""A stem or a pair of stems, a piece of a word used less often than this is not learned from."""
DIRECTIONS = 200
SCALE = 3.0
"""Both halves of the input have unit length; this is how strongly they speak before regularisation."""
REGULARISATION = 1.0
ITERATIONS = 10
"""Stopped early on purpose: more of them cost seconds of every build and find no more (docs/decisions/0004)."""


def learn_subjects(texts: Sequence[str], facts: Sequence[str | None], vectors: Array) -> SubjectClassifier:
    """``texts``: questions, spelt out; ``facts``: the one each was written for (None: none in particular);
    ``vectors``: their projected embeddings, (questions, dimension)."""
    from sklearn.linear_model import LogisticRegression

    asked = [place for place, fact in enumerate(facts) if fact]
    if len(asked) < LEAST_QUESTIONS or len({facts[place] for place in asked}) < LEAST_FACTS:
        return SubjectClassifier.none()
    kinds = zip(*map(subject_bags, texts), strict=True)
    bags = tuple(_directions(kind, least) for kind, least in zip(kinds, LEAST_USES, strict=True))
    rows = np.hstack([vectors[asked], np.stack([word_row(bags, texts[place]) for place in asked])])
    model = LogisticRegression(C=REGULARISATION, max_iter=ITERATIONS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # « failed to converge »: see ITERATIONS
        model.fit(SCALE * rows.astype(np.float32), [facts[place] for place in asked])
    return SubjectClassifier(
        facts=[str(name) for name in model.classes_],
        bags=bags,
        weights=(SCALE * model.coef_.T).astype(np.float32),
        intercepts=model.intercept_.astype(np.float32),
    )


def _directions(bags: Sequence[Sequence[str]], least_uses: int) -> WordDirections:
    """``bags``: the tokens of each text, each once."""
    from scipy.sparse import csr_matrix
    from sklearn.utils.extmath import randomized_svd

    uses = Counter(token for bag in bags for token in bag)
    tokens = sorted(token for token, count in uses.items() if count >= least_uses)
    vocabulary = HashedVocabulary.of(tokens)
    idf = np.array([np.log(len(bags) / uses[token]) + 1 for token in tokens], dtype=np.float32)
    columns = [vocabulary.columns(bag) for bag in bags]
    weights = [idf[known] / (float(np.linalg.norm(idf[known])) or 1.0) for known in columns]
    ends = np.concatenate([[0], np.cumsum([len(known) for known in columns])])
    rows = csr_matrix((np.concatenate(weights), np.concatenate(columns), ends), shape=(len(bags), len(tokens)))
    _, _, directions = randomized_svd(rows, min(DIRECTIONS, len(tokens)), n_iter=2, random_state=0)
    return WordDirections(vocabulary, idf, directions.T.astype(np.float16))
