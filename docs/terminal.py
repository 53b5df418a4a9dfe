"""Remakes the picture of the README from a real conversation: ``PYTHONPATH=. python docs/terminal.py``."""

from datetime import date
from pathlib import Path

from rich.console import Console

from bot.chat import WIDTH, _Chat
from bot.cli import load_answerer
from bot.settings import Settings

settings = Settings()
chat = _Chat(load_answerer(settings), settings, date.today())
chat._screen = Console(width=WIDTH, record=True, highlight=False, force_terminal=True)
for question in ("g gagné 40e de sondages, je dois les declarer ?", "je veux faire une tarte aux pommes"):
    chat._screen.print(f"[bold cyan]Votre question[/bold cyan]: {question}")
    chat._handle(question)
Path(__file__).with_name("terminal.svg").write_text(chat._screen.export_svg(title="ClicDroit"), "utf-8")
