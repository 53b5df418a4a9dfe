"""Formatted text as Telegram reads it: the HTML dialect, UTF-16 offsets, trimming, and detected entities."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from .errors import refused

Entity = dict[str, Any]
Flag = Callable[[str], None]

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_SPLITTABLE = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
_VERBATIM = frozenset({"code", "pre"})
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})

_SPECIAL = re.compile(r"[<>&]")
_REFERENCE = re.compile(r"&(?:#x(?P<hex>[0-9a-fA-F]{1,6})|#(?P<dec>[0-9]{1,7})|(?P<name>[a-zA-Z]+));?")
_ATTRIBUTE = re.compile(r"\s*([^\s=>/\"']+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9.\-]+)(?=[\s>])))?")

# Telegram's own detection is larger (cashtags, phone and card numbers, every top-level domain); a bot's tests need
# commands above all, and links, mentions and hashtags so that filters on entities see something realistic.
_DETECTED = (
    ("url", re.compile(r"(?<![\w@.])(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)\]'»]")),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-zA-Z]{2,}")),
    ("url", re.compile(r"(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:com|org|net|info|fr|eu|io|be|ch|uk)\b(?:/[^\s<>\"]*\w/?)?")),
    ("mention", re.compile(r"(?<![\w/@])@[A-Za-z0-9_]{3,32}(?!\w)")),
    ("hashtag", re.compile(r"(?<!\w)#\w*[^\W\d]\w*")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])")),
)


def utf16_len(text: str) -> int:
    """Length in UTF-16 code units, the unit of every offset and length in the Bot API."""
    return len(text) + sum(char > "\uffff" for char in text)


@dataclass
class _Open:
    """A start tag waiting for its end tag."""

    tag: str
    argument: str
    offset: int
    source_at: int


def parse_html(source: str, flag: Flag = lambda reason: None) -> tuple[str, list[Entity]]:
    """Return the plain text and entities of `source`, or raise Telegram's 400.

    `flag` hears of what Telegram accepts but its documentation forbids: it is shown to the user as raw text.
    """
    out: list[str] = []
    units = 0
    stack: list[_Open] = []
    entities: list[Entity] = []

    def emit(piece: str) -> None:
        nonlocal units
        out.append(piece)
        units += utf16_len(piece)

    def fail(reason: str, at: int) -> Exception:
        # Telegram counts bytes here, which is why the position cannot be a Python index.
        return _unparsable(f"{reason} at byte offset {len(source[:at].encode('utf-8', 'surrogatepass'))}")

    pos = 0
    while match := _SPECIAL.search(source, pos):
        emit(source[pos : match.start()])
        begin = match.start()
        if match[0] == "&":
            piece, pos = _reference(source, begin)
            if piece is None:
                flag(f"unescaped or unsupported reference {source[begin : begin + 10]!r} is shown as it is")
                piece, pos = "&", begin + 1
            emit(piece)
        elif match[0] == ">":
            flag(f"unescaped '>' near {source[max(0, begin - 10) : begin + 10]!r}")
            emit(">")
            pos = begin + 1
        elif source.startswith("</", begin):
            if not stack:
                raise fail("Unexpected end tag", begin)
            if (pos := source.find(">", begin)) < 0:
                raise fail("Unclosed end tag", begin)
            name = source[begin + 2 : pos].strip().lower()
            opened = stack.pop()
            if name and name != opened.tag:
                at = len(source[:begin].encode("utf-8", "surrogatepass"))
                raise _unparsable(
                    f'Unmatched end tag at byte offset {at}, expected "</{opened.tag}>", found "</{name}>"'
                )
            pos += 1
            if units > opened.offset:
                _close(opened, units - opened.offset, "".join(out)[opened.source_at :], entities, flag)
        else:
            tag, argument, pos = _start_tag(source, begin, fail)
            stack.append(_Open(tag, argument, units, sum(map(len, out))))
    emit(source[pos:])
    if stack:
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    for entity in entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    return "".join(out), entities


def _unparsable(reason: str) -> Exception:
    return refused(f"can't parse entities: {reason}")


def _reference(source: str, begin: int) -> tuple[str | None, int]:
    """The character that a `&...;` stands for (None when it stands for nothing) and where it ends."""
    match = _REFERENCE.match(source, begin)
    if not match:
        return None, begin
    if match["name"]:
        return _NAMED.get(match["name"]), match.end()
    code = int(match["hex"], 16) if match["hex"] else int(match["dec"])
    return (chr(code) if 0 < code < 0x10FFFF else None), match.end()


def _start_tag(source: str, begin: int, fail: Callable[[str, int], Exception]) -> tuple[str, str, int]:
    """Read `<name attributes>`; return the name, its one meaningful argument and the position after it."""
    name_match = re.compile(r"<([^\s>]*)").match(source, begin)
    assert name_match is not None
    pos = name_match.end()
    if pos == len(source):
        raise fail("Unclosed start tag", begin)
    tag = name_match[1].lower()
    if tag not in _TAGS:
        raise fail(f'Unsupported start tag "{tag}"', begin)
    argument = ""
    while True:
        pos += len(source[pos:]) - len(source[pos:].lstrip())
        if pos == len(source):
            raise fail(f'Unclosed start tag "{tag}"', begin)
        if source[pos] == ">":
            break
        attribute = _ATTRIBUTE.match(source, pos)
        if not attribute:
            raise fail(f'Empty attribute name in the tag "{tag}"', begin)
        pos = attribute.end()
        value = next((group for group in attribute.groups()[1:] if group is not None), None)
        if value is None and source[pos:].lstrip().startswith("="):
            if source[pos:].lstrip()[1:].lstrip()[:1] in ('"', "'", ""):
                raise fail("Unclosed start tag", begin)
            raise fail("Unexpected end of name token", pos)
        argument = _argument(tag, attribute[1], _unescape(value or ""), value is not None) or argument
    if tag == "span" and argument != "spoiler":
        raise fail('Tag "span" must have class "tg-spoiler"', begin)
    return tag, argument, pos + 1


def _unescape(value: str) -> str:
    return _REFERENCE.sub(lambda match: _reference(match[0], 0)[0] or match[0], value)


def _argument(tag: str, name: str, value: str, has_value: bool) -> str:
    match tag, name:
        case "a", "href":
            return value
        case "code", "class" if value.startswith("language-"):
            return value.removeprefix("language-")
        case "span", "class" if value.startswith("tg-"):
            return value.removeprefix("tg-")
        case "tg-emoji", "emoji-id":
            return value
        case "blockquote", "expandable":
            return "1"
    return ""


def _close(opened: _Open, length: int, inner: str, entities: list[Entity], flag: Flag) -> None:
    """Append the entity of a tag that has just been closed around `inner`."""
    entity: Entity = {"type": _TAGS[opened.tag], "offset": opened.offset, "length": length}
    last = entities[-1] if entities else None
    same_span = last is not None and (last["offset"], last["length"]) == (entity["offset"], entity["length"])
    if opened.tag == "a":
        url = opened.argument or inner
        if user_id := re.fullmatch(r"tg://user\?id=(\d+)", url):
            entity |= {"type": "text_mention", "user": {"id": int(user_id[1]), "is_bot": False, "first_name": inner}}
        elif link := check_link(url):
            entity["url"] = link
        else:
            flag(f"link {url!r} is invalid: Telegram drops it silently")
            return
    elif opened.tag == "blockquote" and opened.argument:
        entity["type"] = "expandable_blockquote"
    elif opened.tag == "tg-emoji":
        if not opened.argument.isdigit():
            raise _unparsable("Invalid custom emoji identifier specified")
        entity["custom_emoji_id"] = opened.argument
    elif opened.tag == "code" and opened.argument:
        entity["language"] = opened.argument
    elif opened.tag == "pre" and same_span and last is not None and last["type"] == "code" and last.get("language"):
        # <pre><code class="language-x"> is the one nesting that Telegram merges into a single entity.
        last["type"] = "pre"
        return
    entities.append(entity)


def check_link(url: str) -> str | None:
    """The normalised form Telegram stores, or None for a link that it refuses."""
    if re.match(r"(?i)(tg|ton)://?[\w-]+", url):
        return url
    parts = urlsplit(url if re.match(r"(?i)https?://", url) else f"http://{url}")
    try:
        valid = parts.port != 0 and "." in (parts.hostname or "") and not re.search(r"[\s<>\"]", parts.netloc)
    except ValueError:
        return None
    if not valid:
        return None
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", parts.query, parts.fragment))


def clean(text: str) -> str:
    """Drop what Telegram drops from any string: carriage returns and control characters."""
    return re.sub(r"[\x00-\x08\x0b-\x1f]", " ", text.replace("\r", ""))


def trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Strip the outer white space and move, shorten or drop the entities accordingly."""
    text = text.rstrip()
    size = utf16_len(text)
    first = min((entity["offset"] for entity in entities), default=len(text))
    left = min(len(text) - len(text.lstrip(" \n")), first)
    kept = []
    for entity in entities:
        end = min(entity["offset"] + entity["length"], size)
        if entity["offset"] < end:
            kept.append({**entity, "offset": entity["offset"] - left, "length": end - entity["offset"]})
    return text[left:], kept


def settle(entities: list[Entity], flag: Flag = lambda reason: None) -> list[Entity]:
    """Resolve overlaps as Telegram does.

    Code and pre hold no other formatting, links do not nest, quotes do not nest, and a bold that spans code is cut
    around it.
    """
    solid: list[Entity] = []
    for entity in sorted((e for e in entities if e["type"] not in _SPLITTABLE), key=_order):
        family = _QUOTES if entity["type"] in _QUOTES else None
        rivals = [other for other in solid if (other["type"] in _QUOTES) == (family is not None)]
        blocked = [*rivals, *(other for other in solid if other["type"] in _VERBATIM)]
        if any(_overlap(entity, other) for other in blocked):
            flag(f"{entity['type']} inside another entity is dropped")
        else:
            solid.append(entity)
    walls = sorted((e["offset"], e["offset"] + e["length"]) for e in solid if e["type"] in _VERBATIM)
    soft: list[Entity] = []
    for kind in sorted(_SPLITTABLE):
        spans = [(e["offset"], e["offset"] + e["length"]) for e in entities if e["type"] == kind]
        for begin, end in _outside(_union(spans), walls):
            soft.append({"type": kind, "offset": begin, "length": end - begin})
    return sorted([*solid, *soft], key=_order)


def _order(entity: Entity) -> tuple[int, int, str]:
    return entity["offset"], -entity["length"], entity["type"]


def _overlap(one: Entity, two: Entity) -> bool:
    return bool(one["offset"] < two["offset"] + two["length"] and two["offset"] < one["offset"] + one["length"])


def _union(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if merged and begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _outside(spans: list[tuple[int, int]], walls: list[tuple[int, int]]) -> list[tuple[int, int]]:
    for low, high in walls:
        spans = [
            part
            for begin, end in spans
            for part in ((begin, min(end, low)), (max(begin, high), end))
            if part[0] < part[1]
        ]
    return spans


def detect(text: str, known: list[Entity] | None = None) -> list[Entity]:
    """Entities that Telegram finds by itself, skipping those that would overlap `known` links, code or each other."""
    taken = [entity for entity in known or [] if entity["type"] not in _SPLITTABLE | _QUOTES]
    found: list[Entity] = []
    for kind, pattern in _DETECTED:
        for match in pattern.finditer(text):
            entity = {"type": kind, "offset": utf16_len(text[: match.start()]), "length": utf16_len(match[0])}
            if not any(_overlap(entity, other) for other in [*taken, *found]):
                found.append(entity)
    return sorted([*(known or []), *found], key=_order)
