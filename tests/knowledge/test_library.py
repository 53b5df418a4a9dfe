from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.settings import Settings
from ingest.checks import check_library
from knowledge import library as libraries
from knowledge.golden import load_golden
from knowledge.grounded import load_labelled
from knowledge.library import Library, LibraryError
from tests.conftest import TODAY

Edit = Callable[[Path, str, str], None]
COTISATIONS = "fiches/argent/cotisations.md"


def problems(settings: Settings) -> list[str]:
    with pytest.raises(LibraryError) as caught:
        libraries.load(settings.knowledge_dir)
    return [str(problem) for problem in caught.value.problems]


def test_the_small_library_loads(small_settings: Settings) -> None:
    library = libraries.load(small_settings.knowledge_dir)
    assert list(library.themes) == ["argent", "danger"]
    assert next(iter(library.facts)) == "cotisations/taux"
    assert library.lines["cotisations/taux"] == ("knowledge/fiches/argent/cotisations.md", 15)


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        (COTISATIONS, "- sources: [loi-essai, page-essai]", "- sources: [inconnue]", ":15: la source « inconnue » n'existe pas"),
        (COTISATIONS, "{taux_essai} depuis", "{taux_perdu} depuis", "« {taux_perdu} » n'existe pas dans figures.yaml"),
        (COTISATIONS, "- expires_on: 2027-01-31", "- expire_on: 2027-01-31", "ce champ n'existe pas"),
        (COTISATIONS, "- expires_on: 2027-01-31", "- expires_on: bientôt", "une date s'écrit 2026-11-21"),
        (COTISATIONS, "- audience: [independant]", "- audience: [martien]", "valeur inconnue"),
        (COTISATIONS, "## Règles", "## Regles", ":23: titre inconnu « Regles »"),
        (COTISATIONS, "### zero", "### Zéro !", "seulement des minuscules"),
        (COTISATIONS, "### zero\n", "", "n'est pas sous un titre"),
        (COTISATIONS, "- sources: [loi-essai]\n- audience: [independant]\n- expires_on: 2027-01-31", "", "n'a pas de liste"),
        (COTISATIONS, "related: [faux-depot]", "related: [nulle-part]", "la fiche « nulle-part » n'existe pas"),
        (COTISATIONS, "question: Combien", "question: [Combien", "en-tête illisible"),
        (COTISATIONS, "  - combien je paie a l'urssaf\n", "", "il en faut au moins 5"),
        (COTISATIONS, "## Réponse", "## Règles", "« ## Réponse » manque"),
        (COTISATIONS, "### zero", "### taux", "deux faits portent le même nom"),
        ("sources/essai.yaml", "kind: law", "kind: blog", ":1: loi-essai : champ « kind »"),
        ("sources/essai.yaml", "- id: page-essai", "- id: loi-essai", "est défini deux fois"),
        ("sources/essai.yaml", "https://exemple.example/page?a=1&b=2", "exemple point fr", "adresse http(s)"),
        ("figures.yaml", "valid_to: 2025-12-31", "valid_to: 2026-12-31", "chevauchent"),
        ("figures.yaml", "- id", "- id: {", "YAML illisible"),
        ("contacts.yaml", "  url: https://www.autoentrepreneur.urssaf.fr/\n", "", "un téléphone (phone), une adresse"),
        ("contacts.yaml", "  help: Répond aux", "  names: [Sécu]\n  help: Répond aux", "« Sécu » s'écrit sans accent"),
    ],
)  # fmt: skip
def test_each_mistake_says_where_and_what(
    small_settings: Settings, edit: Edit, path: str, old: str, new: str, expected: str
) -> None:
    edit(small_settings.knowledge_dir / path, old, new)
    found = problems(small_settings)
    assert any(expected in line for line in found), found
    assert all(line.startswith("knowledge/") for line in found)


def test_a_file_that_is_not_utf8_is_named(small_settings: Settings) -> None:
    (small_settings.knowledge_dir / COTISATIONS).write_bytes("---\nquestion: é\n---\n".encode("latin-1"))
    assert any("UTF-8" in line for line in problems(small_settings))


def test_a_retired_id_needs_a_redirect_that_exists(small_settings: Settings) -> None:
    redirects = small_settings.knowledge_dir / "redirects.yaml"
    redirects.write_text("cotisations/perdu: cotisations/inconnu\ncotisations/taux: cotisations/zero\n")
    found = "\n".join(problems(small_settings))
    assert "« cotisations/inconnu », qui n'existe pas" in found
    assert "un nom ne sert qu'une fois" in found


def test_what_named_a_retired_fact_leads_to_its_successor(small_settings: Settings) -> None:
    folder = small_settings.knowledge_dir
    kept = len(libraries.load(folder).asked.get("cotisations/taux", []))
    (folder / "redirects.yaml").write_text("cotisations/perdu: cotisations/taux\n")
    (folder / "questions").mkdir(exist_ok=True)
    (folder / "questions" / "essai.yaml").write_text("cotisations/perdu:\n  - quel pourcentage ils prennent\n")
    golden = folder / "golden"
    golden.mkdir(exist_ok=True)
    (golden / "questions-essai.yaml").write_text(
        "- {id: a1, question: Combien ?, facts: [cotisations/perdu|cotisations/taux], writer: a}\n"
        "- {id: a2, question: Et quand ?, facts: [cotisations/jamais-ecrit], writer: a}\n"
    )
    (golden / "grounding.jsonl").write_text(
        '{"id": "g1", "sentence": "Une phrase.", "fact_ids": ["cotisations/perdu"], "label": true, "kind": "paraphrase"}\n'
        '{"id": "g2", "sentence": "Une autre.", "fact_ids": ["cotisations/taux"], "label": true, "kind": "paraphrase"}\n'
    )
    library = libraries.load(folder)
    assert "quel pourcentage ils prennent" in library.asked["cotisations/taux"][kept:]
    assert "cotisations/perdu" not in library.asked
    assert [row.facts for row in load_golden(golden)] == [["cotisations/taux"], ["cotisations/jamais-ecrit"]]
    assert [row.id for row in load_labelled(golden)] == ["g2"]
    found = [str(error) for error in check_library(library, TODAY).errors if "attend" in str(error)]
    assert len(found) == 1 and "a2 attend « cotisations/jamais-ecrit »" in found[0]


def test_checks_find_what_a_valid_library_may_still_get_wrong(small_settings: Settings, edit: Edit) -> None:
    folder = small_settings.knowledge_dir
    edit(folder / COTISATIONS, "Sans recettes, une", "Vous avez droit à zéro : sans recettes, une")
    edit(folder / "figures.yaml", "valid_from: 2026-01-01, sources: [loi-essai, page-essai]", "valid_from: 2026-01-01, sources: [loi-essai]")  # fmt: skip
    edit(folder / COTISATIONS, "- sources: [loi-essai, page-essai]", "- sources: [loi-essai]")
    edit(folder / "contacts.yaml", "expires_on: 2027-11-01", "expires_on: 2029-11-01")
    report = check_library(libraries.load(folder), TODAY)
    errors = "\n".join(map(str, report.errors))
    assert "vous avez droit" in errors
    assert "deux sources indépendantes" in errors
    assert "au moins une fois par an" in errors
    warnings = "\n".join(map(str, report.warnings))
    assert "declarer : à relire : expires_on est passé (2026-01-31)" in warnings
    assert "ancien : la période est finie (2024-12-31)" in warnings


def test_a_rewording_too_near_a_golden_question_is_refused(small_settings: Settings) -> None:
    folder = small_settings.knowledge_dir
    (folder / "questions").mkdir(exist_ok=True)
    (folder / "questions" / "essai.yaml").write_text(
        "cotisations/taux:\n  - vers quel pourcentage va t on\n  - comment les recettes sont elles comptées\n"
    )
    (folder / "golden").mkdir(exist_ok=True)
    (folder / "golden" / "questions-essai.yaml").write_text(
        '- {id: a1, question: "Combien je paye a l\'Urssaf ?", facts: [cotisations/taux], writer: a}\n'
        "- {id: a2, question: comment les recettes sont-elles comptees, facts: [cotisations/taux], writer: a}\n"
    )
    found = [str(error) for error in check_library(libraries.load(folder), TODAY).errors if "trop près" in str(error)]
    assert [line.split(" : ")[0].split(": «")[0] for line in found] == [
        f"knowledge/{COTISATIONS}:4",
        "knowledge/questions/essai.yaml:3",
    ]


def test_the_real_library_is_valid_and_large_enough(library: Library) -> None:
    report = check_library(library, max(source.read_on for source in library.sources.values()))
    assert report.errors == []
    assert len(library.fiches) >= 36
    assert len(library.facts) >= 220
    doubtful = [fact for fact in library.facts.values() if fact.confidence == "a_verifier"]
    assert len(doubtful) <= len(library.facts) * 0.1


def test_every_message_renders(library: Library) -> None:
    """A message with a hole in it is what a user would read."""
    messages = library.messages
    values = dict.fromkeys(
        (
            "audiences",
            "title",
            "publisher",
            "read_on",
            "page_date",
            "day",
            "question",
            "questions",
            "length",
            "limit",
            "host",
            "contact",
            "label",
            "summary",
            "number",
            "total",
            "concerns",
            "text",
            "version_date",
            "n",
            "inbox_days",
            "context_minutes",
            "checklist_hours",
            "opinions_days",
            "shared_offers_days",
            "quote",
            "days",
            "hours",
            "message",
            "state",
            "since",
            "generation",
            "fiches",
            "facts",
            "waiting",
            "counts",
            "opinions",
            *(
                "acre",
                "base",
                "below",
                "beyond",
                "ceiling",
                "count",
                "price",
                "currency",
                "due",
                "high",
                "in_year",
                "income",
                "low",
                "months",
                "over",
                "part",
                "per",
                "started",
                "weeks",
                "year",
            ),
            *("amount", "rate", "result", "rest", "threshold", "plural", "allowance", "least", "hours", "wage"),
            "name",
            *("provider", "model", "country", "terms"),
            *("company", "register", "level", "pattern", "signals", "date"),
        ),
        "x",
    )

    def texts(value: object) -> list[str]:
        if isinstance(value, dict):
            said = (item for key, item in value.items() if key not in ("told", "unless", "asks"))  # those are patterns
            return [text for item in said for text in texts(item)]
        return [text for item in value for text in texts(item)] if isinstance(value, list) else [str(value)]

    for text in texts(messages):
        assert "{" not in text.format(**values), text
