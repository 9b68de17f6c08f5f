from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.safety import screen
from bot.safety.classifier import MAX_SENTENCES, UNREAD, classifier
from bot.safety.training import DATA, examples


def test_without_weights_the_rules_work_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from bot.safety import classifier as module

    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setattr(module, "_held", None)
    assert classifier() is None
    assert screen("I want to die").level == "crisis"
    assert screen("I'm looking for a mentor").level == "none"


def test_risk_scores_above_an_ordinary_request() -> None:
    machine = classifier()
    assert machine is not None
    risk, ordinary = machine.scores(["i am planning my own funeral", "where is the indigenous office"])
    assert risk > 0 > ordinary


def test_long_messages_are_read_from_both_ends() -> None:
    machine = classifier()
    assert machine is not None
    scores = machine.scores(["hello"] * (MAX_SENTENCES + 10))
    assert scores.count(UNREAD) == 10
    assert scores[0] != UNREAD
    assert scores[-1] != UNREAD


def test_no_example_is_both_of_risk_and_not() -> None:
    risk = {text for text, is_risk in examples() if is_risk}
    calm = {text for text, is_risk in examples() if not is_risk}
    assert not risk & calm


def test_no_exam_question_is_an_example_of_the_classifier() -> None:
    """Greetings and the like, which anybody writes alike, are examples of intents and may stand in both."""
    lines = [line for path in (DATA / "safety").glob("*.txt") for line in path.read_text(encoding="utf-8").splitlines()]
    known = {line.strip().casefold() for line in lines}
    for path in (DATA / "exam").glob("safety-*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert json.loads(line)["text"].casefold() not in known
