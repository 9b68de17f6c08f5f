"""A file of questions in `data/exam/`, as both exams name theirs."""

from __future__ import annotations

from typing import NamedTuple


class ExamFile(NamedTuple):
    """A file of questions; those held back are scored and never read by whoever works on what they examine."""

    language: str
    held: bool
    name: str

    @property
    def title(self) -> str:
        """What a report calls it: open, or held back, first, second, third."""
        turn = next((turn for turn in ("second", "third") if f".{turn}." in self.name), "first")
        return f"held back, {turn}" if self.held else "open"
