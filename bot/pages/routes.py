"""What a browser may ask for: the guide, the directory, and the files both need."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bot.directory import CATEGORIES, find
from bot.messages import Locale, brief_floor, floor
from bot.pages.entries import date_text, groups, moment_text
from bot.pages.numbers import linked, number_in, spoken, unbroken
from bot.pages.words import all_words, words

log = logging.getLogger(__name__)

TEMPLATES = Path(__file__).parent / "templates"

#: Styles, scripts and the built widget.
STATIC = Path(__file__).parent / "static"

#: Half of Canada's people live by this clock; only the line "as of …" uses it.
_PAGE_ZONE = "America/Toronto"

_VERSION = re.compile(r"[0-9a-f]{12}/")
_MINUTES = re.compile(r"\d{1,4}")

#: What changes its address with its content may be kept for a year.
_KEPT = "public, max-age=31536000, immutable"


def routes(engine: Engine, clock: Callable[[], datetime] | None = None) -> list[BaseRoute]:
    """The routes of the pages.

    Args:
        engine: the directory's database.
        clock: the present moment, aware; the real one when not given.
    """
    pages = _Pages(engine, clock or _utc_now)
    small = [Middleware(GZipMiddleware)]
    return [
        Route("/", pages.guide, methods=["GET"], name="guide"),
        Route("/embed", pages.embed, methods=["GET"], name="embed"),
        Route("/directory", pages.directory, methods=["GET"], name="directory"),
        Route("/widget.js", pages.widget, methods=["GET"], name="widget", middleware=small),
        Mount("/static", pages.files, name="static", middleware=small),
    ]


class _Pages:
    """The endpoints. They are plain functions, so Starlette runs them in threads, off the event loop."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock
        self._templates = _templates()
        self.files = _VersionedFiles(directory=STATIC)

    def guide(self, request: Request) -> Response:
        """GET /: the guide as a page of its own."""
        return self._page("guide.html", _locale(request), path="/", embedded=False)

    def embed(self, request: Request) -> Response:
        """GET /embed: the guide for a frame in another page; `theme` and `keep` are the widget's attributes."""
        theme, keep = request.query_params.get("theme", ""), request.query_params.get("keep", "")
        return self._page(
            "guide.html",
            _locale(request),
            path="/embed",
            embedded=True,
            theme=theme if theme == "light" else "",
            keep=keep if _MINUTES.fullmatch(keep) else "",
        )

    async def widget(self, request: Request) -> Response:
        """GET /widget.js: the widget, for any page on any site."""
        response = await self.files.get_response("widget.js", request.scope)
        current = request.query_params.get("v") == _VERSION_NOW
        response.headers["Cache-Control"] = _KEPT if current else "no-cache"
        # A module from another site is fetched like data; there is nothing in it that is anybody's own.
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    def directory(self, request: Request) -> Response:
        """GET /directory: every published resource; `region` and `category` narrow it down."""
        locale, now = _locale(request), self._clock()
        region = request.query_params.get("region", "").upper()
        region = region if region in words(locale)["regions"] else ""
        category = request.query_params.get("category", "")
        category = category if category in CATEGORIES else ""
        try:
            with Session(self._engine) as session:
                listings = find(session, now=now, region=region or None, category=category or None, keep_order=True)
                shown = groups(listings, locale)
        except Exception as error:
            # Whatever is wrong with the directory, the person still gets the floor. Only the kind of error is told.
            log.error("the directory page was served without the directory: %s", type(error).__name__)
            return self._page("unavailable.html", locale, 503, {"Retry-After": "30"})
        return self._page(
            "directory.html",
            locale,
            groups=shown,
            region=region,
            category=category,
            as_of=moment_text(now, _PAGE_ZONE, locale),
            today=date_text(now, locale),
        )

    def _page(
        self, template: str, locale: Locale, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> Response:
        other: Locale = "en" if locale == "fr" else "fr"
        html = self._templates.get_template(template).render(
            locale=locale,
            other=other,
            say=words(locale),
            floor=floor(locale),
            brief=brief_floor(locale),
            floors={"en": floor("en"), "fr": floor("fr")},
            words_by_locale=all_words(),
            **values,
        )
        own = {"Cache-Control": "no-cache", "Content-Language": locale, "Vary": "Accept-Language"}
        return HTMLResponse(html, status_code=status, headers={**own, **(headers or {})})


class _VersionedFiles(StaticFiles):
    """Static files, also under a prefix that changes with their content and may therefore be kept for a year."""

    def get_path(self, scope: Scope) -> str:
        """The file's path without the version."""
        return _VERSION.sub("", super().get_path(scope), count=1)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with how long it may be kept."""
        response = await super().get_response(path, scope)
        asked = super().get_path(scope)
        current = asked.startswith(f"{_VERSION_NOW}/")
        response.headers["Cache-Control"] = _KEPT if current else "no-cache"
        return response


def _digest(folder: Path) -> str:
    """A short name for the files' present content."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


_VERSION_NOW = _digest(STATIC)


def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(spoken=spoken, linked=linked, unbroken=unbroken, number_in=number_in, iso_date=_iso_date)
    environment.globals["static"] = f"/static/{_VERSION_NOW}"
    environment.globals["widget"] = f"/widget.js?v={_VERSION_NOW}"
    return environment


def _iso_date(value: str, locale: Locale) -> str:
    return date_text(datetime.fromisoformat(value), locale)


def _locale(request: Request) -> Locale:
    wanted = request.query_params.get("locale") or request.headers.get("accept-language", "")
    return "fr" if wanted.strip().lower().startswith("fr") else "en"


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)
