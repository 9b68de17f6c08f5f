"""The examiner's own arithmetic, on answers made by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.publishing.nlu_exam import Question, Understood, intent_topics, read_questions, score

TOPICS = {"talk": "talk", "connect": "connect", "connect_elders": "connect", "out_of_scope": "unknown"}


def answer(meant: str, taken: str, *ranking: tuple[str, float], names: tuple[str, ...] = ()) -> Understood:
    question = Question("…", meant, frozenset({TOPICS[meant]}), frozenset({("region", "MB")}))
    return Understood(question, taken, TOPICS[taken], ranking, frozenset(("region", name) for name in names))


def test_every_share_is_what_it_says() -> None:
    answers = [
        answer("talk", "talk", ("talk", 1.0), ("out_of_scope", 0.0), names=("MB",)),
        answer("connect", "connect_elders", ("connect_elders", 0.5), ("talk", 0.3), ("out_of_scope", 0.1)),
        answer("out_of_scope", "talk", ("talk", 0.6), ("out_of_scope", 0.4), names=("ON", "MB")),
        answer("talk", "out_of_scope", ("out_of_scope", 0.9), ("connect", 0.1)),
    ]
    found = score(answers, TOPICS)
    assert found.questions == 4
    assert found.topic == 0.5
    assert found.top_three == 0.75
    assert found.names == pytest.approx(2 * 2 / 7)
    assert found.out_of_scope == pytest.approx(2 / 3)
    # One right at 1.0; wrong ones at 0.5, 0.6 and 0.9, each in a bin of its own.
    assert found.calibration == pytest.approx((0.5 + 0.6 + 0.9) / 4)


def test_every_action_has_a_topic_in_the_exam() -> None:
    topics = intent_topics()
    assert topics["connect_elders"] == "connect"
    assert topics["unknown"] == "unknown"
    assert topics["crisis"] == "crisis"


def test_a_line_that_is_no_question_is_named(tmp_path: Path) -> None:
    path = tmp_path / "topics.jsonl"
    path.write_text(json.dumps({"text": "hi", "intent": "greet", "topic": "smalltalk"}) + '\n{"text": "hi"}\n')
    with pytest.raises(ValueError, match=r"topics\.jsonl, line 2"):
        read_questions(path)
