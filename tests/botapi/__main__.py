"""`python -m tests.botapi --port N`: talk to a bot from the terminal, without Telegram."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import threading

from . import TOKEN, FakeBotApi, FloodLimits, User
from .calls import Call


def _converse(user: User) -> None:
    """Send each line typed as a message; a line `!text` presses that button of the bot's latest message."""
    for line in map(str.strip, sys.stdin):
        if line.startswith("!"):
            try:
                user.press(user.api.sent(user.id)[-1], line[1:])
            except LookupError as error:
                print(f"  {error}")
        elif line:
            user.send(line)


async def _print_calls(api: FakeBotApi) -> None:
    printed = 0

    def news() -> list[Call]:
        return api.called()[printed:]

    while True:
        for call in await api.until(news, timeout=10**9):
            _print(call)
            printed += 1


def _print(call: Call) -> None:
    if call.method == "getUpdates" and call.ok:
        return
    print(f"  {call}")
    for violation in call.violations:
        print(f"  VIOLATION {violation}")
    if isinstance(call.result, dict):
        if text := call.result.get("text") or call.result.get("caption"):
            print("    " + text.replace("\n", "\n    "))
        for row in call.result.get("reply_markup", {}).get("inline_keyboard", []):
            print("    " + " ".join(f"[{button['text']}]" for button in row))


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.botapi", description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--user", type=int, default=1001, help="the id of the user you play")
    parser.add_argument("--delay", type=float, default=0.0, help="milliseconds added to every answer")
    parser.add_argument("--limits", action="store_true", help="enforce Telegram's flood limits")
    options = parser.parse_args()
    # Into a pipe or a file too, calls should show as they happen.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    limits = FloodLimits() if options.limits else None
    with FakeBotApi(options.token, port=options.port, delay=options.delay / 1000, limits=limits) as api:
        print(f"base_url {api.base_url}\nbase_file_url {api.base_file_url}\ntoken {api.token}")
        threading.Thread(target=lambda: asyncio.run(_print_calls(api)), daemon=True).start()
        _converse(api.user(options.user))
        # Without a terminal, when standard input is closed, the server keeps running until it is stopped.
        threading.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        _main()
