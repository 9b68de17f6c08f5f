"""The widget where it is hard: on other sites, under attack, over bad connections, in two tabs, and for every sense."""

from __future__ import annotations

import colorsys
import os
import re
import signal
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from bot.messages import floor
from bot.settings import ROOT
from tests.prove.steps import (
    CRISIS,
    DESKTOP,
    FOCUSED,
    MESSAGES,
    PHONE,
    Visit,
    choice,
    expect_accessible,
    expect_no_sideways_scroll,
    expect_replies,
    floors,
    kept,
    leave_button,
    no_wait,
    on_server,
    open_guide,
    replies,
    say,
    sent_by,
    turn_after,
    wait_gone,
)

pytestmark = pytest.mark.prove

DEMO = ROOT / "widget" / "demo"
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}
EVENTS = re.compile(r"/conversations/[^/]+/events")
TURNS = re.compile(r"/conversations/[^/]+/turns")
BEGIN = re.compile(r"/webhooks/web/conversations$")


class Host:
    """The invented college's site, on an origin of its own, under the strictest policy the widget can live with."""

    def __init__(self) -> None:
        self.guide = ""
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/favicon.ico":
                    self.send_response(204)
                    self.end_headers()
                    return
                path = DEMO / (urlsplit(self.path).path.lstrip("/") or "index.html")
                if path.parent != DEMO or not path.is_file():
                    self.send_error(404)
                    return
                body = path.read_text(encoding="utf-8").replace("http://127.0.0.1:5005", host.guide).encode()
                self.send_response(200)
                self.send_header("Content-Type", TYPES[path.suffix])
                self.send_header("Content-Length", str(len(body)))
                self.send_header(
                    "Content-Security-Policy",
                    f"default-src 'none'; script-src 'self' {host.guide}/widget.js; connect-src {host.guide}; "
                    f"style-src 'self'; img-src 'self' data:; frame-src {host.guide}; base-uri 'none'; "
                    "form-action 'none'; require-trusted-types-for 'script'; trusted-types lit-html",
                )
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing is logged."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def host(serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A site that the guide lets embed it, and its guide."""
    site = Host()
    guide = serve(tmp_path_factory.mktemp("embedded"), CORS_ORIGINS=site.url)
    guide.wait_ready()
    site.guide = guide.url
    yield site
    guide.stop()
    site.stop()


@pytest.fixture
def foreign(visit: Visit, host: Host, watch: Any) -> Visit:
    """Open a page of the other site; it may ask its own origin and the guide's, and no other."""
    watch.expect(f"a request elsewhere: {host.guide}")
    return partial(visit, at=host.url)


def begun(page: Page) -> None:
    expect(page.locator("#log .choice").first).to_be_visible()


# On other sites.


def test_one_line_embeds_the_guide_where_it_stands_under_a_strict_policy(foreign: Visit) -> None:
    page = foreign("/")
    begun(page)

    turn_after(page, lambda: say(page, CRISIS["en"]))

    expect(floors(page)).to_have_count(1)
    expect(floors(page).get_by_role("link", name="Call 9 8 8")).to_be_in_viewport(ratio=1)
    # After the sentence the line follows, not at the end of the page.
    assert page.locator("main wellness-guide").evaluate("guide => guide.previousElementSibling.tagName") == "SCRIPT"
    expect(page.get_by_role("region", name="How can we help you?")).to_be_visible()


def test_a_conversation_goes_along_from_page_to_page(foreign: Visit, host: Host) -> None:
    page = foreign("/")
    begun(page)
    turn_after(page, lambda: say(page, "hello"))
    before = kept(page)

    page.goto(host.url + "/learners.html")
    page.locator("summary").click()

    expect_replies(page, 2)
    assert kept(page)["conversation"] == before["conversation"]
    expect(page.locator(".said")).to_have_count(0)


def test_what_is_closed_asks_nothing_of_the_guide(foreign: Visit, host: Host) -> None:
    asked: list[str] = []
    page = foreign("/learners.html", prepare=lambda page: page.on("request", lambda request: asked.append(request.url)))
    expect(page.locator("wellness-guide")).to_be_attached()
    page.wait_for_function("() => Boolean(customElements.get('wellness-guide'))")

    assert [url for url in asked if url.startswith(host.guide)] == [f"{host.guide}/widget.js"]

    page.locator("summary").click()
    begun(page)
    assert any(BEGIN.search(url) for url in asked)


def test_a_host_page_brings_its_words_and_is_told_of_no_conversation(foreign: Visit) -> None:
    page = foreign("/learners.html")
    page.evaluate(
        """window.told = []; for (const name of ["ready", "locale", "deleted", "leave", "turn"])
        addEventListener(`guide-${name}`, ({type, detail}) => window.told.push([type, detail]))"""
    )
    page.locator("summary").click()
    begun(page)
    expect(page.get_by_role("heading", name="Someone to turn to")).to_be_visible()
    expect(page.get_by_text("third floor, Cedar building")).to_be_visible()
    expect(page.get_by_text("If the guide does not appear")).to_be_hidden()

    turn_after(page, lambda: say(page, CRISIS["en"]))
    turn_after(page, lambda: page.locator("#language").click())
    page.get_by_role("button", name="Effacer cette conversation").first.click()
    expect(page.locator("#log .note")).to_be_visible()

    expect(page.locator("#told")).to_have_text(re.compile("guide-(deleted|ready)"))
    page.wait_for_function("() => window.told.length >= 4")
    assert page.evaluate("window.told.map(([type]) => type)") == [
        "guide-ready",
        "guide-locale",
        "guide-deleted",
        "guide-ready",
    ]
    assert page.evaluate("window.told[1][1]") == {"locale": "fr"}
    assert all(detail == {} for type_, detail in page.evaluate("window.told") if type_ != "guide-locale")
    expect(page.locator("html")).to_have_attribute("lang", "en")  # the page is its owner's


def test_a_small_root_font_size_makes_nothing_small(foreign: Visit) -> None:
    page = foreign("/")
    begun(page)

    assert page.locator("#log .text p").first.evaluate("one => getComputedStyle(one).fontSize") == "16px"
    for one in page.locator("wellness-guide").locator("button:visible, a:visible, textarea:visible").all():
        if not one.evaluate("one => one.matches('.skip, p a:not(.bar a)')"):
            assert one.evaluate("one => one.getBoundingClientRect().height") >= 43.5, one.inner_text()


def test_leaving_from_another_site_blanks_it_and_deletes_the_conversation(
    foreign: Visit, host: Host, watch: Any
) -> None:
    watch.expect("https://www.canada.ca/en.html")
    page = foreign("/")
    begun(page)
    page.evaluate("sessionStorage.setItem('the-college', 'its own')")
    page.route(re.compile("^https://"), lambda route: route.fulfill(content_type="text/html", body="<h1>Weather</h1>"))
    turn_after(page, lambda: say(page, CRISIS["en"]))
    conversation = kept(page)

    leave_button(page).click()

    expect(page).to_have_url("https://www.canada.ca/en.html")
    wait_gone(host.guide, conversation)
    page.goto(host.url + "/demo.css")
    assert page.evaluate("({...sessionStorage})") == {"the-college": "its own"}


def test_leaving_beside_a_closed_guide_deletes_the_conversation_of_the_page_before(
    foreign: Visit, host: Host, watch: Any
) -> None:
    watch.expect("https://www.canada.ca/en.html")
    page = foreign("/")
    begun(page)
    page.route(re.compile("^https://"), lambda route: route.fulfill(content_type="text/html", body="<h1>Weather</h1>"))
    turn_after(page, lambda: say(page, CRISIS["en"]))
    conversation = kept(page)
    page.goto(host.url + "/learners.html")
    page.wait_for_function("() => document.querySelector('wellness-guide').shadowRoot")

    for _ in range(3):
        page.keyboard.press("Shift")

    expect(page).to_have_url("https://www.canada.ca/en.html")
    wait_gone(host.guide, conversation)


def test_a_page_is_blank_before_anything_else_happens(visit: Visit, watch: Any) -> None:
    watch.expect("https://www.canada.ca/")
    page = open_guide(visit)
    page.route(re.compile("^https://"), lambda route: route.abort())
    turn_after(page, lambda: say(page, CRISIS["en"]))

    at_once = leave_button(page).evaluate(
        """link => { link.click();
        return [getComputedStyle(document.documentElement).display, document.title.trim(), sessionStorage.length] }"""
    )

    # The other site has not even been asked, and there is nothing to see, and nothing kept.
    assert at_once == ["none", "", 0]


@pytest.mark.parametrize("way", ["button", "shift"])
def test_a_frame_converses_and_leaves_with_its_whole_tab(foreign: Visit, watch: Any, way: str) -> None:
    watch.expect("https://www.canada.ca/fr.html")
    page = foreign("/frame.html")
    frame = page.frame_locator("iframe")
    expect(frame.locator("#log .choice").first).to_be_visible()
    page.route(re.compile("^https://"), lambda route: route.fulfill(content_type="text/html", body="<h1>Weather</h1>"))
    frame.locator("#words").fill(CRISIS["fr"])
    frame.locator("#words").press("Enter")
    expect(frame.locator("#log .floor")).to_contain_text("Appelez le 9-8-8")
    expect(frame.locator("#log .floor").get_by_role("link", name="Appelez le 9 8 8")).to_be_in_viewport()

    if way == "button":
        frame.locator(".leave:visible").click()
    else:
        for _ in range(3):
            page.keyboard.press("Shift")

    expect(page).to_have_url("https://www.canada.ca/fr.html")


@pytest.mark.parametrize("way", ["button", "shift"])
def test_a_frame_without_the_widget_leaves_with_its_whole_tab_and_opens_the_directory_in_another(
    foreign: Visit, host: Host, watch: Any, way: str
) -> None:
    watch.expect("https://www.canada.ca/fr.html", "ERR_FAILED")
    page = foreign("/frame.html", prepare=lambda page: page.route("**/widget.js*", lambda route: route.abort()))
    frame = page.frame_locator("iframe")
    page.route(re.compile("^https://"), lambda route: route.fulfill(content_type="text/html", body="<h1>Weather</h1>"))
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="(s'ouvre dans un nouvel onglet)").click()
    expect(opened.value).to_have_url(f"{host.guide}/directory?locale=fr")
    opened.value.close()
    expect(frame.locator(".leave:visible")).to_have_attribute("title", re.compile("trois fois"))

    if way == "button":
        frame.locator(".leave:visible").click()
    else:
        frame.locator(".leave:visible").focus()
        for _ in range(3):
            page.keyboard.press("Shift")

    expect(page).to_have_url("https://www.canada.ca/fr.html")


def test_a_frame_without_any_script_leaves_with_its_whole_tab(foreign: Visit, watch: Any) -> None:
    watch.expect("https://www.canada.ca/fr.html")
    page = foreign("/frame.html", java_script_enabled=False)
    page.route(re.compile("^https://"), lambda route: route.fulfill(content_type="text/html", body="<h1>Weather</h1>"))

    page.frame_locator("iframe").locator(".leave:visible").click()

    expect(page).to_have_url("https://www.canada.ca/fr.html")


def test_another_language_leaves_the_rest_of_the_address_as_it_is(visit: Visit) -> None:
    page = open_guide(visit, "/embed?keep=0&theme=light")

    turn_after(page, lambda: page.locator("#language").click())

    expect(page).to_have_url(re.compile(r"/embed\?keep=0&theme=light&locale=fr$"))


def test_a_site_that_is_not_listed_can_neither_frame_the_guide_nor_talk_to_it(
    visit: Visit, server: Any, watch: Any
) -> None:
    watch.expect(f"a request elsewhere: {server.url}", "CORS", "ERR_FAILED", "frame-ancestors", "Framing")
    site = Host()
    site.guide = server.url
    try:
        page = visit("/frame.html", at=site.url)
        expect(page.frame_locator("iframe").locator("wellness-guide")).to_have_count(0)

        page = visit("/", at=site.url)
        # It has the floor all the same, and says that it is late.
        expect(page.locator("#starting .floor").get_by_role("link", name="Call 9 8 8")).to_be_visible()
        expect(page.locator("wellness-guide .bar").get_by_role("link", name="Text 9 8 8")).to_be_visible()
    finally:
        site.stop()


def contrast(page: Page, selector: str) -> float:
    """The contrast of an element's words, measured on what the browser would paint."""
    colours = page.locator(selector).first.evaluate(
        """one => { const {color, backgroundColor} = getComputedStyle(one);
        const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
        return [color, backgroundColor].map(colour => {
          canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data];
        }) }"""
    )

    def luminance(rgb: list[int]) -> float:
        linear = [(v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4) for v in (c / 255 for c in rgb[:3])]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05

    one, other = (luminance(colour) for colour in colours)
    return max(one, other) / min(one, other)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whatever_accent_a_site_chooses_what_is_written_on_it_can_be_read(foreign: Visit, scheme: str) -> None:
    page = foreign("/", color_scheme=scheme)
    begun(page)
    accents = [
        "rgb({} {} {})".format(*(round(value * 255) for value in colorsys.hls_to_rgb(hue / 12, light / 10, 0.8)))
        for hue in range(12)
        for light in (1, 3, 4.5, 5, 6, 8, 9.5)
    ] + ["#000", "#fff", "#757575", "oklch(0.7 0.15 30)", "rebeccapurple"]
    for accent in accents:
        page.locator("wellness-guide").evaluate(
            "(guide, accent) => guide.style.setProperty('--guide-accent', accent)", accent
        )
        assert contrast(page, "wellness-guide .bar") >= 4.5, accent
        assert contrast(page, "wellness-guide .bar .leave") >= 4.5, accent
        assert contrast(page, "wellness-guide .send") >= 4.5, accent


# What people and staff may write.

ATTACK = (
    "<img src=x onerror=alert(1)><script>alert(2)</script>'\"><svg onload=alert(3)>"
    "${alert(4)}{{alert(5)}} javascript:alert(6)"
)


def attacked_turn(message: str) -> dict[str, Any]:
    contact = {"kind": ATTACK, "label": ATTACK, "href": "javascript:alert(7)", "note": ATTACK, "languages": [ATTACK]}
    card = {
        "slug": ATTACK,
        "name": ATTACK,
        "about": ATTACK,
        "serves": ATTACK,
        "kind_of_service": ATTACK,
        "contacts": [
            contact,
            {**contact, "kind": "web", "href": " javascript:alert(8)"},
            {**contact, "kind": "web", "href": "data:text/html,<script>alert(9)</script>"},
        ],
        "hours": {"text": ATTACK, "open_now": False, "opens_at": "2099-01-04T09:00:00-05:00"},
        "source_read_on": ATTACK,
    }
    return {
        "id": message,
        "seq": 1,
        "topic": ATTACK,
        "level": ATTACK,
        "pinned": True,
        "locale": "en",
        "messages": [
            {"type": "text", "text": ATTACK},
            {"type": "resources", "text": ATTACK, "resources": [card]},
            {"type": "choices", "text": ATTACK, "choices": [{"label": ATTACK, "value": ATTACK}]},
            {"type": ATTACK, "text": ATTACK},
        ],
    }


def test_nothing_that_is_written_becomes_more_than_text(visit: Visit) -> None:
    page = open_guide(visit)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    before = page.locator("script, img, svg, iframe").count()

    def answer(route: Route) -> None:
        route.fulfill(json=attacked_turn(route.request.post_data_json["id"]))

    page.route(MESSAGES, answer)
    page.route("**/reports", lambda route: route.fulfill(status=202, json={"reported": ATTACK}))
    say(page, ATTACK)

    expect(page.locator(".words").last).to_have_text(ATTACK)
    card = page.locator("#log .card").last
    expect(card.locator("h3")).to_have_text(ATTACK)
    expect(page.locator("#announce")).to_contain_text("<img src=x onerror=alert(1)>")
    card.get_by_role("button", name="Report").click()
    page.locator("#log .choice").last.click()
    expect(page.locator(".words").last).to_have_text(ATTACK)

    assert page.locator("script, img, svg, iframe").count() == before
    assert card.locator("a").evaluate_all("all => all.map(one => one.getAttribute('href'))") == ["#", "#", "#"]
    assert dialogs == []


# Over bad connections.


def test_where_the_stream_is_held_back_the_turns_are_polled(visit: Visit) -> None:
    page = open_guide(visit)
    held: list[Route] = []
    polled: list[str | None] = []

    def poll(route: Route) -> None:
        polled.append(route.request.headers.get("prefer"))
        route.continue_()

    page.route(MESSAGES, no_wait)
    page.route(EVENTS, lambda route: held.append(route))
    page.route(TURNS, poll)
    say(page, "hello")
    expect_replies(page, 2)
    say(page, "what can you do")
    expect_replies(page, 3)

    assert len(held) == 1
    assert set(polled) == {"wait=20"}
    assert len(polled) >= 2


def test_a_conversation_that_is_lost_while_it_is_polled_begins_again_and_is_polled_on(
    visit: Visit, server: Any, watch: Any
) -> None:
    watch.expect("status of 404")
    page = open_guide(visit)
    lost = kept(page)
    held: list[Route] = []
    polled: list[str] = []

    def lose_and_poll(route: Route) -> None:
        if not polled:
            on_server(server.url, lost, "DELETE")
        polled.append(route.request.url)
        route.continue_()

    page.route(MESSAGES, no_wait)
    page.route(EVENTS, lambda route: held.append(route))
    page.route(TURNS, lose_and_poll)
    say(page, "hello")

    expect_replies(page, 2)
    assert kept(page)["conversation"] != lost["conversation"]
    say(page, "what can you do")
    expect_replies(page, 3)
    assert len(held) == 1
    assert len(polled) >= 3


def test_what_is_lost_goes_again_in_order_and_a_late_answer_does_not_lose_the_next(
    visit: Visit, server: Any, watch: Any
) -> None:
    watch.expect("status of 404")
    page = open_guide(visit)
    lost = kept(page)
    sent: list[tuple[str, str]] = []
    held: list[Route] = []
    streams: list[Route] = []

    def take_one_and_hold_one(route: Route) -> None:
        body = route.request.post_data_json
        sent.append((route.request.url, body["text"]))
        if len(sent) == 1:
            route.fulfill(status=202, json={"id": body["id"], "seq": 1})
        elif len(sent) == 2:
            held.append(route)
        else:
            route.continue_()

    def hold_the_first(route: Route) -> None:
        if streams:
            route.continue_()
        else:
            streams.append(route)

    page.route(MESSAGES, take_one_and_hold_one)
    page.route(EVENTS, hold_the_first)
    with page.expect_request(EVENTS):
        say(page, "hello")
    with page.expect_request(MESSAGES):
        say(page, "Alberta")
    on_server(server.url, lost, "DELETE")
    with page.expect_response(BEGIN):
        held[0].continue_()
    page.wait_for_function(
        "lost => JSON.parse(sessionStorage.getItem('wellness-guide'))?.conversation !== lost", arg=lost["conversation"]
    )
    successor = page.evaluate("JSON.parse(sessionStorage.getItem('wellness-guide'))?.conversation")
    streams[0].fulfill(status=404, json={})

    expect_replies(page, 3)
    assert kept(page)["conversation"] == successor
    again = [text for url, text in sent if lost["conversation"] not in url]
    assert list(dict.fromkeys(again)) == ["hello", "Alberta"]
    expect(page.locator(".words")).to_have_text(["hello", "Alberta"])


def test_writing_while_a_reload_still_brings_the_replies_hides_none_of_them(visit: Visit) -> None:
    page = open_guide(visit)
    turn_after(page, lambda: say(page, CRISIS["en"]))
    turn_after(page, lambda: say(page, "hello"))
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(EVENTS, hold_the_first)
    with page.expect_request(EVENTS):
        page.reload()

    turn_after(page, lambda: say(page, "Alberta"))
    held[0].continue_()

    expect_replies(page, 4)
    expect(replies(page).nth(1).locator(".floor")).to_be_visible()
    expect(page.locator("#log > *").last.locator(".card").first).to_be_visible()
    expect(page.locator("#log > *").nth(3)).to_have_class("said")


def test_a_message_that_never_arrived_does_not_make_the_page_poll_without_a_pause(visit: Visit) -> None:
    page = open_guide(visit)
    lost: list[Route] = []
    held: list[Route] = []
    polled: list[str] = []
    page.route(MESSAGES, lambda route: lost.append(route))
    say(page, "hello")
    expect(page.locator(".words")).to_have_text("hello")
    page.wait_for_function("() => JSON.parse(sessionStorage.getItem('wellness-guide')).owed.length === 1")
    page.on("request", lambda request: polled.append(request.url) if TURNS.search(request.url) else None)
    page.route(EVENTS, lambda route: held.append(route))
    page.reload()
    expect(page.locator("#log .typing")).to_have_count(1)
    page.unroute(MESSAGES)

    say(page, "Alberta")

    expect(page.locator("#log .card").first).to_be_visible()
    page.wait_for_timeout(2000)
    assert 1 <= len(polled) <= 4


def test_a_reload_in_the_middle_of_a_reply_brings_the_reply(visit: Visit, own_server: Any) -> None:
    page = open_guide(visit, at=own_server.url)
    turn_after(page, lambda: say(page, "hello"))
    engine = own_server.engine_pid()
    os.kill(engine, signal.SIGSTOP)
    try:
        with page.expect_request(MESSAGES):
            say(page, "what can you do")
        # The request has left; what it holds is stored before the page goes.
        conversation = kept(page)
        assert len(conversation["owed"]) == 1
        wait_stored(own_server, 2)
        page.reload()
        expect(page.locator("#log .typing")).to_have_count(1)
    finally:
        os.kill(engine, signal.SIGCONT)

    expect_replies(page, 3)
    expect(page.locator(".said")).to_have_count(0)
    assert kept(page)["owed"] == []
    turn_after(page, lambda: say(page, "hello"))
    expect_replies(page, 4)


def wait_stored(server: Any, number: int) -> None:
    """Until so many messages of the one conversation are in the database."""
    deadline = time.monotonic() + 10
    while True:
        with sqlite3.connect(server.folder / "guide.db") as database:
            count = database.execute("SELECT count(*) FROM turn").fetchone()[0]
        if count >= number:
            return
        assert time.monotonic() < deadline, "the message was not stored"
        time.sleep(0.05)


def test_a_message_that_never_arrived_before_a_reload_is_told_to_be_lost(visit: Visit) -> None:
    page = open_guide(visit, prepare=lambda page: page.clock.install(time=1_800_000_000))
    held: list[Route] = []
    page.route(MESSAGES, lambda route: held.append(route))
    say(page, "hello")
    expect(page.locator(".words")).to_have_text("hello")

    page.reload()
    expect(page.locator("#log .reply:visible")).to_have_count(1)
    page.clock.fast_forward(4000)
    expect(floors(page)).to_have_count(1)  # meanwhile
    page.clock.fast_forward(60000)

    expect(page.locator("#log")).to_contain_text("Your last message may be lost. Please write it again.")
    page.unroute(MESSAGES)
    page.clock.resume()
    turn_after(page, lambda: say(page, "hello"))


def test_two_tabs_hold_two_conversations_and_a_doubled_tab_loses_nothing(visit: Visit, server: Any) -> None:
    page = open_guide(visit)
    other = page.context.new_page()
    other.goto(server.url + "/")
    begun(other)
    assert kept(page)["conversation"] != kept(other)["conversation"]

    # A doubled tab has a copy of the storage: both go on with one conversation.
    turn_after(page, lambda: say(page, "hello"))
    double = page.context.new_page()
    double.goto(server.url + "/healthz")
    double.evaluate(
        "kept => sessionStorage.setItem('wellness-guide', kept)",
        page.evaluate("sessionStorage.getItem('wellness-guide')"),
    )
    double.goto(server.url + "/")
    expect_replies(double, 2)
    turns = {
        turn["seq"]: turn["id"]
        for turn in (
            turn_after(page, lambda: say(page, "what is there in Alberta")),
            turn_after(double, lambda: say(double, "Ontario")),
            turn_after(page, lambda: say(page, "hello")),
        )
    }
    assert sorted(turns) == [2, 3, 4]
    assert len(set(turns.values())) == 3
    page.reload()
    expect_replies(page, 5)


# What a tab keeps.


def test_a_conversation_whose_time_is_over_is_deleted_and_another_begins(visit: Visit, server: Any) -> None:
    page = open_guide(visit)
    turn_after(page, lambda: say(page, "hello"))
    old = kept(page)
    assert 59 * 60000 < old["until"] - page.evaluate("Date.now()") <= 60 * 60000
    page.evaluate(
        """sessionStorage.setItem("wellness-guide",
        JSON.stringify({...JSON.parse(sessionStorage.getItem("wellness-guide")), until: 1}))"""
    )

    page.reload()

    expect_replies(page, 1)
    assert kept(page)["conversation"] != old["conversation"]
    wait_gone(server.url, old)


def test_where_nothing_is_to_be_kept_a_conversation_ends_with_its_page(visit: Visit, server: Any) -> None:
    begun_: list[dict[str, Any]] = []
    page = visit(
        "/embed?keep=0",
        prepare=lambda page: page.on(
            "response", lambda response: begun_.append(response.json()) if BEGIN.search(response.url) else None
        ),
    )
    begun(page)
    turn_after(page, lambda: say(page, "hello"))
    assert page.evaluate("sessionStorage.length") == 0
    assert on_server(server.url, begun_[0]) == 200

    page.goto(server.url + "/directory")

    wait_gone(server.url, begun_[0])


def test_where_nothing_is_to_be_kept_going_back_finds_a_fresh_start(
    visit: Visit, server: Any, remembering: Any
) -> None:
    begun_: list[dict[str, Any]] = []
    page = visit(
        "/embed?keep=0",
        inside=remembering,
        prepare=lambda page: page.on(
            "response", lambda response: begun_.append(response.json()) if BEGIN.search(response.url) else None
        ),
    )
    begun(page)
    turn_after(page, lambda: say(page, "hello"))
    page.evaluate("addEventListener('pageshow', ({persisted}) => { window.cameBack = persisted })")
    page.goto(server.url + "/directory")
    wait_gone(server.url, begun_[0])

    page.evaluate("history.back()")

    page.wait_for_function("() => window.cameBack")
    expect_replies(page, 1)
    expect(page.locator(".said")).to_have_count(0)
    turn_after(page, lambda: say(page, "hello"))


# Cards.


def crafted(page: Page, *cards: dict[str, Any]) -> None:
    """The next turn has these cards."""

    def answer(route: Route) -> None:
        said = route.request.post_data_json["id"]
        message = {"type": "resources", "resources": list(cards)}
        turn = {"id": said, "seq": 1, "pinned": False, "locale": "en", "messages": [message]}
        route.fulfill(json=turn)

    page.route(MESSAGES, answer)


def card_of(**changes: Any) -> dict[str, Any]:
    return {
        "slug": "a-line",
        "name": "A Line",
        "about": "People listen.",
        "serves": "Everyone",
        "kind_of_service": "support_line",
        "contacts": [
            {
                "kind": "phone",
                "label": "Call 604-555-0100",
                "href": "tel:+16045550100",
                "note": "Then press 3",
                "languages": ["fr"],
            },
            {"kind": "web", "label": "line.example", "href": "https://line.example/", "note": None, "languages": []},
        ],
        "hours": {"text": "Weekdays", "open_now": None, "opens_at": None},
        "source_read_on": "2026-11-21",
        **changes,
    }


def test_a_card_says_whom_it_serves_how_to_reach_it_and_when_in_the_persons_own_time(visit: Visit) -> None:
    page = open_guide(visit, timezone_id="America/Regina")
    closed = {"text": "Weekdays, 9 to 5 (Eastern Time)", "open_now": False, "opens_at": "2099-01-05T09:00:00-05:00"}
    crafted(
        page, card_of(hours=closed), card_of(slug="b", hours={"text": "Always", "open_now": True, "opens_at": None})
    )
    say(page, "hello")

    expect(page.locator("#log .card")).to_have_count(2)
    first, second = page.locator("#log .card").all()
    for words in ("A Line", "Support line", "For", "Everyone", "People listen.", "French", "source read 21 Nov 2026"):
        expect(first).to_contain_text(words, ignore_case=True)
    expect(first.get_by_role("link", name="Call 604-555-0100, 6 0 4, 5 5 5, 0 1 0 0")).to_have_attribute(
        "href", "tel:+16045550100"
    )
    expect(first.locator(".step")).to_have_text("Then press 3")
    expect(first.locator(".hours")).to_have_text(
        re.compile(r"^Closed now\. Opens Monday.* 8:00.a\.m\. CST \(your time\)\. Weekdays, 9 to 5 \(Eastern Time\)$")
    )
    expect(second.locator(".hours")).to_contain_text("Open now")


def test_open_and_closed_are_taken_back_once_they_may_no_longer_hold(visit: Visit) -> None:
    page = open_guide(visit, prepare=lambda page: page.clock.install(time=1_800_000_000))
    crafted(page, card_of(hours={"text": "Until five", "open_now": True, "opens_at": None}))
    say(page, "hello")
    expect(page.locator(".status")).to_have_text("Open now")

    page.clock.fast_forward(16 * 60000)

    expect(page.locator(".status")).to_have_count(0)
    expect(page.locator("#log .hours")).to_have_text("Until five")


def test_a_card_is_copied_with_its_number_and_how_to_go_on(visit: Visit) -> None:
    page = open_guide(visit, permissions=["clipboard-read", "clipboard-write"])
    crafted(page, card_of())
    say(page, "hello")
    button = page.locator("#log .card .report").first

    button.click()

    expect(button).to_have_text("Copied")
    expect(button).to_be_focused()
    expect(page.locator("#announce")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    for words in ("A Line", "Call 604-555-0100", "Then press 3", "line.example", "Weekdays"):
        assert words in copied
    assert "Report" not in copied


def test_a_copy_that_fails_says_so(visit: Visit) -> None:
    page = open_guide(visit)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    crafted(page, card_of())
    say(page, "hello")

    page.locator("#log .card").get_by_role("button", name="Copy").click()

    expect(page.locator("#announce")).to_have_text("This did not work. Try again.")


def test_only_the_guide_goes_on_paper_and_nothing_to_press(foreign: Visit) -> None:
    page = foreign("/")
    begun(page)
    turn_after(page, lambda: choice(page, "talk").click())
    page.evaluate(
        """window.print = () => { window.printed = document.adoptedStyleSheets.length };
        window.keepSheets = document.adoptedStyleSheets.length"""
    )
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed") == page.evaluate("window.keepSheets") + 1
    assert page.evaluate("document.adoptedStyleSheets.length") == page.evaluate("window.keepSheets")

    page.emulate_media(media="print")
    page.evaluate(
        """window.print = () => { window.hidden = [...document.querySelectorAll("h1, footer, nav")]
          .map(one => getComputedStyle(one).display) }"""
    )
    page.locator("wellness-guide .top .control").last.evaluate("button => button.click()")
    assert set(page.evaluate("window.hidden")) == {"none"}
    expect(page.locator("#log .card").first).to_be_visible()
    expect(page.locator(".composer, .leave, .controls, .report, .round").locator("visible=true")).to_have_count(0)
    guide = page.locator("wellness-guide .guide")
    assert guide.evaluate("one => one.scrollHeight <= one.clientHeight + 1"), "paper does not scroll"


# For every sense.


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_the_bar_opens_to_the_lines_and_closes_again_from_the_keyboard(visit: Visit, locale: Any) -> None:
    page = open_guide(visit, f"/?locale={locale}")
    more = page.locator("#more")
    lines = page.locator("#more-lines")
    expect(lines).to_be_hidden()
    more.focus()
    page.keyboard.press("Enter")

    expect(more).to_have_attribute("aria-expanded", "true")
    for card in floor(locale).resources:
        expect(lines.get_by_role("heading", name=card.name)).to_be_visible()
        for contact in card.contacts:
            if contact.kind != "web":
                expect(lines.locator(f'a[href="{contact.href}"]')).to_have_text(re.compile(re.escape(contact.label)))
    history = "The browser's history stays." if locale == "en" else "L'historique du navigateur reste."
    expect(lines).to_contain_text(history)
    page.keyboard.press("Escape")
    expect(lines).to_be_hidden()
    expect(more).to_be_focused()


def test_starting_over_and_deleting_are_in_reach_beside_leaving(visit: Visit) -> None:
    page = open_guide(visit, viewport=PHONE)
    turn_after(page, lambda: choice(page, "talk").click())
    expect(leave_button(page)).to_be_in_viewport(ratio=1)
    page.locator("#more").click()

    lines = page.locator("#more-lines")
    for name in ("Start over", "Delete this conversation"):
        button = lines.get_by_role("button", name=name)
        button.scroll_into_view_if_needed()
        expect(button).to_be_in_viewport(ratio=1)
    lines.get_by_role("button", name="Delete this conversation").click()
    expect(page.locator("#log .note")).to_have_text("Deleted. Here is a fresh start.")


TRANSCRIPT = {
    "en": """
      - log "Conversation":
        - heading "Guide" [level=2]
        - paragraph: /Welcome/
        - heading "You" [level=2]
        - paragraph: I want to die
        - heading "Guide" [level=2]
        - paragraph:
          - text: /call or text/
          - link "9 8 8"
          - link "1-855-242-3310, 1, 8 5 5, 2 4 2, 3 3 1 0"
          - link "9 1 1"
        - list:
          - listitem:
            - heading /9-8-8/ [level=3]
            - list:
              - listitem:
                - link "Call 9 8 8"
              - listitem:
                - link "Text 9 8 8"
          - listitem:
            - heading "Hope for Wellness Helpline" [level=3]
            - list:
              - listitem:
                - link "Call 1-855-242-3310, 1, 8 5 5, 2 4 2, 3 3 1 0"
              - listitem:
                - link "Chat at hopeforwellness.ca (opens in a new tab)"
          - listitem:
            - heading "Emergency services (9-1-1)" [level=3]
            - list:
              - listitem:
                - link "Call 9 1 1"
    """,
    "fr": """
      - log "Conversation":
        - heading "Guide" [level=2]
        - paragraph: /Bienvenue/
        - heading "Vous" [level=2]
        - paragraph: je veux mourir
        - heading "Guide" [level=2]
        - paragraph:
          - text: /appelez ou textez/
          - link "9 8 8"
          - link "1-855-242-3310, 1, 8 5 5, 2 4 2, 3 3 1 0"
          - link "9 1 1"
        - list:
          - listitem:
            - heading /9-8-8/ [level=3]
            - list:
              - listitem:
                - link "Appelez le 9 8 8"
              - listitem:
                - link "Textez le 9 8 8"
          - listitem:
            - heading "Ligne d'écoute d'espoir pour le mieux-être" [level=3]
            - list:
              - listitem:
                - link "Appelez le 1-855-242-3310, 1, 8 5 5, 2 4 2, 3 3 1 0"
              - listitem:
                - link "Clavardez à hopeforwellness.ca (s'ouvre dans un nouvel onglet)"
          - listitem:
            - heading "Services d'urgence (9-1-1)" [level=3]
            - list:
              - listitem:
                - link "Appelez le 9 1 1"
    """,
}


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_what_a_screen_reader_meets_is_whole_and_in_order(visit: Visit, locale: str) -> None:
    page = open_guide(visit, f"/?locale={locale}")

    turn_after(page, lambda: say(page, CRISIS[locale]))

    expect(page.locator("#log")).to_match_aria_snapshot(TRANSCRIPT[locale])


def test_the_language_of_each_reply_is_marked(visit: Visit) -> None:
    page = open_guide(visit)

    turn_after(page, lambda: page.locator("#language").click())

    assert replies(page).evaluate_all("all => all.map(one => one.lang)") == ["en", "fr"]
    page.reload()
    expect_replies(page, 2)
    assert replies(page).evaluate_all("all => all.map(one => one.lang)") == ["en", "fr"]


def test_what_became_of_a_deleted_conversation_is_told_in_the_language_of_the_guide(visit: Visit) -> None:
    page = open_guide(visit)
    page.get_by_role("button", name="Delete this conversation").first.click()
    expect(page.locator("#log .note")).to_have_text("Deleted. Here is a fresh start.")
    expect_replies(page, 1)

    turn_after(page, lambda: page.locator("#language").click())

    expect(page.locator("#log .note")).to_have_text("C'est effacé. Voici un nouveau départ.")


def test_a_link_that_opens_a_new_tab_says_so(visit: Visit, foreign: Visit) -> None:
    for page in (open_guide(visit, "/embed"), foreign("/")):
        begun(page)
        for link in page.locator('wellness-guide a[target="_blank"]').all():
            expect(link).to_contain_text("(opens in a new tab)")
        expect(page.locator("wellness-guide .top a")).to_have_accessible_name("All resources (opens in a new tab)")


def test_who_reads_elsewhere_is_not_pulled_away(visit: Visit) -> None:
    page = open_guide(visit, viewport=PHONE)
    held: list[Route] = []
    turn_after(page, lambda: choice(page, "region").click())
    page.route(MESSAGES, lambda route: held.append(route))
    say(page, "hello")
    expect(page.locator("#log .typing")).to_have_count(1)
    page.locator("#log .choice").first.hover()
    page.mouse.wheel(0, -2000)
    page.wait_for_function("() => scrollY === 0")

    held[0].continue_()
    expect_replies(page, 3)

    newest = page.locator("#newest")
    expect(newest).to_be_visible()
    assert page.evaluate("scrollY") == 0
    newest.click()
    expect(page.locator(".words").last).to_be_in_viewport()
    expect(newest).to_be_hidden()
    expect(page.locator("#words")).to_be_focused()


def test_the_focus_stays_while_messages_come(visit: Visit) -> None:
    page = open_guide(visit)
    focused = f"() => ({FOCUSED}).id || ({FOCUSED}).dataset.choice"
    page.evaluate(
        """window.moves = 0; document.querySelector("wellness-guide").shadowRoot
        .addEventListener("focusin", () => { window.moves += 1 })"""
    )
    choice(page, "region").focus()
    moves = page.evaluate("window.moves")
    turn_after(page, lambda: page.keyboard.press("Enter"))

    expect_replies(page, 2)
    assert page.evaluate(focused) == "region"
    assert page.evaluate("window.moves") == moves


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("size", [(640, 450), (320, 256), (320, 640)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("path", ["/", "/embed"])
def test_large_text_and_little_room_leave_everything_in_reach(
    visit: Visit, path: str, locale: str, size: tuple[int, int]
) -> None:
    """As with a zoom of 200 and of 400 % on a screen of 1280 by 900 and by 1024 (WCAG 1.4.4, 1.4.10)."""
    page = open_guide(visit, f"{path}?locale={locale}", viewport={"width": size[0], "height": size[1]})
    turn_after(page, lambda: say(page, CRISIS[locale]))

    expect_no_sideways_scroll(page)
    for selector in (
        "#words",
        ".send",
        ".choice >> nth=-1",
        ".leave:visible",
        "#language",
        ".floor .dial:visible >> nth=0",
    ):
        one = page.locator(f"wellness-guide {selector}").first
        one.scroll_into_view_if_needed()
        one.focus()
        expect(one).to_be_in_viewport(ratio=0.99)
        covered = one.evaluate(
            """one => { const {left, top, width, height} = one.getBoundingClientRect();
            const there = one.getRootNode().elementFromPoint(left + width / 2, top + height / 2);
            return !(one === there || one.contains(there)); }"""
        )
        assert not covered, f"{selector} is covered"


def test_forced_colours_keep_every_edge_and_state(visit: Visit) -> None:
    page = open_guide(visit, forced_colors="active")
    pressed = choice(page, "region")
    turn_after(page, lambda: pressed.click())

    for selector in (".bar:visible", ".words", ".choice", ".choice.chosen", ".send", "#words"):
        assert page.locator(selector).first.evaluate("one => parseFloat(getComputedStyle(one).borderTopWidth)") >= 1, (
            selector
        )
    expect(page.locator(".choice.chosen")).to_contain_text("You chose")
    page.locator("#words").focus()
    assert page.locator("#words").evaluate("one => getComputedStyle(one).outlineStyle") != "none"


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_who_wants_less_motion_gets_none(visit: Visit, motion: Any) -> None:
    page = open_guide(visit, reduced_motion=motion)
    page.evaluate(
        """() => { window.ways = []; document.documentElement.scrollTo = function (options) {
        window.ways.push(options.behavior); Element.prototype.scrollTo.call(this, options) } }"""
    )

    turn_after(page, lambda: say(page, "hello"))

    assert set(page.evaluate("window.ways")) == {"instant" if motion == "reduce" else "smooth"}
    moving = page.evaluate("document.getAnimations().length")
    assert moving == 0


def screens(page: Page, locale: str) -> Iterator[str]:
    """Every screen a person may meet, one after the other."""
    begun(page)
    yield "start"
    page.locator("#more").click()
    yield "lines open"
    page.locator("#more").click()
    turn_after(page, lambda: say(page, CRISIS[locale]))
    yield "crisis, and the floor pinned"
    turn_after(page, lambda: say(page, "Alberta"))
    yield "cards"
    page.locator("#log .card .report").last.click()
    yield "a number reported"
    turn_after(page, lambda: choice(page, "menu").click() if choice(page, "menu").count() else say(page, "menu"))
    yield "a choice marked"
    page.context.set_offline(True)
    say(page, "hello")
    expect(page.locator(".status-line").last).not_to_be_empty()
    expect(replies(page).last.locator(".floor")).to_be_visible()
    yield "offline"
    page.context.set_offline(False)
    expect(page.locator("#log .typing")).to_have_count(0)
    expect(page.locator(".status-line").last).to_be_empty()
    page.locator("#words").evaluate("(field, words) => { field.value = words }", "a " * 40000)
    page.locator("#words").press("Enter")
    expect(page.locator(".status-line").last).not_to_be_empty()
    yield "refused"
    page.get_by_role(
        "button", name="Delete this conversation" if locale == "en" else "Effacer cette conversation"
    ).first.click()
    expect(page.locator("#log .note")).to_be_visible()
    yield "deleted"


@pytest.mark.parametrize(
    ("locale", "scheme", "size"), [("en", "light", PHONE), ("fr", "dark", DESKTOP)], ids=["en-light", "fr-dark"]
)
@pytest.mark.parametrize("where", ["page", "frame", "site"])
def test_axe_finds_nothing_wrong_on_any_screen(
    visit: Visit, host: Host, watch: Any, where: str, locale: str, scheme: str, size: dict[str, int]
) -> None:
    """Also keeps pictures of every screen in var/screenshots, for people to look at."""
    watch.expect("ERR_INTERNET_DISCONNECTED", "status of 413", f"a request elsewhere: {host.guide}")
    folder = ROOT / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {"viewport": size, "color_scheme": scheme, "locale": f"{locale}-CA"}
    if where == "site":
        page = visit("/", at=host.url, **options)
        page.locator("wellness-guide").evaluate("(guide, locale) => guide.setAttribute('locale', locale)", locale)
        if locale == "fr":
            turn_after(page, lambda: page.locator("#language").click())
    else:
        page = visit(f"{'/' if where == 'page' else '/embed'}?locale={locale}", **options)
    for name in screens(page, locale):
        page.screenshot(path=folder / f"{where}-{locale}-{name.replace(', ', '-').replace(' ', '-')}.png")
        expect_accessible(page)


def test_axe_finds_nothing_wrong_while_the_guide_does_not_answer(visit: Visit, watch: Any) -> None:
    watch.expect("ERR_FAILED")
    page = visit("/", prepare=lambda page: page.route("**/webhooks/**", lambda route: route.abort()), viewport=PHONE)

    expect(page.locator("#starting .floor").get_by_role("link", name="Call 9 8 8")).to_be_visible()

    expect_accessible(page)


def test_the_floor_is_there_while_nothing_else_is(visit: Visit, watch: Any) -> None:
    """Offline from the first moment after the page has come, and before the guide has said a word."""
    watch.expect("ERR_FAILED", "ERR_INTERNET_DISCONNECTED")
    page = visit("/", prepare=lambda page: page.route("**/webhooks/**", lambda route: route.abort()))
    page.context.set_offline(True)

    for name in ("Call 9 8 8", "Text 9 8 8", "1-855-242-3310, 1, 8 5 5, 2 4 2, 3 3 1 0"):
        expect(page.locator(".bar:visible").get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
    page.locator("#more").click()
    expect(page.locator("#more-lines").get_by_role("link", name="Call 9 1 1")).to_be_visible()


def test_without_the_widget_what_the_page_itself_has_stays(visit: Visit, watch: Any) -> None:
    watch.expect("ERR_FAILED")
    page = visit("/", prepare=lambda page: page.route("**/widget.js*", lambda route: route.abort()))

    expect(page.locator("wellness-guide .floor").first.get_by_role("link", name="Call 9 8 8")).to_be_visible()
    expect(page.locator('.note a[href^="/directory"]')).to_be_visible()


def test_messages_sent_while_offline_go_once_and_in_order_from_another_site(foreign: Visit, watch: Any) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED")
    page = foreign("/")
    begun(page)
    sent = sent_by(page)
    page.context.set_offline(True)
    for words in ("hello", "Alberta", "Ontario"):
        say(page, words)
    expect(page.locator(".status-line").first).to_contain_text("You seem to be offline")
    page.context.set_offline(False)

    expect_replies(page, 4)
    by_id = {body["id"]: body["text"] for body in sent}
    assert list(by_id.values()) == ["hello", "Alberta", "Ontario"]
    assert all(uuid.UUID(identity) for identity in by_id)
