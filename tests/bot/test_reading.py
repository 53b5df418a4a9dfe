from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfWriter

from bot.vetting.reading import ReadingLimits, Unreadable, read_document, read_image, read_images
from tests.screenshots import CONVERSATIONS, DARK, SMS, Look, draw_chat, encode, words_right

LIMITS = ReadingLimits()


def refusal(data: bytes, name: str | None = None, limits: ReadingLimits = LIMITS) -> str:
    """Why ``data`` is refused, as an image or, with a name, as a document."""
    with pytest.raises(Unreadable) as caught:
        _ = read_image(data, limits) if name is None else read_document(data, name, limits)
    return caught.value.reason


def share_right(expected: str, found: str) -> float:
    wanted, right, extra = words_right(expected, found, accents=False)
    return (right - extra) / wanted


# --- Images read for real


@pytest.mark.full
@pytest.mark.parametrize(
    ("number", "look"),
    [
        (0, Look()),
        (1, Look(DARK, quality=35)),
        (2, Look(SMS, font_px=50, quality=70)),
        (15, Look(DARK, font_px=58, quality=35, width=1170, height=2532)),
        (18, Look(width=720, height=1600, quality=80)),
    ],
)
def test_a_screenshot_is_read_bubble_by_bubble_without_the_interface(number: int, look: Look) -> None:
    talk = CONVERSATIONS[number]
    found = read_image(encode(draw_chat(talk, look), look.quality), LIMITS)
    assert share_right(talk.expected, found) >= 0.96
    assert found.count("\n\n") == talk.expected.count("\n\n")
    for interface in ("14:02", "87%", "en ligne", "chiffr", "encrypted", "Today", "9:15"):
        assert interface not in found
    assert not found.endswith("Message")


@pytest.mark.full
def test_an_album_says_once_what_two_screens_show() -> None:
    talk, look = CONVERSATIONS[7], Look(height=1500)
    found = read_images([encode(draw_chat(talk, look)), encode(draw_chat(talk, look, scroll=420))], LIMITS)
    assert share_right(talk.expected, found) >= 0.9
    assert found.count("abonnez-vous") == found.count("168") == 1


@pytest.mark.full
def test_a_turned_transparent_or_grey_image_is_read_the_same() -> None:
    picture = Image.new("RGBA", (700, 260), (0, 0, 0, 0))
    words = draw_chat(CONVERSATIONS[20], Look()).crop((60, 505, 760, 765)).convert("L")
    picture.putalpha(words.point(lambda level: 255 if level < 128 else 0))  # black letters on nothing
    turned, exif = words.rotate(90, expand=True), Image.Exif()
    exif[0x0112] = 6
    out = BytesIO()
    turned.save(out, "WEBP", exif=exif, quality=90)
    expected = "Location de compte livreur"
    for data in (encode(picture), encode(words, 60), out.getvalue()):
        assert expected in read_image(data, LIMITS)


@pytest.mark.full
def test_an_image_without_text_or_without_time() -> None:
    assert refusal(encode(Image.new("RGB", (400, 400), "white"))) == "nothing_readable"
    screen = encode(draw_chat(CONVERSATIONS[0], Look()))
    assert refusal(screen, limits=ReadingLimits(image_timeout_s=0)) == "too_slow"
    assert refusal(screen, limits=ReadingLimits(text_max_chars=50)) == "too_large"


# --- Images refused before they are read


def png_header(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be ``width`` × ``height``."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def test_a_bomb_is_refused_from_its_header() -> None:
    assert refusal(png_header(60_000, 60_000)) == "too_large"
    assert refusal(png_header(5_001, 5_000)) == "too_large"
    assert refusal(png_header(1, 25_000_000)) == "nothing_readable"


def test_size_and_number_of_images_are_limited() -> None:
    assert refusal(bytes(LIMITS.image_max_bytes + 1)) == "too_large"
    with pytest.raises(Unreadable, match="too_large"):
        read_images([b""] * 11, LIMITS)
    with pytest.raises(Unreadable, match="nothing_readable"):
        read_images([], LIMITS)


def test_what_is_not_a_whole_image_is_refused() -> None:
    whole = encode(Image.effect_noise((300, 300), 80), quality=80)
    for data in (b"", whole[: len(whole) // 2], whole[:20], png_header(300, 300), b"\x89PNG\r\n\x1a\n", b"GIF89a"):
        assert refusal(data) == "corrupt"


def test_other_formats_are_refused_whatever_their_name() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("screenshot.png", b"x")
    tiff = BytesIO()
    Image.new("RGB", (10, 10)).save(tiff, "TIFF")
    for data in (
        packed.getvalue(),
        tiff.getvalue(),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        bytes(100),
    ):
        assert refusal(data) == "not_supported"


# --- Documents


def pdf(*pages: str) -> bytes:
    """A PDF written by hand, one line of text a page."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for text in pages:
        stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        kids.append(len(objects) + 1)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects)} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        )
    objects[1] = f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>"
    out, places = "%PDF-1.4\n", []
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{n} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF"
    return f"{out}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode("latin-1")


def test_the_text_of_a_pdf_is_read_in_order() -> None:
    assert read_document(pdf("Salaire : 2 450 euros", "Frais : 89 euros"), "offre.PDF", LIMITS) == (
        "Salaire : 2 450 euros\n\nFrais : 89 euros"
    )


def test_a_pdf_that_cannot_be_read_is_refused() -> None:
    locked, out = PdfWriter(BytesIO(pdf("secret"))), BytesIO()
    locked.encrypt("mot de passe", algorithm="RC4-128")
    locked.write(out)
    assert refusal(out.getvalue(), "a.pdf") == "not_supported"
    assert refusal(pdf(*["page"] * 31), "a.pdf") == "too_many_pages"
    assert refusal(pdf(""), "a.pdf") == "nothing_readable"
    assert refusal(b"%PDF-1.4\n" + bytes(range(256)) * 20, "a.pdf") == "corrupt"
    assert refusal(b"PK\x03\x04", "a.pdf") == "corrupt"
    assert refusal(pdf("word " * 4000), "a.pdf") == "too_large"
    assert refusal(pdf("a"), "a.pdf", ReadingLimits(document_timeout_s=0.01)) == "too_slow"
    assert refusal(bytes(LIMITS.document_max_bytes + 1), "a.pdf") == "too_large"


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_text_file_is_read_in_its_charset(charset: str) -> None:
    text = "Payé 50 € d’avance,\r\nà Noël"
    assert read_document(text.encode(charset), "offre.txt", LIMITS) == "Payé 50 € d’avance,\nà Noël"


def test_other_documents_are_refused() -> None:
    assert refusal(b"PK\x03\x04\x00\x00", "offre.txt") == "not_supported"
    assert refusal(bytes(range(256)) * 4, "offre.csv") == "not_supported"
    assert refusal(b"texte", "offre.docx") == "not_supported"
    assert refusal(b"texte", "") == "not_supported"
    assert refusal(b" \n\n", "offre.txt") == "nothing_readable"
    assert refusal(b"", "offre.txt") == "nothing_readable"
    assert refusal(b"mot " * 5000, "offre.txt") == "too_large"
