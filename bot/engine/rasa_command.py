"""`guide rasa …`: Rasa's own command line on this project, with the import hook on.

Where a command needs to know that the domain is a folder, or which folders hold training data, and is not told, it is
told here, so that `guide rasa train` does what a Rasa developer expects of `rasa train`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.engine import rasa_compat

ROOT = Path(__file__).resolve().parents[2]

_DATA = ["data/nlu", "data/rules"]


def with_defaults(arguments: Sequence[str]) -> list[str]:
    """The arguments, completed with this project's domain, data and endpoints where the command takes them."""
    words = list(arguments)
    command = words[:2]
    if command[:1] == ["train"] or command == ["data", "validate"] or command[:1] == ["visualize"]:
        if not _names(words, "-d", "--domain"):
            words += ["--domain", "domain"]
        if not _names(words, "--data"):
            words += ["--data", *_DATA]
    if command[:1] == ["test"]:
        if not _names(words, "-d", "--domain"):
            words += ["--domain", "domain"]
        if "nlu" in words[:2] and not _names(words, "-u", "--nlu"):
            words += ["--nlu", "data/nlu"]
    if command[:1] in (["shell"], ["run"], ["interactive"]) and "actions" not in words and "nlu" not in words[:2]:
        if not _names(words, "--endpoints"):
            words += ["--endpoints", "endpoints.yml"]
    return words


def run_rasa(arguments: Sequence[str]) -> int:
    """Run Rasa's command line from the project's root; its exit status."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    rasa_compat.install()
    import rasa.__main__

    rasa_compat.guard_recipe()
    sys.argv = ["rasa", *with_defaults(arguments)]
    try:
        rasa.__main__.main()
    except rasa_compat.UnsupportedComponentError as error:
        print(error, file=sys.stderr)
        return 1
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else int(bool(exit_.code))
    return 0


def _names(words: Sequence[str], *options: str) -> bool:
    return any(word == option or word.startswith(option + "=") for word in words for option in options)
