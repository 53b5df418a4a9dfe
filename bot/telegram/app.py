"""Builds and runs the Telegram bot: polling, or a webhook when WEBHOOK_URL is set."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from telegram import BotCommand, Update
from telegram.error import Conflict, Forbidden, InvalidToken, NetworkError, TelegramError
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.answering.pipeline import Answerer
from bot.settings import Settings
from bot.storage.seal import Seal
from bot.storage.store import Store
from bot.telegram import logs
from bot.telegram.handlers import Handlers
from bot.telegram.inbox import ChatOrderProcessor, InboxQueue
from bot.telegram.limiter import ChatRateLimiter
from bot.vetting.pipeline import Vetter

if TYPE_CHECKING:
    from bot.answering.reword import Reworder

App = Application[Any, Any, Any, Any, Any, Any]

log = logging.getLogger("bot.telegram")

COMMANDS = [
    BotCommand("start", "Ce que je fais"),
    BotCommand("sujets", "Toutes les questions, par thème"),
    BotCommand("verifier", "Vérifier une offre d'emploi reçue"),
    BotCommand("annuler", "Oublier l'offre en cours de vérification"),
    BotCommand("nouveau", "Oublier la conversation en cours"),
    BotCommand("modele", "Accepter ou refuser l'aide d'un modèle de langue"),
    BotCommand("sources", "D'où viennent les réponses"),
    BotCommand("mentions", "Qui publie ce service"),
    BotCommand("aide", "Comment poser une question"),
]
ALLOWED_UPDATES = [Update.MESSAGE, Update.CALLBACK_QUERY]
WEBHOOK_PATH = "telegram"
SWEEP_EVERY = timedelta(minutes=5)


def run(settings: Settings, answerer: Answerer, vetter: Vetter | None, fixed_today: date | None) -> None:
    """Run until interrupted. Ends with one clear line when Telegram refuses the token."""
    token = _secret(settings.telegram_token)
    secrets = [token, _secret(settings.webhook_secret)]
    logs.configure(secrets)
    _warn_about_notice(settings)
    application = build(settings, answerer, vetter, Store(settings.store_url), fixed_today)
    try:
        if settings.webhook_url:
            application.run_webhook(
                listen=settings.webhook_listen,
                port=settings.webhook_port,
                url_path=WEBHOOK_PATH,
                webhook_url=f"{settings.webhook_url.rstrip('/')}/{WEBHOOK_PATH}",
                secret_token=_secret(settings.webhook_secret) or None,
                allowed_updates=ALLOWED_UPDATES,
            )
        else:
            application.run_polling(allowed_updates=ALLOWED_UPDATES, bootstrap_retries=-1)
    except InvalidToken:
        raise SystemExit("Erreur : Telegram refuse TELEGRAM_TOKEN ; demandez un jeton à @BotFather.") from None


def build(
    settings: Settings, answerer: Answerer, vetter: Vetter | None, store: Store, fixed_today: date | None = None
) -> App:
    """The application, ready to run."""
    reworder = _reworder(settings, answerer, store) if settings.llm_model else None
    seal = Seal.from_file(settings.seal_key)
    handlers = Handlers(settings, store, answerer, seal, vetter, fixed_today, reworder)
    queue = InboxQueue(store)

    async def open_store(application: App) -> None:
        await store.open()
        await _resume(application, store, queue, settings)
        try:
            await application.bot.set_my_commands(COMMANDS)
        except TelegramError as error:
            log.warning("les commandes n'ont pas pu être enregistrées : %s", error)
        application.create_task(_sweep_regularly(store, settings))

    async def close_store(_: App) -> None:
        await store.close()

    application = (
        ApplicationBuilder()
        .token(_secret(settings.telegram_token))
        .base_url(f"{settings.telegram_api_url}/bot")
        .base_file_url(f"{settings.telegram_api_url}/file/bot")
        .update_queue(queue)
        .concurrent_updates(ChatOrderProcessor(store, settings.concurrent_chats))
        .rate_limiter(ChatRateLimiter(settings.messages_per_second, settings.retries_after_429))
        .connection_pool_size(settings.concurrent_chats)
        .pool_timeout(settings.pool_timeout_s)
        .post_init(open_store)
        .post_shutdown(close_store)
        .build()
    )
    _register(application, handlers)
    return application


def _reworder(settings: Settings, answerer: Answerer, store: Store) -> Reworder:
    """Ends with one clear line when the model cannot be used."""
    from bot.language_model import LanguageModelError, reworder_of

    try:
        return reworder_of(settings, answerer, store.model_use)
    except LanguageModelError as error:
        raise SystemExit(f"Erreur : {error}") from None


def _register(application: App, handlers: Handlers) -> None:
    commands = {
        "start": handlers.start,
        "aide": handlers.help,
        "help": handlers.help,
        "sujets": handlers.topics,
        "sources": handlers.sources,
        "mentions": handlers.mentions,
        "verifier": handlers.verify,
        "annuler": handlers.cancel,
        "nouveau": handlers.reset,
        "modele": handlers.language_model,
    }
    for name, handler in commands.items():
        application.add_handler(CommandHandler(name, handler, filters.UpdateType.MESSAGE))
    application.add_handler(CallbackQueryHandler(handlers.button))
    # In a group, only what is meant for the bot is read: commands above, mentions and replies to it.
    new = filters.UpdateType.MESSAGE
    to_us = filters.ChatType.PRIVATE | _Addressed()
    application.add_handler(MessageHandler(new & filters.COMMAND & filters.ChatType.PRIVATE, handlers.unknown_command))
    application.add_handler(MessageHandler(new & filters.TEXT & ~filters.COMMAND & to_us, handlers.question))
    readable = filters.ATTACHMENT | filters.Sticker.ALL
    application.add_handler(MessageHandler(new & readable & filters.ChatType.PRIVATE, handlers.not_text))
    application.add_error_handler(_ErrorHandler(handlers))


class _Addressed(filters.MessageFilter):
    """A group message that mentions the bot or replies to it."""

    def filter(self, message: Any) -> bool:
        bot = message.get_bot()
        reply = message.reply_to_message
        if reply and reply.from_user and reply.from_user.id == bot.id:
            return True
        return f"@{bot.username}".lower() in (message.text or "").lower()


class _ErrorHandler:
    """The user gets one line, the log the cause."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers

    async def __call__(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        error = context.error
        if isinstance(error, Conflict):
            log.error("un autre programme lit déjà les messages de ce bot ; arrêtez-le (nouvel essai automatique)")
            return
        if isinstance(error, Forbidden):
            log.info("l'utilisateur a bloqué le bot")
            return
        if update is None and isinstance(error, NetworkError):
            log.warning("Telegram ne répond pas (%s) ; nouvel essai automatique", type(error).__name__)
            return
        log.error("erreur en traitant un message", exc_info=error)
        if isinstance(update, Update) and update.effective_chat:
            try:
                await update.effective_chat.send_message(self._handlers.answerer.messages["trouble"])
            except TelegramError as second:
                log.warning("l'excuse n'a pas pu être envoyée : %s", type(second).__name__)


async def _resume(application: App, store: Store, queue: InboxQueue, settings: Settings) -> None:
    """Take up again what was received and not answered; too old is dropped."""
    limit = datetime.now(UTC) - timedelta(hours=settings.inbox_max_age_hours)
    for waiting in await store.waiting():
        update = Update.de_json(waiting.payload, application.bot)
        if waiting.received_at < limit:
            await store.finish(waiting.update_id)
        else:
            await queue.put_again(update)


async def _sweep_regularly(store: Store, settings: Settings) -> None:
    while True:
        await store.sweep(timedelta(minutes=settings.context_minutes), timedelta(hours=settings.checklist_hours))
        await asyncio.sleep(SWEEP_EVERY.total_seconds())


def _warn_about_notice(settings: Settings) -> None:
    missing = [name.upper() for name in ("publisher", "host", "contact") if not getattr(settings, name)]
    if missing:
        log.warning("mentions légales incomplètes : réglez %s (voir README)", ", ".join(missing))


def _secret(value: Any) -> str:
    return value.get_secret_value() if value else ""
