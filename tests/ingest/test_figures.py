"""Amounts against OpenFisca's parameters, from a wheel that stands where ``pip`` would have put it."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from bot.settings import Settings
from ingest import figures
from ingest.cli import app
from ingest.official import openfisca
from knowledge import library as libraries
from knowledge.library import KNOWLEDGE_DIR

Edit = Callable[[Path, str, str], None]
PATH = "prelevements_sociaux/taux.yaml"


@pytest.fixture
def compare(small_settings: Settings, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Runs ``ingest figures`` with one parameter that holds ``values``."""
    monkeypatch.setenv("DATA_DIR", str(small_settings.data_dir))
    monkeypatch.setenv("KNOWLEDGE_DIR", str(small_settings.knowledge_dir))

    def run(values: dict[str, float | None], **entry: object):  # type: ignore[no-untyped-def]
        archive = small_settings.corpora_dir / openfisca.PACKAGE.archive_name
        archive.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(archive, "w") as wheel:
            dated = "\n".join(f"  {day}: {{value: {'null' if v is None else v}}}" for day, v in values.items())
            wheel.writestr(f"openfisca_france/parameters/{PATH}", f"values:\n{dated}\n")
            folder = f"openfisca_france-{openfisca.PACKAGE.version}.dist-info"
            wheel.writestr(f"{folder}/METADATA", f"Name: OpenFisca-France\nVersion: {openfisca.PACKAGE.version}\n")
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        monkeypatch.setattr(openfisca, "PACKAGE", replace(openfisca.PACKAGE, integrity=f"sha512-{digest}"))
        match = {"id": "taux_essai", "parameters": [PATH], **entry}
        (small_settings.knowledge_dir / figures.FILE).write_text(yaml.safe_dump([match]), "utf-8")
        return CliRunner().invoke(app, ["figures", "--today", "2026-11-21"])

    return run


SAME = {"2020-01-01": 0.2, "2025-01-01": 0.246, "2026-01-01": 0.256}


def test_a_share_and_a_percentage_are_the_same_amount(compare) -> None:  # type: ignore[no-untyped-def]
    result = compare(SAME)
    assert result.exit_code == 0 and "1 montants sur" in result.stderr, result.stderr


def test_a_difference_names_its_line_and_its_first_day(compare) -> None:  # type: ignore[no-untyped-def]
    result = compare(SAME | {"2026-01-01": 0.261, "2026-06-01": 0.256})
    assert result.exit_code == 1
    said = [line for line in result.stderr.splitlines() if "taux_essai" in line]
    assert len(said) == 1 and "figures.yaml:" in said[0]
    assert "depuis le 2026-01-01, 25,6 % ici et 26,1 % dans OpenFisca" in said[0]


def test_a_raise_that_was_missed_is_a_difference(compare) -> None:  # type: ignore[no-untyped-def]
    assert "depuis le 2026-07-01" in compare(SAME | {"2026-07-01": 0.258}).stderr


def test_an_explained_difference_passes_and_a_stale_explanation_is_said(compare) -> None:  # type: ignore[no-untyped-def]
    differing = SAME | {"2026-01-01": 0.261}
    reason = {"2026-01-01": "OpenFisca garde le taux d'un décret abrogé"}
    assert compare(differing, explained=reason).exit_code == 0
    stale = compare(SAME, explained=reason)
    assert stale.exit_code == 0 and "ôtez l'explication" in stale.stderr


def test_a_value_may_be_a_multiple_frozen_on_january_first(compare) -> None:  # type: ignore[no-untyped-def]
    moving = {"2025-01-01": 0.00246, "2025-07-01": 0.003, "2026-01-01": 0.00256, "2026-06-01": 0.003}
    assert compare(moving, factor=100).exit_code == 1
    assert compare(moving, factor=100, fixed_on_january_first=True).exit_code == 0


def test_a_wrong_name_or_path_is_said(compare) -> None:  # type: ignore[no-untyped-def]
    assert "« inconnu » n'existe pas dans figures.yaml" in compare(SAME, id="inconnu").stderr
    assert "ne contient pas" in compare(SAME, parameters=["perdu.yaml"]).stderr


def test_the_real_file_matches_at_least_twenty_figures_and_explains_in_sentences() -> None:
    matches, _ = libraries.read_records(figures.Match, KNOWLEDGE_DIR / figures.FILE)
    known = {entry["id"] for entry in yaml.load((KNOWLEDGE_DIR / "figures.yaml").read_bytes(), yaml.CSafeLoader)}
    assert len(matches) >= 20 and matches.keys() <= known
    assert all(len(reason) > 30 for match in matches.values() for reason in match.explained.values())
