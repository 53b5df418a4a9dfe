"""What a person has to look at: the pages as they are now against what the repository remembers of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from ingest.progress import Progress, no_progress
from ingest.refresh.cache import PageRecord, RefreshCache
from ingest.refresh.claims import Claim, Claims
from ingest.refresh.failures import Reason
from ingest.refresh.sentences import Sentences
from knowledge.library import Library
from knowledge.model import Source
from knowledge.snapshots import Relied, Seen, Snapshot, sentence_hash


class State(StrEnum):
    """In the order a person should take them."""

    CHANGED = "changée"
    GONE = "disparue"
    MOVED = "déplacée"
    FIRST = "à comparer une première fois"
    ELSEWHERE = "changée ailleurs"
    BLOCKED = "robots refusés"
    SCRIPT = "JavaScript seulement"
    FAILED = "pas lue"
    UNCHANGED = "inchangée"


ORDER = list(State)
_FAILURES = {Reason.GONE: State.GONE, Reason.BLOCKED: State.BLOCKED, Reason.SCRIPT: State.SCRIPT}
NEVER = date(9999, 1, 1)
BY_HAND_EVERY = timedelta(days=180)
"""A page that only a person can read, once it was, comes back after this long."""


class Standing(StrEnum):
    """What became of the words a claim relies on."""

    KEPT = "les mots d'appui sont toujours là"
    LOST = "les mots d'appui ont changé"
    NEW = "jamais comparé à cette page"
    UNSEEN = "page non lue"


@dataclass(frozen=True)
class Checked:
    """A claim beside its page."""

    claim: Claim
    standing: Standing
    old: tuple[str, ...] | None
    """The sentences it relied on; None: the old text is not on this machine."""
    new: tuple[str, ...]
    """The sentences of today's page that hold most of its words."""
    missing_numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """One source to look at."""

    source: Source
    state: State
    read_on: date
    claims: list[Checked]
    record: PageRecord | None
    text: Sentences | None = None
    old_text: Sentences | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def concerned(self) -> list[Checked]:
        """The claims that somebody has to read again."""
        return [checked for checked in self.claims if checked.standing is not Standing.KEPT]

    @property
    def numbered(self) -> dict[int, Checked]:
        """What a reviewer is shown, by its place among the claims (from 1): those concerned, or else all."""
        shown = self.concerned or self.claims
        return {number: checked for number, checked in enumerate(self.claims, 1) if checked in shown}

    @property
    def rank(self) -> tuple[int, bool, date, str]:
        due = min((checked.claim.expires_on or NEVER for checked in self.claims), default=NEVER)
        doubtful = any(checked.missing_numbers for checked in self.concerned)
        return ORDER.index(self.state), not doubtful, due, self.source.id


def worklist(library: Library, cache: RefreshCache, progress: Progress = no_progress) -> list[Item]:
    """An item for each source whose page was asked for and is not settled since, most pressing first."""
    claims = Claims(library)
    items = []
    for number, source in enumerate(library.sources.values(), 1):
        item = compare(library, claims, cache, source)
        items += [item] if item else []
        progress("Comparaison des pages", number, len(library.sources))
    return sorted(items, key=lambda item: item.rank)


def compare(library: Library, claims: Claims, cache: RefreshCache, source: Source) -> Item | None:
    """One source; None when its page was never asked for, or was accepted as it is since."""
    record = cache.page(str(source.url))
    snapshot = library.snapshots.get(source.id)
    if record is None or _is_settled(source, snapshot, record):
        return None
    said = claims.of(source.id, record.read_on)
    text = cache.text(record.page) if record.page else None
    if text is None:
        unseen = [Checked(claim, Standing.UNSEEN, None, ()) for claim in said]
        state = _FAILURES.get(record.failure, State.FAILED) if record.failure else State.FAILED
        return Item(source, state, record.read_on, unseen, record, notes=[_why(record)])
    new = Sentences.of(text)
    old_text = cache.text(snapshot.page) if snapshot and snapshot.page else None
    old = Sentences.of(old_text) if old_text is not None else None
    checked = [_checked(claim, snapshot, new, old) for claim in said]
    state = _state(record, snapshot, checked)
    return Item(source, state, record.read_on, checked, record, new, old, _notes(record, snapshot, old))


def accepted(item: Item, seen: Seen, day: date) -> Snapshot:
    """What to remember of a page that a person accepted; ``day``: of the live reading."""
    page = item.record.page if item.record and seen is Seen.TEXT else None
    language = item.record.language if item.record and page else ""
    relied = {
        checked.claim.id: Relied(
            sentence=sentence_hash(checked.claim.text),
            on=list(map(sentence_hash, checked.new)) if page else [],
            verified_on=day,
            seen=seen,
        )
        for checked in item.claims
    }
    return Snapshot(source=item.source.id, read_on=day, page=page, language=language, claims=relied)


def renewed(item: Item, snapshot: Snapshot) -> Snapshot:
    """An unchanged page, read again: what was compared once is still so, word for word."""
    claims = {name: relied.model_copy(update={"verified_on": item.read_on}) for name, relied in snapshot.claims.items()}
    return snapshot.model_copy(update={"read_on": item.read_on, "claims": claims})


def count_by_state(items: Iterable[Item]) -> dict[State, int]:
    counts = dict.fromkeys(ORDER, 0)
    for item in items:
        counts[item.state] += 1
    return counts


def _is_settled(source: Source, snapshot: Snapshot | None, record: PageRecord) -> bool:
    if snapshot is None:
        return False
    if record.failure in (Reason.BLOCKED, Reason.SCRIPT) and snapshot.page is None:
        return record.read_on - snapshot.read_on < BY_HAND_EVERY
    return snapshot.read_on >= record.read_on and source.read_on >= record.read_on


def _checked(claim: Claim, snapshot: Snapshot | None, new: Sentences, old: Sentences | None) -> Checked:
    relied = snapshot.claims.get(claim.id) if snapshot else None
    # A page once read in a browser only has no words to compare with.
    if snapshot is None or snapshot.page is None or relied is None or relied.sentence != sentence_hash(claim.text):
        support = new.support(claim.text)
        return Checked(claim, Standing.NEW, (), support.sentences, support.missing_numbers)
    words = tuple(old.among(relied.on)) if old is not None else None
    if set(relied.on) <= set(new.hashes) if relied.on else snapshot.page == new.page_hash:
        return Checked(claim, Standing.KEPT, words, tuple(new.among(relied.on)))
    support = new.support(claim.text)
    return Checked(claim, Standing.LOST, words, support.sentences, support.missing_numbers)


def _state(record: PageRecord, snapshot: Snapshot | None, checked: list[Checked]) -> State:
    standings = {one.standing for one in checked}
    if record.moved_to:
        return State.MOVED
    if Standing.LOST in standings or (snapshot and _other_language(record, snapshot)):
        return State.CHANGED
    if snapshot is None or Standing.NEW in standings:
        return State.FIRST
    return State.UNCHANGED if snapshot.page == record.page else State.ELSEWHERE


def _other_language(record: PageRecord, snapshot: Snapshot) -> bool:
    return bool(snapshot.language and record.language and record.language != snapshot.language)


def _notes(record: PageRecord, snapshot: Snapshot | None, old: Sentences | None) -> list[str]:
    notes = []
    if record.moved_to:
        notes.append(f"nouvelle adresse : {record.moved_to}")
    if snapshot is not None and old is None and snapshot.page:
        notes.append("ancien texte absent : il est sur l'ordinateur qui a fait la relecture précédente")
    if snapshot is not None and _other_language(record, snapshot):
        notes.append(f"la page n'est plus dans la même langue ({snapshot.language}, maintenant {record.language})")
    if snapshot is None and record.language not in ("", "fr"):
        notes.append(
            f"la page n'est pas en français ({record.language}) : les phrases proches sont cherchées mot à mot"
        )
    return notes


def _why(record: PageRecord) -> str:
    reason = record.failure.value if record.failure else "le texte n'est plus sur cette machine"
    return f"{reason} ({record.detail})" if record.detail else reason
