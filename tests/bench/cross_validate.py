"""How well would strangers be screened? Each voice of data/safety is screened by a classifier that never read it.

`python tests/bench/cross_validate.py` takes some minutes. It is what the thresholds in `bot/safety/screening.py` were
set by; the held-back exams are for telling, not for setting.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from bot.encoder import SentenceEncoder, encoder_path, ensure_encoder
from bot.safety import Level
from bot.safety.classifier import inputs
from bot.safety.screening import plain, screen_with
from bot.safety.training import DATA, examples, train

#: Voices that are left out together; those in one line of each language are near the same size.
FOLDS = (
    ("edge.en", "kin.en", "corridor.en", "seuil.fr", "galerie.fr", "post.en", "harbour.en"),
    ("phones.en", "wards.en", "kitchen.en", "ailleurs.fr", "lantern.en", "fanal.fr"),
    ("letters.en", "border.en", "porch.en", "comptoir.fr", "courrier.fr"),
    ("voices.en", "voices.fr", "lisiere.fr", "quebec.fr", "rivage.fr"),
)


@dataclass(frozen=True)
class Line:
    """An example with where it stands."""

    text: str
    risk: bool
    voice: str
    cell: str


def lines() -> list[Line]:
    """The examples of data/safety."""
    found = []
    for path in sorted((DATA / "safety").glob("*.txt")):
        cell = ""
        for text in map(str.strip, path.read_text(encoding="utf-8").splitlines()):
            if text.startswith("#"):
                cell = text.removeprefix("#").strip()
            elif text:
                found.append(Line(text, path.name.startswith("risk."), path.name.split(".", 1)[1][:-4], cell))
    return found


def held_out() -> Iterator[tuple[Line, Level]]:
    """Every line of a voice in FOLDS with its level, screened by a classifier that was trained without that voice."""
    ensure_encoder()
    encoder = SentenceEncoder(encoder_path(), threads=os.cpu_count() or 1)
    pairs = examples()
    texts = [text for text, _ in pairs]
    voices = {line.text: line.voice for line in lines()}
    read = inputs(encoder, texts)
    plain_texts = [plain(text) for text in texts]
    at_risk = np.array([risk for _, risk in pairs])
    for fold in FOLDS:
        known = np.array([voices.get(text, "") not in fold for text in texts])
        reader = train(read[known], [text for text, keep in zip(plain_texts, known) if keep], at_risk[known])
        yield from ((line, screen_with(reader, line.text).level) for line in lines() if line.voice in fold)


def tell(found: Iterable[tuple[Line, Level]]) -> None:
    """Print shares of each level by language, and where the misses and false alarms lie."""
    cells: dict[tuple[str, bool, str], Counter[Level]] = defaultdict(Counter)
    for line, level in found:
        for cell in ("", line.cell):
            cells[line.voice[-2:], line.risk, cell][level] += 1
    for (language, risk, cell), levels in sorted(cells.items(), key=lambda item: (item[0][2], item[0])):
        total = levels.total()
        shares = "  ".join(f"{level} {levels[level] / total:.3f}" for level in ("crisis", "checkin", "none"))
        print(f"{language}  {'risk' if risk else 'calm'}  {shares}  {total:5d}  {cell}")


if __name__ == "__main__":
    tell(held_out())
