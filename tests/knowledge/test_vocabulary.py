from __future__ import annotations

from pathlib import Path

from knowledge.vocabulary import HashedVocabulary

WORDS = ["urssaf", "compte fermé", "déclarer", "urssaf combien"]


def test_known_words_have_their_place_and_unknown_ones_none() -> None:
    vocabulary = HashedVocabulary.of(WORDS)
    asked = ["déclarer", "inconnu", "urssaf", "urssaf", "\ud800"]
    assert vocabulary.columns(asked).tolist() == [2, 0, 0]
    assert len(vocabulary) == 4


def test_no_word_and_no_vocabulary() -> None:
    assert HashedVocabulary.of(WORDS).columns([]).tolist() == []
    assert HashedVocabulary.of([]).columns(WORDS).tolist() == []


def test_it_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    HashedVocabulary.of(WORDS).save(tmp_path / "words.npz")
    assert HashedVocabulary.load(tmp_path / "words.npz").columns(WORDS).tolist() == [0, 1, 2, 3]
