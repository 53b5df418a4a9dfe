"""A chat in the terminal: the same answers as on Telegram, with nothing to install but this."""

from __future__ import annotations

import sys
from datetime import date

from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.prompt import Prompt
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from bot.answering.answer import Answer, Status
from bot.answering.pipeline import Answerer
from bot.answering.rendering import part_paragraphs, read_line
from bot.settings import Settings
from knowledge.model import format_date

QUIT = {"/quitter", "/quit", "/q", "exit", "quitter"}
RESET = "/nouveau"
MORE = "/plus"
TOPICS = "/sujets"
SOURCES = "/sources"
HELP = "/aide"
PROMPT = "Votre question"
WIDTH = 88


def run_chat(answerer: Answerer, settings: Settings, today: date) -> None:
    """Interactive with a terminal; without one, one answer per line of stdin, or three examples."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        _Chat(answerer, settings, today).run()
        return
    questions = [line.strip() for line in sys.stdin if line.strip()] if not sys.stdin.isatty() else []
    for question in questions or answerer.messages["welcome_examples"]:
        print(f"> {question}\n\n{answerer.answer(question, today).text}\n\n{'—' * 40}\n", flush=True)


class _Chat:
    def __init__(self, answerer: Answerer, settings: Settings, today: date) -> None:
        self._answerer = answerer
        self._settings = settings
        self._today = today
        self._turns: list[str] = []
        self._last: Answer | None = None
        self._screen = Console(width=min(Console().width, WIDTH), highlight=False)

    def run(self) -> None:
        self._welcome()
        while True:
            try:
                text = Prompt.ask(Text(PROMPT, style="bold cyan"), console=self._screen).strip()
            except (EOFError, KeyboardInterrupt):
                text = "/quitter"
            if text in QUIT:
                self._screen.print("Au revoir.")
                return
            self._handle(text)

    def _handle(self, text: str) -> None:
        messages = self._answerer.messages
        if text == RESET:
            self._turns = []
            self._screen.print(messages["fresh_start"])
        elif text == HELP:
            self._screen.print(messages["help"])
        elif text == TOPICS:
            self._topics()
        elif text == SOURCES:
            self._sources()
        elif text == MORE:
            self._more()
        elif text.isdigit() and 1 <= int(text) <= len(self._fiches):
            self._show(self._answerer.fiche(self._fiches[int(text) - 1], self._today))
        else:
            answer = self._answerer.answer(text, self._today, self._turns)
            if answer.status is not Status.CRISIS:
                self._turns = [*self._turns, text][-self._settings.turns_max :]
            self._show(answer)

    def _welcome(self) -> None:
        messages = self._answerer.messages
        body = Text(f"{messages['welcome']}\n\n{messages['privacy_line']}\n\nPar exemple :\n")
        for example in messages["welcome_examples"]:
            body.append(f"  • {example}\n", style="cyan")
        self._screen.print(Panel(body, title="ClicDroit", border_style="cyan", padding=(1, 2)))
        self._screen.print(f"[dim]{TOPICS} les thèmes · {HELP} l'aide · {RESET} recommencer · /quitter sortir[/dim]\n")

    def _show(self, answer: Answer) -> None:
        self._last = answer
        messages = self._answerer.messages
        blocks: list[object] = []
        for part in answer.parts:
            for paragraph in part_paragraphs(part, messages, titled=len(answer.parts) > 1):
                text = Text(paragraph)
                text.highlight_regex(r"\[\d+\]", "bold cyan")
                blocks.append(Padding(text, (0, 0, 1, 0)))
        warn = answer.status in (Status.CRISIS, Status.REFUSED, Status.OFFER)
        title = None if answer.status is Status.ANSWERED else _STATUS_TITLES.get(answer.status)
        self._screen.print(
            Panel(Group(*blocks), title=title, border_style="red" if warn else "cyan", padding=(1, 2))  # type: ignore[arg-type]
        )
        if answer.citations:
            table = Table.grid(padding=(0, 1))
            for citation in answer.citations:
                source = Text(f"{read_line(citation, messages)}\n")
                source.append(citation.url, style=f"dim link {citation.url}")
                table.add_row(Text(f"[{citation.n}]", style="bold cyan"), source)
            self._screen.print(Rule(messages["sources_title"], style="dim"))
            self._screen.print(table)
        if answer.citations or answer.status is Status.ABSTAINED:
            self._screen.print(Text(messages["disclaimer"], style="italic dim"))
        if any(part.has_more for part in answer.parts):
            self._screen.print(f"[dim]{MORE} : plus de détails sur ce sujet[/dim]")
        self._screen.print()

    def _more(self) -> None:
        part = next((part for part in self._last.parts if part.has_more), None) if self._last else None
        if part is None or part.fiche is None or self._last is None:
            self._screen.print(self._answerer.messages["old_button"])
            return
        shown = frozenset(citation.fact_id for citation in self._last.citations)
        self._show(self._answerer.fiche(part.fiche, self._today, shown))

    @property
    def _fiches(self) -> list[str]:
        generation = self._answerer.generation
        return [fiche.id for theme in generation.themes for fiche in generation.fiches.values() if fiche.theme == theme]

    def _topics(self) -> None:
        generation = self._answerer.generation
        number = 0
        for theme in generation.themes.values():
            self._screen.print(Text(theme.title, style="bold"))
            for fiche in generation.fiches.values():
                if fiche.theme == theme.id:
                    number += 1
                    self._screen.print(f"  {number}. {fiche.question}", markup=False)
        self._screen.print("[dim]Tapez un numéro pour lire la réponse.[/dim]")

    def _sources(self) -> None:
        for line in sources_summary(self._answerer):
            self._screen.print(line, markup=False)


_STATUS_TITLES = {
    Status.ABSTAINED: "Je ne sais pas",
    Status.PARTIAL: "Réponse partielle",
    Status.REDIRECTED: "Hors de mon sujet",
    Status.REFUSED: "Je ne réponds pas à cela",
    Status.CRISIS: "Important",
    Status.OFFER: "Une offre ?",
}


def sources_summary(answerer: Answerer) -> list[str]:
    """Where the answers come from: publishers with how many pages were read, and since when."""
    generation = answerer.generation
    counts: dict[str, int] = {}
    for source in generation.sources.values():
        counts[source.publisher] = counts.get(source.publisher, 0) + 1
    manifest = generation.manifest
    kinds = answerer.messages["source_kinds"]
    by_kind: dict[str, int] = {}
    for source in generation.sources.values():
        by_kind[kinds[source.kind]] = by_kind.get(kinds[source.kind], 0) + 1
    lines = [
        f"{manifest.facts} faits, tirés de {manifest.sources} pages.",
        f"Lecture la plus ancienne : {format_date(date.fromisoformat(manifest.oldest_read))}.",
        "Par nature : " + ", ".join(f"{kind} {count}" for kind, count in sorted(by_kind.items(), key=lambda i: -i[1])),
        "Éditeurs les plus cités :",
    ]
    top = sorted(counts.items(), key=lambda item: -item[1])[:15]
    return lines + [f"– {publisher} : {count} page{'s' if count > 1 else ''}" for publisher, count in top]
