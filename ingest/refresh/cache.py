"""What this machine keeps of the last readings: a local file that may be thrown away. Texts live here only."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ingest.refresh.failures import Reason
from ingest.refresh.fetch import Validators

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pages (
    url TEXT PRIMARY KEY, read_on TEXT NOT NULL, page TEXT, failure TEXT, detail TEXT NOT NULL, moved_to TEXT,
    etag TEXT, last_modified TEXT, language TEXT NOT NULL, page_date TEXT
);
CREATE TABLE IF NOT EXISTS texts (page TEXT PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS postponed (source TEXT PRIMARY KEY, read_on TEXT NOT NULL);
"""
_COLUMNS = "url, read_on, page, failure, detail, moved_to, etag, last_modified, language, page_date"


@dataclass(frozen=True)
class PageRecord:
    """The last reading of one address."""

    url: str
    read_on: date
    page: str | None = None
    """Hash of its text; None when it was not read."""
    failure: Reason | None = None
    detail: str = ""
    moved_to: str | None = None
    validators: Validators = field(default_factory=Validators)
    language: str = ""
    page_date: date | None = None


class RefreshCache:
    """One SQLite file; each page is committed as it is read. Raises ``sqlite3.Error``."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path)
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        self._database.close()

    def page(self, url: str) -> PageRecord | None:
        row = self._database.execute(f"SELECT {_COLUMNS} FROM pages WHERE url = ?", (url,)).fetchone()
        return _record(row) if row else None

    def keep(self, record: PageRecord, text: str | None = None) -> None:
        """Replace what was known of an address; ``text`` comes with the hash it is filed under."""
        values: Sequence[str | None] = (
            record.url,
            record.read_on.isoformat(),
            record.page,
            record.failure.name if record.failure else None,
            record.detail,
            record.moved_to,
            record.validators.etag,
            record.validators.last_modified,
            record.language,
            record.page_date.isoformat() if record.page_date else None,
        )
        with self._database:
            if text is not None:
                self._database.execute("INSERT OR IGNORE INTO texts VALUES (?, ?)", (record.page, text))
            self._database.execute(f"REPLACE INTO pages ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)", values)

    def text(self, page: str | None) -> str | None:
        """The text filed under a hash, if this machine ever read it."""
        row = self._database.execute("SELECT text FROM texts WHERE page = ?", (page,)).fetchone()
        return str(row[0]) if row else None

    def postpone(self, source: str, read_on: date) -> None:
        """Put a source off until its page is read again."""
        with self._database:
            self._database.execute("REPLACE INTO postponed VALUES (?, ?)", (source, read_on.isoformat()))

    def is_postponed(self, source: str, read_on: date) -> bool:
        row = self._database.execute("SELECT read_on FROM postponed WHERE source = ?", (source,)).fetchone()
        return bool(row and row[0] == read_on.isoformat())


def _record(row: tuple[str | None, ...]) -> PageRecord:
    url, read_on, page, failure, detail, moved_to, etag, last_modified, language, page_date = row
    return PageRecord(
        url=str(url),
        read_on=date.fromisoformat(str(read_on)),
        page=page,
        failure=Reason[failure] if failure else None,
        detail=detail or "",
        moved_to=moved_to,
        validators=Validators(etag, last_modified),
        language=language or "",
        page_date=date.fromisoformat(page_date) if page_date else None,
    )
