"""Telephone numbers on a page: found in a sentence, made into links, and read out digit by digit."""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import Markup, escape

_RUN = re.compile(r"\d(?:[ -]?\d)+")
_PRINTED = re.compile(r"\d(?:-[\dA-Z]+|[ -]?\d)+(?: \(\d(?:[ -]?\d)+\))?")
_IN_A_SENTENCE = re.compile(r"(?<![\d-])(?:(?:1-)?\d{3}-\d{3}-\d{4}|\d-\d-\d)(?![\d-])")


def number_in(label: str) -> str:
    """The first number of a label such as "Call 9-8-8"; empty when there is none."""
    found = _RUN.search(label)
    return found.group() if found else ""


def spoken(label: str) -> str:
    """The label as a screen reader should read it, its number digit by digit.

    "Call 9 8 8", but "Call 1-855-242-3310, 1, 8 5 5, 2 4 2, 3 3 1 0": what is seen stays part of what is heard, so
    that people who speak to their computer can say what they see (WCAG 2.5.3).
    """
    numbers = _RUN.findall(label)
    if not numbers:
        return label
    groups = re.split(r"[ -]", numbers[-1])
    if all(len(group) == 1 for group in groups):
        return label.replace(numbers[-1], " ".join(groups))
    return f"{label}, {', '.join(' '.join(group) for group in groups)}"


def linked(text: str) -> Markup:
    """A sentence in which every number can be pressed."""
    link = Markup('<a class="number" href="{}" aria-label="{}">{}</a>')
    return _with_numbers(_IN_A_SENTENCE, text, lambda number: link.format(_dial(number), spoken(number), number))


def unbroken(label: str) -> Markup:
    """A label in which no number is split over two lines: 1-855-554-HEAL (1-855-554-4325) is one number."""
    return _with_numbers(_PRINTED, label, Markup('<span class="digits">{}</span>').format)


def _with_numbers(pattern: re.Pattern[str], text: str, mark: Callable[[str], Markup]) -> Markup:
    pieces: list[Markup] = []
    end = 0
    for found in pattern.finditer(text):
        pieces += [escape(text[end : found.start()]), mark(found.group())]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])


def _dial(number: str) -> str:
    digits = number.replace("-", "")
    if len(digits) < 10:
        return f"tel:{digits}"
    return f"tel:+{digits if len(digits) == 11 else '1' + digits}"
