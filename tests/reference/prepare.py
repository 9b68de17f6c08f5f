"""Prepare the directory that both drivers ask, and name the reference model for the present inputs.

Run by the guide's own Python. Prints the model's path; DATABASE_URL says where the directory is.
"""

from __future__ import annotations

from pathlib import Path

from conversations import ROOT

from bot.directory import apply_content, connect, database_url, upgrade
from bot.encoder import ensure_encoder
from bot.publishing.training import inputs_hash


def main() -> None:
    engine = connect(database_url())
    upgrade(engine)
    apply_content(engine, ROOT / "data" / "resources")
    engine.dispose()
    ensure_encoder()
    print(Path("var", "reference", "models", f"reference-{inputs_hash(ROOT)[:16]}.tar.gz"))


if __name__ == "__main__":
    main()
