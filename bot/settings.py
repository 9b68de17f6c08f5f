"""Every setting of the guide, from the environment, in one place. See docs/SETTINGS.md for the same list in words."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """Read once, when the process starts. A value that cannot be used ends the start with a sentence that says why."""

    model_config = SettingsConfigDict(env_prefix="", case_sensitive=False, extra="ignore")

    host: str = Field("127.0.0.1", description="The address to serve on.")
    port: int = Field(5005, ge=0, le=65535, description="The port to serve on.")
    database_url: str = Field(
        "sqlite:///var/guide.db", description="Where conversations and the directory are: SQLite or PostgreSQL."
    )
    secret_key: str = Field(
        "", description="Signs tokens and encrypts waiting messages. Empty: a key is made and kept in var/, mode 0600."
    )
    var_dir: Path = Field(Path("var"), description="Where a run keeps its database, models, logs and key.")
    data_dir: Path = Field(
        ROOT / "data", description="The content people are shown: resources, texts, choices, vocabularies."
    )
    rate_limit: Literal["on", "off"] = Field("on", description="Turn rate limits off for load tests only.")
    turn_seconds: float = Field(10.0, gt=0, le=60, description="Time limit of an ordinary turn, waiting included.")
    crisis_seconds: float = Field(0.8, gt=0, le=5, description="What a crisis turn waits for the engine.")
    action_seconds: float = Field(3.0, gt=0, le=30, description="Time limit of one action.")
    hang_seconds: float = Field(4.0, gt=0, le=60, description="How long a turn may keep the engine busy.")
    conversation_hours: float = Field(24.0, gt=0, le=720, description="How long an idle conversation is kept.")
    cors_origins: str = Field("", description="Web sites that may embed the widget: origins, separated by spaces.")

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < 32:
            raise ValueError("SECRET_KEY must have at least 32 characters; leave it empty to have one made")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        for origin in value.split():
            if not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", origin):
                raise ValueError(
                    f"CORS_ORIGINS holds {origin!r}: write each site as https://www.example.org, in small letters, "
                    "without a path, a slash at the end, or a *"
                )
        return value

    @property
    def model_dir(self) -> Path:
        """Where trained models are kept."""
        return self.var_dir / "models"

    @property
    def log_dir(self) -> Path:
        """Where logs are kept."""
        return self.var_dir / "log"

    def secret(self) -> bytes:
        """The secret key, made on first use where none is set.

        Raises:
            OSError: the folder of the run cannot be written.
        """
        if self.secret_key:
            return self.secret_key.encode("utf-8")
        path = self.var_dir / "secret.key"
        self.var_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Whole before it has its name, so that a process which starts in this moment reads all of it or makes none.
            unfinished = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_hex(32).encode("ascii"))
            try:
                with contextlib.suppress(FileExistsError):
                    os.link(unfinished, path)
            finally:
                unfinished.unlink()
        return path.read_bytes()
