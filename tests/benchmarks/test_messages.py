from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from benchmarks.messages import UNREADABLE, Message, MessagesError, load, report, sample, score
from bot.vetting.pipeline import Vetter

TODAY = date(2026, 11, 22)
TRAP = "Payez 49 € de frais de dossier en coupons PCS avant de commencer, envoyez le code."
PLAIN = "Je rentre vers 18 h, tu peux prendre du pain ?"


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_json_lines_and_csv_say_the_same(tmp_path: Path) -> None:
    lines = write(tmp_path / "a.jsonl", '{"text": "un, deux", "label": "scam", "autre": 1}\n\n{"text": "trois"}\n')
    table = write(tmp_path / "a.csv", '\ufeffautre,label,text\n1,scam,"un, deux"\n2,,trois\n')
    assert load(lines) == load(table) == [Message(text="un, deux", label="scam"), Message(text="trois")]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.jsonl", '{"text": "a", "label": "spam"}', "scam ou ham"),
        ("a.csv", "message\nbonjour\n", "« text »"),
        ("a.jsonl", "bonjour", "ni un CSV"),
        ("a.jsonl", "\n", "vide"),
    ],
)
def test_another_file_is_refused_in_french(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(MessagesError, match=said):
        load(write(tmp_path / name, text))


def test_a_sample_is_always_the_same_and_repeats_nothing() -> None:
    every = [Message(text=str(n % 50)) for n in range(100)]
    drawn = sample(every, 20)
    assert drawn == sample(every, 20) and len({message.text for message in drawn}) == 20
    assert len(sample(every, 80)) == 50


def test_levels_are_counted_by_label_and_nothing_is_quoted(vetter: Vetter) -> None:
    rows = [(TRAP, "scam"), (PLAIN, "scam"), (PLAIN, "ham"), ("12 34", "ham"), (TRAP, None)]
    scores = score(vetter, [Message.model_validate({"text": text, "label": label}) for text, label in rows], TODAY)
    assert (scores["scam"].rate("arnaque", "suspect").hits, scores["scam"].total) == (1, 2)
    assert [message.text for message, _ in scores["scam"].failures] == [PLAIN]
    assert scores["ham"].counts == {"rien_detecte": 1, UNREADABLE: 1} and scores["ham"].failures == []
    assert scores["sans étiquette"].total == 1
    said = "\n".join(report(scores))
    assert "1/2" in said and "coupons" not in said and "pain" not in said
