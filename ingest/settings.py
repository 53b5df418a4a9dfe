"""Limits of the maintainers' side; each is read from the environment and from ``.env``."""

from __future__ import annotations

from pydantic import Field

from knowledge.settings import KnowledgeSettings


class IngestSettings(KnowledgeSettings):
    score_drop_max: float = Field(default=0.02, ge=0, le=1)
    """A candidate that does worse than the serving generation by more than this (0.02: two points) is not published."""
    generations_kept: int = Field(default=5, ge=1)
    """What ``ingest prune`` keeps besides the serving generation and the previous one."""
    gaps_grouped_max: int = Field(default=3000, ge=1)
    """Questions that are grouped by meaning, the most frequent first (3,000: a second and 100 MB,
    after 12 ms each to embed)."""
