"""From pages that change to facts that are dated, edited or doubted: the whole way, on a real local site."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web
from rich.console import Console

from bot.settings import Settings
from ingest.checks import check_library
from ingest.refresh.cache import RefreshCache
from ingest.refresh.extract import extract
from ingest.refresh.fetch import Response
from ingest.refresh.reader import Reader
from ingest.refresh.run import due, refresh
from ingest.refresh.worklist import Item, Standing, State, worklist
from ingest.review.markdown import as_markdown
from ingest.review.session import Review
from ingest.settings import IngestSettings
from knowledge import library as libraries
from knowledge import snapshots
from knowledge.library import Library, LibraryError
from knowledge.snapshots import Seen, sentence_hash
from tests.conftest import SMALL
from tests.ingest.refresh.conftest import resolve
from tests.ingest.refresh.site import Site, page, redirect

FIRST, LATER = date(2026, 12, 1), date(2026, 12, 15)
Edit = Callable[[Path, str, str], None]


@pytest.fixture
def cache(settings: IngestSettings) -> Iterator[RefreshCache]:
    cache = RefreshCache(settings.refresh_cache)
    yield cache
    cache.close()


async def read_here(reader: Reader, response: Response) -> dict[str, Any]:
    return asdict(extract(response.body, response.content_type, response.charset, reader._limits))


class Work:
    """The small library, its two sources served by the local site."""

    def __init__(self, site: Site, settings: IngestSettings, cache: RefreshCache) -> None:
        self.site = site
        self.settings = settings
        self.cache = cache
        self.screen = Console(record=True, width=160, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
        self.opened: list[str] = []

    @property
    def library(self) -> Library:
        return libraries.load(self.settings.knowledge_dir)

    async def refresh(self, day: date) -> dict[str, Item]:
        library = self.library
        await refresh(library, due(list(library.sources.values()), self.cache, day, 7), self.cache, self.settings, day, resolver=resolve)  # fmt: skip
        return self.items()

    def items(self) -> dict[str, Item]:
        return {item.source.id: item for item in worklist(self.library, self.cache)}

    def review(self, answers: Sequence[str], day: date = FIRST) -> str:
        """Walk with these answers; the session ends with « q » where they end."""
        left = list(answers)

        def ask(question: str, default: str) -> str:
            return (left.pop(0) if left else "q") or default

        Review(self.settings, self.cache, day, self.screen, ask, self.opened.append).run(list(self.items().values()))
        return self.screen.export_text()

    def source(self, name: str) -> dict[str, object]:
        rows = yaml.safe_load((self.settings.knowledge_dir / "sources/essai.yaml").read_text("utf-8"))
        return next(dict(row) for row in rows if row["id"] == name)


@pytest.fixture
def work(
    site: Site,
    settings: IngestSettings,
    tmp_path: Path,
    cache: RefreshCache,
    edit: Edit,
    monkeypatch: pytest.MonkeyPatch,
) -> Work:
    monkeypatch.setattr(Reader, "_ask", read_here)  # quicker; the helper process has its own tests
    settings.knowledge_dir = shutil.copytree(SMALL, tmp_path / "knowledge")
    sources = settings.knowledge_dir / "sources/essai.yaml"
    edit(sources, "https://www.legifrance.gouv.fr/essai", site.url("/loi", "loi.example"))
    edit(sources, "https://exemple.example/page?a=1&b=2", site.url("/page", "exemple.example"))
    edit(settings.knowledge_dir / "publishers.yaml", "legifrance.gouv.fr", "loi.example")
    site.pages |= {"/loi": page(), "/page": page(more="Déclarez vos recettes d'essai sur le site de l'Urssaf, chaque mois ou chaque trimestre.")}  # fmt: skip
    return Work(site, settings, cache)


async def test_a_first_reading_shows_the_pages_own_words_and_missing_numbers(work: Work) -> None:
    work.site.pages["/loi"] = page(rate="26,4 %")
    items = await work.refresh(FIRST)
    law = items["loi-essai"]
    assert law.state is State.FIRST
    rate = next(checked for checked in law.claims if checked.claim.id == "cotisations/taux")
    assert rate.standing is Standing.NEW
    assert "26,4 %" in rate.new[0] and "25,6" in rate.missing_numbers
    zero = next(checked for checked in law.claims if checked.claim.id == "cotisations/zero")
    assert "déclare zéro" in " ".join(zero.new) and zero.missing_numbers == ()
    assert {checked.claim.id for checked in law.claims} >= {"montant taux_essai@2026-01-01"}


async def test_refresh_changes_no_file_of_the_knowledge(work: Work) -> None:
    before = {path: path.read_bytes() for path in work.settings.knowledge_dir.rglob("*") if path.is_file()}
    await work.refresh(FIRST)
    assert {path: path.read_bytes() for path in work.settings.knowledge_dir.rglob("*") if path.is_file()} == before


async def test_only_an_accepted_page_gives_verified_on(work: Work) -> None:
    await work.refresh(FIRST)
    assert work.library.facts["cotisations/taux"].verified_on is None
    work.review(["a", "", "non", "a", "", "non"])
    library = work.library
    assert library.facts["cotisations/taux"].verified_on == FIRST
    assert library.sources["loi-essai"].read_on == FIRST
    assert library.sources["loi-essai"].page_date == date(2026, 3, 14)
    assert work.items() == {}
    remembered = (work.settings.knowledge_dir / snapshots.FILE).read_text("utf-8")
    assert "Sans recettes" not in remembered and "cotisations/zero" in remembered, "hashes, never texts"
    assert check_library(library, FIRST).errors == []


async def test_a_claim_its_page_does_not_bear_out_is_not_verified(work: Work) -> None:
    await work.refresh(FIRST)
    items = work.items()
    names = [checked.claim.id for checked in items["loi-essai"].claims]
    work.review(["p"] * list(items).index("loi-essai") + ["a", str(names.index("cotisations/zero") + 1)])
    facts = work.library.facts
    assert facts["cotisations/taux"].verified_on == FIRST and facts["cotisations/zero"].verified_on is None
    again = await work.refresh(LATER)
    assert [checked.claim.id for checked in again["loi-essai"].concerned] == ["cotisations/zero"]


async def test_a_sentence_edited_since_is_no_longer_verified(work: Work, edit: Edit) -> None:
    await work.refresh(FIRST)
    work.review(["a", "", "non", "a", "", "non"])
    edit(work.settings.knowledge_dir / "fiches/argent/cotisations.md", "déclare zéro.", "déclare tout de même zéro.")
    facts = work.library.facts
    assert facts["cotisations/zero"].verified_on is None
    assert facts["cotisations/taux"].verified_on == FIRST


async def test_a_new_amount_is_not_verified_by_the_old_one(work: Work, edit: Edit) -> None:
    await work.refresh(FIRST)
    work.review(["a", "", "non", "a", "", "non"])
    edit(
        work.settings.knowledge_dir / "figures.yaml",
        "valid_from: 2026-01-01, sources",
        "valid_from: 2026-01-01, valid_to: 2026-12-31, sources",
    )
    path = work.settings.knowledge_dir / "figures.yaml"
    path.write_text(
        path.read_text() + "    - {value: 26.4, valid_from: 2027-01-01, sources: [loi-essai, page-essai]}\n"
    )
    library = work.library
    fact = library.facts["cotisations/taux"]
    assert fact.verified_for(library.figures, date(2026, 12, 31)) == FIRST
    assert fact.verified_for(library.figures, date(2027, 1, 1)) is None


def test_nobody_writes_verified_on_by_hand(small_settings: Settings, edit: Edit) -> None:
    edit(small_settings.knowledge_dir / "fiches/argent/cotisations.md", "- expires_on", "- verified_on: 2026-11-01\n- expires_on")  # fmt: skip
    with pytest.raises(LibraryError, match="seul « ingest review » le donne"):
        libraries.load(small_settings.knowledge_dir)


async def test_unchanged_pages_are_renewed_in_one_answer(work: Work) -> None:
    await work.refresh(FIRST)
    work.review(["a", "", "non", "a", "", "non"])
    items = await work.refresh(LATER)
    assert {item.state for item in items.values()} == {State.UNCHANGED}
    work.review(["o", "non", "non"], LATER)
    assert work.library.sources["loi-essai"].read_on == LATER
    assert work.library.facts["cotisations/taux"].verified_on == LATER


async def test_a_changed_rate_is_shown_with_the_old_and_the_new_words(work: Work) -> None:
    await work.refresh(FIRST)
    work.review(["a", "", "non", "a", "", "non"])
    work.site.pages["/loi"] = page(rate="26,4 %")
    items = await work.refresh(LATER)
    law = items["loi-essai"]
    assert law.state is State.CHANGED
    by_id = {checked.claim.id: checked for checked in law.claims}
    rate = by_id["cotisations/taux"]
    assert rate.standing is Standing.LOST and rate.old is not None
    assert "25,6 %" in rate.old[0] and "26,4 %" in rate.new[0] and "25,6" in rate.missing_numbers
    assert by_id["cotisations/zero"].standing is Standing.KEPT
    assert work.library.facts["cotisations/taux"].verified_on == FIRST, "refresh alone changes nothing"
    text = as_markdown(list(items.values()), LATER)
    assert "- Le taux de cotisations d'une micro-entreprise d'essai est de 25,6 %" in text
    assert "+ Le taux de cotisations d'une micro-entreprise d'essai est de 26,4 %" in text
    shown = work.review(["o", "non", "q"], LATER)
    assert "26,4 %" in shown and "Absent de la page : 25" in shown
    work.screen.pager = lambda: nullcontext()  # type: ignore[assignment, return-value]
    both = work.review(["t", "q"], LATER)
    assert "┃ avant" in both and "┃ maintenant" in both and "était de 24,6 %" in both


async def test_only_the_claims_concerned_are_shown_under_their_own_numbers(work: Work) -> None:
    await work.refresh(FIRST)
    work.review(["a", "", "non", "a", "", "non"])
    work.site.pages["/loi"] = page(rate="26,4 %").replace("en une seule fois", "en deux fois")
    items = await work.refresh(LATER)
    shown = {checked.claim.id: number for number, checked in items["loi-essai"].numbered.items()}
    assert "cotisations/zero" not in shown and {"cotisations/taux", "cotisations/ancien"} <= set(shown)
    assert shown["cotisations/ancien"] - shown["cotisations/taux"] == 2, "« zero » stands between them"
    work.review(["o", "non", "v", str(shown["cotisations/ancien"])], LATER)
    facts = work.library.facts
    assert facts["cotisations/ancien"].confidence == "a_verifier"
    assert facts["cotisations/taux"].confidence == "elevee"


async def test_without_the_old_text_the_worklist_says_so(work: Work) -> None:
    await work.refresh(FIRST)
    work.review(["a", "", "non", "a", "", "non"])
    work.site.pages["/loi"] = page(rate="26,4 %")
    with sqlite3.connect(work.settings.refresh_cache) as database:
        database.execute("DELETE FROM texts")
    items = await work.refresh(LATER)
    assert items["loi-essai"].state is State.CHANGED
    rate = next(checked for checked in items["loi-essai"].claims if checked.claim.id == "cotisations/taux")
    assert rate.old is None and "26,4 %" in rate.new[0]
    assert "ancien texte absent" in as_markdown(list(items.values()), LATER)


async def test_the_rest_of_a_page_may_change_without_alarm(work: Work) -> None:
    await work.refresh(FIRST)
    work.review(["a", "", "non", "a", "", "non"])
    work.site.pages["/loi"] = page(
        more="Une tout autre phrase de conclusion, qui ne dit rien des cotisations elles-mêmes."
    )
    items = await work.refresh(LATER)
    assert items["loi-essai"].state is State.ELSEWHERE
    assert items["loi-essai"].concerned == []
    assert "+ Une tout autre phrase" in work.review(["n"], LATER)


async def test_moved_gone_blocked_and_empty_pages(work: Work, edit: Edit) -> None:
    work.site.pages |= {"/loi": redirect("/nouvelle", 301), "/nouvelle": page()}
    del work.site.pages["/page"]
    items = await work.refresh(FIRST)
    assert items["loi-essai"].state is State.MOVED and items["page-essai"].state is State.GONE
    work.review(["x", "v", "1 2", "p"])  # gone comes first, and cannot be accepted
    assert work.library.facts["cotisations/declarer"].confidence == "a_verifier"
    work.review(["a", ""])
    assert work.source("loi-essai")["url"] == work.site.url("/nouvelle", "loi.example")
    work.site.pages |= {"/robots.txt": "User-agent: *\nDisallow: /", "/page": page()}
    items = await work.refresh(LATER)
    assert {name: item.state for name, item in items.items()} == {"loi-essai": State.BLOCKED, "page-essai": State.BLOCKED}  # fmt: skip


async def test_a_page_that_only_a_browser_shows(work: Work) -> None:
    work.site.pages["/loi"] = "<html><head><script src=app.js></script></head><body><div id=root></div></body></html>"
    items = await work.refresh(FIRST)
    assert items["loi-essai"].state is State.SCRIPT
    assert "JavaScript seulement" in as_markdown(list(items.values()), FIRST)


async def test_a_page_that_changed_its_language_is_changed(work: Work) -> None:
    """The words that facts rely on may well stand in both: a page in another language has to be read again."""
    await work.refresh(FIRST)
    work.review(["a", "", "non", "a", "", "non"])
    english = " ".join(["This page now explains in English what the rules are for people who start working."] * 60)
    work.site.pages["/loi"] = page().replace("<p>", f"<p>{english}</p><p>", 1)
    items = await work.refresh(LATER)
    assert items["loi-essai"].state is State.CHANGED
    assert "n'est plus dans la même langue (fr, maintenant en)" in as_markdown(list(items.values()), LATER)


async def test_a_page_that_says_it_is_the_same_is_not_sent_again(work: Work) -> None:
    """What the site gave to ask with (ETag, Last-Modified) is kept from one run to the next."""
    given = {"ETag": '"v1"', "Last-Modified": "Tue, 01 Dec 2026 08:00:00 GMT"}
    sent: list[int] = []

    async def dated(request: web.Request) -> web.StreamResponse:
        asked = (request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since"))
        sent.append(304 if asked == tuple(given.values()) else 200)
        if sent[-1] == 304:
            return web.Response(status=304)
        return web.Response(text=page(), content_type="text/html", headers=given)

    work.site.pages["/loi"] = dated
    await work.refresh(FIRST)
    work.review(["a", "", "non", "a", "", "non"])
    items = await work.refresh(LATER)
    assert sent == [200, 304] and items["loi-essai"].state is State.UNCHANGED
    work.review(["o", "non", "non"], LATER)
    assert work.library.facts["cotisations/taux"].verified_on == LATER
    with sqlite3.connect(work.settings.refresh_cache) as database:
        database.execute("DELETE FROM texts")
    await work.refresh(date(2027, 1, 5))
    assert sent == [200, 304, 200], "without the text at hand, the whole page is asked for"


async def test_a_page_that_refuses_robots_is_read_by_a_person(work: Work, edit: Edit) -> None:
    registry = work.settings.knowledge_dir / "publishers.yaml"
    edit(registry, "  hosts: [loi.example]", "  hosts: [loi.example]\n  reading: blocked")
    items = await work.refresh(FIRST)
    assert items["loi-essai"].state is State.BLOCKED
    assert not any(path.startswith("loi.example") for path in work.site.asked), "the registry is believed"
    work.review(["p", "o", "a", "n", "a", "o", ""])
    assert work.opened == [str(items["loi-essai"].source.url)]
    library = work.library
    assert library.snapshots["loi-essai"].page is None
    assert library.snapshots["loi-essai"].claims["cotisations/zero"].seen is Seen.BROWSER
    assert library.facts["cotisations/zero"].verified_on == FIRST
    assert "loi-essai" not in await work.refresh(LATER), "it comes back in six months"


async def test_a_run_that_stops_goes_on_where_it_stopped(work: Work) -> None:
    library = work.library
    sources = list(library.sources.values())
    await refresh(library, sources[:1], work.cache, work.settings, FIRST, resolver=resolve)
    assert [source.id for source in due(sources, work.cache, FIRST, 7)] == [sources[1].id]
    await work.refresh(FIRST)
    assert work.site.asked["loi.example/loi"] == 1
    assert due(sources, work.cache, LATER, 7) == sources
    work.site.pages["/loi"] = work.site.pages["/page"]


async def test_a_session_that_is_left_goes_on_where_it_was(work: Work) -> None:
    await work.refresh(FIRST)
    first = next(iter(work.items()))
    work.review(["a", "", "non", "q"])
    assert first not in work.items()
    work.review(["p"])
    shown = work.review([])
    assert "Tout est relu" in shown, "what was put off waits for the next reading"
    assert len(work.items()) == 1


EDITOR = """#!/bin/sh
sed -i 's/{old}/{new}/' "$2"
"""


async def test_editing_a_fact_opens_it_at_its_line_and_comes_back(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "vim"
    editor.write_text(EDITOR.format(old="mais déclare zéro", new="et déclare zéro"))
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.delenv("VISUAL", raising=False)
    await work.refresh(FIRST)
    names = [checked.claim.id for checked in work.items()["loi-essai"].claims]
    order = list(work.items())
    skips = ["p"] * order.index("loi-essai")
    work.review([*skips, "m", str(names.index("cotisations/zero") + 1), "a", ""])
    library = work.library
    assert "et déclare zéro" in library.facts["cotisations/zero"].text
    assert library.facts["cotisations/zero"].verified_on == FIRST


async def test_a_fact_mended_for_one_page_is_mended_for_the_next(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "vim"
    editor.write_text(
        EDITOR.format(old="d'une micro-entreprise d'essai est de", new="des micro-entreprises d'essai est de")
    )
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    await work.refresh(FIRST)
    first, second = work.items().values()
    number = next(n for n, one in first.numbered.items() if one.claim.id == "cotisations/taux")
    work.review(["m", str(number), "a", "", "non", "a", "", "non"])
    library = work.library
    sentence = sentence_hash(library.facts["cotisations/taux"].render(library.figures, FIRST) or "")
    for name in (first.source.id, second.source.id):
        assert library.snapshots[name].claims["cotisations/taux"].sentence == sentence


async def test_a_broken_edit_is_explained_and_can_be_undone(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "vim"
    editor.write_text(EDITOR.format(old="## Règles", new="## Regles"))
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    await work.refresh(FIRST)
    path = work.settings.knowledge_dir / "fiches/argent/cotisations.md"
    before = path.read_text("utf-8")
    shown = work.review(["m", "1", "n", "q"])
    assert "titre inconnu « Regles »" in shown
    assert path.read_text("utf-8") == before


async def test_an_editor_that_is_not_there_is_named(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "/nulle-part/editeur")
    await work.refresh(FIRST)
    assert "réglez EDITOR" in work.review(["m", "1", "q"])


async def test_accepting_a_fact_that_was_soon_due_gives_it_a_new_date(work: Work) -> None:
    await work.refresh(FIRST)
    items = work.items()
    assert any(checked.claim.id == "cotisations/declarer" for checked in items["page-essai"].claims)
    order = list(items)
    answers = ["p"] * order.index("page-essai") + ["a", "", "bientôt", "2040-01-01", "2027-06-30"]
    shown = work.review(answers)
    assert "Une date s'écrit 2027-11-21." in shown and "au plus tard" in shown
    assert work.library.facts["cotisations/declarer"].expires_on == date(2027, 6, 30)


async def test_words_of_a_page_stay_words_in_the_terminal_and_in_a_pull_request(work: Work) -> None:
    nasty = "Sans recettes, \x1b[31m&#27;[2J&#8238;@equipe ``` &lt;img src=x> [a](b)"
    work.site.pages["/loi"] = page().replace("Sans recettes", nasty)
    items = await work.refresh(FIRST)
    law = items["loi-essai"]
    assert law.text is not None and not any(char in sentence for sentence in law.text.all for char in "\x1b\u202e")
    text = as_markdown([law], FIRST)
    inside = text.split("```")[1::2]
    assert "@equipe" in "".join(inside) and "@equipe" not in "".join(text.split("```")[0::2])
