"""Delivery of updates to the bot: long polling and webhook, over one queue."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from .errors import ApiError
from .world import Update

# Telegram sends these only to bots that ask for them by name.
_OPT_IN = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True)
class Delivery:
    """One attempt to hand an update to the webhook; `status` is 0 when no answer came."""

    update_id: int
    attempt: int
    status: int
    time: float


@dataclass
class _Pending:
    update: Update
    repeat: bool


@dataclass
class Webhook:
    """The address set by setWebhook and the state of its delivery."""

    url: str
    secret_token: str
    max_connections: int
    slots: asyncio.Semaphore
    session: aiohttp.ClientSession
    lanes: dict[int, deque[int]] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    last_error_date: int | None = None
    last_error_message: str | None = None


class UpdateQueue:
    """Updates that the bot has not acknowledged yet, in order."""

    def __init__(self, on_change: Callable[[], None], reply: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self.pending: dict[int, _Pending] = {}
        self.allowed: frozenset[str] | None = None
        self.deliveries: list[Delivery] = []
        self.backoff = 0.05
        self.max_backoff = 1.0
        self.webhook_timeout = 30.0
        self.webhook: Webhook | None = None
        self._sequence = itertools.count()
        self._waiter: asyncio.Future[None] | None = None
        self._on_change = on_change
        self._reply = reply

    def push(self, update: Update, *, repeat: bool = False) -> None:
        """Queue `update` unless the bot did not subscribe to its kind.

        A `repeat` is delivered once more even if its id has been acknowledged already.
        """
        kind = next(key for key in update if key != "update_id")
        if kind not in self.allowed if self.allowed is not None else kind in _OPT_IN:
            return
        key = next(self._sequence)
        self.pending[key] = _Pending(update, repeat)
        if self.webhook:
            self._enqueue(self.webhook, key)
        elif self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def allow(self, kinds: list[str] | None) -> None:
        """Remember the kinds of updates that the bot wants; None keeps the previous choice."""
        if kinds is not None:
            self.allowed = frozenset(kinds) if kinds else None

    def clear(self) -> None:
        """Forget everything that is pending."""
        self.pending.clear()
        if self.webhook:
            for lane in self.webhook.lanes.values():
                lane.clear()

    # Long polling

    async def poll(self, offset: int, limit: int, patience: float) -> list[Update]:
        """Answer getUpdates: acknowledge below `offset`, then wait up to `patience` s for something to return."""
        if self.webhook:
            reason = (
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
            raise ApiError(409, f"Conflict: {reason}")
        # As on the real server it is the earlier poller that loses, so two instances keep evicting each other.
        reason = "terminated by other getUpdates request; make sure that only one bot instance is running"
        self.interrupt(ApiError(409, f"Conflict: {reason}"))
        self._acknowledge(offset)
        batch = self._batch(limit)
        if not batch and patience > 0:
            waiter = self._waiter = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(patience):
                    await waiter
            except TimeoutError:
                pass
            finally:
                if self._waiter is waiter:
                    self._waiter = None
            batch = self._batch(limit)
        return batch

    def interrupt(self, reason: Exception) -> None:
        """End the long poll in progress, if any."""
        if self._waiter and not self._waiter.done():
            self._waiter.set_exception(reason)

    def _acknowledge(self, offset: int) -> None:
        if offset < 0:
            for key in list(self.pending)[:offset]:
                del self.pending[key]
            return
        gone = []
        for key, entry in self.pending.items():
            if not entry.repeat:
                if entry.update["update_id"] >= offset:
                    break
                gone.append(key)
        for key in gone:
            del self.pending[key]
        if gone:
            self._on_change()

    def _batch(self, limit: int) -> list[Update]:
        chosen = list(itertools.islice(self.pending.items(), limit))
        for key, entry in chosen:
            if entry.repeat:
                del self.pending[key]
        return [entry.update for _, entry in chosen]

    # Webhook

    async def set_webhook(self, url: str, secret_token: str, max_connections: int) -> None:
        """Deliver to `url` from now on, starting with what is pending."""
        await self.delete_webhook()
        self.interrupt(ApiError(409, "Conflict: terminated by setWebhook request"))
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=self.webhook_timeout)
        )
        self.webhook = Webhook(url, secret_token, max_connections, asyncio.Semaphore(max_connections), session)
        for key in self.pending:
            self._enqueue(self.webhook, key)

    async def delete_webhook(self) -> None:
        """Stop delivering; what was not accepted stays pending."""
        webhook, self.webhook = self.webhook, None
        if webhook:
            # The reply to a webhook may itself have deleted it: a task cannot wait for its own end.
            tasks = [task for task in webhook.tasks if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await webhook.session.close()

    def _enqueue(self, webhook: Webhook, key: int) -> None:
        # One lane per chat: Telegram keeps the order within a chat and only runs chats in parallel.
        lane_id = _origin(self.pending[key].update)
        if lane_id in webhook.lanes:
            webhook.lanes[lane_id].append(key)
            return
        webhook.lanes[lane_id] = deque([key])
        task = asyncio.create_task(self._drain(webhook, lane_id))
        webhook.tasks.add(task)
        task.add_done_callback(webhook.tasks.discard)

    async def _drain(self, webhook: Webhook, lane_id: int) -> None:
        lane = webhook.lanes[lane_id]
        attempt = 0
        while lane:
            key = lane[0]
            async with webhook.slots:
                if key not in self.pending:  # dropped while this lane waited for a slot
                    continue
                attempt += 1
                accepted, retry_after = await self._post(webhook, self.pending[key].update, attempt)
            if accepted:
                self.pending.pop(key, None)
                if lane and lane[0] == key:
                    lane.popleft()
                attempt = 0
            else:
                await asyncio.sleep(retry_after or min(self.max_backoff, self.backoff * 2 ** (attempt - 1)))
            self._on_change()
        del webhook.lanes[lane_id]

    async def _post(self, webhook: Webhook, update: Update, attempt: int) -> tuple[bool, float]:
        headers = {"Content-Type": "application/json"}
        if webhook.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret_token
        status, retry_after, body, started = 0, 0.0, b"", time.monotonic()
        try:
            async with webhook.session.post(webhook.url, data=json.dumps(update), headers=headers) as response:
                status, body = response.status, await response.read()
                retry_after = float(response.headers.get("Retry-After", 0))
                problem = f"Wrong response from the webhook: {status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            problem = str(error) or "Read timeout expired"
        self.deliveries.append(Delivery(update["update_id"], attempt, status, started))
        if 200 <= status <= 299:
            await self._execute_reply(body)
            return True, 0
        webhook.last_error_date, webhook.last_error_message = int(time.time()), problem
        return False, retry_after

    async def _execute_reply(self, body: bytes) -> None:
        """Run the method that a bot may put in its answer to the webhook."""
        try:
            request = json.loads(body)
        except ValueError:
            return
        if isinstance(request, dict) and "method" in request:
            await self._reply(request)


def _origin(update: Update) -> int:
    content = next(value for key, value in update.items() if key != "update_id")
    message = content.get("message", content)
    chat = message.get("chat") or content.get("from") or {}
    return int(chat.get("id", 0))
