"""What is sent to ``/verifier`` at its limits: long and hostile texts, drawn screenshots, files made to fill memory.

Every hostile file is read in a process of its own: its memory is its own too.
"""

from __future__ import annotations

import os
import random
import resource
import string
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

from PIL import Image

from benchmarks.rates import Rate, percentile
from bot.vetting.pipeline import OfferError, Vetter
from bot.vetting.reading import ReadingLimits, Unreadable, read_document, read_image
from knowledge.offers import Offer
from tests.screenshots import CONVERSATIONS, Look, draw_chat, encode, samples, words_right

LENGTHS = ((0, 150), (150, 300), (300, 600), (600, 1200), (2000, 2400), (7000, 8000))
"""Letters, from and to."""
PER_LENGTH = 40
SEED = 1


# --- Texts


def text_times(vetter: Vetter, offers: Sequence[Offer], today: date) -> Iterator[str]:
    """One line a length: how long a verdict takes. The longest texts are offers put one after the other."""
    vetter.vet(offers[0].text, today)  # models loaded
    for shortest, longest in LENGTHS:
        texts = _texts(offers, shortest, longest)
        spent, worked = [], []
        for text in texts:
            started = time.process_time()
            spent.append(vetter.vet(text, today).latency_ms)
            worked.append((time.process_time() - started) * 1000)
        yield (
            f"  {shortest:>4} à {longest:<4} lettres {len(texts):>4} messages   "
            f"p50 {percentile(spent, 50):4.0f} ms   p95 {percentile(spent, 95):4.0f} ms   "
            f"(de processeur : p50 {percentile(worked, 50):4.0f} ms, p95 {percentile(worked, 95):4.0f} ms)"
        )


def _texts(offers: Sequence[Offer], shortest: int, longest: int) -> list[str]:
    chance = random.Random(SEED)
    whole = [offer.text for offer in offers if shortest <= len(offer.text) < longest]
    if len(whole) >= PER_LENGTH:
        return chance.sample(whole, PER_LENGTH)
    joined = []
    for _ in range(PER_LENGTH):
        text = ""
        while len(text) < shortest:
            text += chance.choice(offers).text + "\n"
        joined.append(text[:longest])
    return joined


def hostile_times(vetter: Vetter, today: date, most: int) -> Iterator[str]:
    """One line a text made to hold the bot: time of the processor, which others on the machine do not change."""
    for name, text in hostile_texts(most).items():
        started = time.process_time()
        try:
            level = str(vetter.vet(text[:most], today).level)
        except OfferError:
            level = "refusé"
        yield f"  {name:<40} {time.process_time() - started:5.2f} s de processeur   {level}"


def hostile_texts(most: int) -> dict[str, str]:
    """Of ``most`` letters, or a few more."""
    chance = random.Random(SEED)

    def letters(count: int) -> str:
        return "".join(chance.choices(string.ascii_lowercase, k=count))

    return {
        "lettres sans un blanc": letters(most),
        "mots de 40 lettres": " ".join(letters(40) for _ in range(most // 41)),
        "idéogrammes": "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(most)),
        "phrases de trois mots": "ab cd ef. " * (most // 10),
        "salutation, blancs": "ok" + " " * (most - 60) + "demain. Je vous écris pour un emploi.",
        "montant, blancs": "Gain de 1" + " " * (most - 20) + "demain",
        "chiffres": "gain " + "1" * (most - 5),
        "points": "." * (most - 3) + "fin",
        "liens": " ".join(letters(4) + ".fr" for _ in range(most // 8)),
        "emoji qui valent un mot": "💰" * most,
        "ligature de dix-huit lettres": "ﷺ" * most,
    }


# --- Screenshots


@dataclass
class Screenshots:
    words: Rate
    without_accents: Rate
    """The same words, accents left aside: the font that draws them composes its accents by hand."""
    too_many: int
    same_level: Rate
    seconds: list[float]
    processor_s: float = 0.0
    """For all the images, both cores added."""

    def lines(self) -> Iterator[str]:
        yield f"  {'mots lus juste':<40} {self.words}, {self.too_many} de trop"
        yield f"  {'mots lus juste, accents à part':<40} {self.without_accents}"
        yield f"  {'même niveau que le texte':<40} {self.same_level}"
        first, *others = self.seconds
        yield (
            f"  {'durée':<40} première {first:.1f} s (modèles chargés), puis p50 {percentile(others, 50):.1f} s, "
            f"p95 {percentile(others, 95):.1f} s ({self.processor_s / len(self.seconds):.1f} s de processeur par image)"
        )


def screenshots(vetter: Vetter, limits: ReadingLimits, today: date) -> Screenshots:
    """Conversations drawn in light, dark, zoomed, compressed and small looks, in French and English."""
    found = Screenshots(Rate(), Rate(), 0, Rate(), [])
    for _, talk, data in samples():
        started, worked = time.perf_counter(), time.process_time()
        try:
            text = read_image(data, limits)
        except Unreadable:
            text = ""
        found.seconds.append(time.perf_counter() - started)
        found.processor_s += time.process_time() - worked
        for rate, accents in ((found.words, True), (found.without_accents, False)):
            wanted, right, extra = words_right(talk.expected, text, accents)
            rate.hits, rate.total = rate.hits + right, rate.total + wanted
        found.too_many += extra
        same = bool(text) and vetter.vet(text, today).level == vetter.vet(talk.expected, today).level
        found.same_level.add(same)
    return found


# --- Files at the limits


def file_times(files: Mapping[str, Callable[[], bytes]], limits: ReadingLimits) -> Iterator[str]:
    """One line a file: what was said of it, in how long, with how much memory."""
    for name, make in files.items():
        data = make()
        with ProcessPoolExecutor(1, get_context("spawn")) as alone:
            said, seconds, mebibytes = alone.submit(_read, name, data, limits).result()
        size = f"{len(data) / 1e6:.1f} Mo"
        yield f"  {name:<44} {size:>8}   {said:<17} {seconds:5.1f} s   {mebibytes:4.0f} Mio"


def hostile_files(limits: ReadingLimits) -> dict[str, Callable[[], bytes]]:
    """By name; the suffix says as what it is sent."""
    return {
        "capture ordinaire.png": lambda: encode(draw_chat(CONVERSATIONS[0], Look())),
        "bruit, juste sous la limite.png": lambda: _noise(limits.image_max_bytes - 200_000),
        "un octet de trop.png": lambda: bytes(limits.image_max_bytes + 1),
        "blanche, autant de points que permis.png": lambda: _blank(limits.image_max_pixels),
        "bombe : 60 000 sur 60 000 points.png": lambda: _bomb(60_000),
        "tronquée.png": lambda: encode(draw_chat(CONVERSATIONS[0], Look()))[:20_000],
        "pas une image.png": lambda: os.urandom(100_000),
        "soixante pages.pdf": lambda: _pdf(60, b"BT ET"),
        "bombe : 400 Mo dans une page.pdf": lambda: _pdf(1, b" " * 400_000_000),
        "tronqué.pdf": lambda: _pdf(5, b"BT ET")[:300],
        "un octet de trop.pdf": lambda: b"%PDF-1.4\n".ljust(limits.document_max_bytes + 1),
        "pas un PDF.pdf": lambda: os.urandom(100_000),
    }


def _read(name: str, data: bytes, limits: ReadingLimits) -> tuple[str, float, float]:
    """In a process of its own: what was said, seconds, and the most memory that it and its children took, in MiB."""
    started = time.perf_counter()
    try:
        text = read_document(data, name, limits) if name.endswith(".pdf") else read_image(data, limits)
        said = f"lu, {len(text)} lettres"
    except Unreadable as error:
        said = error.reason
    seconds = time.perf_counter() - started
    of_children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return said, seconds, max(_own_peak(), of_children) / 1024


def _own_peak() -> int:
    """KiB. Not ``ru_maxrss``: a new program inherits the one of the program that started it."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1])


def _noise(size: int) -> bytes:
    """A PNG of about ``size`` bytes: noise is not compressed."""
    side = int((size / 3) ** 0.5)
    return _png(Image.frombytes("RGB", (side, side), random.Random(SEED).randbytes(3 * side * side)))


def _blank(pixels: int) -> bytes:
    side = int(pixels**0.5)
    return _png(Image.new("RGB", (side, side), "white"))


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _bomb(side: int) -> bytes:
    """A PNG of a few bytes that says it is ``side`` × ``side``."""
    small = _png(Image.new("RGB", (1, 1)))
    header = b"IHDR" + side.to_bytes(4, "big") * 2 + small[24:29]
    return small[:12] + header + zlib.crc32(header).to_bytes(4, "big") + small[33:]


def _pdf(pages: int, content: bytes) -> bytes:
    """Pages that all show ``content``, compressed."""
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, StreamObject

    writer = PdfWriter()
    stream = StreamObject()
    stream.set_data(zlib.compress(content))
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    shown = writer._add_object(stream)
    for _ in range(pages):
        writer.add_blank_page(595, 842)[NameObject("/Contents")] = shown
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
