"""The guide on PostgreSQL: every conversation, and what happens when the server stops."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.messages import FLOOR_SLUGS, brief_floor

pytestmark = pytest.mark.prove

CRISIS = "I want to die"


@pytest.fixture(scope="module")
def guide(postgres: Any, serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    running = serve(tmp_path_factory.mktemp("guide"), DATABASE_URL=postgres.url)
    running.wait_ready()
    yield running
    running.stop()


def test_conversation_on_postgresql(guide: Any, hold: Callable[..., None], scenario: dict[str, Any]) -> None:
    hold(guide, scenario)


def test_the_database_server_stops_and_comes_back(guide: Any, postgres: Any) -> None:
    talk = guide.begin()
    postgres.stop()
    refused = talk.post({"id": str(uuid.uuid4()), "text": CRISIS})
    assert refused.status_code == 503
    assert tuple(card["slug"] for card in refused.json()["messages"][0]["resources"][:3]) == FLOOR_SLUGS
    refused = talk.post({"id": str(uuid.uuid4()), "text": "a mentor please"})
    assert refused.status_code == 503
    assert refused.json()["messages"][-1] == brief_floor("en").to_dict()
    postgres.start()
    assert talk.choose("connect_national")["topic"] == "connect"


def test_words_are_gone_from_the_whole_server_too(
    postgres: Any, serve: Callable[..., Any], nothing_kept: Any, tmp_path: Path
) -> None:
    guide = serve(tmp_path / "guide", DATABASE_URL=postgres.url, HANG_SECONDS="2", TURN_SECONDS="4")
    guide.wait_ready()
    nothing_kept.say_it_everywhere(guide)
    nothing_kept.break_the_engine(guide)
    talk = guide.begin()
    postgres.stop()
    body = {"id": str(uuid.uuid4()), "text": f"I want to die, {nothing_kept.CANARY}"}
    assert talk.post(body).status_code == 503
    postgres.start()
    assert talk.post(body).status_code == 200
    assert nothing_kept.CANARY not in guide.client.get("/metrics").text
    assert nothing_kept.rows_with_the_canary(postgres.url.replace("postgresql:", "postgresql+psycopg:")) == []
    assert nothing_kept.CANARY not in nothing_kept.end(guide)
    guide.stop()
    # Tables, indexes, write-ahead log and the server's own log of errors.
    assert nothing_kept.files_with_the_canary(tmp_path / "guide", postgres.folder) == []
