"""CPU milliseconds of one screening, short and long. Run by make prove; compare only within one run.

pytest-benchmark's table has the median; the 99th percentile stands beside it under "extra_info" and in the name. The
target is 8 ms at the median of what people type.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path
from typing import Any

import pytest

from bot.safety import screen, warm

pytestmark = [
    pytest.mark.prove,
    pytest.mark.benchmark(timer=time.process_time, min_rounds=30, disable_gc=True),
]

EXAM = Path(__file__).parents[2] / "data" / "exam"
SHORT = [json.loads(line)["text"] for line in (EXAM / "safety-en.jsonl").read_text(encoding="utf-8").splitlines()]
PROSE = (
    "I am a second year resident from the Yukon and I would like to know which supports there are for us. My preceptor "
    "said that the health program can be called by anyone. Is that so, and who would learn of it? "
)
LONG = {
    "prose of 4,000 characters": (PROSE * 20)[:4000],
    "one word without an end": "a" * 4000,
    "the beginning of many rules": "i want to " * 400,
    "no sentence ends": "and then she said that the office was closed so i went home " * 66,
    "only full stops": "a. " * 1333,
}


def test_what_people_type(benchmark: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert warm()
    texts = iter(SHORT * 100)
    benchmark.pedantic(lambda: screen(next(texts)), rounds=len(SHORT), warmup_rounds=5)
    tell(benchmark, "what people type", capsys)


@pytest.mark.parametrize("name", LONG)
def test_long_and_hostile(benchmark: Any, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert warm()
    benchmark.pedantic(lambda: screen(LONG[name]), rounds=30, warmup_rounds=1)
    tell(benchmark, name, capsys)


def tell(benchmark: Any, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    spent = sorted(benchmark.stats.stats.data)
    median, slow = statistics.median(spent) * 1000, spent[int(len(spent) * 0.99)] * 1000
    benchmark.extra_info.update(p50_cpu_ms=round(median, 1), p99_cpu_ms=round(slow, 1))
    with capsys.disabled():
        print(f"\nscreen, {name}: {median:.1f} ms CPU at the median, {slow:.1f} ms at the 99th percentile")
