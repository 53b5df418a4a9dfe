"""Builds and runs the Telegram bot: polling, or a webhook when WEBHOOK_URL is set.

update → reception (stored) → dispatcher (claimed, in order per chat) → handlers → limiter → Telegram
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from telegram import BotCommand, Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot import metrics
from bot.answering.pipeline import Answerer
from bot.health import health_server
from bot.serving import Follower, Served
from bot.settings import Settings
from bot.storage.seal import Seal
from bot.storage.store import Store
from bot.telegram import logs
from bot.telegram.addressed import is_addressed
from bot.telegram.admin import Tally
from bot.telegram.apologies import Apologies
from bot.telegram.dispatcher import Dispatcher
from bot.telegram.handlers import Handlers
from bot.telegram.inline import AT_ONCE, InlineQueue
from bot.telegram.limiter import ChatRateLimiter
from bot.telegram.polling import LONGEST_PAUSE_S, UpdatesRequest, poll
from bot.telegram.quotas import Quotas
from bot.telegram.reception import Reception
from bot.telegram.stopping import Stop, StoppedError
from bot.telegram.webhook import PATH, check_secret, webhook_server
from bot.vetting.pipeline import Vetter
from bot.vetting.register import register_of

if TYPE_CHECKING:
    from bot.answering.reword import Reworder

App = Application[Any, Any, Any, Any, Any, Any]
Handler = Callable[[Handlers, Update, ContextTypes.DEFAULT_TYPE], Awaitable[None]]

log = logging.getLogger("bot.telegram")

COMMANDS = [
    BotCommand("start", "Ce que je fais"),
    BotCommand("sujets", "Toutes les questions, par thème"),
    BotCommand("verifier", "Vérifier une offre d'emploi reçue"),
    BotCommand("annuler", "Oublier l'offre en cours de vérification"),
    BotCommand("nouveau", "Oublier la conversation en cours"),
    BotCommand("sources", "D'où viennent les réponses"),
    BotCommand("confidentialite", "Ce que je garde, et vos droits"),
    BotCommand("mesdonnees", "Recevoir ce que je garde de vous"),
    BotCommand("effacer", "Effacer tout ce que je garde de vous"),
    BotCommand("mentions", "Qui publie ce service"),
    BotCommand("aide", "Comment poser une question"),
]
NO_SETINLINE = "cartes à partager : éteintes chez Telegram ; pour les allumer, /setinline chez @BotFather"
MODEL_COMMAND = BotCommand("modele", "Accepter ou refuser l'aide d'un modèle de langue")
"""In the menu only where a model is set."""
SWEEP_EVERY = timedelta(minutes=5)
BAD_DATABASE = (
    "Erreur : DATABASE_URL n'est pas utilisable ; attendu : postgresql://utilisateur:mot-de-passe@serveur/base, "
    "et pour PostgreSQL : make install-postgres"
)
REFUSED_TOKEN = "Erreur : Telegram refuse TELEGRAM_TOKEN ; demandez un jeton à @BotFather."


def run(settings: Settings, answerer: Answerer, vetter: Vetter | None, fixed_today: date | None) -> None:
    """Run until interrupted. Ends with one clear line when Telegram refuses the token."""
    logs.configure(logs.secrets_of(settings))
    if settings.webhook_url:
        check_secret(_secret(settings.webhook_secret))
    _warn_about_notice(settings)
    try:
        asyncio.run(TelegramBot(settings, Served(answerer, vetter), fixed_today).run())
    except InvalidToken:
        raise SystemExit(REFUSED_TOKEN) from None
    except (ArgumentError, ModuleNotFoundError):
        raise SystemExit(BAD_DATABASE) from None


class TelegramBot:
    """Everything that runs, and the handlers of the generation that answers now."""

    def __init__(self, settings: Settings, served: Served, fixed_today: date | None = None) -> None:
        self._settings = settings
        self._stop = Stop()
        self._store = Store(settings.store_url, busy_timeout_s=settings.database_timeout_s)
        self._register = register_of(settings)
        seal = Seal.from_file(settings.seal_key)
        self._handlers = Handlers(
            settings,
            self._store,
            served.answerer,
            seal,
            Quotas(settings),
            Tally(),
            served.vetter,
            fixed_today,
            _reworder(settings, served.answerer, self._store),
            self._register,
        )
        self._follower = Follower(settings, served, self._take)
        self._apologies = Apologies(self._store, lambda: self._handlers.answerer.messages, self._token_refused)
        self._application = _application(settings)
        _register(self._application, self._current)
        self._application.add_error_handler(self._apologies)
        self._dispatcher = Dispatcher(self._store.inbox, self._application.bot, settings, self, self._stop)
        self._inline = InlineQueue(settings, lambda query: self._handlers.inline.answer(query), self._stop)
        self._reception = Reception(self._store.inbox, self._application.bot, self._dispatcher.notice, self._inline.put)
        self._token_is_refused = False

    # Life

    async def run(self) -> None:
        """Until SIGTERM or SIGINT. Raises ``InvalidToken``."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.ask)
        with suppress(StoppedError):
            async with AsyncExitStack() as stack:
                await self._until_it_works("la base de données", self._store.open)
                stack.push_async_callback(self._store.close)
                if self._register:
                    stack.push_async_callback(self._register.close)
                if not self._store.is_shared:
                    await self._store.inbox.give_back(everyones=True)
                await stack.enter_async_context(self._connected())
                await stack.enter_async_context(health_server(self._settings, self._checks(), self._refresh_metrics))
                following = asyncio.create_task(self._follower.run())
                stack.callback(following.cancel)
                await self._together(
                    self._receive(),
                    self._dispatcher.run(),
                    self._dispatcher.keep_claims(),
                    self._inline.run(),
                    self._sweep(),
                )
        if self._token_is_refused:
            raise InvalidToken

    async def _together(self, *jobs: Coroutine[Any, Any, None]) -> None:
        """Run the jobs until the stop; one that fails stops the others, and its exception is raised."""
        tasks = [asyncio.create_task(job) for job in jobs]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        log.info("arrêt : les réponses en cours se terminent")
        self._stop.ask()
        self._dispatcher.notice()  # it would stop at its next look, a second later
        await asyncio.wait(tasks)
        for task in tasks:
            task.result()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[None]:
        await self._until_it_works("Telegram", self._application.initialize)
        await self._introduce()
        try:
            yield
        finally:
            await self._application.shutdown()

    async def _introduce(self) -> None:
        """The menu of commands, and what Telegram shows of the bot before the first message."""
        bot, profile = self._application.bot, self._handlers.answerer.messages["profile"]
        try:
            await bot.set_my_commands([*COMMANDS, MODEL_COMMAND] if self._settings.llm_model else COMMANDS)
            await bot.set_my_description(profile["description"])
            await bot.set_my_short_description(profile["short"])
        except TelegramError as error:
            log.warning("les commandes et la présentation n'ont pas pu être enregistrées : %s", error)
        if self._settings.inline_cards and not bot.supports_inline_queries:
            log.info(NO_SETINLINE)

    async def _until_it_works(self, what: str, action: Callable[[], Awaitable[Any]]) -> None:
        """At start: what is not there yet is waited for. Raises ``InvalidToken``, ``StoppedError``."""
        pause = 1.0
        while not self._stop.is_asked:
            try:
                await action()
                return
            except InvalidToken:
                raise
            except (TelegramError, SQLAlchemyError, OSError) as error:
                log.error("%s ne répond pas (%s) ; nouvel essai dans %.0f s", what, type(error).__name__, pause)
                await self._stop.pause(pause)
                pause = min(LONGEST_PAUSE_S, pause * 2)
        raise StoppedError

    async def _receive(self) -> None:
        bot = self._application.bot
        url = self._settings.webhook_url
        if not url:
            await self._until_it_works("Telegram", bot.delete_webhook)
            await poll(bot, self._reception, allowed_updates(self._settings), self._stop)
            return
        secret = _secret(self._settings.webhook_secret)
        with webhook_server(self._settings, self._reception, secret):
            address = f"{url.rstrip('/')}/{PATH}"
            await self._until_it_works(
                "Telegram",
                lambda: bot.set_webhook(address, secret_token=secret, allowed_updates=allowed_updates(self._settings)),
            )
            await self._stop.wait()

    async def _sweep(self) -> None:
        settings = self._settings
        while not self._stop.is_asked:
            try:
                await self._store.sweep(
                    timedelta(minutes=settings.context_minutes),
                    timedelta(hours=settings.checklist_hours),
                    timedelta(days=settings.opinions_days),
                    timedelta(days=settings.shared_offers_days),
                )
            except (SQLAlchemyError, OSError) as error:
                log.error("le ménage de la base n'a pas pu être fait (%s)", type(error).__name__)
            await self._stop.pause(SWEEP_EVERY.total_seconds())

    # Updates, one by one

    async def handle(self, update: Update) -> None:
        await self._application.process_update(update)

    async def take_up_again(self, update: Update) -> None:
        """Distress is answered again, twice rather than not at all; otherwise the user is asked."""
        text = update.message.text if update.message else None
        if text and self._handlers.answerer.is_crisis(text):
            await self.handle(update)
        else:
            await self._apologies.interrupted(update)

    async def give_up(self, update: Update, begun: bool) -> None:
        await (self._apologies.interrupted(update) if begun else self._apologies.trouble(update))

    # The generation that answers

    def _take(self, served: Served) -> None:
        """A question in progress keeps the handlers it began with."""
        reworder = self._handlers.reworder
        self._handlers = replace(
            self._handlers,
            answerer=served.answerer,
            vetter=served.vetter,
            reworder=reworder.over(served.answerer) if reworder else None,
        )

    def _current(self, method: Handler) -> Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]:
        async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            await method(self._handlers, update, context)

        return handle

    # Watching

    def _checks(self) -> dict[str, Callable[[], Awaitable[str]]]:
        async def generation() -> str:
            answers = self._handlers.answerer.generation
            await asyncio.to_thread(answers.check)
            return answers.manifest.id

        async def store() -> str:
            await self._store.ping()
            return "ok"

        return {"generation": generation, "store": store}

    async def _refresh_metrics(self) -> None:
        try:
            metrics.QUEUE.set(await self._store.inbox.depth())
            if self._settings.llm_model:
                spent = await self._store.model_use.spent_today()
                metrics.MODEL_TOKENS.set(spent.tokens)
                metrics.MODEL_COST.set(spent.cost)
        except (SQLAlchemyError, OSError):
            metrics.STORE_ERRORS.inc()

    def _token_refused(self) -> None:
        self._token_is_refused = True
        self._stop.ask()


def allowed_updates(settings: Settings) -> list[str]:
    """What Telegram is asked for; it keeps the rest to itself."""
    cards = [Update.INLINE_QUERY] if settings.inline_cards else []
    return [Update.MESSAGE, Update.CALLBACK_QUERY, *cards]


def _application(settings: Settings) -> App:
    return (
        ApplicationBuilder()
        .token(_secret(settings.telegram_token))
        .base_url(f"{settings.telegram_api_url}/bot")
        .base_file_url(f"{settings.telegram_api_url}/file/bot")
        .updater(None)
        .rate_limiter(ChatRateLimiter(settings.messages_per_second, settings.retries_after_429))
        .connection_pool_size(settings.concurrent_chats + AT_ONCE)
        .pool_timeout(settings.pool_timeout_s)
        .read_timeout(settings.send_timeout_s)
        .get_updates_request(UpdatesRequest(connection_pool_size=1))
        .build()
    )


def _reworder(settings: Settings, answerer: Answerer, store: Store) -> Reworder | None:
    """None where no model is set. Ends with one clear line when the model cannot be used."""
    if not settings.llm_model:
        return None
    from bot.language_model import LanguageModelError, reworder_of

    try:
        return reworder_of(settings, answerer, store.model_use)
    except LanguageModelError as error:
        raise SystemExit(f"Erreur : {error}") from None


def _register(application: App, to: Callable[[Handler], Any]) -> None:
    commands = {
        "start": Handlers.start,
        "aide": Handlers.help,
        "help": Handlers.help,
        "sujets": Handlers.topics,
        "sources": Handlers.sources,
        "mentions": Handlers.mentions,
        "verifier": Handlers.verify,
        "annuler": Handlers.cancel,
        "nouveau": Handlers.reset,
        "modele": Handlers.language_model,
        "confidentialite": Handlers.confidentiality,
        "mesdonnees": Handlers.my_data,
        "effacer": Handlers.erase,
        "etat": Handlers.state,
        "pause": Handlers.pause,
    }
    for name, handler in commands.items():
        application.add_handler(CommandHandler(name, to(handler), filters.UpdateType.MESSAGE))
    application.add_handler(CallbackQueryHandler(to(Handlers.button)))
    # In a group, only what is meant for the bot is read: commands above, mentions and replies to it.
    new = filters.UpdateType.MESSAGE & ~_OwnCard()
    to_us = filters.ChatType.PRIVATE | _Addressed()
    unknown = new & filters.COMMAND & filters.ChatType.PRIVATE
    application.add_handler(MessageHandler(unknown, to(Handlers.unknown_command)))
    application.add_handler(MessageHandler(new & filters.TEXT & ~filters.COMMAND & to_us, to(Handlers.question)))
    readable = filters.ATTACHMENT | filters.Sticker.ALL
    application.add_handler(MessageHandler(new & readable & filters.ChatType.PRIVATE, to(Handlers.not_text)))


class _Addressed(filters.MessageFilter):
    """A group message that mentions the bot or replies to it."""

    def filter(self, message: Any) -> bool:
        return is_addressed(message)


class _OwnCard(filters.MessageFilter):
    """A warning card that somebody shared: it is no question and no offer."""

    def filter(self, message: Any) -> bool:
        return message.via_bot is not None and message.via_bot.id == message.get_bot().id


def _warn_about_notice(settings: Settings) -> None:
    missing = [name.upper() for name in ("publisher", "host", "contact") if not getattr(settings, name)]
    if missing:
        log.warning("mentions légales incomplètes : réglez %s (voir README)", ", ".join(missing))


def _secret(value: Any) -> str:
    return value.get_secret_value() if value else ""
