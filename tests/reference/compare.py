"""Compare the answered turns of two environments; exit status 1 on any difference.

Arguments: the two files that the drivers wrote.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

#: scikit-learn and numpy differ between the environments, and with them the last digits of a confidence.
TOLERANCE = 1e-3

#: How many differences are shown.
SHOWN = 20


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """What differs between two answers to the same turn, a line each."""
    for key in ("turn", "intent", "entities", "state"):
        if one[key] != other[key]:
            yield f"{key}: {_short(one[key])} | {_short(other[key])}"
    if abs((one["confidence"] or 0) - (other["confidence"] or 0)) > TOLERANCE:
        yield f"confidence: {one['confidence']} | {other['confidence']}"
    for number, (mine, yours) in enumerate(zip_longest(one["messages"], other["messages"], fillvalue={}), 1):
        if _comparable(mine, yours) != _comparable(yours, mine):
            yield f"message {number}: {_short(mine)} | {_short(yours)}"


def _comparable(message: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message without what the clock decides, since the two were made some seconds apart.

    That is whether a line is open now and when it opens and, where a line opened or closed between the two, the order.
    """
    if "resources" not in message or "resources" not in other:
        return message
    cards = [{**card, "hours": {**card["hours"], "open_now": None, "opens_at": None}} for card in message["resources"]]
    if _open_now(message) != _open_now(other):
        cards.sort(key=lambda card: str(card["slug"]))
    return {**message, "resources": cards}


def _open_now(message: Mapping[str, Any]) -> dict[str, bool | None]:
    return {card["slug"]: card["hours"]["open_now"] for card in message["resources"]}


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:300]}…"


def main(first: Path, second: Path) -> int:
    ones, others = (json.loads(path.read_text(encoding="utf-8")) for path in (first, second))
    if not ones or len(ones) != len(others):
        print(f"reference: {len(ones)} turns in one environment and {len(others)} in the other: nothing to compare")
        return 1
    found = [(one["turn"], list(differences(one, other))) for one, other in zip(ones, others, strict=True)]
    different = [(turn, lines) for turn, lines in found if lines]
    for line in [f"{turn}\n  {line}" for turn, lines in different for line in lines][:SHOWN]:
        print(line)
    apart = max(abs((a["confidence"] or 0) - (b["confidence"] or 0)) for a, b in zip(ones, others, strict=True))
    print(f"reference: {len(found) - len(different)} turns equal, {len(different)} different; ", end="")
    print(f"confidences at most {apart:.6f} apart")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
