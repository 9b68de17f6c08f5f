"""A refusal comes whatever is broken or busy, with the floor where it belongs, and tells nobody what was said."""

from __future__ import annotations

import asyncio
import json
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from bot.app import SECURITY_HEADERS, build_app
from bot.channels.problems import refusal
from bot.directory import connect, upgrade
from bot.messages import FLOOR_SLUGS, floor
from bot.settings import Settings
from bot.turns import Accepted, Turns, UnknownConversationError

CRISIS = "I want to kill myself"
SITE = "https://wellness.example"


def first_slugs(problem: dict[str, Any]) -> tuple[str, ...]:
    return tuple(card["slug"] for card in problem["messages"][0]["resources"][:3])


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Any]:
    url = f"sqlite:///{tmp_path}/guide.db"
    database = connect(url)
    upgrade(database)
    database.dispose()
    settings = Settings(var_dir=tmp_path, database_url=url, cors_origins=SITE)  # type: ignore[call-arg]
    app = build_app(settings, tmp_path / "no model")
    yield app
    app.state.guide.database.dispose()


async def begin(client: httpx.AsyncClient) -> tuple[str, dict[str, str]]:
    begun = (await client.post("/webhooks/web/conversations", json={})).json()
    address = f"/webhooks/web/conversations/{begun['conversation']}/messages"
    return address, {"Authorization": f"Bearer {begun['token']}", "Origin": SITE}


def message(text: str) -> dict[str, str]:
    return {"id": str(uuid.uuid4()), "text": text}


async def test_a_fault_of_our_own_brings_the_floor_to_any_site_and_logs_no_word(
    app: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(self: Turns, *said: Any, **also: Any) -> Accepted:
        raise RuntimeError(f"cannot take {said}")

    monkeypatch.setattr(Turns, "accept", broken)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://guide") as client:
        address, headers = await begin(client)
        answer = await client.post(address, json=message(CRISIS), headers=headers)

    assert answer.status_code == 500
    assert first_slugs(answer.json()) == FLOOR_SLUGS
    assert answer.headers["access-control-allow-origin"] == SITE
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    assert "RuntimeError" in caplog.text
    assert CRISIS not in caplog.text


async def test_who_deletes_while_a_cry_is_answered_still_gets_the_floor(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def accepted(self: Turns, *said: Any, **also: Any) -> Accepted:
        return Accepted(1, "crisis", False, (floor("en"),))

    async def gone(self: Turns, *asked: Any) -> None:
        raise UnknownConversationError("no such conversation")

    monkeypatch.setattr(Turns, "accept", accepted)
    monkeypatch.setattr(Turns, "wait_for", gone)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://guide") as client:
        address, headers = await begin(client)
        # By itself this says nothing: that it answers "are you safe?" is known from the receipt alone.
        said = message("I can't promise that")
        answer = await client.post(address, json=said, headers={**headers, "Prefer": "wait=5"})

    assert answer.status_code == 404
    assert first_slugs(answer.json()) == FLOOR_SLUGS


async def test_the_floor_does_not_queue_behind_other_work_in_threads() -> None:
    free = threading.Event()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(1))
    busy = loop.run_in_executor(None, free.wait)
    try:
        async with asyncio.timeout(30):
            answer = await refusal(404, "There is nothing here.", json.dumps({"text": CRISIS}).encode())
    finally:
        free.set()
        await busy
    assert first_slugs(json.loads(bytes(answer.body))) == FLOOR_SLUGS


@pytest.mark.parametrize("origins", ["*", "https://www.example.org/", "www.example.org", "https://Example.org/guide"])
def test_a_site_that_would_never_match_or_always_is_refused_with_what_to_write(origins: str) -> None:
    with pytest.raises(ValidationError, match=r"write each site as https://www\.example\.org"):
        Settings(cors_origins=origins)  # type: ignore[call-arg]


def test_sites_are_taken_as_a_list() -> None:
    settings = Settings(cors_origins="https://www.example.org http://localhost:8080")  # type: ignore[call-arg]
    assert settings.cors_origins.split() == ["https://www.example.org", "http://localhost:8080"]
