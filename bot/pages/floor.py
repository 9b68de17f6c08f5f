"""The floor's lines as they are built into the widget, so that it has them before and without any answer.

`python -m bot.pages.floor` prints them for `widget/src/floor.json`.
"""

from __future__ import annotations

import json
from typing import Any

from bot.messages import Locale, floor


def lines(locale: Locale) -> list[dict[str, Any]]:
    """Name, ways to reach it and hours of each line, in the floor's order."""
    return [
        {
            "name": card.name,
            "contacts": [
                {"label": contact.label, "href": contact.href} | ({"note": contact.note} if contact.note else {})
                for contact in card.contacts
                if contact.kind != "web"
            ],
            "hours": {"text": card.hours.text},
        }
        for card in floor(locale).resources
    ]


def built_in() -> str:
    """The lines in both languages, as JSON."""
    return json.dumps({"en": lines("en"), "fr": lines("fr")}, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    print(built_in(), end="")
