"""The engine's own process: read a request, answer it, write the reply, one JSON line each.

It runs apart from the server so that nothing that happens here, a blocking action, a regular expression that never
ends, a crash, can hold up the floor. Standard output is kept for replies; whatever a library prints goes to the log.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import IO, Any


def main() -> None:
    """Serve requests from standard input until it closes. Arguments: model path, data folder, seconds per action."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    model, data, seconds = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])

    from bot.engine.dialogue import Dialogue
    from bot.messages import load_catalogue

    dialogue = Dialogue(model, load_catalogue(data), seconds)
    _warm_up(dialogue)
    _write(replies, {"ready": True})
    loop = asyncio.new_event_loop()
    for line in sys.stdin:
        _write(replies, _answer(loop, dialogue, json.loads(line)))


def _answer(loop: asyncio.AbstractEventLoop, dialogue: Any, call: dict[str, Any]) -> dict[str, Any]:
    from bot.engine.protocol import EngineError, EngineRequest

    try:
        reply = loop.run_until_complete(dialogue.answer(EngineRequest(**call["request"])))
        return {"id": call["id"], "reply": reply.to_dict()}
    except EngineError as error:
        return {"id": call["id"], "error": str(error)}
    except Exception as error:
        # Only the kind of error: its text and traceback could quote what the person wrote.
        return {"id": call["id"], "error": type(error).__name__}


def _warm_up(dialogue: Any) -> None:
    """Answer once before the first person does: caches fill, and a model that cannot answer is found out now."""
    from bot.engine.protocol import EngineRequest

    loop = asyncio.new_event_loop()
    loop.run_until_complete(dialogue.answer(EngineRequest("en", {}, text="hello")))
    loop.close()


def _write(replies: IO[str], message: dict[str, Any]) -> None:
    replies.write(json.dumps(message, ensure_ascii=False) + "\n")
    replies.flush()


if __name__ == "__main__":
    main()
