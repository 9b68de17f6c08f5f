"""The widget as it is served: small, self-contained, with the floor's own numbers, and words in both languages."""

from __future__ import annotations

import gzip
import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from bot.directory import connect
from bot.messages import floor
from bot.pages import routes
from bot.pages.floor import built_in
from bot.settings import ROOT

with warnings.catch_warnings():
    # Starlette would rather have httpx2, which nothing else here needs.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

STATIC = ROOT / "bot" / "pages" / "static"
WORDS = ROOT / "bot" / "pages" / "words"
WIDGET = ROOT / "widget"
SOURCES = sorted(path for path in (WIDGET / "src").iterdir() if path.suffix in (".ts", ".css"))

#: What a phone on a weak connection has to load for a conversation: transport, styles and both languages included.
BUDGET = 15_000


@pytest.fixture(scope="module")
def widget() -> str:
    return (STATIC / "widget.js").read_text(encoding="utf-8")


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(Starlette(routes=routes(connect(f"sqlite:///{tmp_path}/guide.db"))))


def test_the_widget_is_small_enough(widget: str) -> None:
    assert len(gzip.compress(widget.encode(), 9)) <= BUDGET


def test_the_widget_travels_small_and_may_be_used_on_any_site(client: TestClient, widget: str) -> None:
    response = client.get("/widget.js", headers={"Accept-Encoding": "gzip", "Origin": "https://clinic.example"})

    assert response.text == widget
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["cache-control"] == "no-cache"
    again = client.get("/widget.js", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304


def test_the_floor_in_the_widget_is_the_floor_itself() -> None:
    assert (WIDGET / "src" / "floor.json").read_text(encoding="utf-8") == built_in()


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_number_of_the_floor_is_in_the_built_widget_in_order(widget: str, locale: Any) -> None:
    places = [
        widget.index(f'label:"{contact.label}",href:"{contact.href}"')
        for card in floor(locale).resources
        for contact in card.contacts
        if contact.kind != "web"
    ]

    assert places == sorted(places)


def test_no_number_is_typed_into_the_widget() -> None:
    for path in [*SOURCES, *WORDS.iterdir()]:
        code = re.sub(r"/\*.*?\*/|^\s*//.*?$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        text = code.replace("988-suicide-crisis-helpline", "").replace("emergency-911", "")
        assert not re.search(r"9-?8-?8|9-?1-?1|\d{3}-\d{4}", text), path.name


def test_the_scripts_write_no_html_and_know_no_other_host() -> None:
    for path in SOURCES:
        code = path.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|unsafe", code), path.name
        assert "://" not in code, path.name
        assert "url(" not in code, path.name
    for name in ("widget.js", "page.js"):
        hosts = set(re.findall(r"https?://([^/\"'`]+)", (STATIC / name).read_text(encoding="utf-8")))
        # Where "Leave quickly" leads, and the floor's own link.
        assert hosts <= {"www.canada.ca", "www.hopeforwellness.ca"}


def test_both_languages_have_the_same_words_and_blanks() -> None:
    names = {"languages", "kinds"}  # the French ones; most English ones are written as they are

    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shape(inner) for key, inner in value.items() if key not in names}
        if isinstance(value, list):
            return [shape(inner) for inner in value]
        return value.count("{}")

    for path in WORDS.iterdir():
        words = json.loads(path.read_text(encoding="utf-8"))
        assert set(words) == {"en", "fr"}
        assert shape(words["en"]) == shape(words["fr"]), path.name


def test_no_name_that_others_read_is_shortened_in_the_build() -> None:
    """A word or a field of the channel whose name the build shortens would be looked for under the wrong name."""
    listed = re.search(r"mangleProps: /\^_\\\$\|\^\(([\w|]+)\)\$/", (WIDGET / "build.mjs").read_text(encoding="utf-8"))
    assert listed is not None
    shortened = set(listed.group(1).split("|"))
    words = json.loads((WORDS / "guide.json").read_text(encoding="utf-8"))["en"]
    fields = set(
        re.findall(r"^  (\w+)\??:", (WIDGET / "src" / "messages.ts").read_text(encoding="utf-8"), re.MULTILINE)
    )
    kept = set(re.findall(r"^  (\w+)\??:", (WIDGET / "src" / "kept.ts").read_text(encoding="utf-8"), re.MULTILINE))
    assert len(fields) > 10
    assert len(kept) > 4
    assert shortened.isdisjoint(set(words) | fields | kept)


def test_what_the_widget_is_built_with_is_pinned_and_comes_from_no_named_registry() -> None:
    lock = json.loads((WIDGET / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}

    assert packages
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name
    direct = json.loads((WIDGET / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in direct.values())
