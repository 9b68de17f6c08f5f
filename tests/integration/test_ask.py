"""`guide ask`: questions without a server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.messages import FLOOR_SLUGS, floor
from bot.settings import ROOT


def guide(folder: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/guide.db"}
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *words],
        cwd=ROOT,
        env=variables,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.usefixtures("model")
def test_one_question_gives_one_turn(tmp_path: Path) -> None:
    done = guide(tmp_path, "ask", "Where can I find a mentor?")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["topic"] == "connect"


@pytest.mark.usefixtures("model")
def test_a_thousand_lines_need_one_start_up_and_keep_their_order(tmp_path: Path) -> None:
    questions = ['"hello"', '{"text": "I want to die", "locale": "fr"}', "menu", '{"text": "Nunavut"}'] * 250
    done = guide(tmp_path, "ask", "--jsonl", stdin="\n".join(questions))
    assert done.returncode == 0, done.stderr
    turns = [json.loads(line) for line in done.stdout.splitlines()]
    assert [turn["topic"] for turn in turns] == ["smalltalk", "crisis", "menu", "region"] * 250
    crises = turns[1::4]
    assert all(turn["level"] == "crisis" and turn["messages"][0] == floor("fr").to_dict() for turn in crises)
    assert all(tuple(card["slug"] for card in turn["messages"][0]["resources"][:3]) == FLOOR_SLUGS for turn in crises)
    assert all(turn["seq"] == 1 and not turn["pinned"] for turn in turns[0::4])


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    done = guide(tmp_path, "ask", "--jsonl", stdin='"hello"\n{"txt": 1}\n')
    assert done.returncode == 1
    assert "Line 2" in done.stderr


def test_asking_nothing_says_how(tmp_path: Path) -> None:
    done = guide(tmp_path, "ask")
    assert done.returncode == 1
    assert "guide ask" in done.stderr


@pytest.mark.parametrize(("name", "value"), [("PORT", "many"), ("SECRET_KEY", "short"), ("RATE_LIMIT", "maybe")])
def test_a_setting_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    done = guide(tmp_path, "ask", "hello")
    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr
