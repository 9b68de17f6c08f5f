"""Make the classifier's weights from the examples.

`data/safety/risk.*.txt` holds sentences of people at risk and `no_risk.*.txt` sentences that sound like them and are
not, one a line, all invented for this purpose; a line that begins with # names the cell of the exam's grid. Ordinary
messages are the training examples of `data/nlu`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.encoder import SentenceEncoder, encoder_path, ensure_encoder
from bot.safety.classifier import letter_runs, weights_path, word_runs
from bot.safety.screening import plain

DATA = Path(__file__).resolve().parents[2] / "data"
PENALTY = 5.0
GAMMA = 5.0
LINEAR_PENALTY = 40.0

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


def ensure_weights() -> bool:
    """Train if there are no weights for the present examples; tells whether it did.

    Raises:
        OSError: the examples cannot be read, or the weights not be written.
    """
    target = weights_path()
    if target.is_file():
        return False
    from sklearn.svm import SVC

    pairs = examples()
    plain_texts = [plain(text) for text, _ in pairs]
    ensure_encoder()
    vectors = SentenceEncoder(encoder_path(), threads=os.cpu_count() or 1).encode([text for text, _ in pairs])
    at_risk = np.array([risk for _, risk in pairs])
    machine = SVC(C=PENALTY, gamma=GAMMA, tol=0.05, cache_size=2000).fit(vectors, at_risk)
    letters = _linear().fit(letter_runs().transform(plain_texts), at_risk)
    words = _linear().fit(word_runs().transform(plain_texts), at_risk)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Under another name until it is whole, so that nobody loads half of it.
    unfinished = target.with_name(f"unfinished-{target.name}")
    np.savez_compressed(
        unfinished,
        vectors=machine.support_vectors_.astype(np.float16),
        coefficients=machine.dual_coef_[0].astype(np.float32),
        bias=machine.intercept_[0],
        gamma=GAMMA,
        letters=letters.coef_[0].astype(np.float16),
        letters_bias=letters.intercept_[0],
        words=words.coef_[0].astype(np.float16),
        words_bias=words.intercept_[0],
    )
    for old in target.parent.glob("safety-*.npz"):
        old.unlink()
    unfinished.replace(target)
    return True


def _linear() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=LINEAR_PENALTY, max_iter=300, solver="liblinear", random_state=0)


def _ordinary(folder: Path) -> list[str]:
    return [
        line.removeprefix("- ")
        for path in sorted(folder.glob("*/*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        if entry["intent"] not in _ALARMED
        for line in map(str.strip, entry["examples"].splitlines())
        if line.startswith("- ")
    ]
