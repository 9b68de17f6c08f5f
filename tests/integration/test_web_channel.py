"""The web channel over HTTP: the interface, and every way a request can be wrong."""

from __future__ import annotations

import json
import threading
import uuid
from typing import Any

import httpx
import jwt
import pytest

from bot.channels.tokens import Tokens
from bot.messages import FLOOR_SLUGS, brief_floor, floor

CRISIS = "I want to die"
SECRET_KEY = "a key for the tests, thirty-two long"
POSSIBLE = "I was suicidal ten years ago"


def new_id() -> str:
    return str(uuid.uuid4())


def is_problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """The one shape of every error."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = dict(response.json())
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status
    assert "Traceback" not in response.text
    return body


def leads_with_the_floor(body: dict[str, Any]) -> bool:
    return tuple(card["slug"] for card in body["messages"][0]["resources"][:3]) == FLOOR_SLUGS


def test_a_conversation_begins_with_a_welcome_and_the_question(server: Any) -> None:
    talk = server.begin()
    assert uuid.UUID(talk.conversation)
    assert [message["type"] for message in talk.welcome] == ["text", "choices"]
    assert talk.welcome[-1]["text"] == "How can we help you?"
    assert talk.welcome[-1]["choices"][0]["value"] == "crisis"


def test_a_message_is_acknowledged_and_its_turn_arrives_as_an_event(server: Any) -> None:
    talk = server.begin()
    message_id = new_id()
    response = talk.post({"id": message_id, "text": "hello"}, wait=None)
    assert response.status_code == 202
    assert response.json() == {"id": message_id, "seq": 1}
    turn = next(events(talk))
    assert turn["id"] == message_id
    assert turn["seq"] == 1
    assert turn["topic"] == "smalltalk"


def events(talk: Any, after: int = 0, **headers: str) -> Any:
    with talk.client.stream(
        "GET", f"{talk.path}/events", params={"after": after}, headers={**talk.headers, **headers}
    ) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        event: dict[str, str] = {}
        for line in response.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
            elif event.get("event") == "turn":
                turn = json.loads(event["data"])
                assert event["id"] == str(turn["seq"])
                yield turn
                event = {}


def test_events_are_replayed_after_a_place_and_after_last_event_id(server: Any) -> None:
    talk = server.begin()
    for word in ("menu", "connect", "university"):
        talk.choose(word)
    stream = events(talk, after=1)
    assert [next(stream)["seq"], next(stream)["seq"]] == [2, 3]
    assert next(events(talk, after=0, **{"Last-Event-ID": "2"}))["seq"] == 3


def test_an_open_stream_gets_turns_as_they_come(server: Any) -> None:
    talk = server.begin()
    got: list[int] = []

    def listen() -> None:
        for turn in events(talk):
            got.append(turn["seq"])
            if len(got) == 2:
                return

    listener = threading.Thread(target=listen)
    listener.start()
    other = httpx.Client(base_url=server.url, timeout=30)
    for _ in range(2):
        other.post(f"{talk.path}/messages", json={"id": new_id(), "choice": "menu"}, headers=talk.headers)
    listener.join(20)
    other.close()
    assert got == [1, 2]


def test_the_same_id_gives_the_same_turn_and_no_second_one(server: Any) -> None:
    talk = server.begin()
    body = {"id": new_id(), "text": "hello"}
    first, again = talk.post(body).json(), talk.post(body).json()
    assert first == again
    assert talk.choose("menu")["seq"] == 2


def test_the_same_id_with_another_body_is_a_conflict_and_still_gets_the_floor(server: Any) -> None:
    talk = server.begin()
    message_id = new_id()
    talk.post({"id": message_id, "text": "hello"})
    is_problem(talk.post({"id": message_id, "text": "goodbye"}), 409)
    assert leads_with_the_floor(is_problem(talk.post({"id": message_id, "text": CRISIS}), 409))


def test_messages_sent_at_once_are_answered_once_each_and_in_order(server: Any) -> None:
    talk = server.begin()
    ids = [new_id() for _ in range(10)]

    def send(message_id: str) -> None:
        with httpx.Client(base_url=server.url, timeout=30) as client:
            for _ in range(2):
                client.post(f"{talk.path}/messages", json={"id": message_id, "choice": "menu"}, headers=talk.headers)

    threads = [threading.Thread(target=send, args=(message_id,)) for message_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stream = events(talk)
    turns = [next(stream) for _ in ids]
    assert [turn["seq"] for turn in turns] == list(range(1, 11))
    assert sorted(turn["id"] for turn in turns) == sorted(ids)


def test_the_receipt_of_a_crisis_message_holds_the_floor(server: Any) -> None:
    talk = server.begin()
    receipt = talk.post({"id": new_id(), "text": CRISIS}, wait=None).json()
    assert receipt["messages"] == [floor("en").to_dict()]


def test_deleting_removes_everything_and_closes_open_streams(server: Any) -> None:
    talk = server.begin()
    talk.choose("menu")
    ended = threading.Event()

    def listen() -> None:
        for _ in events(talk):
            pass
        ended.set()

    listener = threading.Thread(target=listen)
    listener.start()
    with httpx.Client(base_url=server.url) as other:
        assert other.delete(talk.path, headers=talk.headers).status_code == 204
        assert ended.wait(10)
        listener.join()
        is_problem(other.post(f"{talk.path}/messages", json={"id": new_id(), "text": "hi"}, headers=talk.headers), 404)
        is_problem(other.get(f"{talk.path}/events", headers=talk.headers), 404)
        is_problem(other.delete(talk.path, headers=talk.headers), 404)


def test_the_floor_is_there_for_anyone_in_both_languages(server: Any) -> None:
    english = server.client.get("/webhooks/web/floor")
    assert english.json() == floor("en").to_dict()
    assert "max-age" in english.headers["cache-control"]
    assert server.client.get("/webhooks/web/floor?locale=fr").json() == floor("fr").to_dict()


def test_a_wrong_number_can_be_reported_without_a_word(server: Any) -> None:
    client = server.client
    assert client.post("/webhooks/web/reports", json={"slug": "cmpa", "contact": "tel:+18002676522"}).status_code == 202
    is_problem(client.post("/webhooks/web/reports", json={"slug": "nobody"}), 422)
    is_problem(client.post("/webhooks/web/reports", json={"slug": "cmpa", "contact": "they were rude to me"}), 422)
    is_problem(client.post("/webhooks/web/reports", json={"slug": "cmpa", "words": "anything"}), 422)


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer nonsense", "Basic abc", "Bearer a.b.c", "Bearer " + "x" * 5000]
)
def test_no_token_or_a_bad_one_is_401_and_a_crisis_still_gets_the_floor(server: Any, authorization: str) -> None:
    talk = server.begin()
    client = server.client
    headers = {"Authorization": authorization} if authorization else {}
    for text, alarmed in (("hello", False), (CRISIS, True)):
        response = client.post(f"{talk.path}/messages", json={"id": new_id(), "text": text}, headers=headers)
        assert leads_with_the_floor(is_problem(response, 401)) == alarmed if alarmed else True
        assert response.headers["www-authenticate"] == "Bearer"
    for method, path in (("GET", "/events"), ("GET", "/turns"), ("DELETE", "")):
        response = client.request(method, talk.path + path, headers=headers)
        is_problem(response, 401)
        assert response.headers["www-authenticate"] == "Bearer"
    assert talk.choose("menu")["seq"] == 1, "nothing was stored, nothing deleted"


def signed(talk: Any, key: bytes | str | None = None, algorithm: str = "HS256", **claims: Any) -> str:
    """A token for somebody's conversation, as one might forge it."""
    own = Tokens(SECRET_KEY.encode())._key
    said = {**jwt.decode(talk.token, own, algorithms=["HS256"]), **claims}
    return jwt.encode(said, own if key is None else key, algorithm=algorithm)


@pytest.mark.parametrize(
    "forge",
    [
        lambda talk: signed(talk, key=b"a key of somebody else, long enough"),
        lambda talk: signed(talk, key=SECRET_KEY.encode()),
        lambda talk: signed(talk, key="", algorithm="none"),
        lambda talk: signed(talk, key=b"k" * 64, algorithm="HS512"),
        lambda talk: signed(talk, exp=1),
        lambda talk: signed(talk, nbf=4_000_000_000),
        lambda talk: talk.token[:-2] + ("AA" if not talk.token.endswith("AA") else "BB"),
        lambda talk: ".".join([talk.token.split(".")[0], "e30", talk.token.split(".")[2]]),
        lambda talk: talk.token.rsplit(".", 1)[0] + ".",
        lambda talk: talk.token + " " + talk.token,
    ],
    ids=["another key", "the secret itself", "no signature", "another algorithm", "expired", "not yet", "altered",
         "other claims", "signature cut off", "twice"],
)  # fmt: skip
def test_a_forged_token_opens_nothing(server: Any, forge: Any) -> None:
    talk = server.begin()
    headers = {"Authorization": f"Bearer {forge(talk)}"}
    cry = talk.client.post(f"{talk.path}/messages", json={"id": new_id(), "text": CRISIS}, headers=headers)
    assert leads_with_the_floor(is_problem(cry, 401))
    for method, path in (("GET", "/events"), ("GET", "/turns"), ("DELETE", "")):
        is_problem(talk.client.request(method, talk.path + path, headers=headers), 401)
    assert talk.choose("menu")["seq"] == 1, "nothing was stored, nothing deleted"


@pytest.mark.parametrize("scheme", ["Basic", "Token", "bearer:", "BearerX"])
def test_a_good_token_under_another_scheme_is_401(server: Any, scheme: str) -> None:
    talk = server.begin()
    headers = {"Authorization": f"{scheme} {talk.token}"}
    is_problem(talk.client.get(f"{talk.path}/turns", headers=headers), 401)
    is_problem(talk.client.get(f"{talk.path}/turns?access_token={talk.token}"), 401)


def test_a_token_is_worth_nothing_once_its_conversation_is_gone(server: Any) -> None:
    talk = server.begin()
    talk.choose("menu")
    assert talk.client.delete(talk.path, headers=talk.headers).status_code == 204
    for path in ("/events", "/turns"):
        is_problem(talk.client.get(talk.path + path, headers=talk.headers), 404)
    is_problem(talk.client.delete(talk.path, headers=talk.headers), 404)
    assert leads_with_the_floor(is_problem(talk.post({"id": new_id(), "text": CRISIS}), 404))


# Where streams are buffered


def turns_after(talk: Any, after: int, wait: float | None = None) -> list[int]:
    headers = {**talk.headers, **({"Prefer": f"wait={wait}"} if wait is not None else {})}
    response = talk.client.get(f"{talk.path}/turns", params={"after": after}, headers=headers)
    assert response.status_code == 200, response.text
    return [turn["seq"] for turn in response.json()["turns"]]


def test_turns_can_be_fetched_without_a_stream(server: Any) -> None:
    talk = server.begin()
    assert turns_after(talk, 0) == []
    for word in ("menu", "connect", "university"):
        talk.choose(word)
    assert turns_after(talk, 0) == [1, 2, 3]
    assert turns_after(talk, 2) == [3]
    assert turns_after(talk, 3, wait=0.2) == []
    is_problem(talk.client.get(f"{talk.path}/turns?after=last", headers=talk.headers), 422)


def test_a_long_poll_is_answered_when_a_turn_comes(server: Any) -> None:
    talk = server.begin()
    got: list[list[int]] = []
    poll = threading.Thread(target=lambda: got.append(turns_after(talk, 0, wait=30)))
    poll.start()
    with httpx.Client(base_url=server.url, timeout=30) as other:
        other.post(f"{talk.path}/messages", json={"id": new_id(), "choice": "menu"}, headers=talk.headers)
    poll.join(20)
    assert got == [[1]]


def test_a_long_poll_ends_when_the_conversation_is_deleted(server: Any) -> None:
    talk = server.begin()
    got: list[httpx.Response] = []
    headers = {**talk.headers, "Prefer": "wait=30"}
    poll = threading.Thread(target=lambda: got.append(talk.client.get(f"{talk.path}/turns", headers=headers)))
    poll.start()
    with httpx.Client(base_url=server.url, timeout=30) as other:
        other.delete(talk.path, headers=talk.headers)
    poll.join(20)
    is_problem(got[0], 404)


def test_anothers_token_is_401(server: Any) -> None:
    mine, theirs = server.begin(), server.begin()
    body = is_problem(
        mine.client.post(f"{theirs.path}/messages", json={"id": new_id(), "text": CRISIS}, headers=mine.headers), 401
    )
    assert leads_with_the_floor(body)
    is_problem(mine.client.get(f"{theirs.path}/events", headers=mine.headers), 401)
    is_problem(mine.client.get(f"{theirs.path}/turns", headers=mine.headers), 401)
    is_problem(mine.client.delete(theirs.path, headers=mine.headers), 401)


def test_an_unknown_conversation_is_404(server: Any) -> None:
    talk = server.begin()
    for name in (new_id(), "not-a-uuid"):
        path = f"/webhooks/web/conversations/{name}/messages"
        response = talk.client.post(path, json={"id": new_id(), "choice": "crisis"}, headers=talk.headers)
        assert leads_with_the_floor(is_problem(response, 404))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"nonsense", 400),
        (b'{"id": NaN}', 400),
        (b"[]", 422),
        (b'"text"', 422),
        (b"{}", 422),
        (b"[" * 5000, 400),
        (b'\xff\xfe{"id"', 400),
    ],
)
def test_a_body_that_is_not_a_message_is_refused_plainly(server: Any, body: bytes, status: int) -> None:
    talk = server.begin()
    is_problem(talk.post(content=body), status)
    assert talk.choose("menu")["seq"] == 1, "nothing was stored"


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "hello"},
        {"id": "1", "text": "hello"},
        {"id": 7, "text": "hello"},
        {"id": "ID"},
        {"id": "ID", "text": 7},
        {"id": "ID", "text": None, "choice": None},
        {"id": "ID", "text": "hello", "choice": "menu"},
        {"id": "ID", "text": "   "},
        {"id": "ID", "choice": "no_such_choice"},
        {"id": "ID", "choice": "/restart"},
        {"id": "ID", "choice": ["menu"]},
        {"id": "ID", "text": "hello", "tier": "gold"},
    ],
)
def test_a_message_of_the_wrong_shape_is_422(server: Any, fields: dict[str, Any]) -> None:
    talk = server.begin()
    fields = {name: new_id() if value == "ID" else value for name, value in fields.items()}
    is_problem(talk.post(fields), 422)
    assert talk.choose("menu")["seq"] == 1, "nothing was stored"


@pytest.mark.parametrize("size", [4001, 100_000, 400_000])
def test_a_message_too_long_is_413_and_a_crisis_in_it_still_gets_the_floor(server: Any, size: int) -> None:
    talk = server.begin()
    body = is_problem(talk.post({"id": new_id(), "text": "a " * (size // 2) + "a"}), 413)
    assert body["messages"][-1] == brief_floor("en").to_dict()
    body = is_problem(talk.post({"id": new_id(), "text": f"{CRISIS}. " + "a " * (size // 2)}), 413)
    assert leads_with_the_floor(body)


def test_a_crisis_in_broken_json_or_bad_utf8_still_gets_the_floor(server: Any) -> None:
    talk = server.begin()
    assert leads_with_the_floor(is_problem(talk.post(content=b'{"text": "I want to die"'), 400))
    assert leads_with_the_floor(is_problem(talk.post(content=b'{"text": "I want to die \xff"}'), 400))
    assert leads_with_the_floor(is_problem(talk.post(content=b"I want to die"), 400))


def test_four_thousand_characters_of_any_kind_are_taken(server: Any) -> None:
    talk = server.begin()
    for text in ("é" * 4000, "\U0001f33f" * 4000, "half a pair \ud83d of a surrogate"):
        response = talk.post(content=json.dumps({"id": new_id(), "text": text}).encode("ascii"))
        assert response.status_code == 200, response.text


def test_a_flood_is_429_with_retry_after_and_a_crisis_in_it_still_gets_the_floor(start: Any) -> None:
    limited = start(RATE_LIMIT="on")
    talk = limited.begin()
    refused = talk.post({"id": new_id(), "choice": "menu"}, wait=None)
    assert refused.status_code == 202
    while refused.status_code != 429:
        refused = talk.post({"id": new_id(), "choice": "menu"}, wait=None)
    is_problem(refused, 429)
    assert int(refused.headers["retry-after"]) >= 1
    while (cry := talk.post({"id": new_id(), "text": CRISIS}, wait=None)).status_code != 429:
        pass
    assert leads_with_the_floor(is_problem(cry, 429))


def test_a_refused_no_to_are_you_safe_still_gets_the_floor(start: Any) -> None:
    talk, other = (limited := start(RATE_LIMIT="on")).begin(), limited.begin()
    assert talk.say(POSSIBLE)["level"] == "checkin"
    for one in (talk, other):
        # Nothing of this is taken in, so that the question stays open.
        while one.post({"id": "no id"}, wait=None).status_code != 429:
            pass
    answers = {text: talk.post({"id": new_id(), "text": text}, wait=None) for text in ("not really", "yes, I'm safe")}
    assert leads_with_the_floor(is_problem(answers["not really"], 429))
    assert "resources" not in is_problem(answers["yes, I'm safe"], 429)["messages"][0]
    unasked = other.post({"id": new_id(), "text": "not really"}, wait=None)
    assert "resources" not in is_problem(unasked, 429)["messages"][0]


def test_unknown_paths_and_methods_are_problems_too(server: Any) -> None:
    client = server.client
    is_problem(client.get("/nowhere"), 404)
    wrong = client.get("/webhooks/web/conversations")
    is_problem(wrong, 405)
    assert wrong.headers["allow"] == "POST"
    assert leads_with_the_floor(is_problem(client.post("/webhooks/web/nowhere", json={"text": CRISIS}), 404))


def test_every_response_carries_the_security_headers(server: Any) -> None:
    for path in ("/", "/healthz", "/directory", "/webhooks/web/floor", "/nowhere"):
        headers = server.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"


def test_health_readiness_and_metrics(server: Any) -> None:
    client = server.client
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert "guide_turns_total" in client.get("/metrics").text


def test_a_site_on_the_list_may_embed_and_another_may_not(start: Any) -> None:
    embedded = start(CORS_ORIGINS="https://wellness.example")
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    path = "/webhooks/web/conversations"
    listed = embedded.client.options(path, headers={"Origin": "https://wellness.example", **ask})
    assert listed.headers["access-control-allow-origin"] == "https://wellness.example"
    other = embedded.client.options(path, headers={"Origin": "https://elsewhere.example", **ask})
    assert "access-control-allow-origin" not in other.headers
