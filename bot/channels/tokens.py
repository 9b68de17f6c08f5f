"""The token that proves a conversation is one's own: signed, bound to one conversation, kept by the person alone."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_ALGORITHM = "HS256"


class BadTokenError(Exception):
    """The token is missing, altered, or not one of ours."""


@dataclass(frozen=True)
class Token:
    """What a token says: whose conversation, and a secret of its own that the server does not store."""

    conversation_id: str
    nonce: str

    def fingerprint(self, body: str) -> str:
        """A short mark of a message's body that only the holder of the token can compute again."""
        return hmac.new(self.nonce.encode("ascii"), body.encode("utf-8"), hashlib.sha256).hexdigest()


class Tokens:
    """Issues and reads tokens under a key derived from the application's secret."""

    def __init__(self, secret: bytes) -> None:
        self._key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"guide: tokens").derive(secret)

    def issue(self, conversation_id: str) -> str:
        """A token for a conversation."""
        return jwt.encode({"sub": conversation_id, "jti": secrets.token_hex(16)}, self._key, algorithm=_ALGORITHM)

    def read(self, authorization: str | None) -> Token:
        """The token of an `Authorization: Bearer` header.

        Raises:
            BadTokenError: there is none, or it was not issued here.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise BadTokenError("send the conversation's token in an Authorization: Bearer header")
        try:
            claims = jwt.decode(token.strip(), self._key, algorithms=[_ALGORITHM], options={"require": ["sub", "jti"]})
            return Token(str(claims["sub"]), str(claims["jti"]))
        except jwt.InvalidTokenError:
            raise BadTokenError("this token is not valid: begin a new conversation") from None
