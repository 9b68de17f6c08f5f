"""Make the classifier's weights from the examples.

`data/safety/risk.*.txt` holds sentences of people at risk and `no_risk.*.txt` sentences that sound like them and are
not, one a line, all invented for this purpose; a line that begins with # names the cell of the exam's grid. Ordinary
messages are the training examples of `data/nlu`.
"""

from __future__ import annotations

import os
import random
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from bot.encoder import SentenceEncoder, encoder_path, ensure_encoder
from bot.safety.classifier import (
    WINDOW_WORDS,
    Classifier,
    Linear,
    Nets,
    inputs,
    letter_runs,
    weights_path,
    word_runs,
)
from bot.safety.screening import plain

DATA = Path(__file__).resolve().parents[2] / "data"

#: How many nets are trained, each from another beginning; their units, and how often each sees every example.
NETS, UNITS, ROUNDS = 3, 128, 8
LINEAR_PENALTY = 40.0

#: Messages made of several examples, so that length and repetition by themselves say nothing: of calm ones only, of
#: calm ones around one of risk, and of one thing said again and again.
CALM_LETTERS, RISK_LETTERS, REPETITIONS = 3000, 1500, 500
NEARBY = 300
"""The examples put together stand within so many of each other: most are of one voice and language."""

#: Intents whose examples are no ordinary messages.
_ALARMED = frozenset({"crisis", "crisis_region", "safe"})


def examples(data: Path = DATA) -> list[tuple[str, bool]]:
    """Every example with whether it is one of risk."""
    pairs = [
        (line.strip(), path.name.startswith("risk."))
        for path in sorted((data / "safety").glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    return pairs + [(text, False) for text in _ordinary(data / "nlu")]


def letters(pairs: Sequence[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Longer messages put together from these, up to WINDOW_WORDS words each; the same ones every time."""
    chance = random.Random(0)  # noqa: S311 - chooses examples, keeps no secret
    calm = [text for text, risk in pairs if not risk]
    at_risk = [text for text, risk in pairs if risk]
    known = set(at_risk)
    made: list[tuple[str, bool]] = []
    for number in range(CALM_LETTERS + RISK_LETTERS):
        middle = chance.randrange(len(calm))
        low, high = max(0, middle - NEARBY), middle + NEARBY
        pieces = [chance.choice(calm[low:high]) for _ in range(chance.randint(2, 5))]
        risk = number >= CALM_LETTERS
        if risk:
            pieces.insert(chance.randrange(len(pieces) + 1), chance.choice(at_risk))
            while len(pieces) > 2 and sum(len(piece.split()) for piece in pieces) > WINDOW_WORDS:
                pieces.remove(next(piece for piece in pieces if piece not in known))
        made.append((" ".join(" ".join(pieces).split()[:WINDOW_WORDS]), risk))
    for number in range(REPETITIONS):
        said, risk = chance.choice(pairs)
        # Every other one is a single word, every fourth a single letter, which say nothing whatever they are.
        if number % 2:
            said, risk = (chance.choice(chance.choice(calm).split())[: None if number % 4 == 1 else 1], False)
        made.append((" ".join((f"{said} " * WINDOW_WORDS).split()[:WINDOW_WORDS]), risk))
    return made


def ensure_weights() -> bool:
    """Train if there are no weights for the present examples; tells whether it did.

    Raises:
        OSError: the examples cannot be read, or the weights not be written.
    """
    target = weights_path()
    if target.is_file():
        return False
    pairs = examples()
    pairs += letters(pairs)
    ensure_encoder()
    encoder = SentenceEncoder(encoder_path(), threads=os.cpu_count() or 1)
    texts = [text for text, _ in pairs]
    trained = train(inputs(encoder, texts), [plain(text) for text in texts], np.array([risk for _, risk in pairs]))
    target.parent.mkdir(parents=True, exist_ok=True)
    # Under another name until it is whole, so that nobody loads half of it.
    unfinished = target.with_name(f"unfinished-{target.name}")
    trained.save(unfinished)
    for old in target.parent.glob("safety-*.npz"):
        old.unlink()
    unfinished.replace(target)
    return True


def train(read: NDArray[np.float32], plain_texts: Sequence[str], at_risk: NDArray[np.bool_]) -> Classifier:
    """A classifier from examples: what the encoder read of each, its plain words, and whether it is one of risk."""
    return Classifier(
        _nets(read, at_risk),
        _linear(letter_runs().transform(plain_texts), at_risk),
        _linear(word_runs().transform(plain_texts), at_risk),
    )


def _nets(read: NDArray[np.float32], at_risk: NDArray[np.bool_]) -> Nets:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    centre = read.mean(axis=0)
    # Standardised, so that every layer of the encoder counts alike; the nets' weights then take the scale in.
    scale = 1 / (read.std(axis=0) + 1e-6)
    standard = (read - centre) * scale
    nets = [
        MLPClassifier(
            (UNITS,), alpha=0.1, batch_size=256, learning_rate_init=5e-4, max_iter=ROUNDS, random_state=beginning
        )
        for beginning in range(NETS)
    ]
    with warnings.catch_warnings():
        # They stop when they have seen enough, not when nothing more is to be learnt: that would be by heart.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for net in nets:
            net.fit(standard, at_risk)
    return Nets(
        centre,
        np.hstack([net.coefs_[0] for net in nets]) * scale[:, None],
        np.hstack([net.intercepts_[0] for net in nets]),
        np.concatenate([net.coefs_[1][:, 0] for net in nets]) / NETS,
        float(np.mean([net.intercepts_[1][0] for net in nets])),
    )


def _linear(counts: Any, at_risk: NDArray[np.bool_]) -> Linear:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=LINEAR_PENALTY, max_iter=300, solver="liblinear", random_state=0)
    model.fit(counts, at_risk)
    return Linear(model.coef_[0].astype(np.float32), float(model.intercept_[0]))


def _ordinary(folder: Path) -> list[str]:
    return [
        line.removeprefix("- ")
        for path in sorted(folder.glob("*/*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        if entry["intent"] not in _ALARMED
        for line in map(str.strip, entry["examples"].splitlines())
        if line.startswith("- ")
    ]
