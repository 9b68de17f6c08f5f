"""The OpenAPI document of everything the guide answers over HTTP, served at /openapi.json.

Shapes are said once: those of requests here as `TextMessage`, `ChoiceMessage`, `NewConversation` and `Report`, those of
answers after `bot.messages`. Tests hold every answer of a running guide against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from bot.messages import Level, Topic

Json = dict[str, Any]

#: Sent with every answer.
_EVERYWHERE = ("Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options")

_HEADERS: Mapping[str, tuple[str, Json]] = {
    "Content-Security-Policy": ("Nothing inline, nothing from elsewhere.", {"type": "string"}),
    "Referrer-Policy": ("No address of ours is told to others.", {"const": "no-referrer"}),
    "X-Content-Type-Options": ("The content type is meant.", {"const": "nosniff"}),
    "Cache-Control": ("Who may keep the answer, and for how long.", {"type": "string"}),
    "Preference-Applied": ("The wait that was asked for was kept.", {"const": "wait"}),
    "WWW-Authenticate": ("How to say that the conversation is one's own.", {"const": "Bearer"}),
    "Retry-After": ("Seconds to wait before asking again.", {"type": "integer", "minimum": 1}),
    "Allow": ("The methods there are.", {"type": "string"}),
}

_REFUSALS: Mapping[int, tuple[str, tuple[str, ...]]] = {
    400: ("The body is not JSON, or not UTF-8.", ()),
    401: ("No token, an altered one, or that of another conversation.", ("WWW-Authenticate",)),
    404: ("No such conversation: never begun, deleted, or idle for too long; or no such address.", ()),
    405: ("The address is there, the method is not.", ("Allow",)),
    409: ("The id was used for another message.", ()),
    413: ("The message or the body is too long.", ()),
    422: ("The request has the wrong fields or values.", ()),
    429: ("Too much at once.", ("Retry-After",)),
    500: ("Something went wrong on our side.", ()),
    503: ("Something is down on our side. Nothing was stored: send it again.", ()),
}

#: A character that is not blank, as the server sees it.
_NOT_BLANK = r"[^\s\x1c-\x1f\x85]"

_BASE = "/webhooks/web"


def document(choices: Iterable[str], slugs: Iterable[str], max_text: int, max_wait: float) -> Json:
    """The whole document.

    Args:
        choices: the values on the allow-list of choices.
        slugs: the names of the resources.
        max_text: the longest message, in characters.
        max_wait: the longest that `Prefer: wait` may ask for, in seconds.
    """
    conversation = f"{_BASE}/conversations/{{conversation_id}}"
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "How can we help you?",
            "version": "1",
            "description": (
                "The web channel of the guide. In every refusal, `messages` is for the person: the floor first where "
                "the body may be a crisis, whatever it was refused for. Show it."
            ),
        },
        "servers": [{"url": "/"}],
        "paths": {
            f"{_BASE}/conversations": {"post": _begin()},
            f"{conversation}/messages": {"parameters": [_ref("parameters", "conversation_id")], "post": _send()},
            f"{conversation}/events": {"parameters": [_ref("parameters", "conversation_id")], "get": _events()},
            f"{conversation}/turns": {"parameters": [_ref("parameters", "conversation_id")], "get": _turns()},
            conversation: {"parameters": [_ref("parameters", "conversation_id")], "delete": _delete()},
            f"{_BASE}/reports": {"post": _report()},
            f"{_BASE}/floor": {"get": _floor()},
            "/openapi.json": {"get": _plain("openapi", "This document.", "application/json", {"type": "object"})},
            "/healthz": {"get": _plain("healthz", "200 while the server runs.", "text/plain; charset=utf-8")},
            "/readyz": {
                "get": _plain("readyz", "200 once a model answers.", "text/plain; charset=utf-8", refused=[503])
            },
            "/metrics": {"get": _plain("metrics", "Counts, for Prometheus; no words, no persons.", "text/plain")},
            "/": {"get": _page("guide", "The guide.")},
            "/embed": {"get": _page("embed", "The guide, for a frame in another page.", ("theme", "keep"))},
            "/widget.js": {"get": _script("widget", 'The widget, for a `<script type="module">` in any page.', ("v",))},
            "/directory": {"get": _page("directory", "Every published resource, as HTML.", ("region", "category"))},
            "/static/{file}": {"get": _file()},
        },
        "components": {
            "securitySchemes": {
                "conversation": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token that came when the conversation began. It is good for that one alone.",
                }
            },
            "parameters": _parameters(max_wait),
            "headers": {name: {"description": told, "schema": shape} for name, (told, shape) in _HEADERS.items()},
            "responses": {str(status): _refusal(*told) for status, told in _REFUSALS.items()},
            "schemas": _schemas(sorted(choices), sorted(slugs), max_text),
        },
    }


def _begin() -> Json:
    return {
        "operationId": "begin",
        "summary": "Begin a conversation",
        "parameters": [_ref("parameters", "locale"), _ref("parameters", "accept_language")],
        "requestBody": {"required": False, "content": _json("NewConversation")},
        "responses": {
            "201": _answer("Begun. The token is not stored: keep it.", _json("Begun"), ["Cache-Control"]),
            **_refused(400, 422, 429, 503),
        },
    }


def _send() -> Json:
    return {
        "operationId": "send",
        "summary": "Send a message, once: the same id again gives the same turn",
        "security": [{"conversation": []}],
        "parameters": [_ref("parameters", name) for name in ("locale", "accept_language", "prefer")],
        "requestBody": {"required": True, "content": _json("NewMessage")},
        "responses": {
            "200": _answer(
                "Answered within the wait that was asked for.", _json("Turn"), ["Cache-Control", "Preference-Applied"]
            ),
            "202": _answer("Stored. The turn follows.", _json("Receipt"), ["Cache-Control"]),
            **_refused(400, 401, 404, 409, 413, 422, 429, 503),
        },
    }


def _events() -> Json:
    stream = {
        "text/event-stream": {"schema": {"type": "string", "description": "`event: turn`, `id:`, `data:` a Turn."}}
    }
    return {
        "operationId": "events",
        "summary": "Every turn after a place, and each new one as it comes",
        "security": [{"conversation": []}],
        "parameters": [_ref("parameters", name) for name in ("after", "last_event_id")],
        "responses": {
            "200": _answer("A stream that ends when the conversation is gone.", stream, ["Cache-Control"]),
            **_refused(401, 404, 422, 503),
        },
    }


def _turns() -> Json:
    return {
        "operationId": "turns",
        "summary": "The turns after a place: at once if there are any, else when one comes or the wait has passed",
        "security": [{"conversation": []}],
        "parameters": [_ref("parameters", name) for name in ("after", "prefer")],
        "responses": {
            "200": _answer("Perhaps none.", _json("Turns"), ["Cache-Control"]),
            **_refused(401, 404, 422, 503),
        },
    }


def _delete() -> Json:
    return {
        "operationId": "delete",
        "summary": "Remove everything about a conversation, and end its streams",
        "security": [{"conversation": []}],
        "responses": {"204": _answer("It is gone.", {}, ["Cache-Control"]), **_refused(401, 404, 503)},
    }


def _report() -> Json:
    return {
        "operationId": "report",
        "summary": "Say that a number is wrong, without a word of one's own",
        "parameters": [_ref("parameters", "locale"), _ref("parameters", "accept_language")],
        "requestBody": {"required": True, "content": _json("Report")},
        "responses": {"202": _answer("Noted.", _json("Reported")), **_refused(400, 422, 429, 503)},
    }


def _floor() -> Json:
    return {
        "operationId": "floor",
        "summary": "9-8-8, Hope for Wellness, 9-1-1: for anyone, without a token",
        "parameters": [_ref("parameters", "locale"), _ref("parameters", "accept_language")],
        "responses": {"200": _answer("The floor.", _json("Resources"), ["Cache-Control"]), **_refused()},
    }


def _plain(
    operation: str, summary: str, media_type: str, shape: Json | None = None, refused: Iterable[int] = ()
) -> Json:
    content = {media_type: {"schema": shape or {"type": "string"}}}
    return {
        "operationId": operation,
        "summary": summary,
        "responses": {"200": _answer(summary, content), **_refused(*refused)},
    }


def _page(operation: str, summary: str, query: Iterable[str] = ()) -> Json:
    page = {"text/html; charset=utf-8": {"schema": {"type": "string"}}}
    found: Json = {
        "operationId": operation,
        "summary": summary,
        "parameters": [_ref("parameters", name) for name in ("locale", "accept_language", *query)],
        "responses": {"200": _answer(summary, page, ["Cache-Control"]), **_refused()},
    }
    if operation == "directory":
        found["responses"]["503"] = _answer(
            "The directory cannot be read: a page with the floor.", page, ["Retry-After"]
        )
    return found


def _script(operation: str, summary: str, query: Iterable[str]) -> Json:
    script = {"text/javascript; charset=utf-8": {"schema": {"type": "string"}}}
    return {
        "operationId": operation,
        "summary": summary,
        "parameters": [_ref("parameters", name) for name in query],
        "responses": {"200": _answer(summary, script, ["Cache-Control"]), **_refused()},
    }


def _file() -> Json:
    return {
        "operationId": "static",
        "summary": "The files that the pages need",
        "parameters": [{"name": "file", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {
            "200": _answer("The file.", {"*/*": {"schema": {"type": "string"}}}, ["Cache-Control"]),
            **_refused(404),
        },
    }


def _refused(*statuses: int) -> Json:
    return {str(status): _ref("responses", str(status)) for status in sorted({*statuses, 405, 500})}


def _refusal(told: str, headers: Iterable[str]) -> Json:
    problem = {"application/problem+json": {"schema": _ref("schemas", "Problem")}}
    return _answer(told, problem, ["Cache-Control", *headers])


def _answer(told: str, content: Json, headers: Iterable[str] = ()) -> Json:
    shown = {name: _ref("headers", name) for name in (*_EVERYWHERE, *headers)}
    return {"description": told, "headers": shown, **({"content": content} if content else {})}


def _json(shape: str) -> Json:
    return {"application/json": {"schema": _ref("schemas", shape)}}


def _ref(of: str, name: str) -> Json:
    return {"$ref": f"#/components/{of}/{name}"}


def _parameters(max_wait: float) -> Json:
    def one(name: str, place: str, told: str, shape: Json | None = None) -> Json:
        return {"name": name, "in": place, "description": told, "schema": shape or {"type": "string"}}

    return {
        "conversation_id": {
            **one("conversation_id", "path", "From the answer that began the conversation.", _uuid()),
            "required": True,
        },
        "locale": one("locale", "query", "The language of the answer: `fr…` for French, else English."),
        "accept_language": one("Accept-Language", "header", "The same, where `locale` is not given."),
        "prefer": one("Prefer", "header", f"`wait=N`: wait up to so many seconds, {max_wait:.0f} at most."),
        "after": one("after", "query", "The `seq` of the last turn one has; 0 or nothing for all.", _place()),
        "last_event_id": one("Last-Event-ID", "header", "The same; goes before `after`.", _place()),
        "region": one("region", "query", "A province or territory by its two letters."),
        "category": one("category", "query", "A category of resources."),
        "theme": one("theme", "query", "`light`: light also where the person's system is dark."),
        "keep": one("keep", "query", "For how many minutes the tab keeps the conversation; 0: not at all."),
        "v": one("v", "query", "The version of the file: with it, the file may be kept for a year."),
    }


def _schemas(choices: list[str], slugs: list[str], max_text: int) -> Json:
    text: Json = {"type": "string"}
    maybe: Json = {"type": ["string", "null"]}
    messages = {"type": "array", "items": _ref("schemas", "Message"), "minItems": 1}
    seq = {"type": "integer", "minimum": 1}
    said = {"type": "string", "minLength": 1, "maxLength": max_text, "pattern": _NOT_BLANK}
    return {
        "NewConversation": _shape({"locale": {"enum": ["en", "fr"], "default": "en"}}, required=()),
        "Begun": _shape({"conversation": _uuid(), "token": text, "messages": messages}),
        "NewMessage": {"oneOf": [_ref("schemas", "TextMessage"), _ref("schemas", "ChoiceMessage")]},
        "TextMessage": _shape({"id": _uuid(), "text": said, "choice": {"type": "null"}}, required=("id", "text")),
        "ChoiceMessage": _shape(
            {"id": _uuid(), "choice": {"enum": choices}, "text": {"type": "null"}}, required=("id", "choice")
        ),
        "Receipt": _shape({"id": _uuid(), "seq": seq, "messages": messages}, required=("id", "seq")),
        "Turn": _shape(
            {
                "id": _uuid(),
                "seq": seq,
                "topic": {"enum": list(get_args(Topic))},
                "level": {"enum": list(get_args(Level))},
                "pinned": {"type": "boolean"},
                "locale": {"enum": ["en", "fr"]},
                "messages": messages,
            }
        ),
        "Turns": _shape({"turns": {"type": "array", "items": _ref("schemas", "Turn")}}),
        "Report": _shape(
            {
                "slug": {"enum": slugs, "description": "The resource, as in a turn."},
                "contact": {
                    "type": ["string", "null"],
                    "pattern": "^[A-Za-z0-9_+:./@-]{1,200}$",
                    "description": "The contact's href, as in a turn.",
                },
            },
            required=("slug",),
        ),
        "Reported": _shape({"reported": text}),
        "Problem": _shape(
            {
                "type": {"const": "about:blank"},
                "title": text,
                "status": {"type": "integer", "minimum": 400, "maximum": 599},
                "detail": {"type": "string", "description": "For who calls; never repeats what was sent."},
                "messages": {**messages, "description": "For the person: the floor first where it belongs."},
            },
            required=("type", "title", "status", "detail"),
        ),
        "Message": {"oneOf": [_ref("schemas", name) for name in ("Text", "Resources", "Choices")]},
        "Text": _shape({"type": {"const": "text"}, "text": text}),
        "Resources": _shape(
            {
                "type": {"const": "resources"},
                "text": text,
                "resources": {"type": "array", "items": _ref("schemas", "Resource"), "minItems": 1},
            },
            required=("type", "resources"),
        ),
        "Choices": _shape(
            {
                "type": {"const": "choices"},
                "text": text,
                "choices": {"type": "array", "items": _ref("schemas", "Choice"), "minItems": 1},
            },
            required=("type", "choices"),
        ),
        "Choice": _shape({"label": text, "value": {"enum": choices}}),
        "Resource": _shape(
            {
                "slug": text,
                "name": text,
                "about": text,
                "serves": text,
                "kind_of_service": text,
                "contacts": {"type": "array", "items": _ref("schemas", "Contact")},
                "hours": _ref("schemas", "Hours"),
                "source_read_on": {"type": "string", "format": "date"},
            }
        ),
        "Contact": _shape(
            {
                "kind": {"enum": ["phone", "sms", "chat", "web", "email"]},
                "label": text,
                "href": text,
                "note": maybe,
                "languages": {"type": "array", "items": text},
            }
        ),
        "Hours": _shape({"text": text, "open_now": {"type": ["boolean", "null"]}, "opens_at": maybe}),
    }


def _shape(fields: Json, required: Iterable[str] | None = None) -> Json:
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields if required is None else required),
        "additionalProperties": False,
    }


def _uuid() -> Json:
    return {"type": "string", "format": "uuid"}


def _place() -> Json:
    return {"type": "string", "pattern": "^[0-9]{0,9}$"}
