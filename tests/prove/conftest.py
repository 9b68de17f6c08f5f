"""A real browser that watches over every page it opens."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from bot.settings import ROOT

pytest.register_assert_rewrite("tests.prove.steps")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

    Visit = Callable[..., Page]

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

DESKTOP = {"width": 1280, "height": 900}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even read the browser's tests where they would not run and nothing is installed to read them with."""
    deselected = config.option.markexpr == "not prove"
    browsed = collection_path.name in ("test_page.py", "test_widget.py")
    return True if deselected and browsed and not find_spec("playwright") else None


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is. Without it the tests fail, unless scripts/prove has named what it could not run."""
    found = shutil.which("chromium")
    if found:
        return found
    not_run = ROOT / "var" / "log" / "not-run"
    if not_run.exists() and "chromium" in not_run.read_text(encoding="utf-8"):
        pytest.skip("no chromium here: scripts/prove named it as not run")
    pytest.fail("there is no chromium here: run make prove, which installs it, or names it where it cannot")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for a module: while it runs, its event loop is the thread's, so no other module may share it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield running
        running.close()


@dataclass
class Watch:
    """What pages complained of or asked elsewhere, and which of it a test expects."""

    seen: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, *pieces: str) -> None:
        """Complaints with one of these words in them are part of the test."""
        self.expected += pieces

    @property
    def unexpected(self) -> list[str]:
        return [told for told in self.seen if not any(piece in told for piece in self.expected)]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Console errors, page errors and requests to other hosts: any that the test does not expect fails it."""
    watching = Watch()
    yield watching
    assert watching.unexpected == []


@pytest.fixture
def visit(browser: Browser, server: Any, watch: Watch) -> Iterator[Visit]:
    """Open a path of the guide in a browser of its own, watched.

    Options are those of a Playwright context; `at` is another guide's address, and `prepare` is done to the page
    before it goes there.
    """
    contexts = []

    def open_page(
        path: str = "/", at: str = "", prepare: Callable[[Page], object] | None = None, **options: Any
    ) -> Page:
        usual = {"viewport": DESKTOP, "reduced_motion": "reduce", "timezone_id": "America/Vancouver", "locale": "en-CA"}
        context = browser.new_context(**{**usual, **options})
        context.set_default_timeout(20000)
        contexts.append(context)
        page = context.new_page()
        host = urlsplit(at or server.url).netloc

        def asked(request: Request) -> None:
            if urlsplit(request.url).netloc != host:
                watch.seen.append(f"a request elsewhere: {request.url}")

        page.on("request", asked)
        page.on("pageerror", lambda error: watch.seen.append(f"an error on the page: {error}"))
        page.on(
            "console",
            lambda line: watch.seen.append(f"console: {line.text}") if line.type in ("error", "warning") else None,
        )
        if prepare:
            prepare(page)
        page.goto((at or server.url) + path)
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")
        context.close()
