"""A turn costs as much after 500 turns as after 5: CPU time of the engine and of the store, as a ratio in one run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.directory import connect, upgrade
from bot.messages import Text, Turn
from bot.settings import ROOT
from bot.turns import Standing, TurnStore
from bot.turns.wall import decide

pytestmark = pytest.mark.prove

EARLY, LATE = 5, 500
REPEATS = 120
AT_MOST = 1.2


def ratio(early: Callable[[], object], late: Callable[[], object]) -> float:
    """CPU time of the one by that of the other, at the median, measured turn about."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(REPEATS):
        for times, work in zip(spent, (early, late), strict=True):
            begun = time.process_time()
            work()
            times.append(time.process_time() - begun)
    return statistics.median(spent[1]) / statistics.median(spent[0])


def test_the_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = connect(f"sqlite:///{tmp_path}/turns.db")
    upgrade(database)
    store = TurnStore(database)

    def turn(conversation: str) -> None:
        message = str(uuid.uuid4())
        decided = decide("none", None, "menu", Standing())
        store.accept(conversation, message, "mark", lambda before: (decided, b"sealed"))
        waiting = store.next_waiting(conversation)
        assert waiting is not None
        answer = Turn(message, waiting.seq, "menu", "none", False, (Text("words " * 200),)).to_dict()
        store.finish(waiting, answer, {"trail": ["menu"] * 8}, "en")
        assert len(store.turns_after(conversation, waiting.seq - 1)) == 1

    # Late is reached once; each measurement of it goes on from there. Early ones begin anew, again and again.
    store.begin("late", "web", "en")
    for _ in range(LATE):
        turn("late")
    fresh = [f"early {number}" for number in range(REPEATS)]
    for conversation in fresh:
        store.begin(conversation, "web", "en")
        for _ in range(EARLY):
            turn(conversation)
    left = iter(fresh)
    found = ratio(lambda: turn(next(left)), lambda: turn("late"))
    database.dispose()
    tell(f"the store's CPU at turn {LATE} by that at turn {EARLY}: {found:.2f}", capsys)
    assert found <= AT_MOST


def test_the_engine(server: Any, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # In a process of its own: Rasa belongs in no other.
    done = subprocess.run(
        [sys.executable, str(Path(__file__)), str(model), f"sqlite:///{server.folder}/guide.db"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = float(done.stdout.split()[-1])
    tell(f"the engine's CPU at turn {LATE} by that at turn {EARLY}: {found:.2f}", capsys)
    assert found <= AT_MOST


def tell(figure: str, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{figure}")


def measure_the_engine(model: Path, database: str) -> float:
    """Go through a conversation, and compare a turn from where it stood early with one from where it stands late."""
    import asyncio
    import os

    os.environ["DATABASE_URL"] = database
    from bot.engine.dialogue import Dialogue
    from bot.engine.protocol import EngineRequest
    from bot.messages import load_catalogue

    dialogue = Dialogue(model, load_catalogue(ROOT / "data"))
    loop = asyncio.new_event_loop()
    steps = [{"choice": "connect"}, {"text": "where can I find a mentor"}, {"choice": "region_on"}, {"choice": "menu"}]
    state: Any = {}
    stood: dict[int, Any] = {}
    for number in range(1, LATE + 1):
        state = loop.run_until_complete(dialogue.answer(EngineRequest("en", state, **steps[number % 4]))).state
        stood[number] = state

    def turn(before: Any) -> Callable[[], object]:
        ask = EngineRequest("en", before, text="What does Dalhousie have for Indigenous students?")
        return lambda: loop.run_until_complete(dialogue.answer(ask))

    return ratio(turn(stood[EARLY]), turn(stood[LATE]))


if __name__ == "__main__":
    print(measure_the_engine(Path(sys.argv[1]), sys.argv[2]))
