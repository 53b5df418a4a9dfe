"""The other side of the conversation: users and groups whose actions become updates for the bot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from . import checks, entities
from .calls import Call
from .world import Json, Message, StoredFile, Update

if TYPE_CHECKING:
    from .server import FakeBotApi


class Group:
    """A group chat in which users can write."""

    def __init__(self, api: FakeBotApi, info: Json) -> None:
        self.api = api
        self.id: int = info["id"]
        self.info = info

    def kick_bot(self, kicked: bool = True) -> None:
        """Remove the bot (or let it back in): it gets 403 from then on."""
        self.api.world.chats[self.id].blocked = kicked


class User:
    """A Telegram user. What it sends goes to its private chat with the bot, or to the `chat` given."""

    def __init__(self, api: FakeBotApi, info: Json) -> None:
        self.api = api
        self.id: int = info["id"]
        self.info = info

    @property
    def messages(self) -> list[Message]:
        """Everything now visible in the private chat, from both sides."""
        return list(self.api.world.chats[self.id].messages.values())

    def compose(self, text: str, **options: Any) -> Update:
        """Write a text message without sending it, for `api.push_many`; takes the options of `send`."""
        if not 1 <= len(text) <= 4096:
            raise ValueError("a Telegram client sends texts of 1 to 4096 characters")
        return {"message": self._message({"text": text, "entities": entities.detect(text) or None}, **options)}

    def send(self, text: str, **options: Any) -> Message:
        """Send a text; commands and links get their entities.

        Options: `chat` (a Group), `reply_to` (a message of the chat), `forward_from` (a User, or the name of someone
        who hides their account), `via_bot`, and any other field of a Message.
        """
        return self._push(lambda: self.compose(text, **options))

    def send_photo(
        self, data: bytes, caption: str | None = None, media_group_id: str | None = None, **options: Any
    ) -> Message:
        """Send a picture, in the two sizes that the bot would see."""

        def content() -> Json:
            sizes = ((90, 68), (800, 600))
            files = [(self._store(data, "photos", "jpg"), size) for size in sizes]
            photo = [self._describe(file) | {"width": width, "height": height} for file, (width, height) in files]
            return {"photo": photo, "media_group_id": media_group_id, **_caption(caption)}

        return self._push(lambda: {"message": self._message(content(), **options)})

    def send_document(
        self,
        data: bytes,
        file_name: str = "document.pdf",
        mime_type: str = "application/pdf",
        caption: str | None = None,
        media_group_id: str | None = None,
        **options: Any,
    ) -> Message:
        """Send a file."""

        def content() -> Json:
            file = self._store(data, "documents", file_name.rpartition(".")[2])
            document = self._describe(file) | {"file_name": file_name, "mime_type": mime_type}
            return {"document": document, "media_group_id": media_group_id, **_caption(caption)}

        return self._push(lambda: {"message": self._message(content(), **options)})

    def send_voice(self, data: bytes = b"OggS", duration: int = 3, **options: Any) -> Message:
        """Send a voice message."""

        def content() -> Json:
            voice = self._describe(self._store(data, "voice", "oga"))
            return {"voice": voice | {"duration": duration, "mime_type": "audio/ogg"}}

        return self._push(lambda: {"message": self._message(content(), **options)})

    def send_sticker(self, emoji: str = "👍", **options: Any) -> Message:
        """Send a sticker."""

        def content() -> Json:
            kind = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
            return {"sticker": self._describe(self._store(b"RIFF", "stickers", "webp")) | kind | {"emoji": emoji}}

        return self._push(lambda: {"message": self._message(content(), **options)})

    def send_raw(self, **fields: Any) -> Message:
        """Send a message with any other content, such as `location={...}` or `contact={...}`."""
        return self._push(lambda: {"message": self._message({}, **fields)})

    def edit(self, message_id: int, text: str, *, chat: Group | None = None) -> Message:
        """Edit a text that this user sent."""

        def change() -> Update:
            message = self.api.world.chats[chat.id if chat else self.id].messages[message_id]
            if message["from"]["id"] != self.id:
                raise ValueError("a user can edit only their own messages")
            edited = self.api.world.replace_message(message, text=text, entities=entities.detect(text) or None)
            return {"edited_message": edited}

        return self._push(change)

    def press(self, message: Message, button: str, *, stale: bool = False, expired: bool = False) -> str:
        """Press the inline button with this text or callback data; return the callback query's id.

        The message is taken as it is now. With `stale`, as it was given: someone pressed before an edit arrived.
        With `expired`, the bot's answer will come too late.
        """

        def query() -> Update:
            chat_id, message_id = message["chat"]["id"], message["message_id"]
            shown = message if stale else self.api.world.chats[chat_id].messages[message_id]
            buttons = [b for row in shown.get("reply_markup", {}).get("inline_keyboard", []) for b in row]
            for candidate in buttons:
                if button in (candidate["text"], candidate.get("callback_data")) and candidate.get("callback_data"):
                    break
            else:
                raise LookupError(f"no callback button {button!r} among {[b['text'] for b in buttons]}")
            query_id = str(self.api.world.new_id())
            self.api.world.callbacks[query_id] = not expired
            return {
                "callback_query": {
                    "id": query_id,
                    "from": self.info,
                    "message": shown,
                    "chat_instance": str(chat_id),
                    "data": candidate["callback_data"],
                }
            }

        return str(self._push(query)["id"])

    def inline_query(self, text: str, offset: str = "", *, chat_type: str = "sender", expired: bool = False) -> str:
        """Type an inline query; return its id. With `expired`, the bot's answer will come too late."""
        if len(text) > 256:
            raise ValueError("a Telegram client sends inline queries of at most 256 characters")

        def query() -> Update:
            query_id = str(self.api.world.new_id())
            self.api.world.inline_queries[query_id] = not expired
            typed = {"id": query_id, "from": self.info, "query": text, "offset": offset, "chat_type": chat_type}
            return {"inline_query": typed}

        return str(self._push(query)["id"])

    def choose(self, query_id: str, result_id: str, chat: Group | None = None) -> Message:
        """Send one of the results of an inline query, as this user and via the bot; only texts are modelled."""

        def share() -> Update:
            results = {result["id"]: result for result in self.api.world.inline_results[query_id]}
            content = results[result_id]["input_message_content"]
            call = Call(-1, "choose", {})
            text, found = checks.text_of(call, {**content, "text": content["message_text"]})
            markup = results[result_id].get("reply_markup")
            fields = {"text": text, "entities": found or None, "via_bot": self.api.world.bot, "reply_markup": markup}
            return {"message": self._message(fields, chat=chat)}

        return self._push(share)

    def block(self, blocked: bool = True) -> None:
        """Block the bot, or unblock it: the bot is told and gets 403 in this chat."""

        def change() -> Update:
            chat = self.api.world.chats[self.id]
            chat.blocked = blocked
            statuses = ("member", "kicked") if blocked else ("kicked", "member")
            old, new = (_membership(self.api.world.bot, status) for status in statuses)
            now = int(time.time())
            member = {"chat": chat.info, "from": self.info, "date": now, "old_chat_member": old, "new_chat_member": new}
            return {"my_chat_member": member}

        self._push(change)

    def _push(self, make: Any) -> Json:
        """Build the update on the server's thread, which owns the state, and queue it; return its content."""
        update = self.api.on_loop(lambda: self.api.push(make()))
        content: Json = next(value for key, value in update.items() if key != "update_id")
        return content

    def _message(
        self,
        content: Json,
        *,
        chat: Group | None = None,
        reply_to: Message | None = None,
        forward_from: User | str | None = None,
        **fields: Any,
    ) -> Message:
        if reply_to:
            fields["reply_to_message"] = {k: v for k, v in reply_to.items() if k != "reply_to_message"}
        if isinstance(forward_from, User):
            fields["forward_origin"] = {"type": "user", "sender_user": forward_from.info, "date": int(time.time())}
        elif forward_from:
            origin = {"type": "hidden_user", "sender_user_name": forward_from, "date": int(time.time())}
            fields["forward_origin"] = origin
        return self.api.world.add_message(chat.id if chat else self.id, self.info, content | fields)

    def _store(self, data: bytes, folder: str, extension: str) -> StoredFile:
        return self.api.world.add_file(data, folder, extension)

    def _describe(self, file: StoredFile) -> Json:
        return self.api.world.describe(file)


def _caption(caption: str | None) -> Json:
    return {"caption": caption, "caption_entities": entities.detect(caption) or None} if caption else {}


def _membership(bot: Json, status: str) -> Json:
    return {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})
