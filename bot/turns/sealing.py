"""Keep a message unreadable in the database until it is answered."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class UnreadableMessageError(Exception):
    """A stored message cannot be decrypted: the secret key is not the one it was sealed with."""


class Seal:
    """Encrypts and decrypts messages under a key derived from the application's secret."""

    def __init__(self, secret: bytes) -> None:
        key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"guide: messages").derive(secret)
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, message: Mapping[str, Any]) -> bytes:
        """Encrypt a message."""
        return self._fernet.encrypt(json.dumps(message).encode("utf-8"))

    def open(self, sealed: bytes) -> dict[str, Any]:
        """Decrypt a message. Raises UnreadableMessageError when the key does not fit."""
        try:
            message: dict[str, Any] = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise UnreadableMessageError("a stored message was sealed with another secret key") from None
        return message
