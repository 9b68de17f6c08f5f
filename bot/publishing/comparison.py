"""Compare pipelines of understanding side by side: ours, parts of it, and Rasa's default, on the same data in one run.

Each is trained and asked in a process of its own (`bot/engine/trial.py`). What needs TensorFlow, or a classifier of
Rasa's that the guide's environment has not, runs in the one Rasa itself declares (`scripts/reference` makes it). All
are scored alike, by what they say alone: no screening stands in front of them.
"""

from __future__ import annotations

import copy
import datetime
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Literal, TextIO

import yaml

from bot.encoder import encoder_stamp, ensure_encoder
from bot.publishing.nlu_exam import FILES, Question, Understood, fingerprint, intent_topics, read_questions, score
from bot.publishing.training import PACKAGES

#: How many epochs Rasa's default pipeline is trained for, unless told otherwise: a quarter of an hour of CPU. Its own
#: 100 would take hours. With 3 it took .74 of the open English questions to the right topic at first, with 10 .78.
EPOCHS = 10

#: The environment that Rasa declares, as `scripts/reference` makes it, and what it is made from.
REFERENCE = Path("var", "reference", ".venv")
REQUIREMENTS = Path("requirements", "reference.txt")

_CODE = ("bot/nlu/encoder.py", "bot/nlu/classifier.py")
_ENCODER, _CLASSIFIER = "bot.nlu.encoder.SentenceEncoder", "bot.nlu.classifier.SentenceIntentClassifier"
_COUNTS = (
    {"name": "WhitespaceTokenizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
)
#: Rasa stops at a hundred steps, before the weights have settled.
_RASA_CLASSIFIER = {"name": "LogisticRegressionClassifier", "max_iter": 300}

Environment = Literal["guide", "reference"]


class ComparisonError(Exception):
    """A pipeline could not be tried. The text says which, and where the log is."""


@dataclass(frozen=True)
class Pipeline:
    """A pipeline to compare: what a report calls it, where it runs, and its parts as in Rasa's configuration."""

    title: str
    environment: Environment
    parts: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Answer:
    """What a pipeline made of a question: with all its parts, and by the classifier's first intent alone."""

    language: str
    held: bool
    whole: Understood
    first: Understood


@dataclass(frozen=True)
class Tried:
    """A pipeline with its answers and what they cost: CPU seconds of training, bytes on disk, CPU ms of each message.

    `not_run` says why there are none.
    """

    pipeline: Pipeline
    answers: Sequence[Answer] = ()
    train_seconds: float = 0.0
    model_bytes: int = 0
    milliseconds: Sequence[float] = ()
    not_run: str = ""


@dataclass(frozen=True)
class Asked:
    """A question with its language, and whether it is held back."""

    language: str
    held: bool
    question: Question


def pipelines(root: Path, epochs: int = EPOCHS) -> list[Pipeline]:
    """The pipelines that are compared, the guide's own first.

    Raises:
        OSError: `config.yml`, or Rasa's default configuration, cannot be read.
    """
    ours = _parts(root / "config.yml")
    behind = [part for part in ours if part["name"] not in (_ENCODER, _CLASSIFIER)]
    encoder = [part for part in ours if part["name"] == _ENCODER]
    own = _parts(rasa_default())
    total = next(part["epochs"] for part in own if part["name"] == "DIETClassifier")
    return [
        Pipeline("ours, as in config.yml", "guide", ours),
        Pipeline("ours, with the universal encoder alone", "guide", _with_encoders(ours, "universal")),
        Pipeline("ours, with multilingual-e5-small alone", "guide", _with_encoders(ours, "e5")),
        Pipeline("our encoders, Rasa's logistic regression", "reference", [*encoder, _RASA_CLASSIFIER, *behind]),
        Pipeline("counts, Rasa's logistic regression", "reference", [*_COUNTS, _RASA_CLASSIFIER, *behind]),
        Pipeline(
            f"Rasa's default (DIET, {epochs} of its {total} epochs)",
            "reference",
            [{**part, "epochs": epochs} if "epochs" in part else part for part in own],
        ),
    ]


def compare_all(root: Path, epochs: int, few: int | None, log_file: Path, tell: Callable[[str], None]) -> str:
    """Compare all pipelines on the whole exam; the report, in Markdown.

    Args:
        root: the project's root.
        epochs: how many epochs Rasa's default pipeline is trained for.
        few: how many examples of each intent and language are learned from; None for all.
        log_file: where the words of the trials go.
        tell: told which pipeline is tried now.

    Raises:
        ComparisonError: a pipeline could not be trained or asked.
        ValueError: a file of the exam has a fault.
        OSError: a file cannot be read or written.
    """
    with tempfile.TemporaryDirectory() as folder:
        examples = root / "data" / "nlu"
        if few is not None:
            first_examples(examples, few, Path(folder))
            examples = Path(folder)
        tried = compare(root, pipelines(root, epochs), examples, read_asked(root), log_file, tell)
    return report(root, tried, few, datetime.datetime.now(tz=datetime.timezone.utc).date())


def rasa_default() -> Path:
    """The configuration that Rasa takes where a project has none, inside its package."""
    # Found, not imported: Rasa would load a great deal to tell its own address.
    package = importlib.util.find_spec("rasa")
    if package is None or not package.submodule_search_locations:
        raise FileNotFoundError("the package rasa is not installed")
    return Path(package.submodule_search_locations[0], "engine", "recipes", "config_files", "default_config.yml")


def missing_reference(root: Path) -> str:
    """Why the environment that Rasa declares cannot be used here; nothing where it can."""
    made_from = root / REFERENCE / "made-from.txt"
    if not made_from.is_file():
        return "Rasa's own environment is not here; `make reference` makes it"
    if made_from.read_bytes() != (root / REQUIREMENTS).read_bytes():
        return "Rasa's own environment is out of date; `make reference` renews it"
    return ""


def compare(
    root: Path,
    chosen: Sequence[Pipeline],
    examples: Path,
    asked: Sequence[Asked],
    log_file: Path,
    tell: Callable[[str], None],
) -> list[Tried]:
    """Train every pipeline on the same examples and put the same questions to it, one after the other.

    Args:
        root: the project's root.
        chosen: the pipelines, from `pipelines`.
        examples: a folder of training data in Rasa's format.
        asked: the questions, from `read_asked`.
        log_file: where the words of the trials go.
        tell: told which pipeline is tried now.

    Raises:
        ComparisonError: a pipeline could not be trained or asked.
        OSError: the encoder's graph cannot be made.
    """
    ensure_encoder()
    log_file.parent.mkdir(parents=True, exist_ok=True)
    tried = []
    with log_file.open("w", encoding="utf-8") as log:
        for pipeline in chosen:
            missing = missing_reference(root) if pipeline.environment == "reference" else ""
            tell(f"{pipeline.title}: " + (f"not run here: {missing}" if missing else "training and asking…"))
            one = Tried(pipeline, not_run=missing) if missing else _try(root, pipeline, examples, asked, log)
            tried.append(one)
    return tried


def read_asked(root: Path) -> list[Asked]:
    """Every question of the topics exam.

    Raises:
        ValueError: a line is not a question; the text names the file and the line.
    """
    return [
        Asked(file.language, file.held, question)
        for file in FILES
        for question in read_questions(root / "data" / "exam" / file.name)
    ]


def first_examples(data: Path, number: int, folder: Path) -> None:
    """Write the first `number` examples of every file of training data to a folder, for a quick comparison."""
    for path in sorted(data.rglob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for block in content["nlu"]:
            lines = [line for line in block["examples"].splitlines() if line.startswith("- ")]
            block["examples"] = "\n".join(lines[:number]) + "\n"
        there = folder / path.relative_to(data)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(yaml.safe_dump(content, allow_unicode=True, width=10_000), encoding="utf-8")


def pipelines_hash(root: Path) -> str:
    """A hash of what is compared: every pipeline's parts, and the code and packages that they learn with.

    Neither examples nor exam are in it, nor how many epochs Rasa's default had: a page of figures is of its day, and
    tells both.
    """
    digest = hashlib.sha256(encoder_stamp().encode())
    for package in PACKAGES:
        digest.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    for name in _CODE:
        digest.update((root / name).read_bytes())
    for pipeline in pipelines(root, epochs=1):
        digest.update(json.dumps([pipeline.title, pipeline.environment, pipeline.parts]).encode())
    return digest.hexdigest()[:16]


def report(root: Path, tried: Sequence[Tried], few: int | None, day: datetime.date) -> str:
    """The whole comparison, in Markdown.

    Args:
        root: the project's root.
        tried: what `compare` gave.
        few: how many examples of each intent and language were learned from; None for all.
        day: when it was measured.
    """
    lines = [
        "# Pipelines side by side",
        "",
        "Made by `guide exam nlu --compare --write`: every pipeline trained on the same examples and asked the same",
        "questions, one after the other on one machine. What is called *ours* is what the guide runs.",
        "",
        f"Pipelines: `{pipelines_hash(root)}`",
        "",
        f"Measured on {day.isoformat()} with {_amount(few)}, data of hash `{fingerprint(root)}`.",
        "",
        "`make check` refuses this page when a pipeline has changed since: its parts, its encoders and classifier, its",
        "packages. It does not when examples or questions were added: they change often, the choice between pipelines",
        "seldom hangs on a few of them, and measuring takes half an hour. The hash of the data is the fingerprint that",
        f"{_UNDERSTANDING} had on that day; that page always tells how well the guide understands now.",
        "",
    ]
    for held, heading, who in (
        (True, "Questions held back", "Written by two other voices; nobody who writes examples reads them."),
        (False, "Open questions", "Written by the author of many examples."),
    ):
        lines += [f"## {heading}", "", who, "", *_shares(tried, held), ""]
    lines += ["## What it costs", "", *_costs(tried), "", *_NOTES]
    return "\n".join(lines) + "\n"


_UNDERSTANDING = "[UNDERSTANDING.md](UNDERSTANDING.md)"

_NOTES = """\
## How to read it

- *Topic*: the share of questions that the pipeline, with all its parts, takes to the right branch. The screening, which
  stands in front of any pipeline in the guide, is left out. *First intent*: the same by the classifier's first intent
  alone, before any fallback, look-up or gate: this compares the classifiers.
- *Top three*: the right one is among the first three. *AUROC*: how well the confidence of `out_of_scope` tells what the
  guide is not for. *Calibration error*: how far confidence and truth lie apart, in ten bins; smaller is better.
- CPU is of the machine this was written on, and of what else ran there: compare the rows, not the numbers. The shares
  hardly depend on the machine; only DIET begins from chance, and gives others each time.
- CPU of a message is that of all parts of a pipeline, after one message to warm up. All but Rasa's default end with the
  look-ups of places and the gate of rules, which cost some of it. Ours also encodes the two sides of a message that may
  hold two requests.
- The model is the trained archive and the weights of the encoders it reads with, on disk.
- *Counts* are of words, and of one to four letters inside them, as in Rasa's default. The strength of regularisation of
  Rasa's logistic regression cannot be set. It is given 300 steps instead of 100.
- DIET is trained for fewer epochs than Rasa's own number, since each takes a minute or more of CPU on these examples.
  `--epochs` gives it more; `--examples` takes fewer examples of each intent, for a quick look.
""".splitlines()


def _amount(few: int | None) -> str:
    return "all examples" if few is None else f"the first {few} examples of each intent and language"


def _shares(tried: Sequence[Tried], held: bool) -> list[str]:
    topics = intent_topics()
    lines = [
        "| pipeline | language | number | topic | first intent | top three | out of scope AUROC | calibration error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in tried:
        if one.not_run:
            lines.append(f"| {one.pipeline.title} | not run here: {one.not_run} | | | | | | |")
            continue
        asked = [answer for answer in one.answers if answer.held == held]
        for language in sorted({answer.language for answer in asked}):
            answers = [answer for answer in asked if answer.language == language]
            whole = score([answer.whole for answer in answers], topics)
            first = score([answer.first for answer in answers], topics)
            shares = (whole.topic, first.topic, first.top_three, whole.out_of_scope, whole.calibration)
            cells = " | ".join([str(whole.questions), *(f"{share:.3f}" for share in shares)])
            lines.append(f"| {one.pipeline.title} | {language} | {cells} |")
    return lines


def _costs(tried: Sequence[Tried]) -> list[str]:
    lines = [
        "| pipeline | CPU ms a message, p50 | p99 | CPU s to train | model, MB |",
        "|---|---|---|---|---|",
    ]
    for one in tried:
        if one.not_run:
            lines.append(f"| {one.pipeline.title} | not run here: {one.not_run} | | | |")
            continue
        spent = sorted(one.milliseconds)
        p99 = spent[int(len(spent) * 0.99)]
        megabytes = one.model_bytes / 1e6
        cells = f"{median(spent):.1f} | {p99:.1f} | {one.train_seconds:.0f} | {megabytes:.1f}"
        lines.append(f"| {one.pipeline.title} | {cells} |")
    return lines


def understood(asked: Asked, intent: str, ranking: Sequence[tuple[str, float]], topics: Mapping[str, str]) -> Answer:
    """A pipeline's answer to a question, ready to be scored. `topics` gives the topic of each intent."""
    ranking = tuple((name, confidence) for name, confidence in ranking if name != "nlu_fallback")
    question = asked.question

    def landed(name: str) -> Understood:
        # As in the guide: the right intent leads to a right topic, whatever else the topic depends on, and a crisis
        # that only the classifier heard is asked about.
        other = "checkin" if name == "crisis" else topics.get(name, "unknown")
        topic = min(question.topics) if name == question.intent else other
        return Understood(question, name, topic, ranking, frozenset())

    return Answer(asked.language, asked.held, landed(intent), landed(ranking[0][0] if ranking else ""))


def _try(root: Path, pipeline: Pipeline, examples: Path, asked: Sequence[Asked], log: TextIO) -> Tried:
    python = (
        sys.executable if pipeline.environment == "guide" else str((root / REFERENCE / "bin" / "python").absolute())
    )
    said = "".join(json.dumps(one.question.text) + "\n" for one in asked)
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.yml")
        settings = {"recipe": "default.v1", "assistant_id": "trial", "language": "en", "pipeline": pipeline.parts}
        # JSON is YAML, and keeps to itself what the same part in two places would make an alias of.
        config.write_text(json.dumps(settings), encoding="utf-8")
        log.write(f"\n{pipeline.title}\n")
        log.flush()
        done = subprocess.run(
            [python, "-m", "bot.engine.trial", str(config), str(examples.absolute())],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root), "SQLALCHEMY_SILENCE_UBER_WARNING": "1"},
            input=said,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
            check=False,
        )
    lines = [json.loads(line) for line in done.stdout.splitlines()] if done.returncode == 0 else []
    if len(lines) != len(asked) + 1:
        raise ComparisonError(f"This pipeline could not be tried: {pipeline.title}. {log.name} says why.")
    cost, *heard = lines
    topics = intent_topics()
    answers = [
        understood(one, answer["intent"], [(name, confidence) for name, confidence in answer["ranking"]], topics)
        for one, answer in zip(asked, heard)
    ]
    spent = [answer["milliseconds"] for answer in heard]
    return Tried(pipeline, answers, cost["train_seconds"], cost["model_bytes"], spent)


def _parts(config: Path) -> list[Mapping[str, Any]]:
    return list(yaml.safe_load(config.read_text(encoding="utf-8"))["pipeline"])


def _with_encoders(parts: Iterable[Mapping[str, Any]], *encoders: str) -> list[Mapping[str, Any]]:
    return [
        {**part, "encoders": list(encoders)} if part["name"] in (_ENCODER, _CLASSIFIER) else copy.copy(part)
        for part in parts
    ]
