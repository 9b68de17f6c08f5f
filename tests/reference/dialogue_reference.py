"""Have the conversations as any Rasa developer would: Rasa's own agent, tracker store, channel and action server.

Run by the Python of the reference environment. Arguments: the model, the file to write.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conversations import ROOT, Answered, Conversation, Turn, read_conversations, understood, write_answers
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import SlotSet
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.log_utils import configure_structlog

from bot.engine.protocol import defuse
from bot.messages import ChoiceCatalogue, load_catalogue

START_SECONDS = 120


async def converse(agent: Agent, catalogue: ChoiceCatalogue, conversation: Conversation) -> list[Answered]:
    sender = conversation.name
    tracker = await agent.processor.fetch_tracker_with_initial_session(sender)
    tracker.update(SlotSet("locale", conversation.locale))
    await agent.tracker_store.save(tracker)
    answers = []
    for turn in conversation.turns:
        out = CollectingOutputChannel()
        await agent.handle_message(UserMessage(typed(turn, catalogue), out, sender))
        if not out.messages:
            raise RuntimeError(f"no answer: {turn.name}")
        tracker = await agent.tracker_store.retrieve(sender)
        said = tracker.latest_message
        state = {name: value for name, value in tracker.current_slot_values().items() if value is not None}
        messages = [m["custom"] if "custom" in m else {"type": "text", "text": m["text"]} for m in out.messages]
        confidence, entities = understood(turn, said.parse_data)
        answers.append(Answered(turn.name, said.intent["name"], confidence, entities, state, messages))
    return answers


def typed(turn: Turn, catalogue: ChoiceCatalogue) -> str:
    """What is typed into Rasa for a turn; for a choice, the payload of a Rasa button."""
    if turn.choose is None:
        return defuse(turn.say or "")
    meaning = catalogue.meaning(turn.choose)
    return f"/{meaning.intent}" + (json.dumps(dict(meaning.entities)) if meaning.entities else "")


@contextmanager
def action_server() -> Iterator[str]:
    """`rasa run actions` on a free port, for as long as the block runs; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "rasa", "run", "actions", "--actions", "actions", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        yield f"http://127.0.0.1:{port}/webhook"
    finally:
        server.terminate()
        server.wait()


def wait_for(url: str) -> None:
    """Wait until something listens there. Raises ConnectionError when it takes longer than START_SECONDS."""
    host, port = url.split("/")[2].split(":")
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection((host, int(port))).close()
            return
        except ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


async def main(model: Path, out: Path) -> None:
    configure_structlog(logging.ERROR)
    catalogue = load_catalogue(ROOT / "data")
    with action_server() as url:
        agent = Agent.load(model, action_endpoint=EndpointConfig(url))
        wait_for(url)
        write_answers(out, [a for one in read_conversations() for a in await converse(agent, catalogue, one)])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
