"""Two requests in one message: where it may be cut, and which intents may stand beside each other.

"Where can I find a mentor, and what does Dalhousie offer?" asks twice. Most messages with an "and" in them ask once,
so a cut counts only where both sides are long enough and, by the classifier's word, surely about different things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: The intents that may be one of two requests, and what each is about. Never courtesies, ways around, a crisis, or
#: questions about what was shown.
ABOUT = {
    "connect": "connect",
    "connect_local": "connect",
    "connect_national": "connect",
    "connect_mentorship": "connect",
    "connect_elders": "connect",
    "university": "university",
    "allyship": "allyship",
    "allyship_training": "allyship",
    "allyship_learning": "allyship",
    "reconciliation": "reconciliation",
    "reconciliation_apology": "reconciliation",
    "physician": "physician",
    "physician_peer": "physician",
    "physician_medicolegal": "physician",
    "physician_disability": "physician",
    "physician_program": "physician",
    "resource_guide": "resource_guide",
    "talk": "talk",
    "talk_racism": "talk",
    "talk_grief": "talk",
}

#: A request has at least this many words.
MIN_WORDS = 3

#: How sure the classifier must be of both sides. People tell what happened before they ask, and that reads like a wish
#: to talk: such a side must be surer. With these, 0.5 % of our single-request examples are cut (four-fold, held out).
SURE = 0.5
SURE_OF_TALK = 0.9

#: At most this many places to cut are tried, the ends of sentences before small words.
MAX_CUTS = 4

_END = re.compile(r"\s*(?:[.?!;]+(?=\s)|\n)\s*(?:(?:and|also|plus|then|et|aussi|puis)\b\s*)*", re.IGNORECASE)
_AND = re.compile(r"\s*,?\s+(?:(?:and|also|plus|then|et|aussi|puis|ainsi que)\s+)+", re.IGNORECASE)


def cuts(text: str) -> list[tuple[str, str]]:
    """The ways to cut a message in two that leave enough words on both sides."""
    found: list[tuple[str, str]] = []
    for left, right in (*_cut(_END, text), *_cut(_AND, text)):
        if (left, right) not in found and min(len(left.split()), len(right.split())) >= MIN_WORDS:
            found.append((left, right))
    return found[:MAX_CUTS]


def are_two(first: str, second: str, confidence: float) -> bool:
    """Whether two intents, the less sure of which has this confidence, are two requests."""
    about = {ABOUT.get(first), ABOUT.get(second)}
    if None in about or len(about) == 1:
        return False
    return confidence >= (SURE_OF_TALK if "talk" in about else SURE)


def _cut(at: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    for place in at.finditer(text):
        yield text[: place.start()].strip(" ,"), text[place.end() :].strip(" ,")
