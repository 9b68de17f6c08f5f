"""A real browser that watches over every page it opens, and a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
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
    return shutil.which("chromium") or not_here("chromium")


@pytest.fixture(scope="session")
def npm() -> str:
    """Where npm is. Without it the test fails, unless scripts/prove has named what it could not run."""
    return shutil.which("npm") or not_here("npm")


def not_here(tool: str) -> NoReturn:
    """Fail for want of a tool; skip where scripts/prove has named it among what it could not run."""
    not_run = ROOT / "var" / "log" / "not-run"
    if not_run.exists() and tool in not_run.read_text(encoding="utf-8"):
        pytest.skip(f"no {tool} here: scripts/prove named it as not run")
    pytest.fail(f"there is no {tool} here: run make prove, which installs it, or names it where it cannot")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for a module: while it runs, its event loop is the thread's, so no other module may share it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture(scope="module")
def remembering(browser: Browser, chromium: str) -> Iterator[Browser]:
    """A browser that, as people's do, keeps a page that was left and brings it back as it was."""
    running = browser.browser_type.launch(
        executable_path=chromium, args=list(FLAGS), ignore_default_args=["--disable-back-forward-cache"]
    )
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

    Options are those of a Playwright context; `at` is another guide's address, `inside` another browser, and
    `prepare` is done to the page before it goes there.
    """
    contexts = []

    def open_page(
        path: str = "/",
        at: str = "",
        inside: Browser | None = None,
        prepare: Callable[[Page], object] | None = None,
        **options: Any,
    ) -> Page:
        usual = {"viewport": DESKTOP, "reduced_motion": "reduce", "timezone_id": "America/Vancouver", "locale": "en-CA"}
        context = (inside or browser).new_context(**{**usual, **options})
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


@dataclass
class Postgres:
    """A PostgreSQL of our own, in a folder of its own."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://guide@127.0.0.1:{self.port}/postgres"

    def control(self, *words: str) -> None:
        run("pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-w", *words)

    def start(self) -> None:
        self.control("-o", f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1", "start")

    def stop(self) -> None:
        self.control("-m", "immediate", "stop")


def run(program: str, *words: str) -> None:
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.getuid() == 0 else None
    found = shutil.which(program) or str(sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))[-1])
    # Its output goes to a file: a server that inherits a pipe would keep it open.
    subprocess.run(
        [found, *words], check=True, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    )


@pytest.fixture(scope="session")
def initdb() -> None:
    """PostgreSQL is here. Without it the tests fail, unless scripts/prove has named what it could not run."""
    if not shutil.which("initdb") and not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        not_here("initdb")


@pytest.fixture(scope="module")
def postgres(initdb: None) -> Iterator[Postgres]:
    """A PostgreSQL server for the tests of one module."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Not in pytest's own folder, which only its user may enter.
    folder = Path("/tmp") / f"guide-pg-{uuid.uuid4().hex[:8]}"
    folder.mkdir(mode=0o700)
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    database = Postgres(folder, port)
    run("initdb", "-D", str(folder / "data"), "-U", "guide", "-A", "trust", "-E", "UTF8")
    database.start()
    yield database
    database.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def nothing_kept() -> Any:
    """The module that says a canary everywhere, and looks for it afterwards."""
    path = ROOT / "tests" / "integration" / "test_nothing_kept.py"
    specification = spec_from_file_location("nothing_kept", path)
    assert specification is not None and specification.loader is not None
    module = module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
