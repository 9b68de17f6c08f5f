"""What `guide serve --workers` refuses before it starts anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import main
from bot.settings import ROOT, Settings


@pytest.mark.parametrize(
    ("workers", "told"),
    [("2", "Several workers need PostgreSQL: SQLite is for one process."), ("0", "Give a number of workers from 1 up")],
)
def test_several_workers_on_sqlite_or_none_at_all_are_refused_plainly(
    workers: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/guide.db")
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    assert main(["serve", "--workers", workers]) == 1
    assert capsys.readouterr().err.startswith(told)
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_together_make_one_secret_key(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys; from bot.settings import Settings; "
        "print(Settings(var_dir=pathlib.Path(sys.argv[1])).secret())"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    keys = {process.communicate()[0] for process in started}
    assert len(keys) == 1
    assert Settings(var_dir=tmp_path).secret() in {key.strip()[2:-1].encode() for key in keys}  # type: ignore[call-arg]
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
