"""The sentences of the guide, in every language, from `data/texts/`: one file per branch, one key per sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.messages.content import Locale


@dataclass(frozen=True)
class Texts:
    """All sentences by key and language."""

    sentences: Mapping[str, Mapping[str, str]]

    def say(self, key: str, locale: Locale, **values: str) -> str:
        """A sentence in a language, with its blanks filled in.

        Raises:
            KeyError: the key is unknown, or a blank has no value.
        """
        return self.sentences[key][locale].strip().format(**values)


def load_texts(folder: Path) -> Texts:
    """Read every file of the folder.

    Raises:
        ValueError: two files use the same key, or a sentence lacks a language.
    """
    sentences: dict[str, Mapping[str, str]] = {}
    for path in sorted(folder.glob("*.yml")):
        for key, entry in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
            if key in sentences:
                raise ValueError(f"{path.name}: the text {key!r} exists in another file: rename one of them")
            for locale in ("en", "fr"):
                if not str((entry or {}).get(locale) or "").strip():
                    raise ValueError(f"{path.name}: the text {key!r} has no {locale!r} sentence: add it")
            sentences[key] = entry
    return Texts(sentences)
