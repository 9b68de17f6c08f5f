"""The real parts the tests use: a trained model, a prepared database, a running server."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from hypothesis import settings as hypothesis_settings
from jsonschema import Draft202012Validator, FormatChecker

from bot.channels.openapi import document
from bot.channels.web import MAX_TEXT, MAX_WAIT
from bot.directory import read_content
from bot.encoder import encoder_path
from bot.messages import FLOOR_SLUGS, brief_floor, load_catalogue
from bot.publishing import ensure_model
from bot.safety.classifier import weights_path
from bot.safety.training import ensure_weights
from bot.settings import ROOT

hypothesis_settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis_settings.load_profile("steady")


@pytest.fixture(scope="session")
def model() -> Path:
    """The model for the present inputs; trained now if there is none."""
    return ensure_model(ROOT, ROOT / "var" / "models", ROOT / "var" / "log" / "train.log", print)


@pytest.fixture(scope="session", autouse=True)
def weights() -> None:
    """The safety classifier, trained now if it is not."""
    ensure_weights()


#: How long the floor took while something was broken, in seconds: fault test -> time.
FLOOR_TIMES: dict[str, float] = {}


@pytest.fixture(scope="session")
def floor_times() -> dict[str, float]:
    """Where fault tests note how long the floor took; told at the end of the run."""
    return FLOOR_TIMES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how long the floor took under each fault."""
    if FLOOR_TIMES:
        terminalreporter.section("the floor, while something is broken (seconds from request to answer)")
        for fault, seconds in FLOOR_TIMES.items():
            terminalreporter.write_line(f"{seconds:7.3f}  {fault}")


#: What the guide says that it answers.
SLUGS = {entry.slug for entries in read_content(ROOT / "data" / "resources").entries.values() for entry in entries}
DOCUMENT = document(load_catalogue(ROOT / "data").meanings, SLUGS, MAX_TEXT, MAX_WAIT)


def is_documented(response: httpx.Response) -> None:
    """See that status, headers, content type and body are those of the OpenAPI document."""
    request = response.request
    template = next((path for path in DOCUMENT["paths"] if pattern_of(path).fullmatch(request.url.path)), None)
    if template is None:
        assert response.status_code == 404, request.url
        return
    operations = DOCUMENT["paths"][template]
    if request.method.lower() not in operations:
        assert response.status_code == 405 or request.method == "OPTIONS"
        return
    told = operations[request.method.lower()]["responses"].get(str(response.status_code))
    where = f"{request.method} {template} {response.status_code}"
    assert told is not None, f"{where} is not in the document"
    told = looked_up(told)
    for name, header in told["headers"].items():
        assert name in response.headers or name == "Preference-Applied", f"{where} has no {name}"
        if name in response.headers:
            wanted = looked_up(header)["schema"]
            value = int(response.headers[name]) if wanted.get("type") == "integer" else response.headers[name]
            Draft202012Validator(wanted).validate(value)
    if "content" not in told:
        return
    [(media_type, shape)] = told["content"].items()
    assert media_type == "*/*" or response.headers["content-type"].startswith(media_type), where
    if media_type.endswith("json"):
        whole = {**shape["schema"], "components": DOCUMENT["components"]}
        Draft202012Validator(whole, format_checker=FormatChecker()).validate(json.loads(response.read()))


def pattern_of(template: str) -> re.Pattern[str]:
    """What addresses a path of the document stands for."""
    return re.compile(re.sub(r"\{\w+\}", ".+" if template.startswith("/static") else "[^/]*", template))


def looked_up(part: dict[str, Any]) -> dict[str, Any]:
    """What a reference refers to, or the part itself."""
    if "$ref" not in part:
        return part
    found: Any = DOCUMENT
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


@dataclass
class Talk:
    """One person's conversation over HTTP."""

    client: httpx.Client
    conversation: str
    token: str
    welcome: list[dict[str, Any]]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def path(self) -> str:
        return f"/webhooks/web/conversations/{self.conversation}"

    def post(self, body: Any = None, wait: float | None = 20, **kwargs: Any) -> httpx.Response:
        headers = {
            **self.headers,
            **({"Prefer": f"wait={wait}"} if wait is not None else {}),
            **kwargs.pop("headers", {}),
        }
        return self.client.post(f"{self.path}/messages", json=body, headers=headers, **kwargs)

    def say(self, text: str) -> dict[str, Any]:
        return self._turn({"text": text})

    def choose(self, value: str) -> dict[str, Any]:
        return self._turn({"choice": value})

    def _turn(self, body: dict[str, Any]) -> dict[str, Any]:
        response = self.post({"id": str(uuid.uuid4()), **body})
        assert response.status_code == 200, response.text
        return dict(response.json())


@dataclass
class Server:
    """A running guide in a process of its own."""

    process: subprocess.Popen[str]
    url: str
    folder: Path
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def client(self) -> httpx.Client:
        """A client for which every answer must be one that the OpenAPI document tells of."""
        client = httpx.Client(base_url=self.url, timeout=40, event_hooks={"response": [is_documented]})
        self.clients.append(client)
        return client

    def begin(self, locale: str | None = None) -> Talk:
        client = self.client
        response = client.post("/webhooks/web/conversations", json={"locale": locale} if locale else {})
        assert response.status_code == 201, response.text
        begun = response.json()
        return Talk(client, begun["conversation"], begun["token"], begun["messages"])

    def wait_ready(self, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while self.client.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline, "the guide did not become ready"
            assert self.process.poll() is None, "the guide ended"
            time.sleep(0.1)

    def engine_pid(self) -> int:
        """The engine's process, found as the server's child."""
        return self.children()[0]

    def children(self) -> list[int]:
        """The processes that the server started."""
        return [
            int(pid) for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]

    def stop(self) -> None:
        for client in self.clients:
            client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
        if self.process.stderr:
            self.process.stderr.close()
        self.process.wait()


def start_server(folder: Path, model: Path, workers: int = 1, **environment: str) -> Server:
    """Start `guide serve` on a free port, with its database and logs in a folder of its own."""
    models = folder / "models"
    models.mkdir(parents=True, exist_ok=True)
    for trained in (model, weights_path(), encoder_path()):
        if not (models / trained.name).exists():
            shutil.copy(trained, models / trained.name)
    variables = {
        **os.environ,
        "HOST": "127.0.0.1",
        "PORT": "0",
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/guide.db",
        "RATE_LIMIT": "off",
        "SECRET_KEY": "a key for the tests, thirty-two long",
        **environment,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "serve", *(["--workers", str(workers)] if workers > 1 else [])],
        cwd=ROOT,
        env=variables,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if "The guide is at " in line:
            return Server(process, line.split("The guide is at ")[1].strip(), folder)
    process.wait()
    raise AssertionError("the guide did not start:\n" + "".join(said))


@pytest.fixture(scope="session")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running guide that answers, for all tests that do not break it."""
    running = start_server(tmp_path_factory.mktemp("guide"), model)
    running.wait_ready()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def serve(model: Path) -> Callable[..., Server]:
    """Start a guide in a folder, with settings of one's own. Whoever starts it stops it."""
    return lambda folder, workers=1, **environment: start_server(folder, model, workers, **environment)


@pytest.fixture
def own_server(model: Path, tmp_path: Path) -> Iterator[Server]:
    """A running guide for one test that breaks it."""
    running = start_server(tmp_path / "guide", model)
    running.wait_ready()
    yield running
    running.stop()


@pytest.fixture
def start(model: Path, tmp_path: Path) -> Iterator[Any]:
    """Start guides with settings of one's own; they end with the test."""
    running: list[Server] = []

    def begin(folder: str = "guide", the_model: Path | None = None, **environment: str) -> Server:
        server = start_server(tmp_path / folder, the_model or model, **environment)
        running.append(server)
        return server

    yield begin
    for one in running:
        one.stop()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every test that takes a `scenario` each of the conversations in tests/e2e/conversations."""
    if "scenario" in metafunc.fixturenames:
        found = {
            f"{path.stem}: {scenario['name']}": scenario
            for path in sorted((ROOT / "tests" / "e2e" / "conversations").glob("*.yml"))
            for scenario in yaml.safe_load(path.read_text(encoding="utf-8"))
        }
        metafunc.parametrize("scenario", list(found.values()), ids=list(found))


#: What a turn of a scenario may expect.
KNOWN = {
    "say", "choose", "topic", "level", "pinned", "floor", "resources", "no_resources", "in_order", "choices", "says",
    "numbers_last", "contacts_only",
}  # fmt: skip


@pytest.fixture(scope="session")
def hold() -> Callable[[Server, dict[str, Any]], None]:
    """Hold a conversation as a scenario tells it, and check every turn."""
    return hold_conversation


def hold_conversation(server: Server, scenario: dict[str, Any]) -> None:
    talk = server.begin(scenario.get("locale"))
    for number, expected in enumerate(scenario["turns"], 1):
        assert set(expected) <= KNOWN, f"turn {number}: unknown expectation {set(expected) - KNOWN}"
        turn = talk.say(expected["say"]) if "say" in expected else talk.choose(expected["choose"])
        told = f"turn {number}, {expected}: got {summary(turn)}"
        for key in ("topic", "level", "pinned"):
            if key in expected:
                assert turn[key] == expected[key], told
        if expected.get("floor"):
            first = turn["messages"][0]
            assert tuple(card["slug"] for card in first["resources"][:3]) == FLOOR_SLUGS, told
        slugs = shown_slugs(turn)
        assert set(expected.get("resources", [])) <= set(slugs), told
        assert not set(expected.get("no_resources", [])) & set(slugs), told
        wanted = expected.get("in_order", [])
        assert [slug for slug in slugs if slug in wanted] == wanted, told
        assert set(expected.get("choices", [])) <= set(shown_choices(turn)), told
        text = json.dumps(turn["messages"], ensure_ascii=False)
        for words in expected.get("says", []):
            assert words in text, f"{words!r}: {told}"
        if expected.get("numbers_last"):
            locale = scenario.get("locale", "en")
            assert turn["messages"][-1] == brief_floor(locale).to_dict(), told
        if "contacts_only" in expected:
            kinds = {c["kind"] for m in turn["messages"] for r in m.get("resources", []) for c in r["contacts"]}
            assert kinds <= set(expected["contacts_only"]), told


def shown_slugs(turn: dict[str, Any]) -> list[str]:
    return [card["slug"] for message in turn["messages"] for card in message.get("resources", [])]


def shown_choices(turn: dict[str, Any]) -> list[str]:
    return [choice["value"] for message in turn["messages"] for choice in message.get("choices", [])]


def summary(turn: dict[str, Any]) -> str:
    return f"{turn['topic']} {turn['level']} pinned={turn['pinned']} {shown_slugs(turn)} {shown_choices(turn)}"
