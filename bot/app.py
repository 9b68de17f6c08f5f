"""The composition root: everything is built and wired here, and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import pages
from bot.channels.openapi import document
from bot.channels.problems import body_of, problem, refusal
from bot.channels.tokens import Tokens
from bot.channels.web import MAX_TEXT, MAX_WAIT, WebChannel, WebLimits, locale_of
from bot.directory import apply_content, connect, read_content, upgrade
from bot.engine.supervisor import EngineSupervisor
from bot.messages import MENU, ChoiceCatalogue, Choices, Locale, Text, Texts, load_catalogue, load_texts
from bot.messages import Message as GuideMessage
from bot.publishing import model_path
from bot.safety import warm
from bot.settings import ROOT, Settings
from bot.turns import Counts, Limits, Seal, Turns, TurnStore

log = logging.getLogger(__name__)

#: Sent with every response. Pages carry nothing inline, fetch nothing from elsewhere, and make no HTML from text; Lit's
#: own templates are the one exception.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types lit-html; "
        "frame-ancestors 'self'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


_OUR_FAULT = "Something went wrong on our side. Please try again in a moment."


@dataclass(frozen=True)
class Guide:
    """The parts of a running guide."""

    turns: Turns
    engine: EngineSupervisor
    counts: Counts
    database: Engine

    async def start(self) -> None:
        """Start the engine, and answer what was left unanswered."""
        await self.engine.start()
        await self.turns.start()

    async def stop(self) -> None:
        """Stop in order. What is not answered stays stored."""
        await self.turns.stop()
        await self.engine.stop()
        self.database.dispose()


def prepare(settings: Settings) -> str:
    """Bring the database's tables and content up to date; one sentence on what was done.

    Raises:
        ContentError: the content files have faults; the text lists them all.
        sqlalchemy.exc.SQLAlchemyError: the database cannot be reached or changed.
    """
    engine = connect(settings.database_url)
    try:
        upgrade(engine)
        return str(apply_content(engine, settings.data_dir / "resources"))
    finally:
        engine.dispose()


def build_guide(settings: Settings, model: Path, turns_url: str | None = None) -> Guide:
    """Wire the guide together. Nothing is started and nothing is connected yet.

    Args:
        settings: the settings of this process.
        model: the trained model to answer with.
        turns_url: a database for conversations, where it is not the directory's.
    """
    catalogue = load_catalogue(settings.data_dir)
    limits = Limits(turn=settings.turn_seconds, crisis=settings.crisis_seconds)
    database = connect(turns_url or settings.database_url, patience_seconds=limits.store)
    counts = Counts()
    engine = EngineSupervisor(
        model,
        settings.data_dir,
        settings.log_dir / "engine.log",
        settings.action_seconds,
        settings.hang_seconds,
        {"DATABASE_URL": _absolute(settings.database_url), "DATA_DIR": str(settings.data_dir.resolve())},
    )
    turns = Turns(
        TurnStore(database),
        engine,
        Seal(settings.secret()),
        catalogue,
        _Welcome(load_texts(settings.data_dir / "texts"), catalogue),
        counts,
        limits,
        timedelta(hours=settings.conversation_hours),
    )
    return Guide(turns, engine, counts, database)


def build_app(settings: Settings, model: Path) -> Starlette:
    """The ASGI application."""
    guide = build_guide(settings, model)
    content = read_content(settings.data_dir / "resources", date.today())
    slugs = frozenset(entry.slug for entries in content.entries.values() for entry in entries)
    web = WebChannel(
        guide.turns,
        Tokens(settings.secret()),
        WebLimits.off() if settings.rate_limit == "off" else WebLimits.usual(),
        guide.counts,
        slugs,
    )

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await asyncio.to_thread(warm)
        await guide.start()
        yield
        await guide.stop()

    async def readyz(request: Request) -> Response:
        if guide.engine.ready:
            return PlainTextResponse("ready\n")
        return problem(503, "No model answers yet. Crisis messages already get the floor.")

    async def metrics(request: Request) -> Response:
        # Read off the event loop: where there are several workers, their counts are files.
        return Response(await asyncio.to_thread(guide.counts.text), media_type=CONTENT_TYPE_LATEST)

    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        body = getattr(request.state, "body", None)
        if body is None and status != 500:
            body = await body_of(request)
        guide.counts.refused(status)
        detail = {404: "There is nothing here.", 405: "This cannot be done here.", 500: _OUR_FAULT}.get(status)
        if detail is None:
            status, detail = 400, "This cannot be answered as it was asked."
        headers = error.headers if isinstance(error, HTTPException) else None
        return await refusal(status, detail, body or b"", locale_of(request), headers)

    described = document(load_catalogue(settings.data_dir).meanings, slugs, MAX_TEXT, MAX_WAIT)

    async def openapi(request: Request) -> Response:
        return JSONResponse(described)

    app = Starlette(
        routes=[
            Route("/openapi.json", openapi, methods=["GET"]),
            Route("/healthz", _healthz, methods=["GET"]),
            Route("/readyz", readyz, methods=["GET"]),
            Route("/metrics", metrics, methods=["GET"]),
            *web.routes(),
            *pages.routes(guide.database),
        ],
        middleware=[*_middleware(settings), Middleware(_OwnFaults, refused=refused)],
        exception_handlers={HTTPException: refused},
        lifespan=lifespan,
    )
    app.state.guide = guide
    return app


def build_worker() -> Starlette:
    """The ASGI application of one of several workers, prepared for by `guide serve --workers`.

    It ends with the process that started it, so that nobody serves on behind a guide that was killed.
    """
    settings = Settings()
    app = build_app(settings, model_path(ROOT, settings.model_dir))
    serving = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        loop, parent = asyncio.get_running_loop(), multiprocessing.parent_process()

        def end(sentinel: int) -> None:
            loop.remove_reader(sentinel)
            os.kill(os.getpid(), signal.SIGTERM)

        if parent is not None:
            loop.add_reader(parent.sentinel, end, parent.sentinel)
        async with serving(app):
            yield

    app.router.lifespan_context = lifespan
    return app


class _Welcome:
    """The first words of a conversation. They need no engine."""

    def __init__(self, texts: Texts, catalogue: ChoiceCatalogue) -> None:
        self._texts = texts
        self._catalogue = catalogue

    def __call__(self, locale: Locale) -> Sequence[GuideMessage]:
        return (
            Text(self._texts.say("welcome", locale)),
            Choices(self._catalogue.choices(MENU, locale), self._texts.say("how_can_we_help", locale)),
        )


class _OwnFaults:
    """Whatever breaks in a handler, the request is refused like any other, and only the kind of error is logged.

    Inside the other middleware, so that a refusal has their headers: a widget on another site can read the floor in it.
    """

    def __init__(self, app: ASGIApp, refused: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self._app = app
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http":
                raise
            # Its text and traceback could quote what was said.
            log.error("a request failed: %s", type(error).__name__)
            if not begun:
                response = await self._refused(Request(scope, receive), error)
                await response(scope, receive, send)


class _SecurityHeaders:
    """The headers of every response; `/embed` alone may stand in frames of the sites that may embed the widget."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        headers = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
        framed = " ".join(("frame-ancestors 'self'", *origins)).encode()
        self._headers = headers
        self._embedded = [(name, value.replace(b"frame-ancestors 'self'", framed)) for name, value in headers]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = self._embedded if scope["path"] == "/embed" else self._headers
                message["headers"] = [*message.get("headers", []), *own]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def _middleware(settings: Settings) -> list[Middleware]:
    origins = settings.cors_origins.split()
    listed = [Middleware(_SecurityHeaders, origins=origins)]
    if origins:
        listed.append(
            Middleware(
                CORSMiddleware,
                allow_origins=origins,
                allow_methods=["GET", "POST", "DELETE"],
                allow_headers=["Authorization", "Content-Type", "Prefer", "Last-Event-ID"],
                expose_headers=["Retry-After"],
                max_age=600,
            )
        )
    return listed


async def _healthz(request: Request) -> Response:
    return PlainTextResponse("alive\n")


def _absolute(url: str) -> str:
    """The same database, for a process in another folder."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/") and ":memory:" not in url:
        return prefix + str(Path(url.removeprefix(prefix)).resolve())
    return url


__all__ = ["Guide", "build_app", "build_guide", "build_worker", "prepare"]
