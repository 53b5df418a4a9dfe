"""The report: its figures, and the page itself, opened and clicked in Chromium where there is one."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright
from typer.testing import CliRunner, Result

from bot.settings import Settings
from ingest.cli import app
from ingest.gaps import Gap, group_complaints, group_questions, read_gaps
from ingest.refresh.cache import PageRecord, RefreshCache
from ingest.refresh.failures import Reason
from ingest.report.charts import history
from ingest.report.page import render
from ingest.report.state import (
    AMOUNT,
    CONTACT,
    REREAD,
    SETTLED,
    UNREAD,
    Deadline,
    Point,
    State,
    collect,
    read_runs,
)
from ingest.report.summary import headlines, text
from ingest.settings import IngestSettings
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import active_id, open_active, read_contents
from knowledge.scores import Measure, save_measure
from tests.conftest import TODAY, SmallCopy

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
HOSTILE = "</script><script>document.title='pris'</script> & on me demande un dépôt avant de retirer mes gains"
GAPS = [
    {"kind": "question", "question": "combien je paie a l'urssaf en belgique", "status": "abstained", "count": 4},
    {"kind": "question", "question": "le taux de l'urssaf en belgique", "count": 2, "first": "2026-11-02"},
    {"kind": "question", "question": HOSTILE, "count": 1, "last_day": "2026-11-03"},
    {"kind": "faux", "fact_ids": ["cotisations/taux", "cotisations/zero"], "count": 5},
    {"kind": "pas_clair", "fact_ids": ["cotisations/taux"], "count": 1},
    {"kind": "nouveau", "fact_ids": [], "count": 1},
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, built_copy: SmallCopy) -> Settings:
    settings = built_copy(tmp_path_factory.mktemp("report"))
    measure = Measure(
        today=TODAY,
        commit="c0ffee",
        golden="abc",
        rows=10,
        rates={"right facts in the answer": (7, 10), "distress recognised": (9, 10)},
        themes={"argent": (3, 4)},
    )
    save_measure(settings.scores_dir, active_id(settings) or "", EmbeddedE5.IDENTITY, "dev", measure)
    return settings


@pytest.fixture(scope="module")
def gap_file(settings: Settings) -> Path:
    path = settings.data_dir / "gaps.jsonl"
    path.write_text("\n".join([*(json.dumps(gap) for gap in GAPS), "{ cassé", '{"kind": "faux", "count": 0}']))
    return path


@pytest.fixture(scope="module")
def run(settings: Settings) -> Callable[..., Result]:
    """The command line over the small library; the environment is changed during the call only."""
    env = {"DATA_DIR": str(settings.data_dir), "KNOWLEDGE_DIR": str(settings.knowledge_dir)}
    return lambda *arguments: CliRunner().invoke(app, [*map(str, arguments)], env=env)


@pytest.fixture(scope="module")
def page_file(run, settings: Settings, gap_file: Path) -> Path:  # type: ignore[no-untyped-def]
    path = settings.data_dir / "état.html"
    result: Result = run("report", "--gaps", gap_file, "--today", "2026-11-21", "-o", path)
    assert result.exit_code == 0, result.output
    assert "2 ligne(s) illisible(s)" in result.stderr
    return path


def state_of(settings: Settings, today: date) -> State:
    contents = read_contents(settings.generations_dir / str(active_id(settings)))
    return collect(contents, None, [], [], [], [], {}, today)


def test_deadlines_months_and_silent_facts_are_counted(settings: Settings) -> None:
    state = state_of(settings, TODAY)
    late = {(item.day, item.what, item.where, len(item.texts)) for item in state.overdue}
    fiche = "Combien de cotisations paie une micro-entreprise ?"
    assert (date(2026, 1, 31), REREAD, fiche, 1) in late
    assert all(item.day < TODAY for item in state.overdue)
    every = [item for month in state.months for item in month.counts.items()]
    assert sum(count for what, count in every if what == REREAD) == 8, "each fact once"
    assert {what for what, _ in every} >= {REREAD, CONTACT}
    assert state.months[0].label == "en retard" and state.months[1].label == "nov. 2026"
    assert [fact.fact_id for fact in state.silent] == ["cotisations/ancien"]
    assert sum(theme.facts for theme in state.themes) == 8
    assert sum(state.confidence.values()) == 8
    assert sum(kind.sources for kind in state.kinds) == 2 and state.host_count == 2
    much_later = state_of(settings, date(2027, 2, 1))
    assert sum(len(item.texts) for item in much_later.overdue if item.what == REREAD) == 5
    assert AMOUNT not in {item.what for item in state.deadlines}, "the amount of the small library stays open"


def test_links_are_shown_when_pages_were_read_again(settings: Settings) -> None:
    state = state_of(settings, TODAY)
    assert "python -m ingest refresh" in render(state)
    read_again = replace(state, links={"inchangée": 41, "disparue": 2, SETTLED: 9, UNREAD: 5})
    page = render(read_again)
    assert "python -m ingest refresh" not in page and "disparue, 2" in page
    assert "43 attendent qu&#39;une personne les revoie" in page
    assert "Liens : inchangée 41, disparue 2, à jour 9, pas encore relue 5" in text(read_again)


def test_amounts_are_named_and_those_without_a_value_today_said_so() -> None:
    amounts = Deadline(date(2026, 3, 31), AMOUNT, "Montants et taux", "figures.yaml", ["Smic", "Aspa", "C2S", "RSA"])
    assert amounts.subject == "Smic ; Aspa ; et 2 autres"
    assert amounts.label(TODAY) == "4 montants sans valeur à jour"
    assert amounts.label(date(2026, 3, 31)) == "4 montants qui finissent"
    fiche = Deadline(date(2026, 3, 31), REREAD, "Combien ?", "fiches/argent/x.md", ["Un fait.", "Un autre."])
    assert fiche.subject == "Combien ?" and fiche.label(TODAY) == "2 faits à relire"


def test_what_nobody_measured_is_not_a_zero(settings: Settings) -> None:
    state = state_of(settings, TODAY)
    assert headlines(state)[-2:] == [("0", headlines(state)[-2][1]), ("0", headlines(state)[-1][1])]
    unknown = replace(state, gaps=None)
    assert [number for number, _ in headlines(unknown)[-2:]] == ["—", "—"]
    assert "Inconnus : donnez" in render(unknown) and "Aucun dans le fichier" in render(state)
    contents = read_contents(settings.generations_dir / str(active_id(settings)))
    by_law = [fact for fact in contents.facts.values() if "loi-essai" in fact.sources]
    assert state.backed == (len(by_law), 8) and 0 < len(by_law) < 8, "the other source decides nothing"


def test_a_fall_of_scores_is_seen(settings: Settings) -> None:
    """The axis starts near the lowest score, not at zero."""
    points = [Point(f"2{n}/11 0{n}:00", {"les bons faits": (90 - n, 100), "détresse": (97, 100)}) for n in range(3)]
    svg, names = history("notes", points)
    shown = re.findall(r"<text[^>]*>([^<]+)</text>", svg)
    assert {"80", "90", "100", "20/11", "22/11"} <= set(shown) and "0" not in shown and "…" not in svg
    assert names == ["les bons faits", "détresse"]


def test_pages_that_wait_for_review_are_counted(run, settings: Settings) -> None:  # type: ignore[no-untyped-def]
    assert "Liens" not in run("report", "--text").stdout
    path = IngestSettings(_env_file=None, data_dir=settings.data_dir).refresh_cache
    cache = RefreshCache(path)
    cache.keep(PageRecord("https://www.legifrance.gouv.fr/essai", TODAY, failure=Reason.GONE))
    cache.close()
    assert "Liens : disparue 1, pas encore relue 1" in run("report", "--text").stdout
    path.unlink()


def test_runs_on_the_half_kept_apart_are_read(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    rows = [
        {"date": "2026-11-20", "commit": "abcdef0", "totals": {"status right": [9, 10], "other": [1, 2]}},
        {"date": "2026-11-21", "commit": "abcdef1", "totals": {"vetting: recall": [9, 10]}},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    (point,) = read_runs(path)
    assert point.label == "20/11 abcd" and list(point.rates.values()) == [(9, 10)]
    assert read_runs(tmp_path / "absent") == []


def test_questions_are_counted_once_and_placed(settings: Settings, model: EmbeddedE5, gap_file: Path) -> None:
    found = read_gaps(gap_file)
    assert len(found.gaps) == 6 and found.unreadable == [7, 8]
    generation = open_active(settings, model)
    groups = group_questions(found.gaps, model, generation, 100)
    assert groups[0].questions[0] == GAPS[0]["question"] and groups[0].nearest[0] == "cotisations"
    assert sum(group.count for group in groups) == 7 and sum(len(group.questions) for group in groups) == 3
    assert [group.count for group in group_questions(found.gaps, model, generation, 1)] == [4]
    assert group_questions([], model, generation, 10) == []
    assert group_questions([Gap(kind="question", question="seule", count=2)], model, generation, 10)[0].count == 2
    first, second = group_complaints(found.gaps)
    assert (first.fiche, first.count, first.facts) == ("cotisations", 6, ["cotisations/taux", "cotisations/zero"])
    assert first.kinds == {"réponse marquée fausse": 5, "réponse marquée pas claire": 1}
    assert second.kinds == {"nouveau": 1}, "an unknown kind is shown as it is"


@pytest.mark.full
def test_questions_are_grouped_by_meaning(real_settings: Settings, model: EmbeddedE5) -> None:
    asked = [
        ["toloka paye plus depuis 2 mois", "comment recuperer mon argent sur toloka"],
        ["faut il une assurance pour travailler a la maison", "assurance responsabilité civile pour micro taches"],
        ["je dois declarer mes gains a la caf pour le rsa", "le rsa baisse si je gagne 50 euros avec des sondages ?"],
        ["on me demande de payer pour retirer mes gains", "depot a faire pour debloquer mon retrait"],
    ]
    gaps = [Gap(kind="question", question=question) for pair in asked for question in pair]
    groups = group_questions(gaps, model, open_active(real_settings, model), 100)
    together = {tuple(sorted(group.questions)) for group in groups}
    right = [pair for pair in asked if tuple(sorted(pair)) in together]
    assert len(right) >= 3, together


def test_gaps_and_report_at_the_terminal(run, gap_file: Path) -> None:  # type: ignore[no-untyped-def]
    rows = [json.loads(line) for line in run("gaps", gap_file, "--json").stdout.splitlines()]
    assert rows[0]["count"] >= 6 and rows[-1]["kinds"] == {"nouveau": 1}
    shown = run("gaps", gap_file)
    assert "7 demande(s) sans réponse" in shown.stdout and "fiches proches : cotisations" in shown.stdout
    assert "ligne(s) illisible(s)" in shown.stderr
    absent = run("gaps", "absent.jsonl")
    assert absent.exit_code == 1 and absent.stderr.startswith("Erreur : fichier illisible")
    short = run("report", "--text", "--today", "2026-11-21").stdout
    assert "2 fiches, 8 faits" in short and "2026-01-31  fait à relire (en retard) : Combien" in short
    assert run("report", "-o", "/nulle/part.html").exit_code == 1


VOID = {"meta", "link", "br", "input", "hr", "img"}


class Strict(HTMLParser):
    """Every tag closed in order, every id once, every reference to one found, nothing loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids += [values["id"]] if "id" in values else []
        self.references += values.get("aria-labelledby", "").split()
        self.references += [values["href"].removeprefix("#")] if "href" in values else []
        assert "src" not in values and not values.get("href", "#").startswith("http")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_loads_nothing(page_file: Path) -> None:
    page = page_file.read_text("utf-8")
    parser = Strict()
    parser.feed(page)
    assert parser.open == []
    assert len(parser.ids) == len(set(parser.ids))
    assert set(parser.references) <= set(parser.ids)
    assert "@import" not in page and "url(" not in page.replace("url(#", "")
    assert page.count('class="drawing"') == page.count("Les mêmes chiffres en tableau"), "each chart is a table too"


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(params=[("light", 1000), ("dark", 360)], ids=["light-desk", "dark-phone"])
def page(chromium, page_file: Path, request: pytest.FixtureRequest) -> Iterator[Page]:  # type: ignore[no-untyped-def]
    scheme, width = request.param
    page = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    yield page
    assert asked == [page_file.as_uri()], "a page that stands alone asks for nothing"
    assert page.title().startswith("ClicDroit"), "what people wrote stays text"
    page.close()
    assert said == []


def test_it_is_read_clicked_and_filtered(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    assert page.locator(".drawing svg").count() == page.locator(".drawing").count() >= 5
    table = page.locator("#echeances details table")
    assert not table.is_visible()
    page.locator("#echeances summary").click()
    assert table.is_visible() and "janv. 2027" in table.inner_text()
    rows = page.locator("#echeancier tbody tr")
    before = rows.count()
    page.get_by_label("Ne montrer que les lignes").fill("DECLAREZ vos")
    (shown,) = [row for row in rows.all() if row.is_visible()]
    assert "Déclarez vos recettes" in str(shown.text_content()) and before > 1
    assert page.get_by_role("status").inner_text() == f"Lignes montrées : 1 sur {before}"
    assert HOSTILE in str(page.locator("#demandes").text_content())


def test_the_keyboard_reaches_everything(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_url("**#contenu")  # the page takes a moment to move
    page.locator("#couverture summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("#couverture details table").is_visible()


def test_no_rule_of_accessibility_is_broken(page: Page) -> None:
    for summary in page.locator("summary").all():
        summary.click()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
