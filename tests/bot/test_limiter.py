from __future__ import annotations

import asyncio

import pytest
from telegram.error import RetryAfter, TimedOut

from bot.telegram.delivery import DeliveryUnknownError
from bot.telegram.limiter import ChatRateLimiter


async def send(
    limiter: ChatRateLimiter, chat: int, answers: list[Exception | bool], endpoint: str = "sendMessage"
) -> object:
    async def callback() -> bool:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return await limiter.process_request(callback, (), {}, endpoint, {"chat_id": chat}, None)


async def test_a_429_is_waited_for_by_its_chat_alone() -> None:
    limiter = ChatRateLimiter(per_second=1000, retries=2)
    loop = asyncio.get_running_loop()
    started = loop.time()
    ends: dict[str, float] = {}

    async def timed(name: str, chat: int, answers: list[Exception | bool]) -> None:
        await send(limiter, chat, answers)
        ends[name] = loop.time() - started

    await asyncio.gather(timed("asked to wait", 1, [RetryAfter(1), True]), timed("other chat", 2, [True]))
    assert ends["asked to wait"] >= 1 > 0.5 > ends["other chat"]


async def test_it_gives_up_after_so_many_times() -> None:
    limiter = ChatRateLimiter(per_second=1000, retries=1)
    with pytest.raises(RetryAfter):
        await send(limiter, 1, [RetryAfter(0), RetryAfter(0), True])


async def test_only_what_is_harmless_twice_is_tried_again_when_it_may_have_arrived() -> None:
    limiter = ChatRateLimiter(per_second=1000, retries=1)
    assert await send(limiter, 1, [TimedOut(), True], "editMessageText")
    with pytest.raises(DeliveryUnknownError):
        await send(limiter, 1, [TimedOut(), True], "sendMessage")
    with pytest.raises(DeliveryUnknownError):
        await send(limiter, 1, [TimedOut(), TimedOut(), True], "editMessageText")


async def test_the_ceiling_holds_and_typing_does_not_count() -> None:
    limiter = ChatRateLimiter(per_second=20, retries=0)
    loop = asyncio.get_running_loop()
    started = loop.time()
    await asyncio.gather(*(send(limiter, chat, [True]) for chat in range(40)))
    assert loop.time() - started >= 0.9  # 20 at once, then 20 a second
    started = loop.time()
    await asyncio.gather(*(send(limiter, 1, [True], "sendChatAction") for _ in range(100)))
    assert loop.time() - started < 0.5
