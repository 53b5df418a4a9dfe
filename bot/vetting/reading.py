"""What a user sends (image, album, PDF, text file) → its text. Input is hostile until it is read.

The only exception that comes out is ``Unreadable``. Nothing here opens a socket or writes a file.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from PIL import Image, ImageOps, ImageStat, UnidentifiedImageError

if TYPE_CHECKING:
    from bot.vetting.screenshot import Pixels

Reason = Literal["too_large", "too_many_pages", "not_supported", "corrupt", "nothing_readable", "too_slow"]

IMAGE_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
TEXT_SUFFIXES = frozenset({".txt", ".text", ".csv", ".tsv", ".md", ".log"})
WIDEST_SHORT_SIDE = 1440
"""Pixels. No telephone's screen is wider: a photograph is brought down to it, letters stay large enough."""
LONGEST_RATIO = 60
"""Long side over short side; ten screens one under the other are 22."""


class Unreadable(Exception):
    """What was sent cannot be read, and why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True)
class ReadingLimits:
    image_max_bytes: int = 20 * 1024 * 1024
    image_max_pixels: int = 25_000_000
    """Read in the header, before decoding: bounds the memory of an image (a decompression bomb is small on disk)."""
    images_max: int = 10
    """Images of an album."""
    image_timeout_s: float = 20.0
    """Seconds to read one image, from its turn; overrun by one step at most (about a second)."""
    document_max_bytes: int = 10 * 1024 * 1024
    document_timeout_s: float = 20.0
    document_memory_bytes: int = 1024 * 1024 * 1024
    """Address space of the process that reads a PDF."""
    pdf_max_pages: int = 30
    text_max_chars: int = 8000
    """A longer text is refused, not cut: a verdict on half an offer would be about another offer."""


def read_image(data: bytes, limits: ReadingLimits) -> str:
    """The text of a screenshot, bubbles parted by a blank line. Raises ``Unreadable``."""
    return read_images([data], limits)


def read_images(images: Sequence[bytes], limits: ReadingLimits) -> str:
    """The text of an album: one conversation, in order, repeated lines once. Raises ``Unreadable``."""
    # Imported here: OpenCV and onnxruntime take 100 MB that a bot without images does not need.
    from bot.vetting.screenshot import conversation, read_screen

    if len(images) > limits.images_max or any(len(data) > limits.image_max_bytes for data in images):
        raise Unreadable("too_large")
    screens = []
    for data in images:
        pixels = _pixels(data, limits)
        try:
            screens.append(read_screen(pixels, limits.image_timeout_s))
        except TimeoutError as error:
            raise Unreadable("too_slow") from error
        except Exception as error:  # OpenCV's and onnxruntime's own, out of memory included
            raise Unreadable("corrupt") from error
    return _checked(conversation(screens), limits)


def _pixels(data: bytes, limits: ReadingLimits) -> Pixels:
    """Decoded, upright, opaque, at a size to read. Raises ``Unreadable``."""
    import numpy as np

    try:
        with Image.open(BytesIO(data), formats=IMAGE_FORMATS) as image:
            if image.width * image.height > limits.image_max_pixels:
                raise Unreadable("too_large")
            if max(image.size) > LONGEST_RATIO * min(image.size):
                raise Unreadable("nothing_readable")  # a thread: thousands of slices, no letter
            upright = _opaque(image)  # the first frame, if it is animated
            ImageOps.exif_transpose(upright, in_place=True)
            ratio = WIDEST_SHORT_SIDE / min(upright.size)
            if ratio < 1:
                size = (round(upright.width * ratio), round(upright.height * ratio))
                upright = upright.resize(size, Image.Resampling.BOX, reducing_gap=2)
            return np.ascontiguousarray(np.asarray(upright, dtype=np.uint8)[:, :, ::-1])
    except Unreadable:
        raise
    except Image.DecompressionBombError as error:
        raise Unreadable("too_large") from error
    except UnidentifiedImageError as error:
        raise Unreadable("corrupt" if _looks_like_image(data) else "not_supported") from error
    except Exception as error:  # decoders raise about anything: OSError, SyntaxError, struct.error, MemoryError…
        raise Unreadable("corrupt") from error


def _opaque(image: Image.Image) -> Image.Image:
    """RGB. Transparent parts get the shade that the rest stands out from: letters are dark or light."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    alpha = layered.getchannel("A")
    inked = ImageStat.Stat(layered.convert("L"), alpha.point(lambda value: 255 if value > 127 else 0))
    dark = not inked.count[0] or inked.mean[0] < 128
    paper = Image.new("RGB", layered.size, "white" if dark else "black")
    paper.paste(layered, mask=alpha)
    paper.info = image.info  # where exif_transpose looks
    return paper


def _looks_like_image(data: bytes) -> bool:
    return not data or data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")) or data[8:12] == b"WEBP"


def read_document(data: bytes, name: str, limits: ReadingLimits) -> str:
    """The text of a PDF or of a text file. Raises ``Unreadable``.

    ``name``: the file's name, which says what it claims to be; its content has to agree.
    """
    if len(data) > limits.document_max_bytes:
        raise Unreadable("too_large")
    suffix = Path(name.replace("\0", "")).suffix.lower()
    if suffix == ".pdf" or data.startswith(b"%PDF-"):
        if b"%PDF-" not in data[:1024]:
            raise Unreadable("corrupt")
        return _checked(_read_pdf(data, limits), limits)
    if suffix not in TEXT_SUFFIXES:
        raise Unreadable("not_supported")
    return _checked(_decoded(data), limits)


def _decoded(data: bytes) -> str:
    """Text from its bytes: UTF-8, UTF-16, or else Windows' Western one. Raises ``Unreadable``."""
    charsets = ["utf-8-sig", "cp1252"]
    sample = data[:2000]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        charsets = ["utf-16"]
    elif sample.count(0) > 0.3 * len(sample):  # no mark, but every other byte of Latin letters is zero
        charsets = ["utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"]
    for charset in charsets:
        try:
            text = data.decode(charset)
        except UnicodeDecodeError:
            continue
        if re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text):
            break
        return text
    raise Unreadable("not_supported")


def _checked(text: str, limits: ReadingLimits) -> str:
    """Tidy text that is neither empty nor too long. Raises ``Unreadable``."""
    text = text.encode("utf-8", "ignore").decode("utf-8")  # a PDF may hold half characters
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n"))
    text = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip()
    if not re.search(r"\w", text):
        raise Unreadable("nothing_readable")
    if len(text) > limits.text_max_chars:
        raise Unreadable("too_large")
    return text


# --- PDF. The parser is plain Python, and one page of a hostile file can hold it for minutes or take
# gigabytes: it runs in a process of its own (0.3 s to start), with a ceiling, that can be ended.


def _read_pdf(data: bytes, limits: ReadingLimits) -> str:
    """The text layer. Raises ``Unreadable``."""
    numbers = (limits.pdf_max_pages, limits.text_max_chars, limits.document_memory_bytes)
    command = [sys.executable, "-m", __name__, *map(str, numbers)]
    try:
        done = subprocess.run(
            command,
            input=data,
            capture_output=True,
            timeout=limits.document_timeout_s,
            cwd=Path(__file__).parents[2],
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable("too_slow") from error
    except OSError as error:  # no memory or no process left
        raise Unreadable("corrupt") from error
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode == 0:
        return text
    raise Unreadable(next((reason for reason in get_args(Reason) if reason == text), "corrupt"))


def _pdf_text(data: bytes, max_pages: int, max_chars: int) -> str:
    """In the child. Raises ``Unreadable``, and whatever pypdf raises."""
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted:
        raise Unreadable("not_supported")
    if len(reader.pages) > max_pages:
        raise Unreadable("too_many_pages")
    texts: list[str] = []
    for page in reader.pages:
        texts.append(page.extract_text())
        if sum(map(len, texts)) > 2 * max_chars:  # twice: the blanks that tidying removes are counted here
            raise Unreadable("too_large")
    return "\n\n".join(texts)


def _child(max_pages: int, max_chars: int, memory_bytes: int) -> int:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        text, code = _pdf_text(sys.stdin.buffer.read(), max_pages, max_chars), 0
    except Unreadable as error:
        text, code = error.reason, 1
    except (Exception, MemoryError, RecursionError):
        text, code = "corrupt", 1
    sys.stdout.buffer.write(text.encode("utf-8", "ignore"))
    return code


if __name__ == "__main__":
    sys.exit(_child(*map(int, sys.argv[1:])))
