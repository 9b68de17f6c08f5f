"""How a request is refused: RFC 9457 problem details, kindly, and with the floor where the request was a cry for help.

Whatever the reason for refusing, a body that carries crisis text or the crisis choice is answered with the floor in the
problem's `messages`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bot.messages import (
    Locale,
    Message,
    after_the_floor,
    brief_floor,
    checkin_question,
    floor,
    not_taken,
    too_fast,
    too_long,
    trouble,
)
from bot.turns import Reading, Standing, level_unstored, read, while_others_come

_TITLES = {
    400: "The request could not be read",
    401: "This needs the conversation's own token",
    404: "There is no such thing here",
    405: "This cannot be done here",
    409: "This id was used for another message",
    413: "That is too long",
    422: "The request does not fit",
    429: "That was a lot at once",
    500: "Something went wrong on our side",
    503: "Something is down on our side",
}

#: How much of a body that is refused is still looked at (bytes).
SCREENED_BYTES = 256 * 1024


async def body_of(request: Request) -> bytes:
    """The body of a request, as much of it as is ever looked at."""
    pieces: list[bytes] = []
    size = 0
    try:
        async for piece in request.stream():
            if size < SCREENED_BYTES:
                pieces.append(piece)
            size += len(piece)
            if size > 4 * SCREENED_BYTES:
                break
    except ClientDisconnect:
        pass
    body = b"".join(pieces)
    request.state.body = body
    return body


#: Looks up how the conversation of a request stands; None where that cannot be told.
StandingOf = Callable[[], Awaitable[Standing | None]]


async def new_conversation() -> Standing:
    """A request that belongs to no conversation stands like a new one."""
    return Standing()


async def unknown() -> None:
    """How the conversation stands cannot be told: the database is gone."""


_STRINGS = re.compile(r'"((?:[^"\\]|\\.)*)"')


def problem(
    status: int, detail: str, messages: Sequence[Message] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """A problem response. `detail` says what to do; `messages` are for the person, the floor first where it belongs."""
    body: dict[str, Any] = {"type": "about:blank", "title": _TITLES[status], "status": status, "detail": detail}
    if messages:
        body["messages"] = [message.to_dict() for message in messages]
    return Response(
        json.dumps(body, ensure_ascii=False),
        status_code=status,
        media_type="application/problem+json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


@dataclass(frozen=True)
class Said:
    """What a refused request says: by itself, and its text and choice as far as they can be made out."""

    reading: Reading
    text: str
    choice: str | None = None

    def placed(self, before: Standing | None) -> Reading:
        """What it says in a conversation that stands so; None where that cannot be told."""
        return replace(self.reading, level=level_unstored(self.reading.level, self.text, self.choice, before))


def read_body(body: bytes) -> Said:
    """Read a refused request, whatever it carries, even if it is not JSON, not UTF-8, or far too long."""
    text = body[:SCREENED_BYTES].decode("utf-8", errors="replace")
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        # Broken JSON: look at the strings in it, or at all of it.
        reading = read(" ".join(_STRINGS.findall(text)), None)
        return Said(reading if reading.level == "crisis" else read(text, None), text)
    if not isinstance(parsed, Mapping):
        return Said(read(str(parsed), None), str(parsed))
    choice, said = parsed.get("choice"), parsed.get("text")
    pressed = choice if isinstance(choice, str) else None
    pieces = said if isinstance(said, str) else " ".join(str(value) for value in parsed.values())
    if pressed is not None and (reading := read(None, pressed)).level != "none":
        return Said(reading, pieces, pressed)
    return Said(read(pieces, None), pieces, pressed)


async def refusal(
    status: int,
    detail: str,
    body: bytes,
    locale: Locale = "en",
    headers: Mapping[str, str] | None = None,
    standing: StandingOf = new_conversation,
) -> Response:
    """Refuse a request; the floor goes in its body when the request may be a crisis, in its conversation's place.

    `standing` looks up how its conversation stands; None where that cannot be told.
    """
    said = await while_others_come(read_body, body)
    # The floor does not wait for a look-up: only what is no alarm by itself is judged by its place.
    reading = said.reading if said.reading.level != "none" else said.placed(await standing())
    return problem(status, detail, _messages_for(reading, status, locale), headers)


def _messages_for(reading: Reading, status: int, locale: Locale) -> tuple[Message, ...]:
    if reading.level != "none":
        after = after_the_floor(locale) if reading.level == "crisis" else checkin_question(locale)
        return (floor(locale, for_another=reading.for_another), after)
    why = {413: too_long, 429: too_fast}.get(status, trouble if status >= 500 else not_taken)
    return (why(locale), brief_floor(locale))
