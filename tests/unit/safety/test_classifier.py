from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from bot.encoder import EncoderUnavailableError, SentenceEncoder
from bot.safety import classifier as module
from bot.safety import screen
from bot.safety.classifier import (
    FEATURES,
    LINEAR_SHARE,
    MAX_PORTIONS,
    WINDOW_WORDS,
    Classifier,
    Linear,
    Nets,
    _legible,
    classifier,
    inputs,
    letter_runs,
    portions,
    stamp,
    weights_path,
    word_runs,
)
from bot.safety.training import DATA, examples

ROOT = Path(__file__).parents[3]


def test_without_weights_the_rules_work_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setattr(module, "_held", None)
    assert classifier() is None
    assert screen("I want to die").level == "crisis"
    assert screen("I'm looking for a mentor").level == "none"


@pytest.mark.weights
@pytest.mark.parametrize("broken", ["sentence_encoder", "letter_runs"])
def test_where_the_classifier_breaks_the_rules_work_alone(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
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


def test_capitals_and_what_nobody_sees_are_undone_before_a_text_is_encoded() -> None:
    assert _legible("I WANT a mentor") == "I WANT a mentor"
    assert _legible("I WANT A mentor") == "I WANT A mentor"
    assert _legible("WANT want") == "WANT want"
    assert _legible("I WANT A MENTOR please") == "i want a mentor please"
    assert _legible("wa\u200bnt \ufeffnow") == "want now"


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


class Encoder:
    """Makes a row of two layers of two numbers of each text: how long it is, and how many words it has."""

    def layers(self, texts: Sequence[str]) -> Any:
        return np.array([[[len(text), len(text.split())], [0, 1]] for text in texts], dtype=np.float32)


def small() -> Classifier:
    """Nets over the encoder above; linear scorers that count all runs alike."""
    nets = Nets(
        centre=np.array([1, 1, 0, 0], dtype=np.float32),
        hidden=np.array([[1, -1], [2, 0], [0, 0], [0, 3]], dtype=np.float32),
        hidden_bias=np.array([0.5, 4], dtype=np.float32),
        output=np.array([1, 10], dtype=np.float32),
        bias=-2.0,
    )
    return Classifier(
        nets, Linear(np.full(FEATURES, 2, np.float32), 1.0), Linear(np.full(FEATURES, 3, np.float32), -1.0)
    )


def test_nets_score_by_what_lies_above_their_thresholds() -> None:
    scores = small().nets.scores(inputs(cast("SentenceEncoder", Encoder()), ["abc", "abc def ghi"]))
    # (3-1) + 2*0 + .5 = 2.5 and -(3-1) + 3 + 4 = 5; (11-1) + 2*2 + .5 = 14.5 and -(11-1) + 3 + 4 = -3, which is below 0
    assert scores.tolist() == [2.5 + 50 - 2, 14.5 - 2]


def test_a_linear_scorer_adds_what_each_run_weighs() -> None:
    counts = np.array([[1, 0, 2], [0, 0, 0]], dtype=np.float32)
    scores = Linear(np.array([1, 5, 10], dtype=np.float32), 0.5).scores(counts)
    assert scores.tolist() == [21.5, 0.5]


def test_the_three_scores_are_added_the_linear_ones_at_their_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "sentence_encoder", Encoder)
    machine = small()
    nets = [50.5, 12.5]
    letters = [2 * letter_runs().transform([text]).sum() + 1 for text in ("x", "y z")]
    words = [3 * word_runs().transform([text]).sum() - 1 for text in ("x", "y z")]
    expected = [net + LINEAR_SHARE * (letter + word) for net, letter, word in zip(nets, letters, words)]
    assert machine.scores(["abc", "abc def ghi"], ["x", "y z"]) == pytest.approx(expected)
    assert machine.scores([], []) == []
    assert 0 < LINEAR_SHARE < 1


def test_runs_of_letters_and_of_words_are_counted() -> None:
    def runs(counter: Any, text: str) -> float:
        weights = counter.transform([text]).data
        return round(float((weights / weights.min()).sum()), 3)

    # " no " holds 3 runs of two letters, 2 of three and 1 of four; the longer word adds its own, up to five letters.
    assert runs(letter_runs(), "no") == 6
    assert runs(letter_runs(), "hopeless") == 9 + 8 + 7 + 6
    assert runs(word_runs(), "no hope is left here") == 5 + 4 + 3
    assert runs(word_runs(), "a b a b") == 2 + 2 + 2 + 1 + 1 + 1
    assert letter_runs().transform(["x"]).shape == word_runs().transform(["x"]).shape == (1, 65_536)
    assert word_runs().transform(["I can't"]).nnz == 3


def test_what_is_kept_is_read_again_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "sentence_encoder", Encoder)
    machine = small()
    machine.save(tmp_path / "kept.npz")
    again = Classifier.load(tmp_path / "kept.npz")
    for one, other in ((machine.nets, again.nets), (machine.letters, again.letters), (machine.words, again.words)):
        for name, value in vars(one).items():
            assert np.array_equal(vars(other)[name], value)
            assert type(vars(other)[name]) is type(value)


def test_weights_that_hold_code_are_not_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "kept.npz", nets_centre=np.array([print], dtype=object))
    with pytest.raises(ValueError, match="pickle"):
        Classifier.load(tmp_path / "kept.npz")


MADE_OF = [
    "data/safety/risk.en.txt",
    "data/nlu/fr/menu.yml",
    "bot/safety/classifier.py",
    "bot/safety/normalise.py",
    "bot/safety/patterns.py",
    "bot/safety/training.py",
    "bot/safety/rules/en.yml",
]


@pytest.mark.parametrize("changed", MADE_OF)
def test_new_weights_are_made_where_anything_they_are_made_of_changes(
    changed: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in MADE_OF:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was", encoding="utf-8")
    monkeypatch.setattr(module, "_ROOT", tmp_path)
    before = stamp.__wrapped__()
    assert before == stamp.__wrapped__()
    assert len(before) == 16
    (tmp_path / changed).write_text("as it is", encoding="utf-8")
    assert stamp.__wrapped__() != before


def test_weights_lie_in_var_or_where_the_settings_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    assert weights_path() == tmp_path / "models" / f"safety-{stamp()}.npz"
    monkeypatch.delenv("VAR_DIR")
    assert weights_path() == ROOT / "var" / "models" / f"safety-{stamp()}.npz"


def test_the_classifier_is_loaded_once_and_only_with_its_encoder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def missing() -> None:
        raise EncoderUnavailableError("none here")

    monkeypatch.setattr(module, "_held", None)
    monkeypatch.setattr(module, "weights_path", lambda: tmp_path / "kept.npz")
    small().save(tmp_path / "kept.npz")
    monkeypatch.setattr(module, "sentence_encoder", missing)
    assert classifier() is None
    monkeypatch.setattr(module, "sentence_encoder", Encoder)
    held = classifier()
    assert held is not None
    assert classifier() is held


def test_windows_hold_as_many_whole_sentences_as_they_can() -> None:
    ten = "one two three four five six seven eight nine ten."
    assert [len(window.split()) for window in portions(f"{ten} " * 7)[0]] == [60, 10]
    assert portions("word " * WINDOW_WORDS)[0] == [("word " * WINDOW_WORDS)]
    assert [len(window.split()) for window in portions("word " * (WINDOW_WORDS + 1))[0]] == [60, 1]


def test_sentences_are_read_one_by_one_where_there_are_few() -> None:
    windows, sentences = portions("ah. " * 47)
    assert (len(windows), len(sentences)) == (1, 47)
    assert portions("ah. " * 48)[1] == []


def test_as_many_windows_as_may_be_are_all_read() -> None:
    words = [f"word{number}" for number in range(WINDOW_WORDS * MAX_PORTIONS)]
    assert " ".join(portions(" ".join(words))[0]) == " ".join(words)
    assert MAX_PORTIONS == 48
    windows, _ = portions(" ".join([*words, "more"]))
    assert len(windows) == 48
    assert (windows[24].split()[0], windows[-1]) == (words[25 * WINDOW_WORDS], "more")
