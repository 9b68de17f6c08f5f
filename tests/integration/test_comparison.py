"""Pipelines really trained and asked, each in a process of its own, in the guide's environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.publishing.comparison import Asked, ComparisonError, Pipeline, compare, first_examples, pipelines, read_asked
from bot.settings import ROOT


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    first_examples(ROOT / "data" / "nlu", 4, folder)
    return folder


@pytest.fixture(scope="module")
def asked() -> list[Asked]:
    return [one for one in read_asked(ROOT) if not one.held][::10]


def test_ours_is_measured_and_what_needs_rasas_environment_says_it_was_not_run(
    tmp_path: Path, examples: Path, asked: list[Asked]
) -> None:
    chosen = [pipelines(ROOT)[number] for number in (0, 1, -1)]
    told: list[str] = []
    # A project without Rasa's own environment; the guide's code is found where it is installed.
    both, alone, absent = compare(tmp_path, chosen, examples, asked, tmp_path / "log" / "trial.log", told.append)
    for one in (both, alone):
        assert not one.not_run
        assert len(one.answers) == len(one.milliseconds) == len(asked)
        assert min(one.milliseconds) > 0
        assert one.train_seconds > 0
        assert all(0 < confidence <= 1 for answer in one.answers for _, confidence in answer.whole.ranking)
        right = sum(answer.first.topic in answer.first.question.topics for answer in one.answers)
        # A dozen topics: far from chance with four examples of each intent.
        assert right > len(asked) / 3
    assert both.model_bytes > alone.model_bytes > 30e6
    assert "make reference" in absent.not_run
    assert not absent.answers
    assert [line.split(":")[0] for line in told] == [pipeline.title for pipeline in chosen]


def test_a_pipeline_that_cannot_be_trained_is_no_pipeline_that_was_not_run(
    tmp_path: Path, examples: Path, asked: list[Asked]
) -> None:
    log = tmp_path / "trial.log"
    broken = Pipeline("broken", "guide", [{"name": "NoSuchComponent"}])
    with pytest.raises(ComparisonError, match=r"broken\. .*trial\.log"):
        compare(tmp_path, [broken], examples, asked, log, print)
    assert "NoSuchComponent" in log.read_text(encoding="utf-8")


def test_diet_is_refused_in_the_guides_environment(tmp_path: Path, examples: Path, asked: list[Asked]) -> None:
    log = tmp_path / "trial.log"
    diet = Pipeline("DIET here", "guide", pipelines(ROOT)[-1].parts)
    with pytest.raises(ComparisonError):
        compare(tmp_path, [diet], examples, asked, log, print)
    assert "the reference environment" in log.read_text(encoding="utf-8")
