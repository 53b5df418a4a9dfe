"""The workers' side from a terminal: ask, verify, chat, telegram."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from bot.answering.answer import Answer
from bot.answering.pipeline import Answerer
from bot.commands import Desk
from bot.settings import Settings
from bot.vetting.pipeline import OfferError, Vetter, reading_limits, vetter_of
from bot.vetting.reading import Unreadable, read_document, read_images
from bot.vetting.register import register_of
from bot.vetting.verdict import RegisterNote, Verdict
from knowledge.embeddings import EmbeddingModelError, SentenceEmbeddings, load_embeddings
from knowledge.generation import Generation, GenerationError, open_active, open_generation
from knowledge.usage import CommandGroup, reason

if TYPE_CHECKING:
    from bot.storage.store import Store

T = TypeVar("T")

app = typer.Typer(
    cls=CommandGroup,
    help="ClicDroit : poser une question, discuter, ou lancer le bot Telegram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Today = Annotated[
    datetime | None, typer.Option("--today", formats=["%Y-%m-%d"], help="La date du jour (par défaut : aujourd'hui).")
]


def fail(message: str) -> NoReturn:
    """One clear line on stderr, exit 1."""
    print(f"Erreur : {message}", file=sys.stderr)
    raise typer.Exit(1)


def _serving(settings: Settings, generation: str | None = None) -> tuple[Generation, SentenceEmbeddings]:
    """The serving generation, or the one named, and its embedding model; one clear line when there is none."""
    try:
        embeddings = load_embeddings(settings.embedding_model)
        if generation is not None:
            return open_generation(settings, settings.generations_dir / generation, embeddings), embeddings
        return open_active(settings, embeddings), embeddings
    except (EmbeddingModelError, GenerationError) as error:
        fail(str(error))


def load_answerer(settings: Settings, generation: str | None = None) -> Answerer:
    """The answerer of the serving generation, or of the one named; one clear line when there is none."""
    return Answerer(*_serving(settings, generation), settings)


def day_of(today: datetime | None) -> date:
    return today.date() if today else date.today()


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="La question, entre guillemets.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="La réponse en JSON, sur une ligne.")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Lire des lignes JSON sur l'entrée standard.")] = False,
    llm: Annotated[bool, typer.Option("--llm", help="Avec le modèle de langue de LLM_MODEL.")] = False,
    today: Today = None,
) -> None:
    """Poser une question."""
    if question is None and not jsonl:
        fail('écrivez une question : python -m bot ask "Dois-je déclarer mes gains ?"')
    settings = Settings()
    answerer = load_answerer(settings)
    desk = Desk(answerer, settings)
    reword = _rewording(settings, answerer) if llm else lambda answer: answer
    if jsonl:
        _json_lines(sys.stdin, lambda row, identifier: _answer_to(desk, row, identifier, day_of(today), reword))
        return
    answer = reword(desk.answer(question or "", day_of(today)))
    print(json.dumps(answer_row(answer, None), ensure_ascii=False) if as_json else answer.text)


def _rewording(settings: Settings, answerer: Answerer) -> Callable[[Answer], Answer]:
    """One's own terminal: asking for the model is agreeing to it, and nothing is counted."""
    from bot.language_model import LanguageModelError, NoLedger, reworder_of

    if not settings.llm_model:
        fail("aucun modèle de langue : réglez LLM_MODEL (voir README)")
    try:
        reworder = reworder_of(settings, answerer, NoLedger())
    except LanguageModelError as error:
        fail(str(error))

    def reword(answer: Answer) -> Answer:
        asyncio.run(reworder.reword(answer, user=0))
        return answer

    return reword


def _json_lines(lines: Iterable[str], handle: Callable[[dict[str, Any], Any], dict[str, Any]]) -> None:
    """Print one result a line, ``handle(row, id)``; a bad line gets its error and the rest goes on."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        identifier: Any = number
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("une ligne est un objet JSON")
            identifier = row.get("id", number)
            result = handle(row, identifier)
        except json.JSONDecodeError:
            result = {"id": identifier, "error": f"ligne {number} illisible : ce n'est pas du JSON"}
        except (ValueError, OfferError) as error:
            result = {"id": identifier, "error": f"ligne {number} illisible : {error}"}
        print(json.dumps(result, ensure_ascii=False), flush=True)


def _answer_to(
    desk: Desk, row: dict[str, Any], identifier: Any, today: date, reword: Callable[[Answer], Answer]
) -> dict[str, Any]:
    turns = row.get("turns") if "turns" in row else [row.get("question")]
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
        raise ValueError("il faut « question » (texte) ou « turns » (liste de textes)")
    return answer_row(reword(desk.answer(turns[-1], today, turns[:-1])), identifier)


def answer_row(answer: Any, identifier: Any) -> dict[str, Any]:
    """The command-line contract of an answer."""
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


def load_vetter(settings: Settings, generation: str | None = None) -> Vetter:
    """The vetter of the serving generation, or of the one named; one clear line when there is none."""
    opened, embeddings = _serving(settings, generation)
    vetter = vetter_of(opened, embeddings, settings)
    if vetter is None:
        fail(f"aucun modèle de vérification pour ces embeddings ({embeddings.identity}) : python -m ingest train")
    return vetter


@app.command()
def verify(
    text: Annotated[
        str | None, typer.Argument(help="Le message reçu, entre guillemets ; sans lui : l'entrée standard.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Le verdict en JSON, sur une ligne.")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Lire des lignes JSON sur l'entrée standard.")] = False,
    image: Annotated[list[Path] | None, typer.Option("--image", help="Capture d'écran ; plusieurs : un album.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="PDF ou fichier texte.")] = None,
    today: Today = None,
) -> None:
    """Vérifier une offre reçue : le message entre guillemets ou sur l'entrée standard, des images, ou un fichier."""
    if text is not None and (jsonl or image or file):
        fail("donnez un seul message à vérifier : un texte, des images, un fichier ou des lignes JSON")
    settings = Settings()
    day = day_of(today)
    vetter = load_vetter(settings)
    if jsonl:
        _json_lines(sys.stdin, lambda row, identifier: _verdict_on(vetter, row, identifier, day))
        return
    try:
        text = text if text is not None else _offer_text(image or [], file, settings)
        verdict = vetter.vet(text, day, asyncio.run(_register_notes(settings, vetter, text, day)))
    except Unreadable as error:
        fail(vetter.unreadable(error.reason))
    except OfferError as error:
        fail(str(error))
    print(json.dumps(verdict_row(verdict, None), ensure_ascii=False) if as_json else verdict.text)


async def _register_notes(settings: Settings, vetter: Vetter, text: str, today: date) -> list[RegisterNote]:
    """What the register of companies says of the numbers in an offer; nothing where it is off."""
    register = register_of(settings)
    if register is None:
        return []
    try:
        return await register.notes(text, vetter.knowledge.messages["vetting"]["register"], today)
    finally:
        await register.close()


def _offer_text(images: list[Path], file: Path | None, settings: Settings) -> str:
    """Raises ``Unreadable``; ends with one line for a file that cannot be opened."""
    limits = reading_limits(settings)
    try:
        if images:
            return read_images([path.read_bytes() for path in images], limits)
        if file:
            return read_document(file.read_bytes(), file.name, limits)
    except OSError as error:
        fail(f"fichier illisible : {error.filename} ({reason(error)})")
    return sys.stdin.read()


def _verdict_on(vetter: Vetter, row: dict[str, Any], identifier: Any, today: date) -> dict[str, Any]:
    if not isinstance(row.get("text"), str):
        raise ValueError("il faut un objet JSON avec « text » (texte)")
    return verdict_row(vetter.vet(row["text"], today), identifier)


def verdict_row(verdict: Verdict, identifier: Any) -> dict[str, Any]:
    """The command-line contract of a verdict."""
    return {"id": identifier, **verdict.model_dump(mode="json")}


@app.command()
def chat(today: Today = None) -> None:
    """Discuter dans le terminal ; sans terminal, répondre à chaque ligne reçue."""
    from bot.chat import run_chat

    settings = Settings()
    run_chat(load_answerer(settings), settings, day_of(today))


@app.command()
def gaps(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Une ligne JSON par manque.")] = False,
) -> None:
    """Ce qui manque à la base : questions transmises (masquées) et avis négatifs, les plus fréquents d'abord."""
    found = _read_store(lambda store: store.opinions.gaps())
    if not found:
        print("Rien : aucune question transmise, aucun avis négatif.", file=sys.stderr)
    for gap in found:
        print(json.dumps(gap.row(), ensure_ascii=False) if jsonl else gap.line())


@app.command()
def shared(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Une ligne JSON par offre.")] = False,
) -> None:
    """Les offres que des gens ont partagées (masquées), avec l'avis donné (docs/maintainers.md)."""
    found = _read_store(lambda store: store.shared.all())
    if not found:
        print("Rien : aucune offre partagée.", file=sys.stderr)
    for offer in found:
        print(json.dumps(offer.row(), ensure_ascii=False) if jsonl else offer.line())


def _read_store(read: Callable[[Store], Awaitable[list[T]]]) -> list[T]:
    from bot.storage.store import Store

    async def opened() -> list[T]:
        store = Store(Settings().store_url)
        await store.open()
        try:
            return await read(store)
        finally:
            await store.close()

    return asyncio.run(opened())


@app.command()
def telegram(today: Today = None) -> None:
    """Lancer le bot Telegram (TELEGRAM_TOKEN dans l'environnement ou dans .env)."""
    settings = Settings()
    if settings.telegram_token is None:
        fail("TELEGRAM_TOKEN manque : demandez un jeton à @BotFather et mettez-le dans le fichier .env")
    from bot.telegram.app import run

    answerer = load_answerer(settings)
    vetter = vetter_of(answerer.generation, answerer.embeddings, settings)
    run(settings, answerer, vetter, today.date() if today else None)


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="Le dossier où copier ; créé s'il n'existe pas.")],
) -> None:
    """Sauvegarder la base du bot, ses clés et la génération active, sans l'arrêter (docs/operations.md)."""
    from bot.storage.backup import BackupError
    from bot.storage.backup import backup as copy

    try:
        names = copy(Settings(), folder)
    except BackupError as error:
        fail(str(error))
    print(f"Sauvegardé dans {folder} : {', '.join(names)}.")
