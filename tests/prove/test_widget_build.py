"""The built files that are served are what their sources make, byte for byte."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from bot.settings import ROOT

pytestmark = pytest.mark.prove

WIDGET = ROOT / "widget"


def test_the_served_files_are_what_the_sources_make(npm: str, tmp_path: Path) -> None:
    folder = tmp_path / "widget"
    shutil.copytree(WIDGET, folder, ignore=shutil.ignore_patterns("node_modules"))
    # The build reads the pages' words and their style beside it.
    shutil.copytree(ROOT / "bot" / "pages", tmp_path / "bot" / "pages", ignore=shutil.ignore_patterns("__pycache__"))
    served = tmp_path / "bot" / "pages" / "static"
    for name in ("widget.js", "page.js"):
        (served / name).unlink()

    for command in ([npm, "ci"], [npm, "run", "build"]):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    for name in ("widget.js", "page.js"):
        assert (served / name).read_bytes() == (ROOT / "bot" / "pages" / "static" / name).read_bytes(), (
            f"{name} is not what its sources make: run scripts/widget"
        )
