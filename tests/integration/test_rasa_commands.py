"""Rasa's own commands on this project, as any Rasa developer would type them."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.settings import ROOT

GUIDE = [sys.executable, "-m", "bot.cli", "rasa"]


def rasa(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GUIDE, *words], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def test_data_validate_finds_nothing_to_warn_of() -> None:
    done = rasa("data", "validate", "--fail-on-warnings")
    assert done.returncode == 0, done.stderr[-2000:]
    # Some of its warnings Rasa lets pass even so.
    assert "UserWarning: The" not in done.stderr + done.stdout


def test_data_validate_fails_on_examples_of_an_unknown_intent(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "domain", tmp_path / "domain")
    (tmp_path / "domain" / "smalltalk.yml").unlink()
    assert rasa("data", "validate", "--fail-on-warnings", "--domain", str(tmp_path / "domain")).returncode == 1


def test_rasa_test_passes_on_the_branches(model: Path, tmp_path: Path) -> None:
    done = rasa("test", "--model", str(model), "--out", str(tmp_path), "--fail-on-prediction-errors")
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "story_report.json").is_file()
    assert (tmp_path / "intent_confusion_matrix.png").is_file()


def test_train_refuses_a_component_that_needs_tensorflow(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text(
        "recipe: default.v1\nassistant_id: x\nlanguage: en\npipeline:\n- name: WhitespaceTokenizer\n"
        "- name: DIETClassifier\npolicies:\n- name: RulePolicy\n",
        encoding="utf-8",
    )
    done = rasa("train", "--config", str(config), "--out", str(tmp_path))
    assert done.returncode == 1
    assert "DIETClassifier" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("server")
def test_the_shell_talks(model: Path, tmp_path: Path) -> None:
    """In a terminal of its own, since Rasa's shell wants one. The directory is the one the server prepared."""
    from bot.directory import apply_content, connect, upgrade

    url = f"sqlite:///{tmp_path}/guide.db"
    engine = connect(url)
    upgrade(engine)
    apply_content(engine, ROOT / "data" / "resources")
    engine.dispose()
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*GUIDE, "shell", "--model", str(model)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "TERM": "dumb"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    heard = b""
    typed = 0
    lines = [b"I am looking for a mentor\r", b"/stop\r"]
    waits_for = [b"Your input", b"ipac-mentorship-circle"]
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if select.select([master], [], [], 0.5)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            heard += piece
            if b"\x1b[6n" in piece:
                os.write(master, b"\x1b[1;1R")
        elif typed < 2 and waits_for[typed] in heard:
            os.write(master, lines[typed])
            typed += 1
    process.kill()
    process.wait()
    os.close(master)
    assert b"ipac-mentorship-circle" in heard
    assert typed == 2
