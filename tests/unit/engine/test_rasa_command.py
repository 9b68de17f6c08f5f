"""`guide rasa …` completes what Rasa is not told."""

from __future__ import annotations

from bot.engine.rasa_command import with_defaults


def test_training_is_told_the_domain_and_the_data() -> None:
    assert with_defaults(["train"]) == ["train", "--domain", "domain", "--data", "data/nlu", "data/rules"]
    assert with_defaults(["data", "validate", "--fail-on-warnings"])[-5:] == [
        "--domain",
        "domain",
        "--data",
        "data/nlu",
        "data/rules",
    ]


def test_what_is_given_stays() -> None:
    assert with_defaults(["train", "-d", "mine", "--data", "here"]) == ["train", "-d", "mine", "--data", "here"]
    assert with_defaults(["shell", "-m", "a.tar.gz"]) == ["shell", "-m", "a.tar.gz"]


def test_other_commands_are_left_alone() -> None:
    assert with_defaults(["--help"]) == ["--help"]
    assert with_defaults(["run", "actions"]) == ["run", "actions"]


def test_test_core_takes_no_domain() -> None:
    words = with_defaults(["test", "core"])
    assert "--domain" not in words
    assert "--nlu" not in words
    assert words[words.index("--stories") + 1] == "tests/rasa"
