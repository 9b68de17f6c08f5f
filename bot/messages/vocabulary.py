"""Stable names for entries of the vocabulary files."""

from __future__ import annotations

import re
import unicodedata


def fold(text: str) -> str:
    """Lower case, no accents, plain apostrophes; as many characters as the text, so that positions agree."""
    out = []
    for letter in text.replace("’", "'"):
        base = unicodedata.normalize("NFD", letter)[0]
        lowered = base.lower()
        out.append(lowered if len(lowered) == 1 else base)
    return "".join(out)


_ELISION = re.compile(r"\b([ldjnmstc]|qu)'(?=\w)")


def fold_for_matching(text: str) -> str:
    """Folded as by `fold`, with French elisions opened ("l'UdeM" becomes "l UdeM"), still position by position."""
    return _ELISION.sub(r"\1 ", fold(text))


def ambiguous_key(text: str) -> str:
    """The stable name of an ambiguous place word: folded, other characters than letters as underscores."""
    return re.sub(r"[^a-z]+", "_", fold(text)).strip("_")
