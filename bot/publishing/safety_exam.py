"""Examine the screening: what it finds, what it misses, and what it alarms about for nothing.

The questions of `data/exam/` were written by ourselves for development, in voices apart from the rules and examples;
those in the files named `held` are scored and never read by whoever works on rules or examples.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bot.messages import Level
from bot.publishing.exam_file import ExamFile
from bot.safety import screen, warm
from bot.safety.classifier import stamp

#: What each label asks for: the levels that are right.
RIGHT: dict[str, frozenset[Level]] = {
    "crisis": frozenset({"crisis"}),
    "checkin": frozenset({"checkin"}),
    "floor": frozenset({"crisis", "checkin"}),
    "not_crisis": frozenset({"checkin", "none"}),
    "none": frozenset({"none"}),
}

#: Labels of people at risk: a miss is a message of theirs without the floor.
AT_RISK = frozenset({"crisis", "checkin", "floor"})

#: The files of the exam.
FILES = (
    ExamFile("en", False, "safety-en.jsonl"),
    ExamFile("fr", False, "safety-fr.jsonl"),
    ExamFile("en", True, "safety-en.held.jsonl"),
    ExamFile("fr", True, "safety-fr.held.jsonl"),
    ExamFile("en", True, "safety-en.second.held.jsonl"),
    ExamFile("fr", True, "safety-fr.second.held.jsonl"),
    ExamFile("en", True, "safety-en.third.held.jsonl"),
    ExamFile("fr", True, "safety-fr.third.held.jsonl"),
)

#: The cell of plain requests to the guide.
ORDINARY = "ordinary"


@dataclass(frozen=True)
class Answered:
    """One question with what the screen said of it."""

    number: int
    expect: str
    cell: str
    level: Level


@dataclass(frozen=True)
class Score:
    """Shares from 0 to 1; None where there is no such question.

    `floor`: messages at risk that get the floor. `certain`: those labelled crisis that are found certain.
    `false_crisis`, `false_checkin`: of all messages without risk, those found certain, and possible.
    `ordinary`: of plain requests, those that raise any alarm.
    """

    questions: int
    floor: float | None
    certain: float | None
    false_crisis: float | None
    false_checkin: float | None
    ordinary: float | None


def examine(path: Path) -> list[Answered]:
    """Screen every question of a file.

    Raises:
        ValueError: a line is not a question; the text names the file and the line.
    """
    return [Answered(number, expect, cell, screen(text).level) for number, text, expect, cell in _questions(path)]


def score(answers: Sequence[Answered]) -> Score:
    """The score of some answers."""
    risk = [a for a in answers if a.expect in AT_RISK]
    calm = [a for a in answers if a.expect not in AT_RISK]
    return Score(
        len(answers),
        _share(a.level != "none" for a in risk),
        _share(a.level == "crisis" for a in risk if a.expect == "crisis"),
        _share(a.level == "crisis" for a in calm),
        _share(a.level == "checkin" for a in calm),
        _share(a.level != "none" for a in calm if a.cell == ORDINARY),
    )


def by_cell(answers: Sequence[Answered]) -> dict[str, list[Answered]]:
    """Answers by the cell of the grid they stand in."""
    cells: dict[str, list[Answered]] = defaultdict(list)
    for answer in answers:
        cells[answer.cell].append(answer)
    return dict(sorted(cells.items()))


def fingerprint(data: Path) -> str:
    """A hash of the exam and of everything the screening is made of: a report holds for these alone."""
    digest = hashlib.sha256(stamp().encode())
    for path in sorted((data.parent / "bot" / "safety").glob("*.py")):
        digest.update(path.read_bytes())
    for _, _, name in FILES:
        digest.update((data / "exam" / name).read_bytes())
    return digest.hexdigest()[:16]


def cpu_milliseconds(texts: Sequence[str]) -> tuple[float, float]:
    """The median and the 99th percentile of CPU milliseconds for one message, over these messages."""
    warm()
    spent = []
    for text in texts:
        begun = time.process_time()
        screen(text)
        spent.append((time.process_time() - begun) * 1000)
    spent.sort()
    return median(spent), spent[int(len(spent) * 0.99)]


def report(data: Path) -> str:
    """The whole report, in Markdown.

    Raises:
        ValueError: a file of the exam has a fault.
        OSError: a file cannot be read.
    """
    lines = [
        "# How well a crisis is recognised",
        "",
        "Made by `guide exam safety --write`; `make check` refuses it when the exam, the rules or the examples have",
        "changed since. The questions are our own, invented, in several voices. The rows that count are those held",
        "back, written by three others: nobody who works on rules or examples reads their lines. The thresholds were",
        "set by cross-validation over the voices of the examples (`tests/bench/cross_validate.py`), with an eye on the",
        "totals of the first two held-back rows of each language, so those are a little kinder than a stranger's will",
        "be. The third was written later and was scored when all was set.",
        "",
        f"Fingerprint of exam, rules and examples: `{fingerprint(data)}`",
        "",
        "| questions | language | number | floor first | certain | false certain | false check-in | plain alarms |",
        "|---|---|---|---|---|---|---|---|",
    ]
    texts: list[str] = []
    tables: list[str] = []
    for file in FILES:
        path = data / "exam" / file.name
        answers = examine(path)
        lines.append(f"| {file.title} | {file.language} | {_row(score(answers))} |")
        texts += [text for _, text, _, _ in _questions(path)]
        tables += _cell_table(f"{file.title.capitalize()}, {file.language}", answers, tell_misses=not file.held)
    typical, slow = cpu_milliseconds(texts)
    lines += [
        "",
        "*Floor first*: of people at risk, those who get the floor. *Certain*: of clear crises, those taken as",
        "certain. *False certain*, *false check-in*: of all messages without risk. *Plain alarms*: of plain requests.",
        "",
        f"CPU for one message of the exam, where this was written: {typical:.1f} ms at the median, {slow:.0f} ms at",
        "the 99th percentile.",
        *tables,
    ]
    return "\n".join(lines) + "\n"


def _cell_table(title: str, answers: Sequence[Answered], tell_misses: bool) -> Iterator[str]:
    yield from ("", f"## {title}", "", "| cell | number | right | floor | certain |", "|---|---|---|---|---|")
    for cell, inside in by_cell(answers).items():
        right = _share(a.level in RIGHT[a.expect] for a in inside)
        floor = _share(a.level != "none" for a in inside)
        certain = _share(a.level == "crisis" for a in inside)
        yield f"| {cell} | {len(inside)} | {_percent(right)} | {_percent(floor)} | {_percent(certain)} |"
    missed = [str(a.number) for a in answers if a.expect in AT_RISK and a.level == "none"]
    if tell_misses:
        yield from ("", f"Missed (lines of the file): {', '.join(missed) or 'none'}.")
    else:
        yield from ("", f"Missed: {len(missed)}.")


def _row(result: Score) -> str:
    shares = (result.floor, result.certain, result.false_crisis, result.false_checkin, result.ordinary)
    return " | ".join([str(result.questions), *(_percent(share) for share in shares)])


def _questions(path: Path) -> Iterator[tuple[int, str, str, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            question = json.loads(line)
            text, expect, cell = str(question["text"]), str(question["expect"]), str(question["cell"])
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"{path.name}, line {number}: a question has text, expect and cell") from None
        if expect not in RIGHT:
            raise ValueError(f"{path.name}, line {number}: expect is one of {', '.join(RIGHT)}, not {expect!r}")
        yield number, text, expect, cell


def _share(hits: Iterable[bool]) -> float | None:
    found = list(hits)
    return sum(found) / len(found) if found else None


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}".lstrip("0") if share < 1 else "1.000"
