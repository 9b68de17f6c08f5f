"""The guide's page and the directory as people get them, over a real database with the real content."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session
from starlette.applications import Starlette

from bot.directory import (
    FLOOR_SLUGS,
    Resource,
    apply_content,
    connect,
    extension_text,
    find,
    href,
    label_text,
    number_text,
    upgrade,
)
from bot.messages import brief_floor, floor
from bot.pages import routes
from bot.pages.numbers import unbroken
from bot.pages.words import all_words

with warnings.catch_warnings():
    # Starlette would rather have httpx2, which nothing else here needs.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

ROOT = Path(__file__).resolve().parents[3]
CONTENT = ROOT / "data" / "resources"
STATIC = ROOT / "bot" / "pages" / "static"

#: A Saturday evening in Winnipeg: the Manitoba line is open, the weekday lines are not.
SATURDAY_EVENING = datetime(2026, 11, 22, 2, 0, tzinfo=timezone.utc)


class Page(HTMLParser):
    """A page's text, and its elements by tag."""

    VOID = frozenset({"meta", "link", "input", "br", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.language: dict[str, str] = {}
        self.pieces: list[str] = []
        self.inline: list[str] = []
        self.without_template: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag not in self.VOID:
            self._open.append((tag, attributes.get("id")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        if tags and tags[-1] in ("script", "style"):
            self.inline.append(data)
            return
        self.pieces.append(data)
        if "template" not in tags:
            self.without_template.append(data)
        for _, identity in self._open:
            if identity:
                self.texts.setdefault(identity, []).append(data)

    @property
    def text(self) -> str:
        return squeezed("".join(self.pieces))

    def text_of(self, identity: str) -> str:
        return squeezed("".join(self.texts.get(identity, [])))

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.elements if found == tag]

    @property
    def hrefs(self) -> list[str]:
        return [attributes.get("href") or "" for attributes in self.attributes("a")]

    @property
    def cards(self) -> list[str]:
        return [attributes.get("id") or "" for attributes in self.attributes("article")]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('pages')}/guide.db")
    upgrade(engine)
    apply_content(engine, CONTENT, SATURDAY_EVENING)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def client(directory: Engine) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(directory, lambda: SATURDAY_EVENING))) as client:
        yield client


Get = Callable[[str], Page]


@pytest.fixture(scope="module")
def get(client: TestClient) -> Get:
    def get(url: str) -> Page:
        response = client.get(url)
        assert response.status_code == 200, url
        return Page(response.text)

    return get


@pytest.fixture(scope="module")
def content() -> list[dict[str, Any]]:
    """Every entry of the content files."""
    entries: list[dict[str, Any]] = []
    for path in sorted(CONTENT.glob("*.yml")):
        if path.name != "blocked.yml":
            entries += yaml.safe_load(path.read_text(encoding="utf-8"))
    return entries


def published(content: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [entry for entry in content if entry["state"] == "published"]


def test_every_published_resource_is_on_the_page_and_no_other(get: Get, content: list[dict[str, Any]]) -> None:
    cards = get("/directory").cards

    assert sorted(cards) == sorted(entry["slug"] for entry in published(content))


def test_every_shown_way_to_reach_a_resource_stands_in_its_card(get: Get, content: list[dict[str, Any]]) -> None:
    page = get("/directory")
    for entry in published(content):
        text = page.text_of(entry["slug"])
        for contact in entry["contacts"]:
            shown = [contact[key] for key in ("printed", "digits", "number", "keyword", "address") if contact.get(key)]
            if contact.get("ext"):
                shown.append(f"extension {contact['ext']}")
            if contact.get("note"):
                shown.append(contact["note"]["en"])
            if contact.get("show", True):
                assert all(squeezed(piece) in text for piece in shown), (entry["slug"], shown)


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_a_card_says_all_that_the_directory_knows(get: Get, directory: Engine, locale: Any) -> None:
    page = get(f"/directory?locale={locale}")
    with Session(directory) as session:
        for listing in find(session, now=SATURDAY_EVENING):
            resource = listing.resource
            text = page.text_of(resource.slug)
            for known in (resource.name(locale), resource.about(locale), resource.serves(locale)):
                assert squeezed(known) in text, resource.slug
            assert squeezed(resource.hours_text(locale)) in text, resource.slug
            for contact in listing.contacts:
                assert href(contact) in page.hrefs, resource.slug
                steps = (number_text(contact), extension_text(contact, locale)) if contact.kind == "phone" else ()
                for step in (*steps, contact.label(locale), contact.note(locale)):
                    assert squeezed(step or "") in text, resource.slug
                if contact.kind in ("chat", "web"):
                    assert squeezed(label_text(contact, locale)) in text, resource.slug


def test_nothing_unpublished_or_blocked_is_on_any_page(get: Get, content: list[dict[str, Any]]) -> None:
    in_use = {
        contact[key]
        for entry in published(content)
        for contact in entry["contacts"]
        for key in ("printed", "digits", "number", "dial")
        if contact.get(key) and contact.get("show", True)
    }
    hidden = {
        contact[key]
        for entry in content
        for contact in entry["contacts"] or []
        for key in ("printed", "digits", "number", "dial")
        if contact.get(key) and not (entry["state"] == "published" and contact.get("show", True))
    }
    blocked = yaml.safe_load((CONTENT / "blocked.yml").read_text(encoding="utf-8"))["numbers"]
    hidden |= {entry["number"] for entry in blocked}
    for url in ("/directory", "/directory?locale=fr", "/"):
        page = get(url)
        everything = page.text + " ".join(page.hrefs)
        for number in hidden - in_use:
            assert not re.search(rf"(?<!\d){re.escape(number)}(?!\d)", everything), (url, number)


def test_a_resource_taken_back_is_gone_at_the_next_look(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/guide.db")
    upgrade(engine)
    apply_content(engine, CONTENT, SATURDAY_EVENING)
    client = TestClient(Starlette(routes=routes(engine)))
    assert "talk4healing" in Page(client.get("/directory").text).cards

    with Session(engine) as session, session.begin():
        session.execute(update(Resource).where(Resource.slug == "talk4healing").values(state="unpublished"))

    assert "talk4healing" not in Page(client.get("/directory").text).cards
    engine.dispose()


def test_open_and_closed_are_told_and_unknown_hours_are_neither(get: Get) -> None:
    page = get("/directory")

    assert "Open now" in page.text_of("mmf-mental-health-support-line")
    assert "Closed now. Opens Monday 23 Nov, noon (Mountain Time)." in page.text_of("ahs-indigenous-support-line")
    unknown = page.text_of("mno-mental-health-addictions")
    assert "Hours not listed" in unknown
    assert "Open now" not in unknown
    assert "Closed now" not in unknown


def test_the_date_on_which_a_source_was_read_is_told(get: Get) -> None:
    assert "source read 21 Nov 2026" in get("/directory").text_of("hope-for-wellness")
    assert "source lue le 21 nov. 2026" in get("/directory?locale=fr").text_of("hope-for-wellness")


def test_languages_are_told_with_what_to_ask(get: Get) -> None:
    text = get("/directory").text_of("hope-for-wellness")

    assert "English, French; Cree, Ojibway, Inuktitut/Inuktut (On request, by phone; ask when you call)" in text


def test_digits_are_read_one_by_one(get: Get) -> None:
    labels = [attributes.get("aria-label") for attributes in get("/directory").attributes("a")]

    assert "Call 9 8 8" in labels
    assert "Call 1-855-242-3310, 1, 8 5 5, 2 4 2, 3 3 1 0" in labels
    assert "Call 1-855-554-HEAL (1-855-554-4325), 1, 8 5 5, 5 5 4, 4 3 2 5" in labels


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_a_number_stands_unbroken_in_the_html(client: TestClient, content: list[dict[str, Any]], locale: str) -> None:
    html = client.get(f"/directory?locale={locale}").text
    lettered = 0
    for entry in published(content):
        for contact in entry["contacts"]:
            if contact["kind"] == "phone" and contact.get("show", True):
                digits = contact.get("digits")
                number = f"{contact['printed']} ({digits})" if digits else contact["printed"]
                assert f'<span class="digits">{number}</span>' in html, entry["slug"]
                lettered += bool(digits)
    assert lettered >= 5


def test_words_beside_a_number_are_not_part_of_it() -> None:
    assert unbroken("Text CONNECT to 686868") == 'Text CONNECT to <span class="digits">686868</span>'
    assert unbroken("Call 9-8-8 & ask") == 'Call <span class="digits">9-8-8</span> &amp; ask'


def test_the_french_page_is_french_and_marks_names_that_are_not(get: Get, content: list[dict[str, Any]]) -> None:
    page = get("/directory?locale=fr")
    assert page.attributes("html")[0]["lang"] == "fr"
    headings: dict[str, str | None] = {}
    slug = ""
    for tag, attributes in page.elements:
        if tag == "article":
            slug = attributes["id"] or ""
        elif tag == "h3" and slug:
            headings.setdefault(slug, attributes.get("lang"))
    for entry in published(content):
        expected = None if entry["name"].get("fr") else "en"
        assert headings[entry["slug"]] == expected, entry["slug"]


def test_a_region_shows_its_own_and_the_national_resources(get: Get, content: list[dict[str, Any]]) -> None:
    cards = get("/directory?region=ab").cards

    assert sorted(cards) == sorted(
        entry["slug"] for entry in published(content) if {"AB", "CA"} & set(entry["regions"])
    )


def test_a_category_shows_its_own(get: Get) -> None:
    assert get("/directory?category=cultural_safety").cards == ["sanyas"]


def test_a_region_nobody_knows_hides_nothing(get: Get) -> None:
    assert get("/directory?region=XX&category=nothing").cards == get("/directory").cards


def test_a_broken_database_leaves_the_floor(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    engine = connect(f"sqlite:///{tmp_path}/guide.db")  # without a single table
    client = TestClient(Starlette(routes=routes(engine)))

    for locale in ("en", "fr"):
        response = client.get(f"/directory?locale={locale}")
        page = Page(response.text)
        assert response.status_code == 503
        assert response.headers["retry-after"]
        assert_floor_on(page, locale)
    assert client.get("/").status_code == 200
    assert "SELECT" not in caplog.text
    engine.dispose()


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("path", ["/", "/embed", "/directory"])
def test_the_floor_needs_no_script(get: Get, path: str, locale: str) -> None:
    page = get(f"{path}?locale={locale}")

    assert_floor_on(page, locale)
    assert f"/directory?locale={locale}" in page.hrefs or path == "/directory"


def assert_floor_on(page: Page, locale: Any) -> None:
    text = squeezed("".join(page.without_template))
    message = floor(locale)
    _, lead, lines = text.partition(brief_floor(locale).text)
    assert lead
    places = [lines.index(card.name) for card in message.resources]
    assert places == sorted(places)
    assert tuple(card.slug for card in message.resources) == FLOOR_SLUGS
    for card in message.resources:
        for contact in card.contacts:
            assert contact.label in text
            assert contact.href in page.hrefs


@pytest.mark.parametrize(
    "url", ["/", "/?locale=fr", "/embed?theme=light&keep=0", "/directory", "/directory?locale=fr&region=ON"]
)
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(get: Get, url: str) -> None:
    page = get(url)

    assert not "".join(page.inline).strip()
    for tag, attributes in page.elements:
        assert tag not in ("style", "iframe", "object", "embed")
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        if tag in ("script", "link", "img", "source", "form"):
            for name in ("src", "href", "action", "srcset"):
                assert not urlsplit(attributes.get(name) or "").netloc, attributes


@pytest.mark.parametrize("url", ["/", "/embed", "/directory", "/directory?region=QC"])
def test_ids_are_unique_and_labels_lead_somewhere(get: Get, url: str) -> None:
    page = get(url)
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]

    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        for name in ("for", "aria-labelledby", "aria-describedby"):
            for wanted in (attributes.get(name) or "").split():
                assert wanted in ids


def test_every_file_a_page_names_is_served_and_may_be_kept(client: TestClient, get: Get) -> None:
    named = {
        attributes.get("src") or attributes.get("href") or ""
        for url in ("/", "/embed", "/directory")
        for tag, attributes in get(url).elements
        if tag in ("script", "link") and "hreflang" not in attributes
    }

    assert named
    for url in named:
        response = client.get(url)
        assert response.status_code == 200, url
        assert "immutable" in response.headers["cache-control"]


def test_every_static_file_is_served_under_its_plain_name_and_asked_for_again(client: TestClient) -> None:
    for path in STATIC.iterdir():
        response = client.get(f"/static/{path.name}")
        assert response.status_code == 200, path.name
        assert response.headers["cache-control"] == "no-cache"
        again = client.get(f"/static/{path.name}", headers={"If-None-Match": response.headers["etag"]})
        assert again.status_code == 304
    assert client.get("/static/nothing.js").status_code == 404
    assert client.get("/static/%2e%2e/routes.py").status_code == 404


def test_every_kind_and_category_and_region_has_words(directory: Engine) -> None:
    words = all_words()
    vocabulary = yaml.safe_load((ROOT / "data" / "vocabulary" / "regions.yml").read_text(encoding="utf-8"))
    for locale in ("en", "fr"):
        for region in vocabulary["regions"]:
            if region["code"] != "CA":
                assert words[locale]["regions"][region["code"]] == region["name"][locale]
    with Session(directory) as session:
        for resource in session.query(Resource):
            assert resource.kind_of_service in words["fr"]["kinds"]
            assert resource.category in words["en"]["categories"]
            assert set(resource.regions) <= set(words["en"]["regions"])
            assert resource.hours_zone is None or resource.hours_zone in words["en"]["zones"]
