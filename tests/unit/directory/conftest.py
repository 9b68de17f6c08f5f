"""A small content folder cut from the real one, and databases made from it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine

from bot.directory import FLOOR_SLUGS, apply_content, connect, upgrade

REAL_CONTENT = Path(__file__).resolve().parents[3] / "data" / "resources"
WHEN = datetime(2026, 11, 22, 3, 0, tzinfo=timezone.utc)

Files = dict[str, list[dict[str, Any]]]
WriteContent = Callable[[Files], Path]


@pytest.fixture(scope="session")
def real_content() -> Path:
    """The content files of the product."""
    return REAL_CONTENT


@pytest.fixture(scope="session")
def crisis_entries() -> dict[str, dict[str, Any]]:
    entries = yaml.safe_load((REAL_CONTENT / "crisis.yml").read_text(encoding="utf-8"))
    return {entry["slug"]: entry for entry in entries}


@pytest.fixture
def files(crisis_entries: dict[str, dict[str, Any]]) -> Files:
    """The floor, a line with letters and one with an extension and weekly hours; a blocked number comes with them."""
    slugs = (*FLOOR_SLUGS, "talk4healing", "mmf-mental-health-support-line", "nb-chimo")
    return {"crisis": [copy.deepcopy(crisis_entries[slug]) for slug in slugs]}


@pytest.fixture
def write_content(tmp_path: Path) -> WriteContent:
    def write(files: Files) -> Path:
        folder = tmp_path / "resources"
        folder.mkdir(exist_ok=True)
        for category, entries in files.items():
            text = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False)
            (folder / f"{category}.yml").write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An upgraded, empty database in a file."""
    engine = connect(f"sqlite:///{tmp_path}/var/guide.db")
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def real_directory(engine: Engine) -> Engine:
    """A database with the real content."""
    apply_content(engine, REAL_CONTENT, WHEN)
    return engine
