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
from bot.answering.rendering import by_source, numbers, part_paragraphs, read_line
from bot.commands import HELP, RESET, TOPICS, VERIFY, Desk, fiches_by_theme
from bot.settings import Settings

QUIT = {"/quitter", "/quit", "/q", "exit", "quitter"}
MORE = "/plus"
PROMPT = "Votre question"
WIDTH = 88


def run_chat(answerer: Answerer, settings: Settings, today: date) -> None:
    """Interactive with a terminal; without one, one answer per line of stdin, or three examples."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        _Chat(answerer, settings, today).run()
        return
    desk = Desk(answerer, settings)
    questions = [line.strip() for line in sys.stdin if line.strip()] if not sys.stdin.isatty() else []
    for question in questions or answerer.messages["welcome_examples"]:
        print(f"> {question}\n\n{desk.answer(question, today).text}\n\n{'—' * 40}\n", flush=True)


class _Chat:
    def __init__(self, answerer: Answerer, settings: Settings, today: date) -> None:
        self._answerer = answerer
        self._desk = Desk(answerer, settings)
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
        fiches = [fiche.id for fiches in fiches_by_theme(self._answerer).values() for fiche in fiches]
        if text == MORE:
            self._more()
        elif text.isdigit() and 1 <= int(text) <= len(fiches):
            self._show(self._answerer.fiche(fiches[int(text) - 1], self._today))
        elif text.startswith("/"):
            self._command(text)
        else:
            # The label of an option stands for what its button says.
            options = self._last.ask.says if self._last and self._last.ask else {}
            self._ask(options.get(text, text))

    def _ask(self, question: str) -> None:
        answer = self._answerer.answer(question, self._today, self._turns)
        if answer.status is not Status.CRISIS:
            self._turns = [*self._turns, question][-self._settings.turns_max :]
        self._show(answer)

    def _command(self, text: str) -> None:
        """As on Telegram; a verdict and distress are shown as answers are."""
        answer = self._desk.answer(text, self._today)
        if text == RESET:
            self._turns = []
        if answer.status is Status.SMALLTALK:
            self._screen.print(answer.text, markup=False)
            if text == TOPICS:
                self._screen.print("[dim]Tapez un numéro pour lire la réponse.[/dim]")
        else:
            self._show(answer)

    def _welcome(self) -> None:
        messages = self._answerer.messages
        body = Text(f"{messages['welcome']}\n\n{messages['privacy_line']}\n\nPar exemple :\n")
        for example in messages["welcome_examples"]:
            body.append(f"  • {example}\n", style="cyan")
        self._screen.print(Panel(body, title="ClicDroit", border_style="cyan", padding=(1, 2)))
        hints = f"{TOPICS} les thèmes · {VERIFY} une offre · {HELP} l'aide · {RESET} recommencer · /quitter sortir"
        self._screen.print(f"[dim]{hints}[/dim]\n")

    def _show(self, answer: Answer) -> None:
        self._last = answer
        messages = self._answerer.messages
        blocks: list[object] = [Padding(Text(note), (0, 0, 1, 0)) for note in answer.notes]
        for part in answer.parts:
            for paragraph in part_paragraphs(part, messages, titled=len(answer.parts) > 1):
                text = Text(paragraph)
                text.highlight_regex(r"\[\d+\]", "bold cyan")
                blocks.append(Padding(text, (0, 0, 1, 0)))
        if answer.closing:
            blocks.append(Text(answer.closing))
        warn = answer.status in (Status.CRISIS, Status.REFUSED, Status.OFFER)
        title = None if answer.status is Status.ANSWERED else _STATUS_TITLES.get(answer.status)
        self._screen.print(
            Panel(Group(*blocks), title=title, border_style="red" if warn else "cyan", padding=(1, 2))  # type: ignore[arg-type]
        )
        if answer.citations:
            table = Table.grid(padding=(0, 1))
            for group in by_source(answer.citations):
                source = Text(f"{read_line(group[0], messages)}\n")
                source.append(group[0].url, style=f"dim link {group[0].url}")
                table.add_row(Text(numbers(group), style="bold cyan"), source)
            self._screen.print(Rule(messages["sources_title"], style="dim"))
            self._screen.print(table)
        if answer.citations or answer.status is Status.ABSTAINED:
            self._screen.print(Text(messages["disclaimer"], style="italic dim"))
        if answer.ask:
            self._screen.print(f"{answer.ask.question}\n[cyan]{' · '.join(answer.ask.options)}[/cyan]")
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


_STATUS_TITLES = {
    Status.ABSTAINED: "Je ne sais pas",
    Status.PARTIAL: "Réponse partielle",
    Status.REDIRECTED: "Hors de mon sujet",
    Status.REFUSED: "Je ne réponds pas à cela",
    Status.CRISIS: "Important",
    Status.OFFER: "Une offre ?",
}
