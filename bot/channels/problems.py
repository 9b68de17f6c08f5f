"""How a request is refused: RFC 9457 problem details, kindly, and with the floor where the request was a cry for help.

Whatever the reason for refusing, a body that carries crisis text or the crisis choice is answered with the floor in the
problem's `messages`.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

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
from bot.turns import Reading, Standing, level_unstored, read

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

#: A request that belongs to no conversation stands like a new one.
NEW = Standing()

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


def read_body(body: bytes, before: Standing | None = NEW) -> Reading:
    """What a refused request says, whatever it carries, even if it is not JSON, not UTF-8, or far too long.

    `before` is how the conversation it belongs to stands; None where that cannot be looked up.
    """
    text = body[:SCREENED_BYTES].decode("utf-8", errors="replace")
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        # Broken JSON: look at the strings in it, or at all of it.
        reading = read(" ".join(_STRINGS.findall(text)), None)
        return _placed(reading if reading.level == "crisis" else read(text, None), text, None, before)
    if not isinstance(parsed, Mapping):
        return _placed(read(str(parsed), None), str(parsed), None, before)
    choice, said = parsed.get("choice"), parsed.get("text")
    if isinstance(choice, str) and (pressed := read(None, choice)).level != "none":
        return pressed
    pieces = said if isinstance(said, str) else " ".join(str(value) for value in parsed.values())
    return _placed(read(pieces, None), pieces, choice if isinstance(choice, str) else None, before)


def _placed(reading: Reading, text: str, choice: str | None, before: Standing | None) -> Reading:
    return replace(reading, level=level_unstored(reading.level, text, choice, before))


async def refusal(
    status: int,
    detail: str,
    body: bytes,
    locale: Locale = "en",
    headers: Mapping[str, str] | None = None,
    before: Standing | None = NEW,
) -> Response:
    """Refuse a request; the floor goes in its body when the request may be a crisis, in its conversation's place."""
    # In a thread of its own: a long body takes a while to read, and others come in meanwhile.
    reading = await asyncio.to_thread(read_body, body, before)
    return problem(status, detail, _messages_for(reading, status, locale), headers)


def _messages_for(reading: Reading, status: int, locale: Locale) -> tuple[Message, ...]:
    if reading.level != "none":
        after = after_the_floor(locale) if reading.level == "crisis" else checkin_question(locale)
        return (floor(locale, for_another=reading.for_another), after)
    why = {413: too_long, 429: too_fast}.get(status, trouble if status >= 500 else not_taken)
    return (why(locale), brief_floor(locale))
