"""What people type for a sum, and what only looks like it (``sums.yaml``)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from bot.answering.compute import Calculator, Computed
from ingest.lexicon import completed
from knowledge import library as libraries
from knowledge.generation import Generation
from retrieval.rewrite import Rewriter

TODAY = date(2026, 11, 22)
SAID = yaml.safe_load(Path(__file__).with_name("sums.yaml").read_text("utf-8"))
FIRES = [(name, row["say"], row["gives"]) for name, rows in SAID["fires"].items() for row in rows]


@pytest.fixture(scope="module")
def tools() -> tuple[Calculator, Rewriter]:
    library = libraries.load()
    known: Any = SimpleNamespace(messages=library.messages, figures=library.figures, facts=library.facts)
    return Calculator(cast(Generation, known)), Rewriter(completed(library.lexicon), max_questions=3)


def computed(tools: tuple[Calculator, Rewriter], said: str | list[str]) -> list[Computed]:
    calculator, rewriter = tools
    turns = [said] if isinstance(said, str) else said
    earlier = [query for turn in turns[:-1] for query in rewriter.queries([turn], TODAY)]
    return calculator.compute(rewriter.queries(turns, TODAY)[0], earlier)


@pytest.mark.parametrize(("name", "said", "gives"), FIRES, ids=str)
def test_a_sum_that_is_asked_for_leads(
    tools: tuple[Calculator, Rewriter], name: str, said: str | list[str], gives: str
) -> None:
    found = computed(tools, said)
    assert found and gives in found[0].text, found


@pytest.mark.parametrize("said", SAID["silent"], ids=str)
def test_what_only_contains_an_amount_has_no_sum(tools: tuple[Calculator, Rewriter], said: str | list[str]) -> None:
    assert computed(tools, said) == []
