"""The pages' own words, in both languages.

They live in `static/words.js`, because the script needs them too: a module whose whole value is plain JSON.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.messages import Locale

STATIC = Path(__file__).parent / "static"


@lru_cache(maxsize=1)
def all_words() -> dict[str, dict[str, Any]]:
    """The words by language and key. Raises OSError or ValueError when the file is not what it should be."""
    _, _, value = (STATIC / "words.js").read_text(encoding="utf-8").partition("export default ")
    words: dict[str, dict[str, Any]] = json.loads(value.strip().removesuffix(";"))
    return words


def words(locale: Locale) -> dict[str, Any]:
    """The words of one language by key: sentences, and a few tables of names."""
    return all_words()[locale]
