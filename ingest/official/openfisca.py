"""Dated legal parameters of OpenFisca-France, read as data: its code (AGPL) is never installed or run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ingest.official.package import CorpusError, PythonPackage, bring, read_yaml

PACKAGE = PythonPackage(
    "openfisca-france",
    "176.1.8",
    "sha512-d3NZqKBG4LQoO6k3Lj40ewR6zStSTGX2/RTnubs1fvRDowjItNrQe7d6JjqQdz81x2v+Bj0qKd+rwVc2hwHdHw==",
)
FOLDER = "openfisca_france/parameters"

Parameter = dict[date, Decimal | None]
"""First day → value that holds from that day; None: the parameter ends."""


def value_on(parameter: Parameter, day: date) -> Decimal | None:
    """The value that holds on ``day``, or None."""
    return next((parameter[start] for start in sorted(parameter, reverse=True) if start <= day), None)


def load(paths: Iterable[str], folder: Path, timeout: float) -> dict[str, Parameter]:
    """Parameters by their path, as ``prelevements_sociaux/pss/….yaml``. Raises ``CorpusError``."""
    archive = bring(PACKAGE, folder, timeout)
    files = {path: f"{FOLDER}/{path}" for path in paths}
    found = read_yaml(archive, files.values())
    return {path: _parameter(path, found[name]) for path, name in files.items()}


def _parameter(path: str, data: Any) -> Parameter:
    try:
        return {
            start: None if entry["value"] is None else Decimal(str(entry["value"]))
            for start, entry in data["values"].items()
        }
    except (KeyError, TypeError) as error:
        raise CorpusError(f"{PACKAGE} : « {path} » n'est pas une simple suite de valeurs datées") from error
