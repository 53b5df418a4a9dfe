"""A copy of all that cannot be built again, taken while the bot runs."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from bot.settings import Settings
from knowledge.generation import active_id


class BackupError(Exception):
    """The copy could not be taken; the message says why, in French."""


def backup(settings: Settings, folder: Path) -> list[str]:
    """Copy into ``folder``, which has the shape of ``data_dir``: to restore, put its files back there.

    The database (consistent, whatever the bot is doing), the keys, and the generation that answers. Returns the
    names of what was copied. Raises ``BackupError``.
    """
    url = make_url(settings.store_url)
    if not url.drivername.startswith("sqlite"):
        raise BackupError("la base est sur un serveur : sauvegardez-la avec pg_dump (voir docs/operations.md)")
    source = Path(url.database or "")
    if not source.exists():
        raise BackupError(f"pas de base de données à sauvegarder dans {source.parent} : le bot n'a jamais tourné")
    if folder.resolve() == settings.data_dir.resolve() or _holds_something_else(folder, source.name):
        raise BackupError(f"{folder.resolve()} contient autre chose qu'une sauvegarde : donnez un dossier nouveau")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        copies = [_copy_database(source, folder / source.name)]
        copies += [_copy(key, folder / key.name) for key in sorted(settings.data_dir.glob("*.key"))]
        identifier = active_id(settings)
        if identifier:
            generation = settings.generations_dir / identifier
            target = folder / settings.generations_dir.name / identifier
            shutil.copytree(generation, target, dirs_exist_ok=True)
            copies += [f"{settings.generations_dir.name}/{identifier}"]
            copies += [_copy(settings.active_pointer, folder / settings.active_pointer.name)]
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"la sauvegarde a échoué : {error}") from error
    return copies


def _holds_something_else(folder: Path, database: str) -> bool:
    """Whether keys and messages would be strewn among other files: the current folder, for a path left empty."""
    return folder.is_dir() and any(folder.iterdir()) and not (folder / database).exists()


def _copy_database(source: Path, target: Path) -> str:
    with closing(sqlite3.connect(source)) as database, closing(sqlite3.connect(target)) as copy:
        database.backup(copy)
    target.chmod(0o600)
    return target.name


def _copy(source: Path, target: Path) -> str:
    shutil.copy2(source, target)
    return target.name
