"""The web channel: JSON over HTTP, with replayable server-sent events. See docs/WEB-API.md for the interface."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.limits import RateLimit
from bot.channels.problems import StandingOf, body_of, new_conversation, problem, refusal, unknown
from bot.channels.tokens import BadTokenError, Token, Tokens
from bot.messages import Locale, floor
from bot.turns import (
    ConflictingMessageError,
    Counts,
    StoreUnavailableError,
    Turns,
    UnknownChoiceError,
    UnknownConversationError,
)

#: The longest message, in characters.
MAX_TEXT = 4000

#: The largest body that can hold such a message, in bytes: every character escaped, and room for the rest.
MAX_BODY = MAX_TEXT * 12 + 1024

#: The longest that `Prefer: wait=N` may ask for, in seconds.
MAX_WAIT = 30.0

#: The longest that a message which may be a crisis waits for its turn before the receipt brings the floor, in seconds.
FLOOR_WAIT = 3.0

HEARTBEAT_SECONDS = 10

_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?([0-9]{1,6}(?:\.[0-9]+)?)", re.IGNORECASE)


Shape = TypeVar("Shape", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NewConversation(_Strict):
    """The body that begins a conversation."""

    locale: Literal["en", "fr"] = "en"


class NewMessage(_Strict):
    """The body of a message: its id, and either text or a choice."""

    id: str
    text: str | None = None
    choice: str | None = None


class Report(_Strict):
    """The body that reports a wrong number."""

    slug: str
    contact: str | None = None


class _Refused(Exception):
    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers


@dataclass(frozen=True)
class WebLimits:
    """Rate limits of the web channel; None where there are none."""

    messages: RateLimit | None
    addresses: RateLimit | None
    beginnings: RateLimit | None

    @classmethod
    def usual(cls) -> WebLimits:
        """What a person never reaches, and a flood does."""
        return cls(RateLimit(20, 40), RateLimit(120, 240), RateLimit(60, 60))

    @classmethod
    def off(cls) -> WebLimits:
        """No limits, for load tests."""
        return cls(None, None, None)


class WebChannel:
    """The handlers of the web channel over `Turns`."""

    def __init__(
        self, turns: Turns, tokens: Tokens, limits: WebLimits, counts: Counts, known_slugs: frozenset[str]
    ) -> None:
        self._turns = turns
        self._tokens = tokens
        self._limits = limits
        self._counts = counts
        self._known_slugs = known_slugs

    def routes(self) -> list[Route]:
        """The routes of the channel."""
        base = "/webhooks/web"
        conversation = f"{base}/conversations/{{conversation_id}}"
        return [
            Route(f"{base}/conversations", self.begin, methods=["POST"]),
            Route(f"{conversation}/messages", self.post_message, methods=["POST"]),
            Route(f"{conversation}/events", self.events, methods=["GET"]),
            Route(f"{conversation}/turns", self.turns, methods=["GET"]),
            Route(conversation, self.delete, methods=["DELETE"]),
            Route(f"{base}/reports", self.report, methods=["POST"]),
            Route(f"{base}/floor", self.floor, methods=["GET"]),
        ]

    async def begin(self, request: Request) -> Response:
        """POST /conversations: begin one."""
        body = await body_of(request)
        locale = locale_of(request)
        try:
            self._limit(self._limits.beginnings, _address(request))
            locale = _parse(NewConversation, body or b"{}").locale
            conversation_id, welcome = await self._turns.begin("web", locale)
        except _Refused as refused:
            return await self._refuse(refused.status, refused.detail, body, locale, refused.headers)
        except StoreUnavailableError:
            detail = "The guide cannot begin a conversation just now. Please try again in a moment."
            return await self._refuse(503, detail, body, locale)
        return JSONResponse(
            {
                "conversation": conversation_id,
                "token": self._tokens.issue(conversation_id),
                "messages": [message.to_dict() for message in welcome],
            },
            status_code=201,
            headers={"Cache-Control": "no-store"},
        )

    async def post_message(self, request: Request) -> Response:
        """POST /conversations/{id}/messages: take in one message, once."""
        conversation_id = request.path_params["conversation_id"]
        locale = locale_of(request)
        body = await body_of(request)
        try:
            token = await self._authorized(request, conversation_id)
        except _Refused as refused:
            return await self._refuse(refused.status, refused.detail, body, locale, refused.headers)
        try:
            self._limit(self._limits.addresses, _address(request))
            self._limit(self._limits.messages, conversation_id)
            message = _message(body)
            accepted = await self._turns.accept(
                conversation_id,
                message.id,
                token.fingerprint(json.dumps([message.text, message.choice])),
                message.text,
                message.choice,
            )
        except (_Refused, UnknownChoiceError, UnknownConversationError, ConflictingMessageError) as error:
            why = error if isinstance(error, _Refused) else _Refused(*_why_not_taken(error))
            # It is refused, and may be the answer to "are you safe?" all the same.
            standing = partial(self._turns.standing, conversation_id)
            return await self._refuse(why.status, why.detail, body, locale, why.headers, standing)
        except StoreUnavailableError:
            detail = "Your message was not stored. Please send it again in a moment."
            return await self._refuse(503, detail, body, locale, standing=unknown)
        seconds = _preferred_wait(request)
        if accepted.first:
            # The receipt holds the floor: it is not kept back while a reply is slow to come.
            seconds = min(seconds, FLOOR_WAIT)
        try:
            # However slow the database is: what is told by then is told.
            async with asyncio.timeout(seconds or None):
                turn = await self._wait_for(conversation_id, accepted.seq, seconds)
        except TimeoutError:
            turn = None
        except UnknownConversationError as error:
            # Deleted meanwhile. Who cried for help still sees the floor.
            status, detail = _why_not_taken(error)
            if accepted.first:
                self._counts.refused(status)
                return problem(status, detail, accepted.first)
            return await self._refuse(status, detail, body, locale)
        if turn is not None:
            return JSONResponse(turn, headers={"Cache-Control": "no-store", "Preference-Applied": "wait"})
        receipt: dict[str, Any] = {"id": message.id, "seq": accepted.seq}
        if accepted.first:
            receipt["messages"] = [first.to_dict() for first in accepted.first]
        return JSONResponse(receipt, status_code=202, headers={"Cache-Control": "no-store"})

    async def events(self, request: Request) -> Response:
        """GET /conversations/{id}/events: the turns after a place, and each new one as it comes."""
        conversation_id = request.path_params["conversation_id"]
        try:
            await self._authorized(request, conversation_id)
            after = _after(request)
        except _Refused as refused:
            return self._refuse_without_body(refused)
        return EventSourceResponse(
            self._stream(conversation_id, after),
            ping=HEARTBEAT_SECONDS,
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def turns(self, request: Request) -> Response:
        """GET /conversations/{id}/turns: the turns after a place, waited for where none is there yet."""
        conversation_id = request.path_params["conversation_id"]
        try:
            await self._authorized(request, conversation_id)
            found = await self._turns.turns_after(conversation_id, _after(request), _preferred_wait(request))
        except _Refused as refused:
            return self._refuse_without_body(refused)
        except UnknownConversationError as error:
            return self._refuse_without_body(_Refused(*_why_not_taken(error)))
        except StoreUnavailableError:
            return self._refuse_without_body(
                _Refused(503, "The turns cannot be looked up just now. Please try again in a moment.")
            )
        return JSONResponse({"turns": found}, headers={"Cache-Control": "no-store"})

    async def delete(self, request: Request) -> Response:
        """DELETE /conversations/{id}: everything about it is gone."""
        conversation_id = request.path_params["conversation_id"]
        try:
            await self._authorized(request, conversation_id)
            await self._turns.delete(conversation_id)
        except _Refused as refused:
            return self._refuse_without_body(refused)
        except StoreUnavailableError:
            return self._refuse_without_body(
                _Refused(503, "The conversation could not be deleted just now. Please try again in a moment.")
            )
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    async def report(self, request: Request) -> Response:
        """POST /reports: a number is wrong."""
        body = await body_of(request)
        try:
            self._limit(self._limits.addresses, _address(request))
            report = _parse(Report, body)
            if report.slug not in self._known_slugs:
                raise _Refused(422, "slug: there is no resource of this name.")
            if report.contact is not None and not re.fullmatch(r"[A-Za-z0-9_+:./@-]{1,200}", report.contact):
                raise _Refused(422, "contact: send the href of the contact, as in the turn.")
            await self._turns.report_wrong_number(report.slug, report.contact)
        except _Refused as refused:
            return await self._refuse(refused.status, refused.detail, body, locale_of(request), refused.headers)
        except StoreUnavailableError:
            detail = "The report was not stored. Please try again in a moment."
            return await self._refuse(503, detail, body, locale_of(request))
        return JSONResponse({"reported": report.slug}, status_code=202)

    async def floor(self, request: Request) -> Response:
        """GET /floor: the floor itself, for anyone, cacheable."""
        return JSONResponse(floor(locale_of(request)).to_dict(), headers={"Cache-Control": "public, max-age=86400"})

    async def _authorized(self, request: Request, conversation_id: str) -> Token:
        try:
            token = self._tokens.read(request.headers.get("authorization"))
        except BadTokenError as error:
            raise _Refused(401, f"{error}.", {"WWW-Authenticate": "Bearer"}) from None
        if token.conversation_id != conversation_id:
            # Whether somebody else's conversation exists is nobody's business; one that does not exist is no secret.
            if not _is_uuid(conversation_id) or not await self._exists(conversation_id):
                raise _Refused(404, "There is no such conversation: begin a new one.")
            raise _Refused(401, "This token belongs to another conversation.", {"WWW-Authenticate": "Bearer"})
        if request.method != "POST" and not await self._exists(conversation_id):
            raise _Refused(404, "There is no such conversation: begin a new one.")
        return token

    async def _exists(self, conversation_id: str) -> bool:
        try:
            return await self._turns.exists(conversation_id)
        except StoreUnavailableError:
            raise _Refused(503, "The guide cannot look this up just now. Please try again in a moment.") from None

    async def _wait_for(self, conversation_id: str, seq: int, seconds: float) -> Mapping[str, Any] | None:
        if seconds <= 0:
            return None
        try:
            return await self._turns.wait_for(conversation_id, seq, seconds)
        except StoreUnavailableError:
            return None

    async def _stream(self, conversation_id: str, after: int) -> AsyncIterator[ServerSentEvent]:
        try:
            async for turn in self._turns.stream(conversation_id, after):
                yield ServerSentEvent(json.dumps(turn, ensure_ascii=False), event="turn", id=str(turn["seq"]), sep="\n")
        except (UnknownConversationError, StoreUnavailableError):
            # The stream ends; who comes back learns why from the status.
            return

    async def _refuse(
        self,
        status: int,
        detail: str,
        body: bytes,
        locale: Locale = "en",
        headers: Mapping[str, str] | None = None,
        standing: StandingOf = new_conversation,
    ) -> Response:
        self._counts.refused(status)
        return await refusal(status, detail, body, locale, headers, standing)

    def _refuse_without_body(self, refused: _Refused) -> Response:
        self._counts.refused(refused.status)
        return problem(refused.status, refused.detail, headers=refused.headers)

    def _limit(self, limit: RateLimit | None, key: str) -> None:
        wait = limit.wait_seconds(key) if limit else 0
        if wait:
            raise _Refused(
                429, f"Please wait {wait} seconds and send it again; nothing is lost.", {"Retry-After": str(wait)}
            )


def _why_not_taken(error: Exception) -> tuple[int, str]:
    if isinstance(error, UnknownChoiceError):
        return 422, f"{error}: send one of the values offered in a turn."
    if isinstance(error, UnknownConversationError):
        return 404, "There is no such conversation: begin a new one."
    return 409, f"{error}."


def _message(body: bytes) -> NewMessage:
    if len(body) > MAX_BODY:
        raise _Refused(413, f"A message can have up to {MAX_TEXT} characters. Please send it in parts.")
    message = _parse(NewMessage, body)
    if not _is_uuid(message.id):
        raise _Refused(422, "id: send a UUID made for this message.")
    if (message.text is None) == (message.choice is None):
        raise _Refused(422, "Send either text or choice, one of the two.")
    message.id = message.id.lower()
    if message.text is not None:
        # A lone half of a surrogate pair is no character, and could not be encoded later.
        message.text = message.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if len(message.text) > MAX_TEXT:
            raise _Refused(413, f"A message can have up to {MAX_TEXT} characters. Please send it in parts.")
        if not message.text.strip():
            raise _Refused(422, "text: there is nothing in it.")
    return message


def _parse(shape: type[Shape], body: bytes) -> Shape:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise _Refused(400, "The body is not valid UTF-8.") from None
    try:
        return shape.model_validate(json.loads(text, parse_constant=_no_constant))
    except ValidationError as error:
        raise _Refused(422, _plain(error, shape.model_fields)) from None
    except (ValueError, RecursionError):
        raise _Refused(400, "The body is not valid JSON.") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _plain(error: ValidationError, known: Mapping[str, Any]) -> str:
    # Pydantic's own words quote the input, and so may the name of a field that is not ours: only the place, where it
    # is one of ours, and the kind of fault are told.
    def place(fault: Any) -> str:
        return ".".join(str(part) for part in fault["loc"] if part in known) or "body"

    return "; ".join(dict.fromkeys(f"{place(fault)}: {fault['type']}" for fault in error.errors())) + "."


def _preferred_wait(request: Request) -> float:
    found = _WAIT.search(request.headers.get("prefer", ""))
    return min(float(found.group(1)), MAX_WAIT) if found else 0.0


def _after(request: Request) -> int:
    value = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    if not re.fullmatch(r"[0-9]{1,9}", value):
        raise _Refused(422, "after: send the number of the last turn you have, or 0.")
    return int(value)


def locale_of(request: Request) -> Locale:
    """The language a request is to be answered in: `?locale=`, else what the browser asks for, else English."""
    wanted = request.query_params.get("locale") or request.headers.get("accept-language", "")
    return "fr" if wanted.strip().lower().startswith("fr") else "en"


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _is_uuid(value: str) -> bool:
    try:
        return str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False
