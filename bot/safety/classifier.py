"""A second reader beside the rules: how much a sentence sounds like those of people at risk.

Rules miss wordings nobody thought of; a classifier alone raises false alarms. Together they do neither often
(measured on data/exam). This one adds three scores: small neural nets over what the sentence encoder's layers make of
the text, and two logistic regressions over runs of letters and runs of words, which forgive typing and know turns of
phrase. Its weights are made from the examples by `bot.safety.training` when the guide is set up, and kept under
`VAR_DIR`; the encoder's own come inside its package. No network, no pickle. Without weights the rules work alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.encoder import EncoderUnavailableError, SentenceEncoder, encoder_stamp, sentence_encoder

_ROOT = Path(__file__).resolve().parents[2]

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")

#: What the weights are made of: a change in any of these makes new ones.
_MADE_OF = (
    "data/safety/*.txt",
    "data/nlu/*/*.yml",
    "bot/safety/classifier.py",
    "bot/safety/normalise.py",
    "bot/safety/patterns.py",
    "bot/safety/training.py",
    "bot/safety/rules/*.yml",
)

WINDOW_WORDS = 60
"""A message of more words is read in windows of at most so many: the examples are no longer."""
MAX_PORTIONS = 48
"""At most so many portions of one message are read here, half from each end; the rules read everything."""
FEATURES = 2**16
LINEAR_SHARE = 0.3
"""What a point of either linear scorer counts beside one of the nets'."""


@lru_cache(maxsize=1)
def letter_runs() -> Any:
    """Counts runs of two to five letters of a text, hashed to FEATURES places: nothing to learn, nothing to store."""
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), n_features=FEATURES, alternate_sign=False)


@lru_cache(maxsize=1)
def word_runs() -> Any:
    """Counts runs of one to three words of a text, hashed likewise."""
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(
        analyzer="word",
        tokenizer=str.split,
        token_pattern=None,
        ngram_range=(1, 3),
        n_features=FEATURES,
        alternate_sign=False,
    )


@dataclass(frozen=True)
class Linear:
    """A linear scorer over hashed counts."""

    weights: NDArray[np.float32]
    bias: float

    def scores(self, counts: Any) -> NDArray[np.float32]:
        """One score for each row of counts."""
        found: NDArray[np.float32] = counts @ self.weights + self.bias
        return found


@dataclass(frozen=True)
class Nets:
    """Nets with one hidden layer each, side by side; their word is the mean of their log-odds of risk."""

    centre: NDArray[np.float32]
    """Taken from the inputs, which all lie much the same way."""
    hidden: NDArray[np.float32]
    """Shape (inputs, hidden units of all nets)."""
    hidden_bias: NDArray[np.float32]
    output: NDArray[np.float32]
    bias: float

    def scores(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """One score for each row of inputs."""
        active = np.maximum((inputs - self.centre) @ self.hidden + self.hidden_bias, 0)
        found: NDArray[np.float32] = active @ self.output + self.bias
        return found


@dataclass(frozen=True)
class Classifier:
    """The trained nets, and the two linear scorers."""

    nets: Nets
    letters: Linear
    words: Linear

    def scores(self, texts: Sequence[str], plain: Sequence[str]) -> list[float]:
        """For each text, how far it lies on the side of risk: below 0 unlikely, high above very likely.

        `plain` are the same texts in plain words, as `bot.safety.screening` makes them.
        """
        if not texts:
            return []
        values = self.nets.scores(inputs(sentence_encoder(), texts))
        values = values + LINEAR_SHARE * self.letters.scores(letter_runs().transform(plain))
        values = values + LINEAR_SHARE * self.words.scores(word_runs().transform(plain))
        return [float(value) for value in values]

    def save(self, path: Path) -> None:
        """Keep it as plain arrays. Raises OSError."""
        np.savez_compressed(
            path,
            **{f"nets_{name}": value for name, value in vars(self.nets).items()},
            **{f"letters_{name}": value for name, value in vars(self.letters).items()},
            **{f"words_{name}": value for name, value in vars(self.words).items()},
        )

    @classmethod
    def load(cls, path: Path) -> Classifier:
        """Read what `save` kept. Raises OSError, ValueError, KeyError."""
        with np.load(path, allow_pickle=False) as held:
            parts = {kind: _named(kind, held) for kind in ("nets", "letters", "words")}
        return cls(Nets(**parts["nets"]), Linear(**parts["letters"]), Linear(**parts["words"]))


def _named(kind: str, held: Any) -> dict[str, Any]:
    values = {name.removeprefix(f"{kind}_"): held[name] for name in held.files if name.startswith(f"{kind}_")}
    return {name: value if value.ndim else float(value) for name, value in values.items()}


def inputs(encoder: SentenceEncoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """What the nets read of texts: all layers of the encoder, one row a text."""
    return encoder.layers([_legible(text) for text in texts]).reshape(len(texts), -1)


def _legible(text: str) -> str:
    """A text without characters nobody sees, and not in capitals: the encoder would read another text."""
    seen = "".join(character for character in text if unicodedata.category(character) != "Cf")
    capitals = sum(map(str.isupper, seen))
    return seen.lower() if capitals > sum(map(str.islower, seen)) else seen


def portions(text: str) -> tuple[list[str], list[str]]:
    """What of a message is read: windows of whole sentences, and its sentences one by one.

    A message of up to WINDOW_WORDS words is one window. Sentences are given where there are few and more than one.
    """
    sentences = [piece for piece in _SENTENCE_END.split(text) if piece.strip()]
    pieces = [piece for sentence in sentences for piece in _short_enough(sentence)]
    windows: list[list[str]] = []
    for piece in pieces:
        if windows and sum(len(one.split()) for one in windows[-1]) + len(piece.split()) <= WINDOW_WORDS:
            windows[-1].append(piece)
        else:
            windows.append([piece])
    read = [" ".join(window) for window in windows]
    if len(read) > MAX_PORTIONS:
        read = read[: MAX_PORTIONS // 2] + read[-MAX_PORTIONS // 2 :]
    return read, sentences if 1 < len(sentences) <= MAX_PORTIONS - len(read) else []


def _short_enough(sentence: str) -> Iterator[str]:
    words = sentence.split()
    if len(words) <= WINDOW_WORDS:
        yield sentence
        return
    for at in range(0, len(words), WINDOW_WORDS):
        yield " ".join(words[at : at + WINDOW_WORDS])


@lru_cache(maxsize=1)
def stamp() -> str:
    """A hash of everything the weights are made of."""
    digest = hashlib.sha256(encoder_stamp().encode())
    for pattern in _MADE_OF:
        for path in sorted(_ROOT.glob(pattern)):
            digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def weights_path() -> Path:
    """Where the weights for the present examples are, or would be."""
    return Path(os.environ.get("VAR_DIR") or _ROOT / "var") / "models" / f"safety-{stamp()}.npz"


_held: Classifier | None = None


def classifier() -> Classifier | None:
    """The trained classifier, or None as long as its encoder or weights are missing."""
    global _held
    if _held is None:
        try:
            sentence_encoder()
            _held = Classifier.load(weights_path())
        except (EncoderUnavailableError, ImportError, OSError, ValueError, KeyError, TypeError):
            return None
    return _held
