"""Sentences as vectors: a multilingual sentence encoder that runs on this machine. Imports nothing from other rooms."""

from bot.encoder.encoder import (
    DIMENSION,
    EncoderUnavailableError,
    SentenceEncoder,
    encoder_path,
    encoder_stamp,
    ensure_encoder,
    sentence_encoder,
)

__all__ = [
    "DIMENSION",
    "EncoderUnavailableError",
    "SentenceEncoder",
    "encoder_path",
    "encoder_stamp",
    "ensure_encoder",
    "sentence_encoder",
]
