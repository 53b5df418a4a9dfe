"""A strict fake Telegram Bot API server for end-to-end tests.

The bot under test runs as in production, with another base URL; the test holds the users' side.

    with FakeBotApi() as api:                      # or: async with
        camille = api.user(42)
        camille.send("/start")
        [message] = await api.wait_sent(42)
        camille.press(message, "Oui")
        await api.wait_for("answerCallbackQuery")
        assert api.violations == []
"""

from .calls import Call, Upload
from .client import Group, User
from .errors import ApiError
from .faults import Fault, FloodLimits, Injection
from .server import TOKEN, FakeBotApi
from .updates import Delivery

__all__ = [
    "TOKEN",
    "ApiError",
    "Call",
    "Delivery",
    "FakeBotApi",
    "Fault",
    "FloodLimits",
    "Group",
    "Injection",
    "Upload",
    "User",
]
