from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bot.encoder import DIMENSION, EncoderUnavailableError, SentenceEncoder, sentence_encoder
from bot.encoder.encoder import MAX_TOKENS, _packed_file
from bot.encoder.graph import LAYERS
from bot.encoder.packed import PackedFileError, PackedModel, unpack
from bot.encoder.tokenizer import Tokenizer

STRANGE = ["", " ", "\x00", "\ufdfa" * 500, "\U0010ffff", "a" * 4000, "é\u0301" * 300, "ᐃᓄᒃᑎᑐᑦ", "🙏🏽" * 50]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(PackedModel(_packed_file()).vocabulary)


def test_what_means_the_same_lies_close_in_either_language() -> None:
    said = ["I am looking for a mentor", "Je cherche un mentor", "The parking lot is full today"]
    mentor, french, parking = sentence_encoder().encode(said)
    assert mentor @ french > mentor @ parking + 0.05


def test_every_text_has_a_vector_of_length_one() -> None:
    vectors = sentence_encoder().encode(STRANGE)
    assert vectors.shape == (len(STRANGE), DIMENSION)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert sentence_encoder().encode([]).shape == (0, DIMENSION)


def test_a_text_is_read_in_every_layer() -> None:
    layers = sentence_encoder().layers(STRANGE)
    assert layers.shape == (len(STRANGE), len(LAYERS), DIMENSION)
    last = layers[:, -1] / np.linalg.norm(layers[:, -1], axis=1, keepdims=True)
    assert np.array_equal(last, sentence_encoder().encode(STRANGE))
    assert all(not np.allclose(one, other) for one, other in pairwise(layers.transpose(1, 0, 2)))


def test_a_text_alone_and_among_others_is_read_alike() -> None:
    texts = ["where is the office", "who can I talk to", "I need a mentor", "thank you so much"] * 5
    together = sentence_encoder().encode(texts)
    alone = np.vstack([sentence_encoder().encode([text]) for text in texts])
    assert (together * alone).sum(axis=1).min() > 0.97


def test_many_threads_get_the_same_vectors() -> None:
    texts = ["where is the office", "merci beaucoup", "I want a mentor"] * 10
    alone = [sentence_encoder().encode([text]) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: sentence_encoder().encode([text]), texts))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together))


def test_words_are_cut_into_pieces_of_the_vocabulary(tokenizer: Tokenizer) -> None:
    begin, *pieces, end = tokenizer.numbers("hello", MAX_TOKENS)
    assert (begin, end) == (0, 2)
    assert len(pieces) <= 2
    assert tokenizer.numbers("hello  there", 64) == tokenizer.numbers(" hello there", 64)


@pytest.mark.parametrize("text", STRANGE)
def test_no_text_has_more_pieces_than_asked_for(tokenizer: Tokenizer, text: str) -> None:
    numbers = tokenizer.numbers(text, 64)
    assert 2 <= len(numbers) <= 64
    assert numbers[0] == 0
    assert numbers[-1] == 2


def test_packed_weights_are_unpacked_with_their_scales() -> None:
    block = np.zeros((1, 1, 18), np.uint8)
    block[0, 0, :2] = np.array([0.5], "<f2").view(np.uint8)
    block[0, 0, 2] = 0x9F
    numbers = unpack(block)
    assert numbers.shape == (1, 32)
    assert numbers[0, 0] == (15 - 8) * 0.5
    assert numbers[0, 16] == (9 - 8) * 0.5
    assert numbers[0, 1] == -8 * 0.5


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(b"this is no model of this kind")
    with pytest.raises(PackedFileError, match=r"other\.bin"):
        PackedModel(other)


def test_a_missing_graph_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailableError, match="cannot be loaded"):
        SentenceEncoder(tmp_path / "none.onnx")
