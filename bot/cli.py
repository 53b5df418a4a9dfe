"""The workers' side from a terminal: ask, chat, telegram; and verify, until its issue is done."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, NoReturn

import typer

from bot.answering.pipeline import Answerer
from bot.settings import Settings
from knowledge.embeddings import EmbeddingModelError, load_embeddings
from knowledge.generation import GenerationError, open_active

app = typer.Typer(
    help="ClicDroit : poser une question, discuter, ou lancer le bot Telegram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Today = Annotated[
    datetime | None, typer.Option("--today", formats=["%Y-%m-%d"], help="La date du jour (par défaut : aujourd'hui).")
]
NOT_YET = "la vérification d'une offre arrive bientôt ; elle n'est pas encore disponible"


def fail(message: str) -> NoReturn:
    """One clear line on stderr, exit 1."""
    print(f"Erreur : {message}", file=sys.stderr)
    raise typer.Exit(1)


def load_answerer(settings: Settings) -> Answerer:
    """The answerer of the serving generation; one clear line when there is none."""
    try:
        embeddings = load_embeddings(settings.embedding_model)
        return Answerer(open_active(settings, embeddings), embeddings, settings)
    except (EmbeddingModelError, GenerationError) as error:
        fail(str(error))


def day_of(today: datetime | None) -> date:
    return today.date() if today else date.today()


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="La question, entre guillemets.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="La réponse en JSON, sur une ligne.")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Lire des lignes JSON sur l'entrée standard.")] = False,
    today: Today = None,
) -> None:
    """Poser une question."""
    if question is None and not jsonl:
        fail('écrivez une question : python -m bot ask "Dois-je déclarer mes gains ?"')
    answerer = load_answerer(Settings())
    if jsonl:
        for row in _answer_lines(answerer, sys.stdin, day_of(today)):
            print(json.dumps(row, ensure_ascii=False), flush=True)
        return
    answer = answerer.answer(question or "", day_of(today))
    print(json.dumps(answer_row(answer, None), ensure_ascii=False) if as_json else answer.text)


def _answer_lines(answerer: Answerer, lines: Iterator[str] | Any, today: date) -> Iterator[dict[str, Any]]:
    """One result a line; a bad line gets its error and the rest goes on."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        identifier: Any = number
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("une ligne est un objet JSON")
            identifier = row.get("id", number)
            turns = row.get("turns") if "turns" in row else [row.get("question")]
            if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
                raise ValueError("il faut « question » (texte) ou « turns » (liste de textes)")
            yield answer_row(answerer.answer(turns[-1], today, turns[:-1]), identifier)
        except json.JSONDecodeError:
            yield {"id": identifier, "error": f"ligne {number} illisible : ce n'est pas du JSON"}
        except ValueError as error:
            yield {"id": identifier, "error": f"ligne {number} illisible : {error}"}


def answer_row(answer: Any, identifier: Any) -> dict[str, Any]:
    """The command-line contract of an answer (docs/contract.md)."""
    data = answer.model_dump(mode="json")
    return {
        "id": identifier,
        "status": data["status"],
        "text": data["text"],
        "parts": data["parts"],
        "citations": data["citations"],
        "ask": data["ask"],
        "generation": data["generation"],
        "latency_ms": data["latency_ms"],
        "embed_ms": data["embed_ms"],
    }


@app.command()
def verify(
    as_json: Annotated[bool, typer.Option("--json")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl")] = False,
    image: Annotated[list[str] | None, typer.Option("--image")] = None,
    today: Today = None,
) -> None:
    """Vérifier une offre reçue (bientôt)."""
    identifiers: list[Any] = [None]
    if jsonl:
        identifiers = []
        for number, line in enumerate(filter(str.strip, sys.stdin), 1):
            try:
                identifiers.append(json.loads(line).get("id", number))
            except (ValueError, AttributeError):
                identifiers.append(number)
    for identifier in identifiers:
        print(json.dumps({"id": identifier, "error": NOT_YET}, ensure_ascii=False) if as_json or jsonl else NOT_YET)


@app.command()
def chat(today: Today = None) -> None:
    """Discuter dans le terminal ; sans terminal, répondre à chaque ligne reçue."""
    from bot.chat import run_chat

    settings = Settings()
    run_chat(load_answerer(settings), settings, day_of(today))


@app.command()
def telegram(today: Today = None) -> None:
    """Lancer le bot Telegram (TELEGRAM_TOKEN dans l'environnement ou dans .env)."""
    settings = Settings()
    if settings.telegram_token is None:
        fail("TELEGRAM_TOKEN manque : demandez un jeton à @BotFather et mettez-le dans le fichier .env")
    from bot.telegram.app import run

    run(settings, load_answerer(settings), today.date() if today else None)
