"""The Bot API methods. Each takes a decoded call and returns its result or raises ApiError.

They keep their Bot API names, so that a call is dispatched by name and a reader finds them by it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from telegram.constants import ChatAction, ReactionEmoji

from . import checks
from .calls import Call, Upload
from .errors import ApiError, refused, unmet
from .updates import UpdateQueue
from .world import Chat, Json, Message, StoredFile, World

_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_PROFILE_LIMITS = {"name": 64, "description": 512, "short_description": 120}
_EMOJI = frozenset(emoji.value for emoji in ReactionEmoji)
_ACTIONS = frozenset(action.value for action in ChatAction)


class Methods:
    """The implementation of every method over the world and the update queue."""

    def __init__(self, world: World, queue: UpdateQueue) -> None:
        self.world = world
        self.queue = queue

    # The bot itself

    def getMe(self, call: Call) -> Json:
        """The bot's own user."""
        return self.world.bot

    def logOut(self, call: Call) -> bool:
        """Afterwards nothing works any more, as on the cloud server."""
        self.world.logged_out = True
        return True

    def close(self, call: Call) -> bool:
        """Accepted without effect."""
        return True

    def setMyCommands(self, call: Call) -> bool:
        """Store the command menu of one scope and language."""
        self.world.commands[self._menu(call)] = checks.commands(call.params.get("commands") or [])
        return True

    def getMyCommands(self, call: Call) -> list[Json]:
        """The command menu of one scope and language, without fallback, as on the real server."""
        return self.world.commands.get(self._menu(call), [])

    def _menu(self, call: Call) -> tuple[str, str]:
        scope = call.params.get("scope") or {"type": "default"}
        kind = scope.get("type")
        kinds = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
        if kind not in (*kinds, "chat", "chat_administrators", "chat_member"):
            raise refused("can't parse BotCommandScope: Unsupported type specified")
        if kind not in kinds and not scope.get("chat_id"):
            raise refused("can't parse BotCommandScope: Empty chat_id specified")
        return json.dumps(scope, sort_keys=True), checks.language(call.params.get("language_code"))

    def setMyName(self, call: Call) -> bool:
        """Store the name shown for one language."""
        return self._set_profile(call, "name")

    def getMyName(self, call: Call) -> Json:
        """The name shown for one language."""
        return self._get_profile(call, "name", self.world.bot["first_name"])

    def setMyDescription(self, call: Call) -> bool:
        """Store the text of the empty chat for one language."""
        return self._set_profile(call, "description")

    def getMyDescription(self, call: Call) -> Json:
        """The text of the empty chat for one language."""
        return self._get_profile(call, "description", "")

    def setMyShortDescription(self, call: Call) -> bool:
        """Store the text of the profile page for one language."""
        return self._set_profile(call, "short_description")

    def getMyShortDescription(self, call: Call) -> Json:
        """The text of the profile page for one language."""
        return self._get_profile(call, "short_description", "")

    def _set_profile(self, call: Call, field: str) -> bool:
        value = call.params.get(field) or ""
        if len(value) > _PROFILE_LIMITS[field]:
            raise refused(f"{field.replace('_', ' ')} is too long")
        self.world.profile[field, checks.language(call.params.get("language_code"))] = value
        return True

    def _get_profile(self, call: Call, field: str, default: str) -> Json:
        language = checks.language(call.params.get("language_code"))
        return {field: self.world.profile.get((field, language)) or self.world.profile.get((field, ""), default)}

    # Updates

    async def getUpdates(self, call: Call) -> list[Json]:
        """Long polling."""
        limit = min(max(call.params.get("limit", 100), 1), 100)
        timeout = min(max(call.params.get("timeout", 0), 0), 50)
        self.queue.allow(call.params.get("allowed_updates"))
        return await self.queue.poll(call.params.get("offset", 0), limit, timeout)

    async def setWebhook(self, call: Call) -> bool:
        """Start webhook delivery. Plain HTTP and any port are accepted here: the bot runs on the same machine."""
        url, secret = call.params["url"], call.params.get("secret_token", "")
        if url and not re.match(r"https?://[^/\s]+", url):
            raise refused("invalid webhook URL specified")
        if len(secret) > 256:
            raise refused("secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
            raise refused("secret token contains unallowed characters")
        connections = call.params.get("max_connections", 40)
        if not 1 <= connections <= 100:
            raise refused("max_connections must be between 1 and 100")
        if call.params.get("drop_pending_updates"):
            self.queue.clear()
        if not url:
            await self.queue.delete_webhook()
            return True
        self.queue.allow(call.params.get("allowed_updates"))
        await self.queue.set_webhook(url, secret, connections)
        return True

    async def deleteWebhook(self, call: Call) -> bool:
        """Back to long polling."""
        if call.params.get("drop_pending_updates"):
            self.queue.clear()
        await self.queue.delete_webhook()
        return True

    def getWebhookInfo(self, call: Call) -> Json:
        """The state of webhook delivery."""
        webhook = self.queue.webhook
        info: Json = {
            "url": webhook.url if webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.queue.pending),
        }
        if webhook:
            info["max_connections"] = webhook.max_connections
            if webhook.last_error_date:
                info |= {"last_error_date": webhook.last_error_date, "last_error_message": webhook.last_error_message}
        if self.queue.allowed is not None:
            info["allowed_updates"] = sorted(self.queue.allowed)
        return info

    # Messages

    def sendMessage(self, call: Call) -> Message:
        """Send a text."""
        chat = self._writable_chat(call)
        text, entities = checks.text_of(call, call.params)
        content = {"text": text, "entities": entities or None, "link_preview_options": checks.link_preview(call.params)}
        return self._send(call, chat, content)

    def sendDocument(self, call: Call) -> Message:
        """Send a file, uploaded or already known."""
        chat = self._writable_chat(call)
        file, name, mime = self._file(call, "document", 50)
        document = self.world.describe(file) | {"file_name": name, "mime_type": mime}
        return self._send(call, chat, {"document": document, **self._caption(call)})

    def sendPhoto(self, call: Call) -> Message:
        """Send a picture, uploaded or already known."""
        chat = self._writable_chat(call)
        file, _, _ = self._file(call, "photo", 10)
        photo = [self.world.describe(file) | {"width": 800, "height": 600}]
        return self._send(call, chat, {"photo": photo, **self._caption(call)})

    def sendChatAction(self, call: Call) -> bool:
        """Show "typing…"."""
        self._writable_chat(call)
        if call.params["action"] not in _ACTIONS:
            raise refused("wrong parameter action in request")
        return True

    def editMessageText(self, call: Call) -> Message:
        """Change the text of one of the bot's messages; without reply_markup its keyboard disappears."""
        message = self._own_message(call)
        text, entities = checks.text_of(call, call.params)
        if "text" not in message:
            raise unmet("there is no text in the message to edit")
        return self._edit(
            message,
            text=text,
            entities=entities or None,
            link_preview_options=checks.link_preview(call.params),
            reply_markup=checks.keyboard(call, call.params.get("reply_markup")),
        )

    def editMessageReplyMarkup(self, call: Call) -> Message:
        """Change or remove the keyboard of one of the bot's messages."""
        message = self._own_message(call)
        return self._edit(message, reply_markup=checks.keyboard(call, call.params.get("reply_markup")))

    def deleteMessage(self, call: Call) -> bool:
        """Delete a message: in a private chat the user's too, elsewhere the bot's own."""
        chat = self._chat(call)
        message = chat.messages.get(call.params["message_id"])
        if not message:
            raise unmet("message to delete not found")
        if chat.info["type"] != "private" and message["from"]["id"] != self.world.bot["id"]:
            raise unmet("message can't be deleted")
        del chat.messages[message["message_id"]]
        return True

    def setMessageReaction(self, call: Call) -> bool:
        """React to a message with at most one of the free emoji."""
        chat = self._writable_chat(call)
        message_id, reaction = call.params["message_id"], call.params.get("reaction") or []
        if message_id not in chat.messages:
            raise unmet("message to react not found")
        if len(reaction) > 1:
            raise refused("REACTIONS_TOO_MANY")
        for item in reaction:
            if not isinstance(item, dict) or item.get("type") != "emoji":
                raise refused("can't parse ReactionType: invalid reaction type specified")
            if item.get("emoji") not in _EMOJI:
                raise refused("REACTION_INVALID")
        self.world.reactions[chat.info["id"], message_id] = reaction
        return True

    def _send(self, call: Call, chat: Chat, content: Json) -> Message:
        content["reply_markup"] = checks.keyboard(call, call.params.get("reply_markup"))
        if reply := call.params.get("reply_parameters"):
            target = chat.messages.get(reply.get("message_id"))
            if target:
                content["reply_to_message"] = {k: v for k, v in target.items() if k != "reply_to_message"}
            elif not reply.get("allow_sending_without_reply"):
                raise unmet("message to be replied not found")
        return self.world.add_message(chat.info["id"], self.world.bot, content)

    def _edit(self, message: Message, **changes: Any) -> Message:
        if all(message.get(name) == value for name, value in changes.items()):
            raise unmet(
                "message is not modified: specified new message content and reply markup are exactly the same as a "
                "current content and reply markup of the message"
            )
        return self.world.replace_message(message, **changes)

    def _caption(self, call: Call) -> Json:
        caption, entities = checks.text_of(call, call.params, caption=True)
        return {"caption": caption or None, "caption_entities": entities or None}

    def _chat(self, call: Call) -> Chat:
        chat = self.world.chats.get(call.chat_id or 0)
        if not chat:
            raise unmet("chat not found")
        return chat

    def _writable_chat(self, call: Call) -> Chat:
        chat = self._chat(call)
        if chat.blocked:
            private = chat.info["type"] == "private"
            reason = "bot was blocked by the user" if private else f"bot was kicked from the {chat.info['type']} chat"
            raise ApiError(403, f"Forbidden: {reason}")
        return chat

    def _own_message(self, call: Call) -> Message:
        message = self._writable_chat(call).messages.get(call.params["message_id"])
        if not message:
            raise unmet("message to edit not found")
        if message["from"]["id"] != self.world.bot["id"]:
            raise refused("message can't be edited")
        return message

    # Files

    def getFile(self, call: Call) -> Json:
        """Where to download a file from."""
        file = self.world.files.get(call.params["file_id"])
        if not file:
            raise refused("wrong file_id or the file is temporarily unavailable")
        if len(file.data) > 20 << 20:
            raise unmet("file is too big")
        return self.world.describe(file) | {"file_path": file.path}

    def downloadFile(self, call: Call) -> bytes:
        """The content of a file."""
        for file in self.world.files.values():
            if file.path == call.params["file_path"]:
                return file.data
        raise ApiError(404, "Not Found", misuse=True)

    def _file(self, call: Call, field: str, megabytes: int) -> tuple[StoredFile, str, str]:
        value = call.params[field]
        if isinstance(value, str) and value.startswith("attach://"):
            value = call.files.get(value.removeprefix("attach://"))
        if isinstance(value, Upload):
            if not value.data:
                raise refused("file must be non-empty")
            if len(value.data) > megabytes << 20:
                raise ApiError(413, "Request Entity Too Large", misuse=True)
            extension = value.name.rpartition(".")[2] or "bin"
            return self.world.add_file(value.data, f"{field}s", extension), value.name, value.mime_type
        if known := self.world.files.get(str(value)):
            return known, known.path.rpartition("/")[2], "application/octet-stream"
        raise refused("wrong file identifier/HTTP URL specified")

    # Queries and chats

    def answerCallbackQuery(self, call: Call) -> bool:
        """Stop the progress bar of a pressed button."""
        if len(call.params.get("text", "")) > 200:
            raise refused("MESSAGE_TOO_LONG")
        if not self.world.callbacks.get(call.params["callback_query_id"]):
            raise unmet(_TOO_OLD)
        return True

    def answerInlineQuery(self, call: Call) -> bool:
        """Show results under an inline query."""
        results = call.params.get("results") or []
        checks.inline_results(call, results)
        checks.inline_options(call)
        query_id = call.params["inline_query_id"]
        if not self.world.inline_queries.get(query_id):
            raise unmet(_TOO_OLD)
        self.world.inline_results[query_id] = results
        return True

    def getChat(self, call: Call) -> Json:
        """Full information about a chat, with the fields that the API guarantees."""
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        guaranteed = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, True)}
        return self._chat(call).info | guaranteed
