"""The pages' own words, in both languages.

What the widget says too stands in `words/guide.json`, which is built into it; the rest in `words/directory.json`.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.messages import Locale

WORDS = Path(__file__).parent / "words"


@lru_cache(maxsize=1)
def all_words() -> dict[str, dict[str, Any]]:
    """The words by language and key. Raises OSError or ValueError when a file is not what it should be."""
    guide, directory = (
        json.loads((WORDS / name).read_text(encoding="utf-8")) for name in ("guide.json", "directory.json")
    )
    return {locale: {**guide[locale], **directory[locale]} for locale in guide}


def words(locale: Locale) -> dict[str, Any]:
    """The words of one language by key: sentences, and a few tables of names."""
    return all_words()[locale]


def kind_of_service(kind: str, locale: Locale) -> str:
    """A kind of service in words: an English one is its own name, unless that would be unclear."""
    return str(words(locale)["kinds"].get(kind) or kind.replace("_", " "))
