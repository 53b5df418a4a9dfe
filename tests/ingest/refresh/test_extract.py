"""From bytes to the text a reader of the page sees."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from io import BytesIO

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from ingest.refresh.extract import Limits, Page, Unreadable, decode, extract
from ingest.refresh.failures import FetchError, Reason
from ingest.refresh.fetch import Response
from ingest.refresh.reader import Reader
from ingest.refresh.sentences import Sentences
from ingest.settings import IngestSettings
from tests.ingest.refresh.site import MORE, Site, page, raw

LIMITS = Limits(pdf_max_pages=3, max_chars=100_000, max_depth=100)


def text_of(html: str) -> str:
    return extract(html.encode(), "text/html", "utf-8", LIMITS).text


def with_body(extra: str, head: str = "") -> str:
    return page().replace("</main>", f"{extra}</main>").replace("</head>", f"{head}</head>")


def test_a_page_gives_its_text_title_date_and_language() -> None:
    found = extract(page().encode(), "text/html", None, LIMITS)
    assert "est de 25,6 % depuis le 1er janvier 2026." in found.text
    assert (found.title, found.language, found.page_date) == ("Les cotisations", "fr", "2026-03-14")


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>document.write('SECRET')</script>",
        "<style>SECRET</style>",
        "<noscript>SECRET</noscript>",
        "<template><p>SECRET</p></template>",
        "<!-- SECRET -->",
        "<p hidden>SECRET</p>",
        '<p style="display: none">SECRET</p>',
        '<p style="color:red; VISIBILITY:hidden">SECRET</p>',
        '<p style="font-size:0">SECRET</p>',
        '<p style="opacity:0">SECRET</p>',
        '<p style="position:absolute; left:-9999px">SECRET</p>',
        '<div style="text-indent:-5000px"><span>SECRET</span></div>',
        '<iframe srcdoc="SECRET">SECRET</iframe>',
        '<div aria-label="SECRET"></div>',
    ],
)
def test_what_a_reader_does_not_see_is_left_out(hidden: str) -> None:
    text = text_of(with_body(hidden + "<p>Après, la page continue avec une phrase visible de tous.</p>"))
    assert "SECRET" not in text
    assert "une phrase visible de tous" in text


def test_the_pages_own_style_sheet_hides_too() -> None:
    sheet = "<style>@import 'x.css'; @media print {.tout {display:none} p {color:red}} .piege, #cache { display:none }</style>"
    body = '<p class="a piege">SECRET un.</p><p id="cache">SECRET deux.</p><p class="tout">Toujours visible à l\'écran.</p>'
    text = text_of(with_body(body, sheet))
    assert "SECRET" not in text and "Toujours visible à l'écran." in text


def test_what_a_button_unfolds_is_part_of_the_page() -> None:
    body = '<button aria-controls="suite">Lire la suite</button><p id="suite" hidden>La suite se lit d\'un clic sur le bouton.</p>'
    assert "La suite se lit d'un clic" in text_of(with_body(body))


@pytest.mark.parametrize(
    ("charset", "declared"),
    [("utf-8", None), ("utf-8", "iso-8859-1"), ("cp1252", "iso-8859-1"), ("cp1252", "utf-8"), ("utf-16", None), ("cp1252", None)],
)  # fmt: skip
def test_accents_survive_right_wrong_and_missing_charsets(charset: str, declared: str | None) -> None:
    html = page(more="À l'été 2026, les élèves désœuvrés ont perçu 12 € grâce à leurs idées élevées. " * 3)
    assert "À l'été 2026, les élèves désœuvrés ont perçu 12 €" in decode(html.encode(charset), declared)


def test_a_sentence_is_the_same_in_the_main_text_and_in_the_whole_page() -> None:
    """A page that grows or shrinks may be read the other way: its sentences must not seem to change."""
    body = (
        "<h2>Les taux</h2><p>Un <b>mot</b> en gras, un <a href=x>lien</a> et une fin.</p><ul><li>Un premier point de la liste.</li>"
        "<li>Un second point, plus long que le premier.</li></ul><table><tr><th>Activité</th><th>Taux</th></tr>"
        "<tr><td>Vente de biens</td><td>12,3 %</td></tr></table>"
    )
    short = Sentences.of(text_of(f"<html lang=fr><body><main>{body}</main></body></html>"))
    long = Sentences.of(text_of(f"<html lang=fr><body><main>{body}{f'<p>{MORE}</p>' * 20}</main></body></html>"))
    assert set(short.hashes) <= set(long.hashes), (short.all, long.all)
    assert "Vente de biens | 12,3 %" in short.all


def test_bytes_that_are_no_text_are_refused() -> None:
    for body in (b"\x00\x01\x02" * 100, b"MZ\x90\x00\x03"):
        with pytest.raises(Unreadable):
            extract(body, "text/html", "utf-8", LIMITS)


def test_elements_without_end_inside_one_another_are_refused() -> None:
    with pytest.raises(Unreadable, match="les uns dans les autres"):
        text_of(f"<html><body>{'<div>' * 150}fond{'</div>' * 150}</body></html>")


def pdf(pages: int, words: str = "Le taux est de 25,6 % depuis le 1er janvier 2026.", password: str = "") -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        sheet = writer.add_blank_page(600, 800)
        font = DictionaryObject({NameObject(f"/{k}"): NameObject(f"/{v}") for k, v in {"Type": "Font", "Subtype": "Type1", "BaseFont": "Helvetica", "Encoding": "WinAnsiEncoding"}.items()})  # fmt: skip
        sheet[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})})  # fmt: skip
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 50 700 Td ({words}) Tj ET".encode("cp1252"))
        sheet[NameObject("/Contents")] = writer._add_object(stream)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_gives_its_text_even_under_another_name() -> None:
    assert "Le taux est de 25,6 %" in extract(pdf(2), "application/pdf", None, LIMITS).text
    assert "Le taux est de 25,6 %" in extract(pdf(1), "text/html", None, LIMITS).text


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (pdf(4), "plus de 3 pages"),
        (pdf(1, words=""), "sans texte"),
        (pdf(1, password="secret"), "mot de passe"),
        (b"%PDF-1.7\n" + b"\xff" * 500, "abîmé"),
        (b"<html>autre chose</html>", "pas un PDF"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(body: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        extract(body, "application/pdf", None, LIMITS)


Read = Callable[[str], Awaitable[Page]]


async def test_pages_are_read_through_the_helper_process(site: Site, read: Read) -> None:
    site.pages |= {
        "/page": page(),
        "/vide": "<html><head><script src=app.js></script></head><body><div id=root></div></body></html>",
        "/abime": raw(b"\x00\x00\x00"),
        "/perdue": page().replace("Les cotisations</title>", "Page introuvable - Essai</title>"),
        "/garde": page().replace("Les cotisations</title>", "Just a moment...</title>"),
        "/latin": raw(page().encode("cp1252"), Content_Type="text/html; charset=iso-8859-1"),
    }
    assert MORE in (await read(site.url("/page"))).text
    reasons = {"/vide": Reason.SCRIPT, "/abime": Reason.UNREADABLE, "/perdue": Reason.GONE, "/garde": Reason.BLOCKED}
    for path, reason in reasons.items():
        with pytest.raises(FetchError) as caught:
            await read(site.url(path))
        assert caught.value.reason is reason
    assert "déclare zéro à l'Urssaf" in (await read(site.url("/latin"))).text


async def test_a_helper_that_hangs_or_dies_is_replaced(settings: IngestSettings) -> None:
    async with Reader(settings) as reader:
        fine = Response("http://exemple.example/", 200, {"content-type": "text/html"}, page().encode())  # type: ignore[arg-type]
        await reader.read(fine)
        helper = reader._helper
        assert helper is not None
        helper.kill()
        await helper.wait()
        with pytest.raises(FetchError):
            await reader.read(fine)
        assert MORE in (await reader.read(fine)).text
        reader._settings = settings.model_copy(update={"extract_timeout_s": 0.001})
        await asyncio.sleep(0)
        with pytest.raises(FetchError, match="trop longue"):
            await reader.read(fine)
        assert reader._helper is None


async def test_memory_has_a_ceiling(settings: IngestSettings) -> None:
    """A page that swells in the parser kills its helper, not us."""
    tight = settings.model_copy(update={"extract_memory_bytes": 400_000_000})
    async with Reader(tight) as reader:
        heavy = b"<p>" + b"<b>x" * 3_000_000
        answer = Response("http://exemple.example/", 200, {"content-type": "text/html"}, heavy)  # type: ignore[arg-type]
        with pytest.raises(FetchError) as caught:
            await reader.read(answer)
        assert caught.value.reason is Reason.UNREADABLE
