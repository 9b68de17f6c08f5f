"""Nothing is lost, doubled, out of order or kept while guides are killed and the network fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import ROOT

pytestmark = pytest.mark.prove


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_chaos(database: str, model: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    if database == "postgresql":
        request.getfixturevalue("initdb")
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "prove" / "chaos.py"), database],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    with capsys.disabled():
        print(f"\n{done.stdout}")
