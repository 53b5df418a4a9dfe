"""What exists on Telegram's side: chats and their messages, files, and queries that await an answer."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Message = dict[str, Any]
Update = dict[str, Any]


@dataclass
class Chat:
    """A chat and the messages that are still in it. A message is replaced when it is edited, never mutated."""

    info: Json
    messages: dict[int, Message] = field(default_factory=dict)
    next_id: int = 1
    blocked: bool = False


@dataclass(frozen=True)
class StoredFile:
    """A file known to Telegram."""

    file_id: str
    unique_id: str
    path: str
    data: bytes


@dataclass
class World:
    """The state that the Bot API methods and the simulated users share."""

    bot: Json
    chats: dict[int, Chat] = field(default_factory=dict)
    users: dict[int, Json] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    outbox: list[tuple[int, int]] = field(default_factory=list)
    reactions: dict[tuple[int, int], list[Json]] = field(default_factory=dict)
    callbacks: dict[str, bool] = field(default_factory=dict)
    inline_queries: dict[str, bool] = field(default_factory=dict)
    inline_results: dict[str, list[Json]] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    profile: dict[tuple[str, str], str] = field(default_factory=dict)
    logged_out: bool = False
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def new_id(self) -> int:
        """A number that was never given before."""
        return next(self._ids)

    def add_message(self, chat_id: int, sender: Json, content: Json) -> Message:
        """Store a new message and give it the chat's next id."""
        chat = self.chats[chat_id]
        base: Json = {"message_id": chat.next_id, "from": sender, "chat": chat.info, "date": int(time.time())}
        message = base | {key: value for key, value in content.items() if value is not None}
        chat.messages[chat.next_id] = message
        chat.next_id += 1
        if sender["id"] == self.bot["id"]:
            self.outbox.append((chat_id, message["message_id"]))
        return message

    def replace_message(self, message: Message, **changes: Any) -> Message:
        """Store an edited copy; a change to None removes the field."""
        edited = {**message, **changes, "edit_date": int(time.time())}
        edited = {key: value for key, value in edited.items() if value is not None}
        self.chats[message["chat"]["id"]].messages[message["message_id"]] = edited
        return edited

    def add_file(self, data: bytes, folder: str, extension: str) -> StoredFile:
        """Store a file under a fresh identifier."""
        number = self.new_id()
        path = f"{folder}/file_{number}.{extension}"
        file = StoredFile(f"FILE{number:08d}", f"UNIQ{number:08d}", path, data)
        self.files[file.file_id] = file
        return file

    def describe(self, file: StoredFile) -> Json:
        """The fields that every kind of file object shares."""
        return {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": len(file.data)}
