"""Cut a text into the pieces of a vocabulary: the likeliest cut, as SentencePiece's unigram model does it.

Kudo, "Subword Regularization", ACL 2018, section 3.2: the cut with the highest sum of scores, found by Viterbi's
algorithm. Time grows with the length of the text times that of the longest piece.
"""

from __future__ import annotations

import re

from bot.encoder.packed import Vocabulary

#: Stands for a space, so that a piece tells whether it begins a word.
_SPACE = "\u2581"
_SPACES = re.compile(" +")

#: How much worse than the rarest piece a character is that no piece has.
_UNKNOWN_COSTS = 10.0


class Tokenizer:
    """Cuts texts. Thread-safe."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._pieces = vocabulary.pieces
        self._scores = vocabulary.scores.tolist()
        self._normal = str.maketrans(dict(vocabulary.normal_forms))
        self._longest = max(map(len, vocabulary.pieces))
        self._begin, self._end, self._unknown = vocabulary.begin, vocabulary.end, vocabulary.unknown
        self._unknown_score = min(self._scores) - _UNKNOWN_COSTS

    def numbers(self, text: str, most: int) -> list[int]:
        """The numbers of a text's pieces between the marks of beginning and end, at most so many with the marks."""
        return [self._begin, *self._cut(self._read(text))[: most - 2], self._end]

    def _read(self, text: str) -> str:
        words = _SPACES.sub(" ", text.translate(self._normal))
        return (words if words.startswith(" ") else " " + words).replace(" ", _SPACE)

    def _cut(self, text: str) -> list[int]:
        size = len(text)
        # For each place in the text: the best score up to it, the piece that ends there, and where that piece begins.
        best = [0.0] + [float("-inf")] * size
        piece = [self._unknown] * (size + 1)
        begins = [0] * (size + 1)
        for start in range(size):
            reached = best[start]
            for end in range(start + 1, min(size, start + self._longest) + 1):
                number = self._pieces.get(text[start:end])
                if number is None or number == self._unknown:
                    continue
                score = reached + self._scores[number]
                if score > best[end]:
                    best[end], piece[end], begins[end] = score, number, start
            if reached + self._unknown_score > best[start + 1]:
                best[start + 1], piece[start + 1], begins[start + 1] = (
                    reached + self._unknown_score,
                    self._unknown,
                    start,
                )
        cut = []
        end = size
        while end > 0:
            cut.append(piece[end])
            end = begins[end]
        return cut[::-1]
