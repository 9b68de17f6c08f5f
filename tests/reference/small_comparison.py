"""Compare all pipelines on a few examples, really running both environments; exit status 1 where a figure is missing.

Run by the guide's own Python. Argument: the file for the words of the trials.
"""

from __future__ import annotations

import datetime
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from conversations import ROOT

from bot.publishing.comparison import Tried, compare, first_examples, pipelines, read_asked, report

#: Enough to be learned from, few enough to take two minutes. DIET passes over them this often.
EXAMPLES, EPOCHS = 5, 20

#: The share of questions that every pipeline must take to the right one of a dozen topics, and ours.
AT_LEAST, OURS_AT_LEAST = 0.2, 0.5


def faults(tried: Tried, questions: int, at_least: float) -> Iterator[str]:
    """What is missing or cannot be in the figures of a pipeline, a line each."""
    if tried.not_run:
        yield f"not run: {tried.not_run}"
        return
    if not len(tried.answers) == len(tried.milliseconds) == questions:
        yield f"{len(tried.answers)} answers to {questions} questions"
    if not (min(tried.milliseconds) > 0 and tried.train_seconds > 0 and tried.model_bytes > 1e5):
        yield "something cost nothing"
    if any(not 0 <= sure <= 1 for answer in tried.answers for _, sure in answer.whole.ranking):
        yield "a confidence is no share"
    right = sum(answer.first.topic in answer.first.question.topics for answer in tried.answers)
    if right < at_least * questions:
        yield f"{right} of {questions} in the right topic"


def main(log_file: Path) -> int:
    """Compare, check, and say in a line what was found."""
    asked = [one for one in read_asked(ROOT) if not one.held][::4]
    with tempfile.TemporaryDirectory() as folder:
        first_examples(ROOT / "data" / "nlu", EXAMPLES, Path(folder))
        tried = compare(ROOT, pipelines(ROOT, EPOCHS), Path(folder), asked, log_file, lambda said: None)
    found = [
        f"{one.pipeline.title}: {fault}"
        for number, one in enumerate(tried)
        for fault in faults(one, len(asked), AT_LEAST if number else OURS_AT_LEAST)
    ]
    if not found:
        lines = report(ROOT, tried, EXAMPLES, datetime.date(2026, 1, 1)).splitlines()
        rows = sum(line.startswith(f"| {one.pipeline.title} |") for one in tried for line in lines)
        # Two languages of open questions, none held back, and one row of costs.
        if rows != 3 * len(tried):
            found.append(f"{rows} rows for {len(tried)} pipelines")
    print("\n".join([*found, f"reference: {len(tried)} pipelines compared on a few examples, {len(found)} faults"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
