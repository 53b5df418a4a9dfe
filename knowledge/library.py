"""Reads and validates the folder ``knowledge/``.

A fiche is a Markdown file::

    ---
    question: Combien de cotisations vais-je payer ?
    rewordings: [...]
    ---
    ## Réponse
    ### taux-bnc
    Une phrase, vraie à elle seule.
    - sources: [urssaf-taux-micro, arapl-decret-2025-943]
    - expires_on: 2027-01-31

Problems are collected, never raised one by one: a maintainer sees them all, each with its file,
its line and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from markdown_it import MarkdownIt
from pydantic import ValidationError

from knowledge import snapshots
from knowledge.catalogue import Catalogue
from knowledge.model import Contact, Content, Fact, Fiche, Figure, Platform, Publisher, Role, Source, Theme
from knowledge.snapshots import Snapshot
from knowledge.text import fold

KNOWLEDGE_DIR = Path(__file__).parent

HEADINGS = {
    "Réponse": Role.ANSWER,
    "Règles": Role.RULE,
    "Démarches": Role.STEP,
    "Pièges": Role.TRAP,
    "Qui n'est pas concerné": Role.NOT_COVERED,
}

REDIRECTS = "redirects.yaml"

_NO_LIST = "le fait « {slug} » n'a pas de liste « - sources: … » sous sa phrase"

T = TypeVar("T", bound=Content)

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # quicker, where PyYAML was built with it


def parse_yaml(text: str) -> Any:
    """Plain data; raises ``yaml.YAMLError``."""
    return yaml.load(text, Loader=_Loader)


@dataclass(frozen=True, order=True)
class Problem:
    """Something to mend in the content."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class LibraryError(Exception):
    """The content is not valid; ``problems`` says where and what to do."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Library:
    """The whole validated content."""

    folder: Path
    themes: dict[str, Theme]
    fiches: dict[str, Fiche]
    sources: dict[str, Source]
    figures: dict[str, Figure]
    contacts: dict[str, Contact]
    messages: dict[str, Any]
    lexicon: dict[str, Any]
    """How people type: abbreviations, synonyms, key words."""
    routing: dict[str, Any]
    """Patterns of distress."""
    asked: dict[str, list[str]]
    """Fact id → questions, as people type them, that this very fact answers."""
    routes: dict[str, list[str]]
    """Examples of messages by route; they train the route classifier and are not in a generation."""
    platforms: dict[str, Platform] = field(default_factory=dict)
    catalogue: Catalogue = field(default_factory=Catalogue)
    """What /verifier looks for; empty in a library without ``signals.yaml``."""
    publishers: dict[str, Publisher] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    lines: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Where each fact, source, figure and contact stands: id → (file, line)."""

    @property
    def facts(self) -> dict[str, Fact]:
        return {fact.id: fact for fiche in self.fiches.values() for fact in fiche.facts}


def load(folder: Path = KNOWLEDGE_DIR) -> Library:
    """Read the folder; raises ``LibraryError`` with every problem found."""
    reader = _Reader(folder)
    library = Library(
        folder=folder,
        themes=reader.themes(),
        fiches=snapshots.verified(
            reader.fiches(),
            figures := reader.records(Figure, [folder / "figures.yaml"]),
            remembered := reader.snapshots(),
        ),
        sources=reader.records(Source, sorted((folder / "sources").glob("*.yaml"))),
        figures=figures,
        contacts=reader.records(Contact, [folder / "contacts.yaml"]),
        messages=reader.mapping(folder / "messages.yaml"),
        lexicon=reader.mapping(folder / "lexicon.yaml"),
        routing=reader.mapping(folder / "routing.yaml"),
        asked=reader.asked(redirects := reader.mapping(folder / REDIRECTS)),
        routes=reader.routes(),
        platforms=(platforms := reader.platforms()),
        catalogue=reader.catalogue(platforms),
        snapshots=remembered,
        publishers=reader.records(Publisher, [folder / "publishers.yaml"], prefix="publisher "),
        redirects=redirects,
        lines=reader.lines,
    )
    problems = reader.problems + list(_dangling(library))
    # One broken source would be reported for every signal that cites it: those come when the rest is in order.
    problems += [] if problems else list(_dangling_in_catalogue(library))
    if problems:
        raise LibraryError(problems)
    return library


def read_redirects(folder: Path) -> dict[str, str]:
    """Retired fact id → the fact that took its place. Raises ``LibraryError``."""
    reader = _Reader(folder)
    redirects = reader.mapping(folder / REDIRECTS)
    if reader.problems:
        raise LibraryError(reader.problems)
    return redirects


def read_records(kind: type[T], path: Path) -> tuple[dict[str, T], dict[str, tuple[str, int]]]:
    """The records of one more YAML list beside the content, and where each stands. Raises ``LibraryError``."""
    reader = _Reader(path.parent)
    records = reader.records(kind, [path])
    if reader.problems:
        raise LibraryError(reader.problems)
    return records, reader.lines


def _dangling(library: Library) -> Iterator[Problem]:
    """References to something that does not exist."""
    for fiche in library.fiches.values():
        path, line = library.lines[fiche.id]
        for other in fiche.related:
            if other not in library.fiches:
                yield Problem(path, line, f"related : la fiche « {other} » n'existe pas")
        for contact in fiche.contacts:
            if contact not in library.contacts:
                yield Problem(path, line, f"contacts : « {contact} » n'existe pas dans contacts.yaml")
    for fact in library.facts.values():
        path, line = library.lines[fact.id]
        for source in fact.sources:
            if source not in library.sources:
                yield Problem(path, line, f"la source « {source} » n'existe pas dans sources/ : ajoutez-la")
        for figure in fact.figure_ids:
            if figure not in library.figures:
                yield Problem(path, line, f"le montant « {{{figure}}} » n'existe pas dans figures.yaml")
    for fact_id in library.asked.keys() - library.facts.keys():
        yield Problem(*library.lines[f"asked {fact_id}"], f"le fait « {fact_id} » n'existe pas : retirez ses questions")
    cited = {contact.id: contact.sources for contact in library.contacts.values()}
    cited |= {figure.id: [s for value in figure.series for s in value.sources] for figure in library.figures.values()}
    for owner, used in cited.items():
        path, line = library.lines[owner]
        for source in used:
            if source not in library.sources:
                yield Problem(path, line, f"la source « {source} » n'existe pas dans sources/ : ajoutez-la")
    for platform in library.platforms.values():
        path, line = library.lines[platform.id]
        if platform.fiche not in library.fiches:
            yield Problem(path, line, f"fiche : « {platform.fiche} » n'existe pas")
        for name, known in platform.known.items():
            if known.source not in library.sources:
                yield Problem(path, line, f"{name} : la source « {known.source} » n'existe pas dans sources/")
    for old, new in library.redirects.items():
        if new not in library.facts:
            yield Problem(REDIRECTS, 1, f"« {old} » renvoie vers « {new} », qui n'existe pas")
        if old in library.facts:
            yield Problem(REDIRECTS, 1, f"« {old} » est retiré mais existe encore : un nom ne sert qu'une fois")


def _dangling_in_catalogue(library: Library) -> Iterator[Problem]:
    catalogue = library.catalogue
    patterns = {pattern.id for pattern in catalogue.patterns}
    used: list[tuple[str, str, str, Any]] = [
        *(("source", s.id, s.source, library.sources) for s in [*catalogue.signals, *catalogue.reassuring]),
        *(("source", p.id, p.source, library.sources) for p in catalogue.patterns),
        *(("source", "checks", check.source, library.sources) for check in catalogue.checks),
        *(("fiche", s.id, s.fiche, library.fiches) for s in catalogue.signals),
        *(("fiche", p.id, p.fiche, library.fiches) for p in catalogue.patterns),
        *(("piège", s.id, pattern, patterns) for s in catalogue.signals for pattern in s.patterns),
        *(("fait", s.id, fact, library.facts) for s in catalogue.signals for fact in s.steps),
        *(("fait", stage.id, fact, library.facts) for stage in catalogue.stages for fact in stage.steps),
        *(("fait", p.id, fact, library.facts) for p in catalogue.patterns for fact in p.every_step),
        *(("contact", stage.id, contact, library.contacts) for stage in catalogue.stages for contact in stage.contacts),
    ]
    for kind, owner, name, known in used:
        if name not in known:
            yield Problem("signals.yaml", 1, f"« {owner} » cite {kind} « {name} », qui n'existe pas")


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.lines: dict[str, tuple[str, int]] = {}

    def themes(self) -> dict[str, Theme]:
        themes = {}
        for path in sorted((self.folder / "fiches").glob("*/theme.yaml")):
            theme = self._build(Theme, {"id": path.parent.name, **self.mapping(path)}, path, 1)
            if theme:
                themes[theme.id] = theme
        return dict(sorted(themes.items(), key=lambda item: item[1].order))

    def fiches(self) -> dict[str, Fiche]:
        fiches: dict[str, Fiche] = {}
        for path in sorted((self.folder / "fiches").glob("*/*.md")):
            if not (path.parent / "theme.yaml").exists():
                self._report(path, 1, "le dossier de cette fiche n'a pas de theme.yaml (title, order)")
            fiche = self._fiche(path)
            if fiche is None:
                continue
            if fiche.id in fiches:
                self._report(path, 1, f"une autre fiche s'appelle déjà « {fiche.id} »")
            fiches[fiche.id] = fiche
        return fiches

    def platforms(self) -> dict[str, Platform]:
        """``platforms/*.yaml``: one record a file."""
        found = {}
        for path in sorted((self.folder / "platforms").glob("*.yaml")):
            platform = self._build(Platform, self.mapping(path), path, 1)
            if platform and platform.id != path.stem:
                self._report(path, 1, f"id : « {platform.id} » doit être le nom du fichier, « {path.stem} »")
            elif platform:
                found[platform.id] = platform
                self.lines[platform.id] = (self._relative(path), 1)
        return found

    def catalogue(self, platforms: dict[str, Platform]) -> Catalogue:
        """``signals.yaml`` and ``brands.yaml``, with the domains of the platforms."""
        path = self.folder / "signals.yaml"
        brands = [data for _, data in self._yaml_items(self.folder / "brands.yaml")]
        brands += [_brand(platform) for platform in platforms.values() if platform.official_domains]
        data = self.mapping(path)
        return self._build(Catalogue, {**data, "brands": brands} if data else {}, path, 1) or Catalogue()

    def snapshots(self) -> dict[str, Snapshot]:
        path = self.folder / snapshots.FILE
        try:
            return snapshots.load(path)
        except snapshots.SnapshotError as error:
            self._report(path, error.line, str(error))
            return {}

    def routes(self) -> dict[str, list[str]]:
        """``routes/<route>.yaml`` or ``routes/<route>-<writer>.yaml``: a list of messages each."""
        routes: dict[str, list[str]] = {}
        for path in sorted((self.folder / "routes").glob("*.yaml")):
            try:
                examples = parse_yaml(path.read_text("utf-8")) or []
            except yaml.YAMLError as error:
                self._report(path, _yaml_line(error), f"YAML illisible : {_yaml_reason(error)}")
                continue
            if not isinstance(examples, list) or not all(isinstance(example, str) for example in examples):
                self._report(path, 1, "ce fichier doit contenir une liste de messages")
                continue
            routes.setdefault(path.stem.split("-")[0], []).extend(examples)
        return routes

    def asked(self, redirects: Mapping[str, str]) -> dict[str, list[str]]:
        """``questions/*.yaml``: fact id → how people ask for it. Those of a retired fact ask for its successor."""
        asked: dict[str, list[str]] = {}
        for path in sorted((self.folder / "questions").glob("*.yaml")):
            for name, questions in self.mapping(path).items():
                fact_id = redirects.get(name, name)
                if isinstance(questions, list) and all(isinstance(question, str) for question in questions):
                    asked.setdefault(fact_id, []).extend(questions)
                else:
                    self._report(path, 1, f"« {name} » doit être suivi d'une liste de questions")
                self.lines.setdefault(f"asked {fact_id}", (self._relative(path), 1))
        return asked

    def records(self, kind: type[T], paths: list[Path], prefix: str = "") -> dict[str, T]:
        """A YAML list of records, each with its id; ``prefix``: what its id is called by in ``lines``."""
        found: dict[str, T] = {}
        for path in paths:
            for line, data in self._yaml_items(path):
                record = self._build(kind, data, path, line)
                if record is None:
                    continue
                identifier = record.id  # type: ignore[attr-defined]
                if identifier in found:
                    self._report(path, line, f"« {identifier} » est défini deux fois")
                found[identifier] = record
                self.lines[prefix + identifier] = (self._relative(path), line)
        return found

    def mapping(self, path: Path) -> dict[str, Any]:
        if not path.exists():
            return {}
        try:
            data = parse_yaml(path.read_text("utf-8")) or {}
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            self._report(path, _yaml_line(error), f"YAML illisible : {_yaml_reason(error)}")
            return {}
        if not isinstance(data, dict):
            self._report(path, 1, "ce fichier doit contenir des lignes « clé: valeur »")
            return {}
        return data

    def _yaml_items(self, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
        if not path.exists():
            return
        try:
            root = yaml.compose(path.read_text("utf-8"), Loader=_Loader)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            self._report(path, _yaml_line(error), f"YAML illisible : {_yaml_reason(error)}")
            return
        if root is None:
            return
        if not isinstance(root, yaml.SequenceNode):
            self._report(path, 1, "ce fichier doit contenir une liste (chaque élément commence par « - »)")
            return
        for node in root.value:
            line = node.start_mark.line + 1
            data = _construct(node)
            if isinstance(data, dict):
                yield line, data
            else:
                self._report(path, line, "cet élément doit contenir des lignes « clé: valeur »")

    def _fiche(self, path: Path) -> Fiche | None:
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            self._report(path, 1, "le fichier n'est pas en UTF-8")
            return None
        parts = text.split("---\n", 2)
        if len(parts) != 3 or parts[0].strip():
            self._report(path, 1, "la fiche commence par un en-tête entre deux lignes « --- »")
            return None
        try:
            head = parse_yaml(parts[1]) or {}
        except yaml.YAMLError as error:
            self._report(path, _yaml_line(error) + 1, f"en-tête illisible : {_yaml_reason(error)}")
            return None
        if not isinstance(head, dict):
            self._report(path, 2, "l'en-tête doit contenir des lignes « clé: valeur »")
            return None
        before = len(self.problems)
        offset = parts[1].count("\n") + 2
        facts = list(self._facts(path, parts[2], offset))
        self.lines[path.stem] = (self._relative(path), 1)
        if len(self.problems) > before:
            return None
        return self._build(Fiche, {**head, "id": path.stem, "theme": path.parent.name, "facts": facts}, path, 1)

    def _facts(self, path: Path, body: str, offset: int) -> Iterator[Fact]:
        role: Role | None = None
        slug, slug_line, sentence = "", 0, ""
        rows = body.splitlines()
        tokens = MarkdownIt("commonmark").parse(body)
        for index, token in enumerate(tokens):
            start, end = token.map or (0, 0)
            line = start + 1 + offset
            if token.type == "heading_open":
                if slug:
                    self._report(
                        path, slug_line, f"le fait « {slug} » n'a pas de liste « - sources: … » sous sa phrase"
                    )
                    slug = ""
                title = tokens[index + 1].content.strip()
                if token.tag == "h2":
                    role = HEADINGS.get(title.replace("’", "'"))
                    if role is None:
                        self._report(path, line, f"titre inconnu « {title} » ; possibles : {', '.join(HEADINGS)}")
                elif token.tag == "h3":
                    slug, slug_line, sentence = title, line, ""
            elif token.type == "paragraph_open" and token.level == 0:
                sentence = " ".join(tokens[index + 1].content.split())
                if not slug:
                    self._report(path, line, "cette phrase n'est pas sous un titre « ### nom-du-fait »")
            elif token.type == "bullet_list_open" and token.level == 0:
                fields = self._fields(path, "\n".join(rows[start:end]), line)
                if not slug:
                    self._report(path, line, "cette liste n'est pas sous un titre « ### nom-du-fait »")
                elif fields is not None and "verified_on" in fields:
                    self._report(path, line, f"{slug} : verified_on ne s'écrit pas ; seul « ingest review » le donne")
                elif role is not None and fields is not None:
                    data = {**fields, "fiche": path.stem, "slug": slug, "text": sentence, "role": role}
                    fact = self._build(Fact, data, path, slug_line)
                    if fact:
                        self.lines[fact.id] = (self._relative(path), slug_line)
                        yield fact
                slug = ""
        if slug:
            self._report(path, slug_line, _NO_LIST.format(slug=slug))

    def _fields(self, path: Path, rows: str, line: int) -> dict[str, Any] | None:
        """The list under a sentence: a YAML list of ``- key: value``."""
        try:
            items = parse_yaml(rows)
        except yaml.YAMLError as error:
            self._report(path, line + _yaml_line(error) - 1, f"liste illisible : {_yaml_reason(error)}")
            return None
        fields: dict[str, Any] = {}
        for item in items or []:
            if not isinstance(item, dict):
                self._report(path, line, f"« {item} » n'est pas de la forme « - clé: valeur »")
                return None
            fields.update(item)
        return fields

    def _build(self, kind: type[T], data: dict[str, Any], path: Path, line: int) -> T | None:
        try:
            return kind.model_validate(data)
        except ValidationError as error:
            for detail in error.errors():
                where = ".".join(str(part) for part in detail["loc"]) or "contenu"
                name = data.get("slug") or data.get("id") or ""
                self._report(path, line, f"{name} : champ « {where} » : {_in_french(detail)}")
            return None

    def _report(self, path: Path, line: int, message: str) -> None:
        self.problems.append(Problem(self._relative(path), line, message))

    def _relative(self, path: Path) -> str:
        return str(path.relative_to(self.folder.parent)) if path.is_relative_to(self.folder.parent) else str(path)


def _brand(platform: Platform) -> dict[str, Any]:
    domains = platform.official_domains.value if platform.official_domains else []
    token = re.sub(r"[^a-z0-9]", "", fold(platform.name))
    return {"name": platform.name, "tokens": [token], "domains": [domains] if isinstance(domains, str) else domains}


def _construct(node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node, deep=True)
    finally:
        loader.dispose()


def _yaml_line(error: Exception) -> int:
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else 1


def _yaml_reason(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error)


_FRENCH = {
    "missing": "il manque",
    "extra_forbidden": "ce champ n'existe pas (faute de frappe ?)",
    "string_too_short": "trop court (au moins {min_length} caractères)",
    "string_too_long": "trop long (au plus {max_length} caractères)",
    "too_short": "il en faut au moins {min_length}",
    "too_long": "il en faut au plus {max_length}",
    "enum": "valeur inconnue ; possibles : {expected}",
    "date_from_datetime_parsing": "une date s'écrit 2026-11-21",
    "date_parsing": "une date s'écrit 2026-11-21",
    "date_type": "une date s'écrit 2026-11-21",
    "list_type": "une liste s'écrit [un, deux]",
    "string_pattern_mismatch": "seulement des minuscules sans accent, des chiffres et des tirets",
    "url_parsing": "ce n'est pas une adresse http(s) complète",
    "string_type": "un texte est attendu",
    "value_error": "{error}",
}


def _in_french(detail: Any) -> str:
    template = _FRENCH.get(detail["type"])
    return template.format(**detail.get("ctx", {})) if template else str(detail["msg"])
