"""What is decided about a message before anything else touches it: pure, in memory, in a fraction of a millisecond."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.messages import Level
from bot.safety import screen

#: Choices that are themselves a cry for help.
CRISIS_CHOICES = frozenset({"crisis", "not_safe"})

#: The choice that says: I am safe.
SAFE_CHOICE = "safe"

#: How an answer to "are you safe right now?" begins that is no yes.
_NO_YES = re.compile(
    r"\W*(no|nope|nah|not|never|maybe|unsure|idk|dunno|i do ?n[o']?t|i'?m not|i am not"
    r"|non|nan|pas|jamais|peut-être|je ne|j'?sais pas|je sais pas|chais pas)\b",
    re.IGNORECASE,
)

_CLEAR_YES = re.compile(
    r"^\W*(yes|yeah|yep|yup|oui|ouais)?\W*(thanks?( you)?|merci)?\W*"
    r"((i'?m|i am|im|we'?re|we are|je suis|on est)\W+(totally |completely |all |quite |very |bien )?"
    r"(safe|ok|okay|fine|good|alright|all right|en s[eé]curit[eé])( (right )?now| for now| maintenant)?)?"
    r"\W*(thanks?( you)?|merci)?\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reading:
    """What a message says by itself: its level, and whether the worry in it is for another person."""

    level: Level
    for_another: bool = False


@dataclass(frozen=True)
class Standing:
    """What a conversation remembers of earlier alarms: why the floor is pinned, and whether a check-in is open."""

    pinned: str = "none"
    checkin_open: bool = False


@dataclass(frozen=True)
class Decision:
    """The level of a message, how the conversation stands after it, and whether it says "I am safe"."""

    level: Level
    standing: Standing
    says_safe: bool = False


def read(text: str | None, choice: str | None) -> Reading:
    """What a message says by itself, whatever came before it."""
    if choice is not None:
        return Reading("crisis" if choice in CRISIS_CHOICES else "none")
    screening = screen(text or "")
    return Reading(screening.level, screening.about_another)


def is_clear_yes(text: str) -> bool:
    """Whether a typed answer to "are you safe right now?" is plainly yes."""
    words = text.strip()
    return bool(re.search(r"\w", words)) and len(words) <= 80 and _CLEAR_YES.match(words) is not None


def says_safe(text: str) -> bool:
    """Whether somebody says by themselves, in so many words, that they are safe."""
    return is_clear_yes(text) and re.search(r"\bsafe\b|en s[eé]curit[eé]", text, re.IGNORECASE) is not None


def decide(level: Level, text: str | None, choice: str | None, before: Standing) -> Decision:
    """Decide about a message in its conversation.

    While a check-in is open, whatever is typed and is not a clear yes is a crisis: "no", "not really", "I don't know".
    """
    if level == "crisis":
        return Decision("crisis", Standing("crisis", False))
    if choice is not None:
        if choice == SAFE_CHOICE:
            return Decision("none", Standing("crisis" if before.pinned == "crisis" else "none"), says_safe=True)
        return Decision("none", Standing(before.pinned))
    if level == "none" and (says_safe(text or "") or (before.checkin_open and is_clear_yes(text or ""))):
        return Decision("none", Standing("crisis" if before.pinned == "crisis" else "none"), says_safe=True)
    if before.checkin_open:
        return Decision("crisis", Standing("crisis", False))
    if level == "checkin":
        return Decision("checkin", Standing("crisis" if before.pinned == "crisis" else "checkin", True))
    return Decision("none", before)


def level_unstored(level: Level, text: str | None, choice: str | None, before: Standing | None) -> Level:
    """The level of a message that is refused: it may be the answer to an open check-in all the same.

    `before` is how its conversation stands; None where that cannot be looked up: then a check-in may be open, and what
    begins like a no is taken for an answer to it.
    """
    if before is None:
        before = Standing(checkin_open=_NO_YES.match(text or "") is not None)
    return decide(level, text, choice, before).level
