from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.safety import screen
from bot.safety.classifier import MAX_PORTIONS, WINDOW_WORDS, Classifier, classifier, portions
from bot.safety.training import DATA, examples


def test_without_weights_the_rules_work_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from bot.safety import classifier as module

    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setattr(module, "_held", None)
    assert classifier() is None
    assert screen("I want to die").level == "crisis"
    assert screen("I'm looking for a mentor").level == "none"


@pytest.mark.weights
@pytest.mark.parametrize("broken", ["sentence_encoder", "letter_runs"])
def test_where_the_classifier_breaks_the_rules_work_alone(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    from bot.safety import classifier as module

    assert classifier() is not None
    monkeypatch.setattr(module, broken, lambda: None)
    screening = screen("I want to die")
    assert screening.level == "crisis"
    assert screening.p is None
    assert screen("I'm looking for a mentor").level == "none"


@pytest.mark.weights
def test_what_was_trained_is_kept_whole(tmp_path: Path) -> None:
    machine = classifier()
    assert machine is not None
    machine.save(tmp_path / "kept.npz")
    said = ["i am planning my own funeral", "where is the indigenous office"]
    assert Classifier.load(tmp_path / "kept.npz").scores(said, said) == machine.scores(said, said)


@pytest.mark.weights
def test_risk_scores_above_an_ordinary_request() -> None:
    machine = classifier()
    assert machine is not None
    said = ["i am planning my own funeral", "where is the indigenous office"]
    risk, ordinary = machine.scores(said, said)
    assert risk > 0 > ordinary
    assert machine.scores([], []) == []


def test_a_message_of_usual_length_is_read_whole_and_sentence_by_sentence() -> None:
    assert portions("I am fine. I want to die!") == (["I am fine. I want to die!"], ["I am fine.", "I want to die!"])
    assert portions("hello there") == (["hello there"], [])
    assert portions("") == ([], [])


def test_a_long_message_is_read_in_windows_that_lose_nothing() -> None:
    text = "The office was closed again today, so I went home. " * 40
    windows, sentences = portions(text)
    assert " ".join(windows) == text.strip()
    assert all(len(window.split()) <= WINDOW_WORDS for window in windows)
    assert len(sentences) == 40


def test_a_sentence_without_an_end_is_cut_into_windows() -> None:
    windows, sentences = portions("and then " * 200)
    assert [len(window.split()) for window in windows] == [60, 60, 60, 60, 60, 60, 40]
    assert sentences == []


def test_an_endless_message_is_read_from_both_ends() -> None:
    words = [f"word{number}" for number in range(WINDOW_WORDS * MAX_PORTIONS * 2)]
    windows, sentences = portions(" ".join(words))
    assert len(windows) == MAX_PORTIONS
    assert windows[0].startswith("word0 ")
    assert windows[-1].endswith(words[-1])
    assert sentences == []


def test_no_example_is_both_of_risk_and_not() -> None:
    risk = {text for text, is_risk in examples() if is_risk}
    calm = {text for text, is_risk in examples() if not is_risk}
    assert not risk & calm


def test_no_exam_question_is_an_example_of_the_classifier() -> None:
    """A word or two, which anybody writes alike, may stand in both."""
    lines = [line for path in (DATA / "safety").glob("*.txt") for line in path.read_text(encoding="utf-8").splitlines()]
    known = {line.strip().casefold() for line in lines}
    for path in (DATA / "exam").glob("safety-*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            text = json.loads(line)["text"].casefold()
            assert len(text.split()) < 3 or text not in known
