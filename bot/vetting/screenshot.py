"""Screenshot of a conversation → its messages in order, without the telephone's own words around them."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import rapidocr
from rapidfuzz import fuzz

import knowledge.settings  # noqa: F401  (telemetry off before onnxruntime is used)

Pixels = npt.NDArray[np.uint8]
"""Height × width × 3, blue first, as OpenCV has it."""

THREADS = 2
DETECTION_SIDE = 1280
"""Detection sees a slice no longer than this: 0.5 s for 1080 × 2400; 1600 reads no better, in twice the time."""
SLICE_RATIO = 2.4
"""Height of a slice for a width of 1: an ordinary screen is one slice."""
LINES_AT_ONCE = 6

# One image at a time: the memory of a reading is then bounded for the whole bot, and two
# readings that share two cores would not end sooner.
_turn = threading.Lock()


@dataclass(frozen=True)
class Box:
    """A piece of text where it stands, in pixels."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2


@dataclass(frozen=True)
class Line:
    text: str
    opens: bool
    """Whether a bubble (or a paragraph) begins with this line."""


@dataclass(frozen=True)
class Screen:
    sender: str | None
    """The telephone number in the header, if it is one: a name is not kept."""
    lines: list[Line]


def read_screen(image: Pixels, timeout_s: float) -> Screen:
    """The messages of one image. ``timeout_s``: seconds from this image's turn. Raises ``TimeoutError``."""
    with _turn:
        boxes = _recognise(image, time.monotonic() + timeout_s)
    return _Layout(image, boxes).screen()


def conversation(screens: list[Screen]) -> str:
    """Screens of one conversation as one text; what a screen repeats of the one before is said once."""
    lines: list[Line] = []
    senders: list[str] = []
    for screen in screens:
        if screen.sender and screen.sender not in senders:
            senders.append(screen.sender)
        end, start = _seam(lines, screen.lines)
        lines = [*lines[:end], *screen.lines[start:]]
    text = "".join(("\n\n" if line.opens else " ") + line.text for line in lines)
    return "\n\n".join([*senders, text.strip()]).strip()


def _seam(before: list[Line], after: list[Line]) -> tuple[int, int]:
    """Where ``before`` stops and where ``after`` goes on, so that what both show is said once."""
    # A line cut in two by the screen's edge is read wrong, and whole on the other screen: up to two
    # lines are left out on each side of what the screens share.
    for count in range(min(len(before), len(after)), 0, -1):
        for end in range(len(before), max(len(before) - 3, count - 1), -1):
            for start in range(min(3, len(after) - count + 1)):
                ours, theirs = before[end - count : end], after[start : start + count]
                same = all(fuzz.ratio(a.text, b.text) >= 90 for a, b in zip(ours, theirs, strict=True))
                # One short line (« Oui ») comes twice in many a conversation.
                if same and sum(len(line.text) for line in ours) >= 20:
                    return end, start + count
    return len(before), 0


# --- Pixels → boxes


@lru_cache(maxsize=1)
def _engine() -> rapidocr.RapidOCR:
    """Loaded at the first image: 0.6 s. Called with ``_turn`` held."""
    cv2.setNumThreads(THREADS)
    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "error",
            # Screenshots are upright: no model to turn lines. No resizing but the detection's own:
            # letters are read at the size they were sent.
            "Global.use_cls": False,
            "Global.use_preprocess_img": False,
            # Named, so that nothing is ever downloaded.
            "Det.model_path": str(next(models.glob("*_det_*.onnx"))),
            "Rec.model_path": str(next(models.glob("*_rec_*.onnx"))),
            "Det.limit_type": "max",
            "Det.limit_side_len": DETECTION_SIDE,
            "Rec.rec_batch_num": LINES_AT_ONCE,
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _recognise(image: Pixels, deadline: float) -> list[Box]:
    """Every piece of text. Raises ``TimeoutError`` after ``deadline`` (``time.monotonic``)."""
    # The clock is looked at between steps, each of bounded size (one slice to search, six lines to
    # read: at most about a second): simpler than a process to kill, and no second copy of the models.
    engine = _engine()
    boxes: list[Box] = []
    for top, slice_ in _slices(image):
        _check(deadline)
        try:
            crops, found = engine.detect_and_crop(slice_, {"preprocess": {"ratio_h": 1.0, "ratio_w": 1.0}})
        except rapidocr.main.RapidOCRError:  # how the engine says that there is no text
            continue
        corners = np.asarray(found.boxes, dtype=float)
        padding = _vertical_padding(slice_, found.img)
        # Lines of like length are read together: the shorter ones are padded to the longest.
        order = sorted(range(len(crops)), key=lambda n: crops[n].shape[1] / crops[n].shape[0])
        for start in range(0, len(order), LINES_AT_ONCE):
            _check(deadline)
            some = order[start : start + LINES_AT_ONCE]
            read = engine.recognize_txt([crops[n] for n in some])
            for n, text, score in zip(some, read.txts or (), read.scores or (), strict=True):
                if score >= engine.text_score and (text := _tidy(text)):
                    (left, upper), (right, lower) = corners[n].min(axis=0), corners[n].max(axis=0)
                    boxes.append(Box(text, left, upper + top - padding, right, lower + top - padding))
    return boxes


def _check(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise TimeoutError


def _vertical_padding(slice_: Pixels, padded: Pixels | None) -> int:
    """Pixels that the engine added above a very flat slice."""
    return 0 if padded is None else (padded.shape[0] - slice_.shape[0]) // 2


def _slices(image: Pixels) -> Iterator[tuple[int, Pixels]]:
    """The image from top to bottom, with where each slice begins; cut where there is no text."""
    height, width = image.shape[:2]
    full = max(round(width * (SLICE_RATIO if height > width else 0.6)), 320)
    top = 0
    while height - top > full * 1.25:
        # The calmest row of the last quarter: between two lines, hardly anything changes from left to right.
        first = top + full * 3 // 4
        window = cv2.cvtColor(image[first : top + full], cv2.COLOR_BGR2GRAY).astype(np.int16)
        changes = np.abs(np.diff(window, axis=1)).sum(axis=1).astype(float)
        cut = first + int(np.argmin(np.convolve(changes, np.ones(9), mode="same")[5:-5])) + 5
        yield top, image[top:cut]
        top = cut
    yield top, image[top:]


_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3002: ".", 0x3001: ",", 0x3000: " "}
_IDEOGRAM = re.compile(r"[\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF]")


def _tidy(text: str) -> str:
    """The model also reads Chinese: it takes emoji for ideograms, and a colon for a wide one."""
    text = text.translate(_FULL_WIDTH)
    if re.search(r"[^\W\d_]", _IDEOGRAM.sub("", text)):
        text = _IDEOGRAM.sub(" ", text)
    text = " ".join(text.split())
    return text if re.search(r"[\w?!€$£]", text) else ""


# --- Boxes → messages

_TIME = r"\d{1,2}[:.]\d{2}(?:\s?[AaPp]\.?[Mm]\.?)?"
_TICKS = r"[\s✓√vVwWyYJ/\\]{0,4}"
_DAY = (
    r"(?:lun|mar|mer|jeu|ven|sam|dim|mon|tue|wed|thu|fri|sat|sun)[a-zé]*\.?"
    r"|\d{1,2}(?:er|st|nd|rd|th)?|(?:20)?\d\d|\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?|à|a|at|le|"
    r"(?:jan|f[ée]v|feb|mars|mar|avr|apr|mai|may|juin|jun|juil|jul|ao[uû]|aug|sep|oct|nov|d[ée]c)[a-zéûu]*\.?"
)
_STATUS_WORD = (
    r"\d{1,3}\s?%?|[2345]G\+?|LTE|4G\+|H\+?|E|VoLTE|VoWiFi|Wi-?Fi|\W+|\w"
    r"|Orange|F|SFR|Free|Bouygues|Telecom|Telekom|Sosh|RED|B&You|NRJ|Lebara|Lyca(?:mobile)?|Syma|Prixtel|Vodafone|EE|O2"
    r"|Three|Proximus|Swisscom|KB/s|K/s|\d+[.,]\d+"
)
_HOUR = re.compile(rf"{_TIME}{_TICKS}")
_TICKS_ALONE = re.compile(r"[✓√vVwWyYJ/\\]{1,4}")
_HOUR_AT_END = re.compile(rf"\s+{_TIME}(?P<ticks>{_TICKS})$")
_LEADS_TO_HOUR = re.compile(
    r"(?:\b(?:à|a|at|vers|de|dès|d[eè]s|avant|après|by|until|from|to|et|and|before|after)|[-:–>,(])$", re.I
)
_STATUS = re.compile(rf"(?:{_TIME})(?:\s*(?:{_STATUS_WORD}))*", re.I)
_STATUS_PART = re.compile(rf"(?:\s*(?:{_STATUS_WORD}))+", re.I)
_DATE = re.compile(
    rf"(?:aujourd.?hui|hier|today|yesterday|(?:{_DAY})(?:[\s,]+(?:{_DAY}))*)[\s,·-]*(?:(?:à|at)\s)?(?:{_TIME})?", re.I
)
_PRESENCE = re.compile(
    r"en ligne|online|vue? (?:à|aujourd|hier|récemment|il y a).*|last seen.*|actif.*|active? (?:now|il y a|.*ago).*|"
    r"en train d.écrire.*|écrit.*|typing.*|compte professionnel.*|business account|appuyez ici.*|tap here.*|"
    r"\d[\d\s]* (?:membres|members|abonnés|subscribers|participants).*",
    re.I,
)
_FIELD = re.compile(
    r"(?:\W|[+OoQ©@&]){0,3}\s*(?:message|écri(?:vez|re|s) un message|tapez un message|saisi\w+ un message|"
    r"type a message|write a message|enter message|(?:text|texte) message|message texte|sms|imessage|message rcs|"
    r"discussion (?:sms|rcs)|texting with.*|répondre|reply|aa)(?:\W|[O©@&]){0,4}",
    re.I,
)
_BUTTON = re.compile(
    r"(?:ajouter(?: aux? contacts?)?|bloquer|signaler|add(?: to contacts)?|block|report|distribué|delivered|remis|"
    rf"(?:lu|read|vu|seen)(?:\s+(?:à\s)?{_TIME}))(?:\s+(?:ajouter|bloquer|signaler|add|block|report))*",
    re.I,
)
_NOTICE = re.compile(
    r"\W*\w{0,2}\W*(?:les )?messages et (?:les )?appels (?:sont )?chiffrés de bout en bout.*"
    r"|\W*\w{0,2}\W*messages and calls are end-to-end encrypted.*"
    r"|(?:cet expéditeur|l.expéditeur) (?:ne figure|n.est) pas dans vos contacts.*|the sender is not in your contact.*",
    re.I,
)
_PHONE = re.compile(r"[^\w+]*(?:<\s*)?(\+?\(?\d[\d\s().-]{7,20}\d)")
_TELLING = re.compile(r"https?:|www\.|@|\d\s?[€$£]|[€$£]\s?\d")


class _Layout:
    """What each box is: the telephone's, the application's, or a message's."""

    def __init__(self, image: Pixels, boxes: list[Box]) -> None:
        self._image = image
        self._height, self._width = image.shape[:2]
        self._boxes = sorted(boxes, key=lambda box: (box.middle, box.left))

    def screen(self) -> Screen:
        has_status = self._drop_status_bar()
        self._drop_below_input_field()
        sender = self._take_header(has_status)
        hours = self._take(self._is_stamp)
        self._take(lambda box: bool(_TICKS_ALONE.fullmatch(box.text)) and any(_beside(hour, box) for hour in hours))
        lines: list[Line] = []
        for bubble in self._bubbles():
            texts = self._texts(bubble, hours)
            whole = " ".join(texts)
            if (
                _BUTTON.fullmatch(whole)
                or _NOTICE.fullmatch(whole)
                or (self._is_centred(bubble) and _DATE.fullmatch(whole))
            ):
                continue
            lines += [Line(text, opens=n == 0) for n, text in enumerate(texts)]
        return Screen(sender, lines)

    def _is_stamp(self, box: Box) -> bool:
        """The hour of a message. « 14:30 » with another hour on its right is an answer, with its own hour."""
        return bool(_HOUR.fullmatch(box.text)) and not any(
            other.left > box.right and _same_row(other, box) and _HOUR.fullmatch(other.text) for other in self._boxes
        )

    def _take(self, wanted: Callable[[Box], bool]) -> list[Box]:
        """Remove and return the boxes that are ``wanted``."""
        taken: list[Box] = []
        left: list[Box] = []
        for box in self._boxes:
            (taken if wanted(box) else left).append(box)
        self._boxes = left
        return taken

    def _drop_status_bar(self) -> bool:
        """Hour, operator and battery, if they are there: a cropped image may begin with a message."""
        first = [box for box in self._boxes if box.middle < 0.12 * self._width]
        clocks = [box for box in first if _STATUS.fullmatch(box.text)]
        if not clocks:
            return False
        clock = clocks[0]
        row = [box for box in first if abs(box.middle - clock.middle) < clock.height * 0.8]
        if all(box is clock or _STATUS_PART.fullmatch(box.text) or _STATUS.fullmatch(box.text) for box in row) or (
            clock.left < 0.25 * self._width and len(clock.text) <= 8
        ):
            self._take(lambda box: box in row)
            return True
        return False

    def _drop_below_input_field(self) -> None:
        """The field, and the keyboard or the buttons under it."""
        fields = [box for box in self._boxes if box.top > 0.4 * self._height and _FIELD.fullmatch(box.text)]
        # « Message » is also a word that people send: the field is on the left and wide, so nothing else is above it.
        if fields and (field := fields[-1]).left < 0.35 * self._width:
            self._take(lambda box: box.middle > field.top)
        self._take(lambda box: box.bottom > self._height - 0.2 * self._width and len(box.text) <= 2)

    def _take_header(self, has_status: bool) -> str | None:
        """Drop the header; return the telephone number it shows."""
        presence = next(
            (box for box in self._boxes if box.bottom < 0.4 * self._width and _PRESENCE.fullmatch(box.text)), None
        )
        if presence is None and not has_status:
            return None  # nothing tells that these are not messages
        limit = presence.bottom + 1 if presence else 0.27 * self._width
        header = [box for box in self._boxes if box.bottom <= limit and len(box.text) <= 40]
        numbers = [
            match[1] for box in header if (match := _PHONE.match(box.text)) and len(re.sub(r"\D", "", match[1])) >= 8
        ]
        self._take(lambda box: box in header and not _TELLING.search(box.text))
        return numbers[0].strip() if numbers else None

    def _bubbles(self) -> list[list[Box]]:
        """Boxes by bubble, in order; the pieces of one line are joined."""
        bubbles: list[list[Box]] = []
        for box in self._boxes:
            home = next((bubble for bubble in reversed(bubbles[-3:]) if self._belongs(box, bubble[-1])), None)
            if home is None:
                bubbles.append([box])
            elif _same_row(box, home[-1]):
                first, second = sorted((home[-1], box), key=lambda piece: piece.left)
                home[-1] = _union(first, second)
            else:
                home.append(box)
        return bubbles

    def _belongs(self, box: Box, last: Box) -> bool:
        height = min(box.height, last.height)
        if _same_row(box, last):
            return max(box.left - last.right, last.left - box.right) < 2.5 * height
        aligned = abs(box.left - last.left) < 1.5 * height or abs(box.centre - last.centre) < 0.5 * height
        return (
            aligned
            and box.top - last.bottom < 0.8 * height
            and max(box.height, last.height) < 1.7 * height
            and not self._edge_between(last, box)
        )

    def _edge_between(self, upper: Box, lower: Box) -> bool:
        """Whether another colour than the two lines' own lies between them: the gap between two bubbles."""
        left, right = int(max(upper.left, lower.left)), int(min(upper.right, lower.right))
        if right - left < 4:
            return False
        above, below = (_paper(self._image[int(box.top) : int(box.bottom) + 1, left:right]) for box in (upper, lower))
        if _differ(above, below):
            return True
        gap = self._image[int(upper.bottom) : int(lower.top), left:right]
        return any(_differ(np.median(row, axis=0), above) for row in gap)

    def _is_centred(self, bubble: list[Box]) -> bool:
        return all(abs(box.centre - self._width / 2) < 0.1 * self._width for box in bubble)

    def _texts(self, bubble: list[Box], hours: list[Box]) -> list[str]:
        """The bubble's lines, without the hour that ends it when it was read as one piece with the text."""
        last = bubble[-1]
        apart = any(last.top < hour.bottom and hour.top < last.bottom + last.height for hour in hours)
        at_end = _HOUR_AT_END.search(last.text)
        if at_end and not apart:
            rest = last.text[: at_end.start()]
            if at_end["ticks"].strip() or not _LEADS_TO_HOUR.search(rest):
                bubble = [*bubble[:-1], replace(last, text=rest)]
        return [box.text for box in bubble]


def _same_row(one: Box, other: Box) -> bool:
    return min(one.bottom, other.bottom) - max(one.top, other.top) > 0.5 * min(one.height, other.height)


def _beside(hour: Box, box: Box) -> bool:
    return _same_row(hour, box) and 0 <= box.centre - hour.right < 3 * hour.height


def _union(first: Box, second: Box) -> Box:
    return Box(
        f"{first.text} {second.text}",
        first.left,
        min(first.top, second.top),
        max(first.right, second.right),
        max(first.bottom, second.bottom),
    )


def _paper(pixels: Pixels) -> npt.NDArray[np.float64]:
    """The colour that a line is written on: letters cover less than half of it."""
    return np.asarray(np.median(pixels.reshape(-1, 3), axis=0), dtype=np.float64)


def _differ(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> bool:
    # JPEG makes a flat colour tremble by a few levels; themes part bubbles from the wall by 20 or more.
    return bool(np.abs(one - other).max() > 12)
