"""The figures of ``python -m benchmarks soak | ceiling | backlog``: what is counted, without the bot."""

from __future__ import annotations

import httpx

from benchmarks.live import FLOODING, Outcome, Plan, Sample, Traffic
from tests.botapi import FakeBotApi


async def test_each_answer_is_counted_once_and_in_order() -> None:
    kinds = [("/aide", "A"), ("/mentions", "M")]
    async with FakeBotApi() as api:
        traffic = Traffic(api, Plan(2, 4, kinds))
        traffic.write(4)  # chat 1: /mentions then /aide; chat 2: /aide then /mentions
        assert api.pending == 4 and traffic.outcome.sent == 4
        bot = _Answers(api)
        await bot.say(1, "M", "A")
        await bot.say(2, "M")
        traffic._collect()
        assert (len(traffic.outcome.delays), traffic.outcome.disordered, traffic.outcome.lost) == (3, 1, 1)
        await bot.say(2, "M", "once too often")
        traffic._collect()
        assert (traffic.outcome.lost, traffic.outcome.surplus) == (0, 1) and not traffic.outcome.is_clean
        assert traffic.outcome.unexpected == ["M", "once too often"]
        assert api.calls == api.sent() == [], "what was counted is forgotten"
        await bot.ask_back(1)
        traffic._collect()
        assert traffic.outcome.surplus == 1, "it belongs to the answer before it"
        api.user(FLOODING)
        await bot.say(FLOODING, "A", "A")
        traffic._collect()
        assert (traffic.outcome.flood, traffic.outcome.surplus, len(traffic.outcome.delays)) == (2, 1, 4)


def test_growth_compares_the_beginning_after_the_warm_up_with_the_end() -> None:
    outcome = Outcome(samples=[Sample(at, memory=900.0 if at < 10 else 100.0 + at, waiting=at) for at in range(100)])
    before, after, waiting_before, waiting_after = outcome.growth()
    assert (before, after) == (114.5, 184.5) and (waiting_before, waiting_after) == (14.5, 84.5)


class _Answers:
    def __init__(self, api: FakeBotApi) -> None:
        self._api = api

    async def say(self, chat: int, *texts: str) -> None:
        async with httpx.AsyncClient(base_url=f"{self._api.base_url}{self._api.token}") as client:
            for text in texts:
                assert (await client.post("/sendMessage", json={"chat_id": chat, "text": text})).is_success

    async def ask_back(self, chat: int) -> None:
        markup = {"inline_keyboard": [[{"text": "Oui", "callback_data": "k:0"}]]}
        async with httpx.AsyncClient(base_url=f"{self._api.base_url}{self._api.token}") as client:
            content = {"chat_id": chat, "text": "Pour préciser ?", "reply_markup": markup}
            assert (await client.post("/sendMessage", json=content)).is_success
