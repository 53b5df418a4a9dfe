"""A page's bytes → its text, in a process of its own (see ``reader``).

Parsers meet hostile input here: whatever they do, the process has a ceiling of memory and can be ended. Text that
a reader of the page would not see (scripts, hidden elements) is left out; what a button unfolds is kept.

Run as ``python -m ingest.refresh.extract``: for each page, one line of JSON on standard input and then its bytes;
one line of JSON comes back.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any

BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])"
    r"|(?:text-indent|left|top|margin-left)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*0",
    re.IGNORECASE,
)
_SIMPLE_SELECTOR = re.compile(r"\s*([.#])([\w-]+)\s*")
# Elements whose target a reader can unfold: the target is part of the page.
_UNFOLDS = ("aria-controls", "data-target", "data-bs-target")
_BLOCKS = (
    *("address article aside blockquote body br button dd details div dl dt fieldset figcaption figure footer").split(),
    *("form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol option p pre section select summary table tr ul").split(),
)
# What a terminal would obey, and what shows nothing or turns the line round: never part of what a page says.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]")
_MOJIBAKE = re.compile(r"Ã[©¨ª«´®§¹»¢ ]|â€[™œ“”¦]|\ufffd")


class Unreadable(Exception):
    """Why no text can be had, in French."""


@dataclass(frozen=True)
class Limits:
    pdf_max_pages: int
    max_chars: int
    max_depth: int


@dataclass(frozen=True)
class Page:
    """What a reader of the page sees."""

    text: str
    """One paragraph a line."""
    title: str
    language: str
    """ISO 639-1, as recognised in the text; empty when the text is too short to tell."""
    page_date: str
    """ISO date that the page gives itself in its markup, or empty."""
    has_scripts: bool


def extract(body: bytes, content_type: str, charset: str | None, limits: Limits) -> Page:
    """The text of a page or of a PDF. Raises ``Unreadable``."""
    if body.startswith(b"%PDF-"):
        page = _from_pdf(body, limits)
    elif content_type == "application/pdf":
        raise Unreadable("ce n'est pas un PDF")
    else:
        text = _UNSEEN.sub("", decode(body, charset).replace("\r", "\n"))
        is_page = content_type != "text/plain" or "<html" in text[:2000].lower()
        page = _from_html(text, limits) if is_page else Page(text, "", "", "", False)
    if len(page.text) > limits.max_chars:
        raise Unreadable(f"plus de {limits.max_chars} caractères")
    text, title = _UNSEEN.sub("", page.text), _UNSEEN.sub("", page.title)
    return Page(text, title, _language(text), page.page_date, page.has_scripts)


def decode(body: bytes, charset: str | None) -> str:
    """Text from bytes: the byte order mark, what the site says, what the page says, then what it looks like.

    A charset that the bytes contradict is passed over. Raises ``Unreadable``.
    """
    from charset_normalizer import from_bytes

    marked = next((name for mark, name in BOMS if body.startswith(mark)), None)
    if marked is None and b"\0" in body[:1000]:
        raise Unreadable("des données, pas du texte")
    declared = _META_CHARSET.search(body[:4096])
    names = [marked, charset, declared[1].decode("ascii") if declared else None, "utf-8"]
    candidates = [text for name in names if name and (text := _decoded(body, name)) is not None]
    text = next((text for text in candidates if not _is_garbled(text)), None)
    if text is None:
        guess = from_bytes(body[:200_000]).best()
        text = _decoded(body, guess.encoding) if guess else None
    if text is None or _is_garbled(text):
        raise Unreadable("alphabet (charset) inconnu ou faux")
    return text


def _decoded(body: bytes, name: str) -> str | None:
    # Pages said to be latin-1 are in Windows' Western one, as every browser reads them.
    name = "cp1252" if name.lower().replace("_", "-") in ("iso-8859-1", "latin-1", "latin1", "us-ascii") else name
    try:
        return body.decode(name)
    except (UnicodeDecodeError, LookupError, ValueError):
        return None


def _is_garbled(text: str) -> bool:
    """« Ã©tÃ© » instead of « été »: read with another alphabet than the one it was written in."""
    sample = text[:200_000]
    return len(_MOJIBAKE.findall(sample)) > max(3, len(sample) // 2000)


def _from_html(text: str, limits: Limits) -> Page:
    from htmldate import find_date
    from lxml import etree, html
    from trafilatura import extract as main_text

    try:
        # From bytes: a str with an encoding declaration is refused.
        tree = html.document_fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable("page vide ou abîmée") from error
    _clean(tree)
    if _depth(tree) > limits.max_depth:
        raise Unreadable(f"plus de {limits.max_depth} éléments les uns dans les autres")
    has_scripts = tree.find(".//script") is not None
    title = " ".join((tree.findtext(".//title") or "").split())
    found = find_date(tree, extensive_search=False, original_date=False) or ""
    remove_hidden(tree)
    cleaned = etree.tostring(tree, encoding="unicode", method="html")
    content = main_text(cleaned, favor_recall=True, include_comments=False, include_tables=True) or ""
    everything = visible_text(tree)
    # A short page, or one that is all lists, may be taken for decoration: then all its text is kept.
    if len(content) < 400 or len(content) < len(everything) // 10:
        content = everything
    return Page(content, title, "", found, has_scripts)


def _clean(tree: Any) -> None:
    """Character references (``&#27;``) bring back what was taken out of the bytes, and lxml refuses to copy it."""
    for element in tree.iter():
        for name in ("text", "tail"):
            text = getattr(element, name)
            if text and _UNSEEN.search(text):
                setattr(element, name, _UNSEEN.sub("", text))


def _depth(tree: Any) -> int:
    """Of the deepest element, walked without recursion."""
    deepest, stack = 0, [(tree, 1)]
    while stack:
        element, depth = stack.pop()
        deepest = max(deepest, depth)
        stack += [(child, depth + 1) for child in element]
    return deepest


def remove_hidden(tree: Any) -> None:
    """Take out of an lxml tree what its page does not show, and keep what a button unfolds."""
    unfolded = {value.lstrip("#") for name in _UNFOLDS for value in tree.xpath(f"//@{name}")}
    hidden = _hidden_names(tree)
    for element in list(tree.iter()):
        if not isinstance(element.tag, str):
            doomed = True  # comments and processing instructions
        elif element.tag in ("script", "style", "noscript", "template", "head", "iframe", "object", "svg"):
            doomed = True
        else:
            doomed = _is_hidden(element, hidden) and element.get("id") not in unfolded
        if doomed and element.getparent() is not None:
            element.drop_tree() if isinstance(element.tag, str) else _drop(element)


def visible_text(tree: Any) -> str:
    """All the text of an lxml tree, cut into lines where the main text would be: a sentence is the same in both."""
    for element in tree.iter(*_BLOCKS):
        element.text = "\n" + (element.text or "")
        element.tail = "\n" + (element.tail or "")
    for cell in tree.iter("td", "th"):
        cell.tail = " | " + (cell.tail or "").strip()
    lines = (" ".join(line.split()) for line in tree.text_content().split("\n"))
    return "\n".join(line for line in lines if line)


def _drop(node: Any) -> None:
    """A comment, without the text that follows it."""
    parent, tail = node.getparent(), node.tail or ""
    before = node.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(node)


def _hidden_names(tree: Any) -> set[str]:
    """``.name`` and ``#name`` that the page's own style sheets hide."""
    names: set[str] = set()
    for style in tree.iter("style"):
        for selectors, declarations in _rules(re.sub(r"/\*.*?\*/", "", style.text or "", flags=re.DOTALL)):
            if _HIDDEN_STYLE.search(declarations):
                matches = (_SIMPLE_SELECTOR.fullmatch(selector) for selector in selectors.split(","))
                names |= {match[1] + match[2] for match in matches if match}
    return names


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of a style sheet; what stands in a media query is for other screens."""
    depth, start, selectors = 0, 0, ""
    for brace in re.finditer(r"[{}]", sheet):
        piece, start = sheet[start : brace.start()], brace.end()
        if brace[0] == "{":
            selectors = piece.rpartition(";")[2] if depth == 0 else selectors
            depth += 1
        else:
            depth = max(0, depth - 1)
            if depth == 0 and "@" not in selectors:
                yield selectors, piece


def _is_hidden(element: Any, names: set[str]) -> bool:
    if element.get("hidden") is not None or _HIDDEN_STYLE.search(element.get("style") or ""):
        return True
    own = {f".{name}" for name in (element.get("class") or "").split()} | {f"#{element.get('id')}"}
    return bool(own & names) or (element.tag == "input" and element.get("type") == "hidden")


def _from_pdf(body: bytes, limits: Limits) -> Page:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(BytesIO(body))
        if reader.is_encrypted:
            raise Unreadable("PDF protégé par un mot de passe")
        if len(reader.pages) > limits.pdf_max_pages:
            raise Unreadable(f"PDF de plus de {limits.pdf_max_pages} pages")
        text = "\n".join(page.extract_text() for page in reader.pages)
        modified = reader.metadata.modification_date if reader.metadata else None
        title = (reader.metadata.title if reader.metadata else None) or ""
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable("PDF abîmé") from error
    if not text.strip():
        raise Unreadable("PDF sans texte (des images)")
    # A line of a PDF is not a sentence: joined again, hyphens included, and cut by blank lines only.
    text = re.sub(r"(\w)-\n(\w)", r"\1\2", text)
    text = re.sub(r"(?<!\n)\n(?!\n)", " ", text)
    return Page(text, title, "", modified.date().isoformat() if modified else "", False)


def _language(text: str) -> str:
    from py3langid import classify

    return str(classify(text[:5000])[0]) if len(text.split()) >= 20 else ""


def _answer(request: dict[str, Any], body: bytes) -> dict[str, Any]:
    limits = Limits(**request["limits"])
    try:
        page = extract(body, request["content_type"], request["charset"], limits)
    except Unreadable as error:
        return {"error": str(error)}
    except (MemoryError, RecursionError):
        return {"error": "page trop compliquée"}
    except Exception as error:  # parsers raise about anything on broken input
        return {"error": f"page abîmée ({type(error).__name__})"}
    return asdict(page)


def main(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr  # a parser that prints must not speak in our place
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        answer = _answer(request, sys.stdin.buffer.read(request["length"]))
        text = json.dumps(answer, ensure_ascii=True)
        answers.write(text + "\n")
        answers.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
