"""Learns which fiche a question is about, at build time, from every question written for every fiche."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from knowledge.subject import SubjectClassifier, subject_tokens

Array = np.ndarray[Any, Any]

LEAST_QUESTIONS = 500
LEAST_FICHES = 10
"""With less to learn from, no classifier: the other evidence decides alone."""
LEAST_USES = 3
"""A stem or a pair used less often than this is not learned from."""
WORDS_DIMENSION = 300
"""Words are first reduced to this many directions (latent semantic analysis), then folded back."""
SCALE = 3.0
"""Both halves of the input have unit length; this is how strongly they speak before regularisation."""
REGULARISATION = 1.0
ITERATIONS = 20
"""Stopped early on purpose: more of them fit the training questions, not those of others."""


def learn_subjects(texts: Sequence[str], fiches: Sequence[str], vectors: Array) -> SubjectClassifier:
    """``texts``: questions, spelt out; ``fiches``: the one each was written for; ``vectors``: their projected
    embeddings, (questions, dimension)."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression
    from sklearn.utils.extmath import randomized_svd

    if len(texts) < LEAST_QUESTIONS or len(set(fiches)) < LEAST_FICHES:
        return SubjectClassifier.none(vectors.shape[1])
    bags = [set(subject_tokens(text)) for text in texts]
    uses = Counter(token for bag in bags for token in bag)
    vocabulary = sorted(token for token, count in uses.items() if count >= LEAST_USES)
    column = {token: place for place, token in enumerate(vocabulary)}
    idf = np.array([np.log(len(bags) / uses[token]) + 1 for token in vocabulary], dtype=np.float32)
    data, indices, ends = [], [], [0]
    for bag in bags:
        known = sorted(column[token] for token in bag if token in column)
        weights = idf[known]
        data.append(weights / (float(np.linalg.norm(weights)) or 1.0))
        indices += known
        ends.append(len(indices))
    bag_rows = csr_matrix((np.concatenate(data), indices, ends), shape=(len(bags), len(vocabulary)))
    _, _, directions = randomized_svd(bag_rows, WORDS_DIMENSION, n_iter=2, random_state=0)
    rows = np.hstack([vectors, bag_rows @ directions.T]) * SCALE
    model = LogisticRegression(C=REGULARISATION, max_iter=ITERATIONS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # « failed to converge »: see ITERATIONS
        model.fit(rows, list(fiches))
    dimension = vectors.shape[1]
    return SubjectClassifier(
        fiches=[str(name) for name in model.classes_],
        vocabulary=vocabulary,
        idf=idf,
        vector_weights=(SCALE * model.coef_[:, :dimension]).T,
        token_weights=(SCALE * model.coef_[:, dimension:] @ directions).T,
        intercepts=model.intercept_,
    )
