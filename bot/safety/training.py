"""Make the classifier's weights from the examples.

`data/safety/risk.*.txt` holds sentences of people at risk and `no_risk.*.txt` sentences that sound like them and are
not, one a line, all invented for this purpose. Ordinary messages are the training examples of `data/nlu`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from bot.safety.classifier import letter_runs, sentence_encoder, weights_path, word_runs
from bot.safety.screening import plain_sentences

DATA = Path(__file__).resolve().parents[2] / "data"
PENALTY = 5.0
GAMMA = 1.0
LINEAR_PENALTY = 40.0
BATCH = 64

#: Intents whose examples are no ordinary messages.
_ALARMED = frozenset({"crisis", "crisis_region", "safe"})


def examples(data: Path = DATA) -> list[tuple[str, bool]]:
    """Every example with whether it is one of risk."""
    pairs = [
        (line.strip(), path.name.startswith("risk."))
        for path in sorted((data / "safety").glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
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
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import SVC

    pairs = examples()
    texts = [" ".join(plain_sentences(text)) for text, _ in pairs]
    vectors = np.vstack([sentence_encoder().encode(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)])
    at_risk = np.array([risk for _, risk in pairs])
    machine = SVC(C=PENALTY, gamma=GAMMA).fit(vectors, at_risk)
    letters = LogisticRegression(C=LINEAR_PENALTY, max_iter=500).fit(letter_runs().transform(texts), at_risk)
    words = LogisticRegression(C=LINEAR_PENALTY, max_iter=500).fit(word_runs().transform(texts), at_risk)
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


def _ordinary(folder: Path) -> list[str]:
    return [
        line.removeprefix("- ")
        for path in sorted(folder.glob("*/*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        if entry["intent"] not in _ALARMED
        for line in map(str.strip, entry["examples"].splitlines())
        if line.startswith("- ")
    ]
