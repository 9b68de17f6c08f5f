"""Have the conversations with the guide's own engine: the import hook on, actions in process, a compact state.

Arguments: the file to write.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from conversations import ROOT, Answered, Conversation, read_conversations, understood, write_answers

from bot.engine.dialogue import Dialogue
from bot.engine.protocol import EngineRequest
from bot.messages import load_catalogue
from bot.publishing import ensure_model


async def converse(dialogue: Dialogue, conversation: Conversation) -> list[Answered]:
    state: Mapping[str, Any] = {}
    answers = []
    for turn in conversation.turns:
        parsed = await dialogue.parse(turn.say) if turn.say is not None else {}
        locale = str(state.get("locale", conversation.locale))
        reply = await dialogue.answer(EngineRequest(locale, state, text=turn.say, choice=turn.choose))
        state = reply.state
        messages = [part for message in reply.messages for part in _paragraphs(message)]
        answers.append(Answered(turn.name, reply.intent, *understood(turn, parsed), state, messages))
    return answers


async def main(out: Path) -> None:
    model = ensure_model(ROOT, ROOT / "var" / "models", ROOT / "var" / "log" / "train.log", print)
    dialogue = Dialogue(model, load_catalogue(ROOT / "data"), action_seconds=10)
    write_answers(out, [answer for one in read_conversations() for answer in await converse(dialogue, one)])


def _paragraphs(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A message as Rasa's own channel collects it: one text for each paragraph."""
    if message["type"] != "text":
        yield message
        return
    for paragraph in message["text"].strip().split("\n\n"):
        yield {"type": "text", "text": paragraph}


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
