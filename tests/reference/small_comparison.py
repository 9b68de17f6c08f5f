"""Compare all pipelines on a few examples, by the command itself; exit status 1 where a figure is missing or cannot be.

Run by the guide's own Python, where both environments are.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence

from conversations import ROOT

from bot.publishing.comparison import pipelines

#: Enough to be learned from, few enough to take some minutes. DIET passes over them this often.
EXAMPLES, EPOCHS = 5, 20

#: The share of questions that every pipeline's first intent must take to the right one of a dozen topics, and ours.
AT_LEAST, OURS_AT_LEAST = 0.15, 0.5


def shares_faults(cells: Sequence[str], at_least: float) -> Iterator[str]:
    """What cannot be in a row of shares: language, number, topic, first intent, top three, AUROC, calibration error."""
    number, topic, first, three, auroc, calibration = (float(cell) for cell in cells[1:])
    if number < 100:
        yield f"only {number:.0f} questions"
    if not all(0 <= share <= 1 for share in (topic, first, three, auroc, calibration)):
        yield "a share is none"
    if not at_least <= first <= three:
        yield f"{first} right at first and {three} among three, where {at_least} is little"


def costs_faults(cells: Sequence[str]) -> Iterator[str]:
    """What cannot be in a row of costs: milliseconds at p50 and p99, seconds of training, megabytes."""
    median, slowest, training, size = (float(cell) for cell in cells)
    if not 0 < median <= slowest or training <= 0 or size <= 0:
        yield "something cost nothing"


def faults(page: str) -> Iterator[str]:
    """What is missing from the page, or cannot be, a line each."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]
    for number, pipeline in enumerate(pipelines(ROOT, EPOCHS)):
        of_it = [cells for title, *cells in rows if title == pipeline.title]
        shares = [cells for cells in of_it if len(cells) == 7]
        costs = [cells for cells in of_it if len(cells) == 4]
        try:
            if sorted(cells[0] for cells in shares) != ["en", "en", "fr", "fr"] or len(costs) != 1:
                yield f"{pipeline.title}: rows are missing: {of_it}"
                continue
            at_least = AT_LEAST if number else OURS_AT_LEAST
            found = [fault for cells in shares for fault in shares_faults(cells, at_least)]
            found += costs_faults(costs[0])
        except ValueError:
            found = [f"a figure is none: {of_it}"]
        yield from (f"{pipeline.title}: {fault}" for fault in found)


def main() -> int:
    """Compare, check, and say in a line what was found."""
    command = [sys.executable, "-m", "bot.cli", "exam", "nlu", "--compare"]
    command += ["--examples", str(EXAMPLES), "--epochs", str(EPOCHS)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        return 1
    found = list(faults(done.stdout))
    print("\n".join([*found, f"reference: pipelines compared on a few examples, {len(found)} faults"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
