"""The OpenAPI document is valid, and whatever is made up from it gets an answer that it tells of: never a 5xx.

Schemathesis sends the requests, good and bad, in the environment of `requirements/fuzz.txt`.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.settings import ROOT

pytestmark = pytest.mark.prove

TOOLS = ROOT / "var" / "fuzz" / ".venv" / "bin"

#: How often each operation is tried with made-up values, beside the systematic ones.
EXAMPLES = 60


@pytest.fixture(scope="module", autouse=True)
def tools() -> None:
    if not (TOOLS / "st").exists():
        pytest.fail("schemathesis is not installed: run make prove, which does that")


def test_the_document_is_valid(server: Any, tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_text(server.client.get("/openapi.json").text, encoding="utf-8")
    done = subprocess.run(
        [TOOLS / "python", "-m", "openapi_spec_validator", tmp_path / "openapi.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def fuzz(server: Any, folder: Path, *words: str) -> None:
    talk = server.begin()
    config = folder / "schemathesis.toml"
    config.write_text(
        f'[parameters]\n"path.conversation_id" = {json.dumps(talk.conversation)}\n'
        f"[auth.openapi.conversation]\nbearer = {json.dumps(talk.token)}\n"
        # What is too long is refused with a status of its own.
        "[checks.negative_data_rejection]\nexpected-statuses = [400, 401, 404, 405, 413, 422]\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [TOOLS / "st", "--config-file", str(config), "run", f"{server.url}/openapi.json", "--no-color",
         "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES), "--seed", "988",
         "--generation-database", "none", "--suppress-health-check", "all", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert server.client.get("/healthz").status_code == 200


def test_every_answer_to_made_up_requests_is_documented_and_no_fault_of_ours(server: Any, tmp_path: Path) -> None:
    # A stream does not end by itself, and deleting would end the conversation that the others are tried with.
    fuzz(server, tmp_path, "--exclude-operation-id", "events", "--exclude-operation-id", "delete")


def test_deleting_with_made_up_requests(server: Any, tmp_path: Path) -> None:
    fuzz(server, tmp_path, "--include-operation-id", "delete")
