"""Every limit of the maintainers' commands has a name here. Read from the environment and ``.env``."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from pydantic import Field

from knowledge.settings import KnowledgeSettings


class IngestSettings(KnowledgeSettings):
    contact: str = ""
    """Where the owner of a site can write to; part of the User-Agent. ``refresh`` does not run without it."""

    # How pages are asked for
    refresh_every_days: int = 7
    """A page read since is not asked for again: an interrupted run goes on where it stopped."""
    refresh_hosts_at_once: int = Field(default=6, ge=1, le=32)
    """Sites visited at the same time; one connection for each, always."""
    refresh_delay_s: float = 5.0
    """Between two requests to one site, unless its robots.txt asks for more."""
    refresh_crawl_delay_max_s: float = 120.0
    """A site that asks for a longer delay is left to a person."""
    refresh_connect_timeout_s: float = 10.0
    refresh_page_timeout_s: float = 60.0
    """For one page, redirects included, however slowly it comes."""
    refresh_page_max_bytes: int = 10_000_000
    """Of a page once decompressed."""
    refresh_robots_max_bytes: int = 500_000
    refresh_redirects_max: int = 5
    refresh_ports: list[int] = [80, 443]
    refresh_allowed_networks: list[IPv4Network | IPv6Network] = []
    """Private networks that may be read all the same. For tests: leave it empty."""

    # How pages become text, in a process of its own
    extract_timeout_s: float = 30.0
    extract_memory_bytes: int = 1_500_000_000
    extract_pdf_max_pages: int = 400
    extract_max_chars: int = 2_000_000
    extract_max_depth: int = 200
    """Elements inside one another."""
    page_min_words: int = 40
    """A page with fewer words and some scripts is one that only a browser can show."""

    # How the worklist is reviewed
    review_due_days: int = 60
    """A fact to be read again within this delay gets a new date when it is accepted."""

    # What is published, what is kept, what is grouped
    score_drop_max: float = Field(default=0.02, ge=0, le=1)
    """A candidate that does worse than the serving generation by more than this (0.02: two points) is not published."""
    generations_kept: int = Field(default=5, ge=1)
    """What ``ingest prune`` keeps besides the serving generation and the previous one."""
    gaps_grouped_max: int = Field(default=3000, ge=1)
    """Questions that are grouped by meaning, the most frequent first (3,000: a second and 100 MB,
    after 12 ms each to embed)."""

    @property
    def refresh_cache(self) -> Path:
        return self.data_dir / "refresh.sqlite"
