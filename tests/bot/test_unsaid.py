"""Something asked of a platform that no fact says."""

from __future__ import annotations

import pytest

from bot.answering.unsaid import Unsaid
from knowledge.library import KNOWLEDGE_DIR, load, parse_yaml
from retrieval.rewrite import Rewriter
from tests.conftest import TODAY

FACTS = {fact.id: fact for fiche in load().fiches.values() for fact in fiche.facts}
LEXICON = parse_yaml((KNOWLEDGE_DIR / "lexicon.yaml").read_text("utf-8"))
REWRITER = Rewriter({**LEXICON, "platform_fiches": {"appen": "appen-crowdgen", "toloka": "toloka"}}, 4)
UNSAID = Unsaid(LEXICON)


def is_unsaid(question: str, *facts: str) -> bool:
    return UNSAID.leaves(REWRITER.queries([question], TODAY)[0], [FACTS[name] for name in facts])


@pytest.mark.parametrize(
    ("question", "facts", "unsaid"),
    [
        ("toloka un mail pour les joindre", ["toloka/qui"], True),
        ("appen je les contacte comment", ["appen-crowdgen/qui", "appen-crowdgen/contact"], False),
        ("toloka ils prennent une commission", ["toloka/un-compte"], True),
        ("toloka c'est qui", ["toloka/qui"], False),
        ("une plateforme a des frais de retrait ?", ["toloka/un-compte"], False),
        (
            "toloka a fermé mon compte avec 80 dollars dessus et personne au support ne répond, comment les récupérer ?",
            ["toloka/un-compte"],
            False,
        ),
    ],
)
def test_a_platform_is_not_answered_for_with_something_else(question: str, facts: list[str], unsaid: bool) -> None:
    assert is_unsaid(question, *facts) is unsaid
