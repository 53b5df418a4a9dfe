"""The walk through the worklist: accept a date, mend a fact, doubt it, look at both texts, put off, stop.

Each decision is written at once: stopping loses nothing, and the next session goes on from there.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import typer
from rich.console import Console

from ingest.checks import LAW_MAX
from ingest.refresh.cache import RefreshCache
from ingest.refresh.claims import Claim, Claims
from ingest.refresh.worklist import Item, State, accepted, compare, renewed
from ingest.review.edits import set_fact_field, set_record_field
from ingest.review.screen import show, side_by_side
from ingest.settings import IngestSettings
from knowledge import library as libraries
from knowledge import snapshots
from knowledge.model import Confidence, Fact
from knowledge.snapshots import Seen, Snapshot

Ask = Callable[[str, str], str]
"""Question and default → what was typed. Raises ``typer.Abort`` at the end of the input."""

ACCEPT, EDIT, DOUBT, TEXTS, BROWSE, LATER, QUIT = "a", "m", "v", "t", "o", "p", "q"
YES = "o"
_WORDS = {
    ACCEPT: "accepter : la page le dit",
    EDIT: "modifier",
    DOUBT: "marquer « à vérifier »",
    TEXTS: "voir les deux textes",
    BROWSE: "ouvrir la page",
    LATER: "passer",
    QUIT: "quitter",
}
_GO_TO_LINE = frozenset({"vi", "vim", "nvim", "nano", "emacs", "micro", "kak", "joe"})


def prompt(question: str, default: str) -> str:
    """Ask in the terminal."""
    return str(typer.prompt(question, default=default, show_default=bool(default))).strip()


class Review:
    """One session. ``today`` is the day of what is read in a browser; a page's text keeps the day it was fetched."""

    def __init__(
        self,
        settings: IngestSettings,
        cache: RefreshCache,
        today: date,
        screen: Console,
        ask: Ask = prompt,
        open_page: Callable[[str], object] = typer.launch,
    ) -> None:
        self._settings = settings
        self._cache = cache
        self._today = today
        self._screen = screen
        self._ask = ask
        self._open_page = open_page
        self._library = libraries.load(settings.knowledge_dir)

    def run(self, items: Sequence[Item], everything: bool = False) -> None:
        """Walk through these items of the worklist; ``everything``: what was put off too."""
        self._renew([item for item in items if item.state is State.UNCHANGED])
        left = [item for item in items if item.state is not State.UNCHANGED]
        if not everything:
            left = [item for item in left if not self._cache.is_postponed(item.source.id, item.read_on)]
        for number, item in enumerate(left, 1):
            if not self._walk(item, number, len(left)):
                self._say(f"À la prochaine fois : il reste {len(left) - number + 1} page(s).")
                return
        self._say("Tout est relu. Vérifiez et publiez : python -m ingest check, puis make build.")

    def _renew(self, items: list[Item]) -> None:
        """Pages that are word for word what a person accepted: one question for all."""
        if not items:
            return
        self._say(f"{len(items)} page(s) inchangée(s) depuis la dernière relecture, mot pour mot.")
        if self._ask("Renouveler leur date de lecture ? (o/n)", YES) != YES:
            return
        remembered = dict(self._library.snapshots)
        for item in items:
            remembered[item.source.id] = renewed(item, remembered[item.source.id])
            self._date_source(item, item.read_on)
        self._remember(remembered)
        for item in items:
            self._postpone_expiry(item)

    def _walk(self, item: Item, number: int, total: int) -> bool:
        """One item, until it is settled or put off; False to stop the session."""
        current = self._as_it_is_now(item)  # a fact mended on another page's account is cited by this one too
        while current is not None:
            show(self._screen, current, number, total)
            choices = _choices(current)
            self._say(" · ".join(f"[{key}] {_WORDS[key]}" for key in choices))
            choice = self._ask("Votre choix", "").lower()
            if choice == QUIT:
                return False
            if choice not in choices:
                self._say(f"« {choice} » n'est pas dans la liste.")
                continue
            current = self._do(choice, current)
        return True

    def _do(self, choice: str, item: Item) -> Item | None:
        """Carry out a choice; the item as it is now, None when it is settled."""
        if choice == LATER:
            self._cache.postpone(item.source.id, item.read_on)
            return None
        if choice == TEXTS:
            side_by_side(self._screen, item)
        elif choice == BROWSE:
            self._open_page(str(item.source.url))
        elif choice == ACCEPT:
            return None if self._accept(item) else item
        else:
            claims = self._chosen(item, facts_only=choice == DOUBT)
            for claim in claims:
                self._doubt(claim) if choice == DOUBT else self._edit(claim)
            return self._as_it_is_now(item)
        return item

    def _as_it_is_now(self, item: Item) -> Item | None:
        source = self._library.sources.get(item.source.id)
        return compare(self._library, Claims(self._library), self._cache, source) if source else None

    def _accept(self, item: Item) -> bool:
        seen, day = Seen.TEXT, item.read_on
        if item.text is None:
            if self._ask("Avez-vous lu la page dans votre navigateur, aujourd'hui ? (o/n)", "n") != YES:
                return False
            seen, day = Seen.BROWSER, self._today
        confirmed = self._confirmed(item)
        self._date_source(confirmed, day)
        self._remember(dict(self._library.snapshots) | {item.source.id: accepted(confirmed, seen, day)})
        self._postpone_expiry(confirmed)
        return True

    def _confirmed(self, item: Item) -> Item:
        """The item with the claims that its page bears out: those named are left for its next reading."""
        if len(item.concerned) < 2:
            return item
        numbers = self._numbers("La page dit-elle tout cela ? (Entrée : oui ; sinon, les numéros qu'elle ne dit pas)")
        return replace(item, claims=[one for number, one in enumerate(item.claims, 1) if number not in numbers])

    def _date_source(self, item: Item, day: date) -> None:
        """``read_on`` of the source, with the page's own date and address when they changed."""
        path, line = self._place(item.source.id)
        record = item.record
        set_record_field(path, line, "read_on", day.isoformat())
        if record and record.moved_to:
            set_record_field(path, line, "url", f'"{record.moved_to}"')
        if record and item.text and record.page_date and record.page_date > (item.source.page_date or date.min):
            set_record_field(path, line, "page_date", record.page_date.isoformat())
            self._reload()  # the line may be a new one: the records below it have moved

    def _postpone_expiry(self, item: Item) -> None:
        """A new ``expires_on`` for the facts that were soon to be read again, and just were."""
        limit = self._today + timedelta(days=self._settings.review_due_days)
        facts = [self._library.facts[checked.claim.id] for checked in item.claims if checked.claim.is_fact]
        due = [fact for fact in facts if fact.expires_on <= limit]
        if not due:
            return
        latest = min(map(self._latest_expiry, due))
        proposed = min(latest, min(fact.expires_on - item.source.read_on for fact in due) + self._today)
        names = ", ".join(fact.slug for fact in due)
        question = f"À relire avant le {limit} : {names}. Nouvelle date (« non » : garder l'ancienne)"
        while (typed := self._ask(question, proposed.isoformat())) != "non":
            try:
                chosen = date.fromisoformat(typed)
            except ValueError:
                self._say("Une date s'écrit 2027-11-21.")
                continue
            if self._today < chosen <= latest:
                for fact in due:
                    self._set_on_fact(fact.id, "expires_on", chosen.isoformat())
                return
            self._say(f"La date doit être après aujourd'hui et au plus tard le {latest}.")

    def _latest_expiry(self, fact: Fact) -> date:
        return min(self._library.sources[source].read_on for source in fact.sources) + LAW_MAX

    def _chosen(self, item: Item, facts_only: bool) -> list[Claim]:
        """The claims an action is about: the one that is shown, or those whose numbers are typed."""
        shown = {number: checked.claim for number, checked in item.numbered.items()}
        allowed = {number: claim for number, claim in shown.items() if claim.is_fact or not facts_only}
        if not allowed:
            self._say("Seul un fait peut être marqué « à vérifier » : choisissez « modifier ».")
        if len(allowed) < 2:
            return list(allowed.values())
        numbers = self._numbers("Lesquels ? (numéros séparés par des espaces)")
        return [claim for number, claim in allowed.items() if number in numbers]

    def _numbers(self, question: str) -> set[int]:
        typed = self._ask(question, "")
        return {int(word) for word in typed.replace(",", " ").split() if word.isdigit()}

    def _doubt(self, claim: Claim) -> None:
        self._set_on_fact(claim.id, "confidence", Confidence.TO_VERIFY.value)
        self._say(f"{claim.id} : marqué « à vérifier ».")

    def _edit(self, claim: Claim) -> None:
        """The file in the person's editor, until it is valid again or given back as it was."""
        path, line = self._place(claim.id) if claim.id in self._library.lines else self._at(claim.path, claim.line)
        before = path.read_bytes()
        while True:
            command = _editor(path, line)
            try:
                subprocess.run(command, check=False)
            except OSError:
                self._say(f"L'éditeur « {command[0]} » est introuvable : réglez EDITOR (par exemple EDITOR=nano).")
                return
            try:
                self._reload()
                return
            except libraries.LibraryError as error:
                for problem in error.problems:
                    self._say(str(problem))
                if self._ask("Rouvrir le fichier (r) ou annuler la modification (n) ?", "r") == "n":
                    path.write_bytes(before)
                    return

    def _set_on_fact(self, fact_id: str, key: str, value: str) -> None:
        set_fact_field(*self._place(fact_id), key, value)
        self._reload()

    def _remember(self, remembered: dict[str, Snapshot]) -> None:
        known = {name: snapshot for name, snapshot in remembered.items() if name in self._library.sources}
        snapshots.save(self._library.folder / snapshots.FILE, known)
        self._reload()

    def _reload(self) -> None:
        self._library = libraries.load(self._settings.knowledge_dir)

    def _place(self, identifier: str) -> tuple[Path, int]:
        return self._at(*self._library.lines[identifier])

    def _at(self, path: str, line: int) -> tuple[Path, int]:
        return self._library.folder.parent / path, line

    def _say(self, text: str) -> None:
        self._screen.print(text, markup=False, highlight=False, soft_wrap=True)


def _choices(item: Item) -> list[str]:
    """What can be done with an item: a page that is gone cannot be accepted, an unread one has no text."""
    choices = [ACCEPT, EDIT, DOUBT, TEXTS, BROWSE, LATER, QUIT]
    if item.state is State.GONE:
        choices.remove(ACCEPT)
    if item.text is None:
        choices.remove(TEXTS)
    return choices


def _editor(path: Path, line: int) -> list[str]:
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "nano")
    goes_to_line = Path(command[0]).name in _GO_TO_LINE
    return [*command, f"+{line}", str(path)] if goes_to_line else [*command, str(path)]
