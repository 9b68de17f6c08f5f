"""What the comparison compares, how it scores, and what its page tells; with answers made by hand."""

from __future__ import annotations

import datetime
import re
import shutil
from pathlib import Path

import pytest
import yaml

from bot.cli import main
from bot.publishing.comparison import (
    REFERENCE,
    REQUIREMENTS,
    Answer,
    Asked,
    Pipeline,
    Tried,
    first_examples,
    missing_reference,
    pipelines,
    pipelines_hash,
    rasa_default,
    report,
    understood,
)
from bot.publishing.nlu_exam import Question, fingerprint
from bot.settings import ROOT

TOPICS = {"talk": "talk", "connect": "connect", "crisis": "crisis", "out_of_scope": "unknown"}
DAY = datetime.date(2026, 11, 27)


def asked(intent: str, *topics: str, language: str = "en", held: bool = True) -> Asked:
    return Asked(language, held, Question("…", intent, frozenset(topics), frozenset()))


def right(answer: Answer) -> tuple[bool, bool]:
    return tuple(one.topic in one.question.topics for one in (answer.whole, answer.first))  # type: ignore[return-value]


# Scoring


def test_the_whole_pipeline_and_the_first_intent_are_scored_apart() -> None:
    ranking = [("nlu_fallback", 0.7), ("talk", 0.4), ("connect", 0.3)]
    assert right(understood(asked("talk", "talk"), "nlu_fallback", ranking, TOPICS)) == (False, True)
    assert right(understood(asked("out_of_scope", "unknown"), "nlu_fallback", ranking, TOPICS)) == (True, False)
    assert right(understood(asked("connect", "connect"), "connect", ranking, TOPICS)) == (True, False)


def test_a_crisis_that_only_the_classifier_heard_is_asked_about() -> None:
    heard = [("crisis", 0.9)]
    assert right(understood(asked("talk", "talk", "checkin"), "crisis", heard, TOPICS)) == (True, True)
    assert right(understood(asked("talk", "talk"), "crisis", heard, TOPICS)) == (False, False)
    assert right(understood(asked("crisis", "crisis"), "crisis", heard, TOPICS)) == (True, True)


def test_a_pipeline_that_names_no_intent_is_wrong() -> None:
    assert right(understood(asked("talk", "talk"), "None", [], TOPICS)) == (False, False)


# The pipelines


def test_the_first_pipeline_is_the_guides_own() -> None:
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    first = pipelines(ROOT)[0]
    assert list(first.parts) == config["pipeline"]
    assert first.environment == "guide"


def test_either_encoder_alone_is_asked_by_featurizer_and_classifier_alike() -> None:
    for pipeline, encoder in zip(pipelines(ROOT)[1:3], ("universal", "e5"), strict=True):
        assert [part.get("encoders") for part in pipeline.parts[:2]] == [[encoder], [encoder]]
        assert [part["name"] for part in pipeline.parts] == [part["name"] for part in pipelines(ROOT)[0].parts]


def test_rasas_default_is_rasas_own_but_for_the_epochs() -> None:
    own = yaml.safe_load(rasa_default().read_text(encoding="utf-8"))["pipeline"]
    last = pipelines(ROOT, epochs=7)[-1]
    assert [part["name"] for part in last.parts] == [part["name"] for part in own]
    for mine, theirs in zip(last.parts, own, strict=True):
        assert mine == ({**theirs, "epochs": 7} if "epochs" in theirs else theirs)
    assert "DIETClassifier" in [part["name"] for part in last.parts]
    assert "7 of its 100 epochs" in last.title
    assert last.environment == "reference"


def test_other_classifiers_have_the_rest_of_our_pipeline_behind_them() -> None:
    behind = [part["name"] for part in pipelines(ROOT)[0].parts[2:]]
    assert len(behind) >= 3
    for pipeline in pipelines(ROOT)[3:-1]:
        assert [part["name"] for part in pipeline.parts][-len(behind) :] == behind


# The environment that Rasa declares


def test_an_environment_that_is_missing_or_out_of_date_is_told_and_one_that_is_not_is_used(tmp_path: Path) -> None:
    assert "is not here" in missing_reference(tmp_path)
    (tmp_path / REQUIREMENTS).parent.mkdir()
    (tmp_path / REQUIREMENTS).write_text("rasa==3.6.21")
    assert "is not here" in missing_reference(tmp_path)
    made_from = tmp_path / REFERENCE / "made-from.txt"
    made_from.parent.mkdir(parents=True)
    made_from.write_text("rasa==3.6.20")
    assert "out of date" in missing_reference(tmp_path)
    made_from.write_text("rasa==3.6.21")
    assert missing_reference(tmp_path) == ""


# Fewer examples


def test_the_first_examples_of_every_file_are_taken(tmp_path: Path) -> None:
    first_examples(ROOT / "data" / "nlu", 3, tmp_path)
    files = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.yml"))
    assert files == sorted(path.relative_to(ROOT / "data" / "nlu") for path in (ROOT / "data" / "nlu").rglob("*.yml"))
    for file in files:
        (few,), (all_,) = (
            yaml.safe_load((folder / file).read_text(encoding="utf-8"))["nlu"]
            for folder in (tmp_path, ROOT / "data" / "nlu")
        )
        assert few["intent"] == all_["intent"]
        assert few["examples"].splitlines() == all_["examples"].splitlines()[:3]


# The page


def tried(title: str = "ours") -> Tried:
    """One pipeline, asked the same two questions in each language, held back and open: one right, one wrong."""
    answers = [
        understood(one, "talk", [("talk", 0.75), ("out_of_scope", 0.25)], TOPICS)
        for language in ("en", "fr")
        for held in (True, False)
        for one in (
            asked("talk", "talk", language=language, held=held),
            asked("out_of_scope", "unknown", language=language, held=held),
        )
    ]
    return Tried(Pipeline(title, "guide", ()), answers, 61.4, 126_640_000, [float(ms) for ms in range(1, 202)])


def test_every_pipeline_has_a_row_for_each_language_and_kind_of_question_and_one_of_costs() -> None:
    lines = report(ROOT, [tried("ours"), tried("other")], None, DAY).splitlines()
    for title in ("ours", "other"):
        english = f"| {title} | en | 2 | 0.500 | 0.500 | 1.000 | 0.500 | 0.250 |"
        # Once for each kind of question and language, and the costs.
        assert [line for line in lines if line.startswith(f"| {title} |")] == [
            *[english, english.replace("| en |", "| fr |")] * 2,
            f"| {title} | 101.0 | 199.0 | 61 | 126.6 |",
        ]


def test_a_pipeline_that_was_not_run_says_so_in_every_table() -> None:
    absent = Tried(Pipeline("Rasa's default", "reference", ()), not_run="Rasa's own environment is not here")
    lines = report(ROOT, [tried(), absent], None, DAY).splitlines()
    rows = [line for line in lines if line.startswith("| Rasa's default |")]
    assert len(rows) == 3
    assert all("not run here: Rasa's own environment is not here" in row for row in rows)


def test_the_page_tells_its_day_its_data_and_its_pipelines() -> None:
    text = report(ROOT, [tried()], None, DAY)
    assert "2026-11-27 with all examples" in text
    assert f"`{fingerprint(ROOT)}`" in text
    assert f"`{pipelines_hash(ROOT)}`" in text
    assert "the first 5 examples of each intent" in report(ROOT, [tried()], 5, DAY)


def test_the_page_that_is_kept_has_every_pipeline_with_figures() -> None:
    page = (ROOT / "docs" / "COMPARISON.md").read_text(encoding="utf-8")
    for pipeline in pipelines(ROOT):
        # How many epochs Rasa's default had is the page's to tell.
        start = re.escape(pipeline.title.split(" (DIET")[0])
        assert len(re.findall(rf"^\| {start}[^|]*\| (?:en|fr) \|(?: [\d.]+ \|){{6}}$", page, re.MULTILINE)) == 4, start
        assert len(re.findall(rf"^\| {start}[^|]*\|(?: [\d.]+ \|){{4}}$", page, re.MULTILINE)) == 1, start


# When the page is out of date


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What a set of pipelines is made of, to be changed."""
    shutil.copy(ROOT / "config.yml", tmp_path)
    shutil.copytree(ROOT / "bot" / "nlu", tmp_path / "bot" / "nlu")
    return tmp_path


def test_examples_are_no_part_of_the_pipelines(copy: Path) -> None:
    # Neither data/nlu nor data/exam is in the copy.
    assert pipelines_hash(copy) == pipelines_hash(ROOT)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("config.yml", "C: 3.0", "C: 2.0"),
        ("bot/nlu/encoder.py", "7.2", "7.3"),
        ("bot/nlu/classifier.py", '"C": 1.0', '"C": 2.0'),
    ],
)
def test_a_changed_pipeline_is_another_one(copy: Path, file: str, old: str, new: str) -> None:
    path = copy / file
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace(old, new), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != before
    assert pipelines_hash(copy) != pipelines_hash(ROOT)


# The command


def test_what_goes_only_with_a_comparison_is_refused_without_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exam", "nlu", "--epochs", "3"]) == 1
    assert "--compare" in capsys.readouterr().err


def test_the_page_is_not_written_from_a_few_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exam", "nlu", "--compare", "--write", "--examples", "3"]) == 1
    assert "all examples" in capsys.readouterr().err


def test_numbers_below_one_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["exam", "nlu", "--compare", "--epochs", "0"])
    assert "at least 1" in capsys.readouterr().err


def test_the_page_that_is_kept_is_of_these_pipelines() -> None:
    assert main(["exam", "nlu", "--compare", "--check"]) == 0
