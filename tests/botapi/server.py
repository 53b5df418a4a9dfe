"""The HTTP server: transport, recording, faults, and the interface that tests use."""

from __future__ import annotations

import asyncio
import inspect
import json
import threading
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from .calls import BY_LOWER, Call, Upload, decode
from .client import Group, User
from .errors import ApiError, refused
from .faults import Fault, FloodLimits, Injection
from .methods import Methods
from .updates import Delivery, UpdateQueue
from .world import Chat, Json, Message, Update, World

T = TypeVar("T")

TOKEN = "123456:FAKE-token_for-tests"
_SENDING = frozenset({"sendMessage", "sendDocument", "sendPhoto"})


class FakeBotApi:
    """A Telegram Bot API server in this process.

    `async with FakeBotApi() as api` serves on the running loop; `with FakeBotApi() as api` serves on a thread of its
    own. Every method may be called from any thread: what changes state runs on the server's loop.
    """

    def __init__(
        self,
        token: str = TOKEN,
        *,
        port: int = 0,
        username: str = "FakeTestBot",
        delay: float = 0.0,
        limits: FloodLimits | None = None,
    ) -> None:
        self.token = token
        self.port = port
        self.delay = delay
        self.limits = limits
        self.world = World(
            bot={
                "id": int(token.partition(":")[0]),
                "is_bot": True,
                "first_name": "Fake bot",
                "username": username,
                "can_join_groups": True,
                "can_read_all_group_messages": False,
                "supports_inline_queries": True,
                "can_connect_to_business": False,
                "has_main_web_app": False,
            }
        )
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.updates: list[Update] = []
        self.queue = UpdateQueue(self._changed, self._webhook_reply)
        self._methods = Methods(self.world, self.queue)
        self._completed: list[Call] = []
        self._injections: list[Injection] = []
        self._users: dict[int, User] = {}
        self._next_update_id = 100_000
        self._watchers: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._owner = 0
        self._interrupted_webhook: tuple[str, str, int] | None = None
        self._runner: web.AppRunner | None = None
        self._stopping = asyncio.Event()
        self._thread: threading.Thread | None = None

    # Life cycle

    async def start(self) -> Self:
        """Serve on the running loop. After a stop it comes back on the same port with its state."""
        app = web.Application(client_max_size=64 << 20)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._serve_file)
        # Without cancellation a poller that went away would keep consuming updates.
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._loop = asyncio.get_running_loop()
        self._owner = threading.get_ident()
        self._stopping = asyncio.Event()
        if self._interrupted_webhook:
            await self.queue.set_webhook(*self._interrupted_webhook)
        return self

    async def stop(self) -> None:
        """Close every connection and stop serving; the state stays."""
        self._stopping.set()
        self.queue.interrupt(ConnectionAbortedError())
        webhook = self.queue.webhook
        self._interrupted_webhook = (webhook.url, webhook.secret_token, webhook.max_connections) if webhook else None
        await self.queue.delete_webhook()
        if self._runner:
            await self._runner.cleanup()
        self._runner = self._loop = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.stop()

    def start_thread(self) -> Self:
        """Serve on a thread with its own loop, so that a busy test cannot slow the server's answers."""
        loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=loop.run_forever, name="fake-bot-api", daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.start(), loop).result(10)
        return self

    def stop_thread(self) -> None:
        """End `start_thread`."""
        thread, loop, self._thread = self._thread, self._loop, None
        if thread and loop:
            asyncio.run_coroutine_threadsafe(self.stop(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()

    def __enter__(self) -> Self:
        return self.start_thread()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop_thread()

    @property
    def url(self) -> str:
        """The server's root."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """What python-telegram-bot takes as `base_url`."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """What python-telegram-bot takes as `base_file_url`."""
        return f"{self.url}/file/bot"

    def on_loop(self, action: Callable[[], T]) -> T:
        """Run `action` on the server's thread, which owns all state, and return its result."""
        loop = self._loop
        if loop is None or threading.get_ident() == self._owner:
            return action()

        async def run() -> T:
            return action()

        return asyncio.run_coroutine_threadsafe(run(), loop).result(30)

    # Users and updates

    def user(
        self, user_id: int = 1001, *, language_code: str = "fr", first_name: str = "Camille", **fields: Any
    ) -> User:
        """The user with this id, created at first mention together with its private chat."""

        def create() -> User:
            if user_id not in self._users:
                info = {"id": user_id, "is_bot": False, "first_name": first_name, "language_code": language_code}
                chat = {"id": user_id, "type": "private", "first_name": first_name}
                self.world.chats[user_id] = Chat(chat | {k: v for k, v in fields.items() if k in ("username",)})
                self._users[user_id] = User(self, info | fields)
            return self._users[user_id]

        return self.on_loop(create)

    def group(self, chat_id: int = -1001, title: str = "Groupe", kind: str = "supergroup") -> Group:
        """A group that the bot is a member of."""
        info = {"id": chat_id, "type": kind, "title": title}
        self.on_loop(lambda: self.world.chats.setdefault(chat_id, Chat(info)))
        return Group(self, info)

    def push(self, content: Json) -> Update:
        """Queue a new update with this content, for instance `{"message": {...}}`; return it with its id."""

        def push() -> Update:
            self._next_update_id += 1
            update = {"update_id": self._next_update_id, **content}
            self.updates.append(update)
            self.queue.push(update)
            return update

        return self.on_loop(push)

    def push_many(self, contents: Iterable[Json]) -> list[Update]:
        """Queue many updates in one go: thousands take a fraction of a second."""
        return self.on_loop(lambda: [self.push(content) for content in contents])

    def push_again(self, update: Update | None = None) -> None:
        """Deliver an update (by default the latest) once more under the same id, as Telegram sometimes does."""
        self.on_loop(lambda: self.queue.push(update or self.updates[-1], repeat=True))

    @property
    def pending(self) -> int:
        """How many updates the bot has not acknowledged."""
        return len(self.queue.pending)

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to deliver to the webhook."""
        return self.queue.deliveries

    # Faults

    def inject(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        chat_id: int | None = None,
        times: int | None = 1,
        skip: int = 0,
        when: Callable[[Call], bool] | None = None,
    ) -> Injection:
        """Make the next `times` matching calls meet `fault` (None: all of them), after letting `skip` pass.

        Without `method`, every method but getUpdates matches; "downloadFile" names file downloads.
        """
        injection = Injection(fault, method, chat_id, times, skip, when)
        self.on_loop(lambda: self._injections.append(injection))
        return injection

    def clear_faults(self) -> None:
        """Forget the faults that have not struck yet."""
        self.on_loop(self._injections.clear)

    # Looking

    def called(self, method: str | None = None, chat_id: int | None = None, *, since: int = 0) -> list[Call]:
        """The completed calls of a method, to a chat, from index `since` on (see `mark`)."""
        return [call for call in list(self._completed) if _matches(call, method, chat_id, since)]

    def take(self) -> list[Call]:
        """The calls completed since the last time; they are forgotten with the updates and messages that they were
        about, for runs too long to be kept whole."""

        def take() -> list[Call]:
            taken = list(self._completed)
            for kept in (self._completed, self.calls, self.updates, self.world.outbox):
                kept.clear()
            for chat in self.world.chats.values():
                chat.messages.clear()
            return taken

        return self.on_loop(take)

    def sent(self, chat_id: int | None = None) -> list[Message]:
        """The bot's messages as they are now, in the order sent, without the deleted ones."""
        places = [place for place in list(self.world.outbox) if chat_id in (None, place[0])]
        messages = (self.world.chats[chat].messages.get(message_id) for chat, message_id in places)
        return [message for message in messages if message]

    def mark(self) -> int:
        """The index of the next call, for `since`."""
        return len(self.calls)

    async def wait_for(
        self,
        what: str | Callable[[Call], bool] | None = None,
        count: int = 1,
        timeout: float = 5.0,
        *,
        chat_id: int | None = None,
        since: int = 0,
    ) -> list[Call]:
        """Wait for `count` completed calls of a method, or that satisfy a predicate; return them all."""
        method = what if isinstance(what, str) else None
        predicate = what if callable(what) else None
        found: list[Call] = []
        position = 0

        def enough() -> bool:
            # Only what is new is looked at: under load a full scan at each call would be quadratic.
            nonlocal position
            while position < len(self._completed):
                call = self._completed[position]
                position += 1
                if _matches(call, method, chat_id, since) and (predicate is None or predicate(call)):
                    found.append(call)
            return len(found) >= count

        await self.until(enough, timeout, what=f"{count} × {what} (chat {chat_id})")
        return found

    async def wait_sent(self, chat_id: int, count: int = 1, timeout: float = 5.0) -> list[Message]:
        """Wait until the bot has `count` messages in a chat; return them all as they are now."""
        await self.until(lambda: len(self.sent(chat_id)) >= count, timeout, what=f"{count} messages to {chat_id}")
        return self.sent(chat_id)

    async def until(self, condition: Callable[[], T], timeout: float = 5.0, *, what: str = "the condition") -> T:
        """Wait until `condition()` is true, looking after every call and delivery; return its value."""
        watcher = (asyncio.get_running_loop(), asyncio.Event())
        self._watchers.append(watcher)
        try:
            async with asyncio.timeout(timeout):
                while not (value := condition()):
                    await watcher[1].wait()
                    watcher[1].clear()
            return value
        except TimeoutError:
            calls = [str(call) for call in self.calls if call.method != "getUpdates"][-10:]
            raise AssertionError(f"{what} did not come within {timeout} s; last calls: {calls}") from None
        finally:
            self._watchers.remove(watcher)

    async def quiet(self, seconds: float = 0.2, timeout: float = 10.0) -> None:
        """Wait until the bot has made no call but getUpdates for a while, before asserting that nothing came."""
        async with asyncio.timeout(timeout):
            while True:
                seen = len(self._completed) - len(self.called("getUpdates"))
                await asyncio.sleep(seconds)
                if seen == len(self._completed) - len(self.called("getUpdates")):
                    return

    def _changed(self) -> None:
        for loop, event in list(self._watchers):
            if loop is self._loop:
                event.set()
            else:
                loop.call_soon_threadsafe(event.set)

    # HTTP

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        unreadable = None
        try:
            raw, files = await _parameters(request)
        except ValueError:
            raw, files, unreadable = {}, {}, refused("can't parse the request body")
        call = Call(len(self.calls), BY_LOWER.get(name.lower(), name), raw, files, error=unreadable)
        return await self._answer(request, call)

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        call = Call(len(self.calls), "downloadFile", {"file_path": request.match_info["path"]})
        return await self._answer(request, call)

    async def _answer(self, request: web.Request, call: Call) -> web.StreamResponse:
        fault = await self._perform(call, request.match_info["token"])
        # The wait comes after the effect: a bot that gives up too early finds its message delivered all the same.
        if pause := self.delay + (fault.delay if fault else 0):
            await asyncio.sleep(pause)
        ending = fault.ending if fault else "answer"
        if ending == "silence":
            await self._stopping.wait()
        if ending in ("silence", "drop") or isinstance(call.error, _Gone):
            if request.transport:
                request.transport.abort()
            return web.Response()
        error = fault.error if fault and fault.error else call.error
        if error:
            return _json_response(error.payload(), error.code, error.retry_after)
        if isinstance(call.result, bytes):
            return web.Response(body=call.result)
        body = json.dumps({"ok": True, "result": call.result})
        return _text_response(body[: len(body) // 2] if ending == "garbage" else body)

    async def _perform(self, call: Call, token: str) -> Fault | None:
        """Record the call and do its work, unless a fault prevents it; return the fault that struck."""
        self.calls.append(call)
        fault = next((waiting.fault for waiting in self._injections if waiting.strikes(call)), None)
        call.fault = fault.name if fault else None
        try:
            if fault is None or fault.effect:
                call.result = await self._dispatch(call, token)
                call.done = True
            if fault and fault.ending == "answer":
                call.error = fault.error
        except ApiError as error:
            call.error = error
            if error.misuse:
                call.flag(error.description)
        except ConnectionAbortedError:
            call.error = _Gone()
        except Exception as error:
            # A defect of this server must not pass for a defect of the bot, nor go unseen.
            call.error = ApiError(500, f"Internal Server Error: {error!r}")
            call.flag(f"the fake server failed: {error!r}")
            raise
        finally:
            call.finished = time.monotonic()
            call.ok = call.done and call.error is None and (fault is None or fault.ending == "answer")
            self.violations.extend(call.violations)
            self._completed.append(call)
            self._changed()
        return fault

    async def _dispatch(self, call: Call, token: str) -> Any:
        if token != self.token:
            raise ApiError(401, "Unauthorized", misuse=True)
        if call.error:
            raise call.error
        if self.world.logged_out:
            raise ApiError(400, "Logged out", misuse=True)
        handler = getattr(self._methods, call.method, None) if call.method in _SERVED else None
        if handler is None:
            raise ApiError(404, "Not Found: method not found", misuse=True)
        decode(call)
        if self.limits and call.method in _SENDING:
            self.limits.spend(call.chat_id or 0)
        result = handler(call)
        return await result if inspect.isawaitable(result) else result

    async def _webhook_reply(self, request: Json) -> None:
        name = str(request.pop("method"))
        await self._perform(Call(len(self.calls), BY_LOWER.get(name.lower(), name), request), self.token)


_SERVED = frozenset(BY_LOWER.values()) | {"downloadFile"}


class _Gone(ApiError):
    """The server stopped in the middle of a call; nobody reads the answer."""

    def __init__(self) -> None:
        super().__init__(0, "server stopped")


def _matches(call: Call, method: str | None, chat_id: int | None, since: int) -> bool:
    return method in (None, call.method) and chat_id in (None, call.chat_id) and call.index >= since


async def _parameters(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """The parameters and files of a request, whichever of Telegram's four ways it uses."""
    raw: Json = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        if body := await request.read():
            given = json.loads(body)
            if not isinstance(given, dict):
                raise ValueError("a JSON object is expected")
            raw |= {name: value for name, value in given.items() if value is not None}
        return raw, files
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            raw[name] = value if isinstance(value, str) else value.decode()
    return raw, files


def _text_response(body: str, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(text=body, status=status, content_type="application/json", headers=headers)


def _json_response(payload: Json, status: int, retry_after: int | None = None) -> web.Response:
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else None
    return _text_response(json.dumps(payload), status, headers)
