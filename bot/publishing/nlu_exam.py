"""Examine the understanding: does free text land where it should, and does the guide know when it is not sure?

The questions of `data/exam/topics-*.jsonl` were written by ourselves for development; those in the files named `held`
by another voice, and nobody who writes examples reads them.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bot.publishing.exam_file import ExamFile
from bot.publishing.training import inputs_hash
from bot.safety import screen

#: The files of the exam.
FILES = (
    ExamFile("en", False, "topics-en.jsonl"),
    ExamFile("fr", False, "topics-fr.jsonl"),
    ExamFile("en", True, "topics-en.held.jsonl"),
    ExamFile("fr", True, "topics-fr.held.jsonl"),
    ExamFile("en", True, "topics-en.second.held.jsonl"),
    ExamFile("fr", True, "topics-fr.second.held.jsonl"),
)

#: The kinds of names that are scored.
NAMES = ("region", "school")

#: What is asked for in questions the guide is not for.
OUT_OF_SCOPE = "out_of_scope"
_BINS = 10
_CONFUSIONS = 15


@dataclass(frozen=True)
class Question:
    """A message, where it should land, and the names in it. `topics` are all that are right."""

    text: str
    intent: str
    topics: frozenset[str]
    names: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Understood:
    """What was made of a question: the intent in the end, the classifier's ranking, the names, and the topic."""

    question: Question
    intent: str
    topic: str
    ranking: tuple[tuple[str, float], ...]
    names: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Score:
    """Shares from 0 to 1.

    `topic`: questions answered in a right branch, screening included. `top_three`: the right intent, or a right topic,
    is among the classifier's first three. `names`: F1 of regions and schools. `out_of_scope`: area under the receiver
    operating characteristic of the classifier's word that a question is not for the guide. `calibration`: expected
    calibration error of the first intent's confidence (ten bins; smaller is better).
    """

    questions: int
    topic: float
    top_three: float
    names: float
    out_of_scope: float
    calibration: float


def read_questions(path: Path) -> list[Question]:
    """The questions of a file.

    Raises:
        ValueError: a line is not a question; the text names the file and the line.
    """
    return [_question(path.name, number, line) for number, line in enumerate(_lines(path), 1)]


def examine(questions: Sequence[Question], model: Path, data: Path) -> tuple[list[Understood], list[float]]:
    """Put every question to a trained model; what it made of them, and CPU milliseconds of each."""
    from bot.engine.dialogue import Dialogue
    from bot.messages import load_catalogue

    dialogue = Dialogue(model, load_catalogue(data))
    topics = intent_topics()
    understood, spent = [], []
    loop = asyncio.new_event_loop()
    for question in questions:
        begun = time.process_time()
        parsed = loop.run_until_complete(dialogue.parse(question.text))
        spent.append((time.process_time() - begun) * 1000)
        understood.append(_understood(question, parsed, topics))
    loop.close()
    return understood, spent


def score(answers: Sequence[Understood], topics: Mapping[str, str]) -> Score:
    """The score of some answers. `topics` gives the topic of each intent."""
    from sklearn.metrics import roc_auc_score

    asked = [answer.question for answer in answers]
    beyond = [question.intent == OUT_OF_SCOPE for question in asked]
    hits = sum(len(answer.names & answer.question.names) for answer in answers)
    named = sum(len(answer.names) + len(answer.question.names) for answer in answers)
    return Score(
        len(answers),
        _share(answer.topic in answer.question.topics for answer in answers),
        _share(_among_three(answer, topics) for answer in answers),
        2 * hits / named if named else 1.0,
        float(roc_auc_score(beyond, [dict(answer.ranking).get(OUT_OF_SCOPE, 0.0) for answer in answers])),
        _calibration_error([(answer.ranking[0][1], answer.ranking[0][0] == answer.question.intent)
                            for answer in answers if answer.ranking]),
    )  # fmt: skip


def intent_topics() -> Mapping[str, str]:
    """The topic that each intent is answered in, as the actions say."""
    import pkgutil
    from importlib import import_module

    import actions
    from actions.base import GuideAction

    for module in pkgutil.iter_modules(actions.__path__):
        import_module(f"actions.{module.name}")
    kinds = list(GuideAction.__subclasses__())
    for kind in kinds:
        kinds += kind.__subclasses__()
    return {kind.intent: kind.topic for kind in kinds if kind.intent}


def fingerprint(root: Path) -> str:
    """A hash of the exam and of everything a model is made of: a report holds for these alone."""
    digest = hashlib.sha256(inputs_hash(root).encode())
    for _, _, name in FILES:
        digest.update((root / "data" / "exam" / name).read_bytes())
    return digest.hexdigest()[:16]


def report(root: Path, model: Path) -> str:
    """The whole report, in Markdown.

    Raises:
        ValueError: a file of the exam has a fault.
        OSError: a file cannot be read.
    """
    lines = [
        "# How well free text is understood",
        "",
        "Made by `guide exam nlu --write`; `make check` refuses it when the exam or anything a model is made of has",
        "changed since. The questions are our own, invented. The open ones were written by the author of many",
        "examples; those held back by two other voices, and nobody who writes examples reads them.",
        "How other pipelines do, Rasa's default among them: [side by side](COMPARISON.md).",
        "",
        f"Fingerprint of exam and model: `{fingerprint(root)}`",
        "",
        "| questions | language | number | topic | top three | names F1 | out of scope AUROC | calibration error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    topics = intent_topics()
    everything: list[Understood] = []
    milliseconds: list[float] = []
    for file in FILES:
        answers, spent = examine(read_questions(root / "data" / "exam" / file.name), model, root / "data")
        found = score(answers, topics)
        shares = (found.topic, found.top_three, found.names, found.out_of_scope, found.calibration)
        cells = " | ".join([str(found.questions), *(f"{share:.3f}" for share in shares)])
        lines.append(f"| {file.title} | {file.language} | {cells} |")
        milliseconds += spent
        everything += answers if file.held else []
    milliseconds.sort()
    lines += [
        "",
        "*Topic*: answered in the right branch, screening included. *Top three*: the right one is among the first",
        "three.",
        f"CPU for one message in the engine's pipeline, where this was written: {median(milliseconds):.0f} ms at the",
        f"median, {milliseconds[int(len(milliseconds) * 0.99)]:.0f} ms at the 99th percentile.",
        "",
        "## Confused with, held back",
        "",
        "| meant | taken for | times |",
        "|---|---|---|",
    ]
    confused = Counter(
        (answer.question.intent, answer.topic if answer.topic in ("crisis", "checkin") else answer.intent)
        for answer in everything
        if answer.topic not in answer.question.topics
    )
    lines += [f"| `{meant}` | `{taken}` | {times} |" for (meant, taken), times in confused.most_common(_CONFUSIONS)]
    return "\n".join(lines) + "\n"


def _understood(question: Question, parsed: Mapping[str, Any], topics: Mapping[str, str]) -> Understood:
    intent = str(parsed["intent"]["name"])
    ranking = tuple(
        (str(entry["name"]), float(entry["confidence"]))
        for entry in parsed["intent_ranking"]
        if entry["name"] != "nlu_fallback"
    )
    names = frozenset((str(e["entity"]), str(e["value"])) for e in parsed["entities"] if e["entity"] in NAMES)
    level = screen(question.text).level
    topic = level if level != "none" else "checkin" if intent == "crisis" else topics.get(intent, "unknown")
    if intent == question.intent == "organisation" and level == "none":
        # Its topic is that of what is named; naming it is what counts here.
        topic = min(question.topics)
    return Understood(question, intent, topic, ranking, names)


def _among_three(answer: Understood, topics: Mapping[str, str]) -> bool:
    if answer.topic in answer.question.topics or answer.intent == answer.question.intent:
        return True
    first = [name for name, _ in answer.ranking[:3]]
    return answer.question.intent in first or any(
        topics.get(name, "unknown") in answer.question.topics for name in first
    )


def _calibration_error(sure_and_right: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation 3."""
    error = 0.0
    for bin_ in range(_BINS):
        inside = [(sure, right) for sure, right in sure_and_right if bin_ == min(_BINS - 1, int(sure * _BINS))]
        if inside:
            apart = abs(sum(sure for sure, _ in inside) - sum(right for _, right in inside))
            error += apart / len(sure_and_right)
    return error


def _question(name: str, number: int, line: str) -> Question:
    try:
        asked = json.loads(line)
        topics = frozenset([asked["topic"], *asked.get("also", [])])
        names = frozenset((kind, str(asked[kind])) for kind in NAMES if asked.get(kind))
        return Question(str(asked["text"]), str(asked["intent"]), topics, names)
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{name}, line {number}: a question has text, intent and topic") from None


def _lines(path: Path) -> Iterator[str]:
    return (line for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def _share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return sum(found) / len(found) if found else 0.0
