"""What a person does on the page, and what every page must be: for the tests in a browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import httpx
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, Response, Route, expect

Visit = Callable[..., Page]

#: Counted in the browser, under two busy processors.
expect.set_options(timeout=15000)

MESSAGES = re.compile(r"/conversations/[^/]+/messages")
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
CRISIS = {"en": "I want to die", "fr": "je veux mourir"}


def open_guide(visit: Visit, path: str = "/", **options: Any) -> Page:
    page = visit(path, **options)
    expect(page.locator("#log .choice").first).to_be_visible()
    return page


def say(page: Page, words: str) -> None:
    page.locator("#words").fill(words)
    page.locator("#words").press("Enter")


def take(page: Page, step: str) -> None:
    """Press the choice that #value names, or write the words."""
    if step.startswith("#"):
        choice(page, step[1:]).click()
    else:
        say(page, step)


def choice(page: Page, value: str) -> Locator:
    return page.locator(f'#log [data-choice="{value}"]').last


def replies(page: Page) -> Locator:
    return page.locator("#log .reply:visible")


def floors(page: Page) -> Locator:
    return page.locator("#log .floor")


def expect_replies(page: Page, number: int) -> Locator:
    """Wait for so many whole replies: none is still being waited for."""
    expect(replies(page)).to_have_count(number)
    expect(page.locator("#log .typing")).to_have_count(0)
    last = replies(page).last
    expect(last.locator(".choice, .floor, .card, .text").first).to_be_visible()
    return last


def is_turn(response: Response) -> bool:
    return bool(MESSAGES.search(response.url)) and response.status == 200


def turn_after(page: Page, act: Callable[[], None]) -> dict[str, Any]:
    """Do something and wait until the page shows the turn it brings, whole."""
    said = page.locator("#log .said").count()
    with page.expect_response(is_turn) as answered:
        act()
    turn: dict[str, Any] = answered.value.json()
    expect(page.locator("#log .said")).to_have_count(said + 1)
    reply = page.locator("#log .said").nth(said).locator("css=+ .reply")
    expect(reply.locator("> :not(.unseen)")).to_have_count(len(turn["messages"]))
    for message in turn["messages"]:
        for paragraph in filter(str.strip, (message.get("text") or "").split("\n")):
            expect(reply).to_contain_text(paragraph.strip())
    wanted = [
        [card["name"], [[contact["label"], contact["href"]] for contact in card["contacts"]]]
        for message in turn["messages"]
        for card in message.get("resources", [])
    ]
    assert reply.evaluate(CARDS) == wanted
    offered = [offer["label"] for message in turn["messages"] for offer in message.get("choices", [])]
    assert reply.locator(".choice").all_inner_texts() == offered
    return turn


#: The cards of a reply: each one's name, and how to reach it.
CARDS = """reply => [...reply.querySelectorAll(".card, .line")].map(card => [
  card.querySelector("h3").textContent,
  [...card.querySelectorAll(".contact")].map(link => {
    const words = link.cloneNode(true);
    words.querySelector(".unseen")?.remove();
    return [words.textContent, link.getAttribute("href")];
  }),
])"""


def kept(page: Page) -> dict[str, Any]:
    """What the page keeps so as to go on after a reload."""
    found: dict[str, Any] = page.evaluate("JSON.parse(sessionStorage.getItem('wellness-guide'))")
    return found


def on_server(url: str, conversation: dict[str, Any], method: str = "GET") -> int:
    """The status with which the server answers for a conversation; DELETE ends it behind the page's back."""
    path = f"{url}/webhooks/web/conversations/{conversation['conversation']}"
    headers = {"Authorization": f"Bearer {conversation['token']}"}
    with httpx.stream(method, path + ("/events" if method == "GET" else ""), headers=headers, timeout=20) as response:
        return response.status_code


def wait_gone(url: str, conversation: dict[str, Any]) -> None:
    deadline = time.monotonic() + 10
    while on_server(url, conversation) != 404:
        assert time.monotonic() < deadline, "the conversation is still on the server"


def sent_by(page: Page) -> list[dict[str, Any]]:
    """The messages the page sends, from now on."""
    found: list[dict[str, Any]] = []

    def note(request: Any) -> None:
        if request.method == "POST" and MESSAGES.search(request.url):
            found.append(request.post_data_json)

    page.on("request", note)
    return found


def aloud(text: str) -> str:
    """A text as it is announced: its numbers digit by digit."""
    spaced = re.sub(r"\b9-([81])-([81])\b", r"9 \1 \2", text)
    return spaced.replace("1-855-242-3310", "1, 8 5 5, 2 4 2, 3 3 1 0")


def leave_button(page: Page) -> Locator:
    """The way out that can be seen: the widget's, or that of the directory's page."""
    return page.locator(".leave:visible")


def no_wait(route: Route) -> None:
    """Let a message through without its wish to wait: the channel answers with the receipt alone."""
    route.continue_(headers={name: value for name, value in route.request.headers.items() if name != "prefer"})


def expect_no_sideways_scroll(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


#: The lines on which a number stands, by where each of its characters is.
LINES = """all => all.map(one => {
  const node = [...one.childNodes].find(({nodeType}) => nodeType === Node.TEXT_NODE);
  const range = document.createRange(), found = [];
  let last = null;
  for (let at = 0; at < node.length; at += 1) {
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const {top} = range.getClientRects()[0] ?? {top: last};
    if (top !== last) found.push("");
    found[found.length - 1] += node.data[at];
    last = top;
  }
  return found.map(line => line.trim());
})"""


def expect_whole_numbers(page: Page) -> list[list[str]]:
    """Every number is on one line; only the digits beside a number with letters may be below it."""
    lines: list[list[str]] = page.locator(".dial .digits:visible").evaluate_all(LINES)
    assert lines
    for number in lines:
        assert len(number) == 1 or re.fullmatch(r"\(1-\d{3}-\d{3}-\d{4}\)", " ".join(number[1:])), number
    return lines


STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def expect_accessible(page: Page) -> None:
    # What the field for writing covers in part is moved from below it first, as a person would.
    page.evaluate(
        """() => { scrollTo(0, document.body.scrollHeight);
        document.querySelector("wellness-guide")?.shadowRoot?.querySelector(".guide").scrollTo(0, 1e6) }"""
    )
    # Its rule on the size of targets also counts what is half under the bar or the field: sizes are measured below.
    options = {"runOnly": STANDARDS, "rules": {"target-size": {"enabled": False}}}
    found = Axe().run(page, options=options).response
    assert len(found["passes"]) > 20
    assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found["violations"]] == []
    # What is pressed outside of a sentence is 44 pixels high and wide.
    small = page.locator("a, button, select, textarea").evaluate_all(
        """all => all.filter(one => one.getClientRects().length && !one.matches("p a:not(.bar a), .skip, .note a"))
          .filter(one => Math.min(one.offsetHeight, one.offsetWidth) < 44).map(one => one.outerHTML)"""
    )
    assert small == []


#: The element that has the focus, inside the widget too.
FOCUSED = "document.activeElement.shadowRoot?.activeElement ?? document.activeElement"
