"""`guide rasa …`: Rasa's own command line on this project, with the import hook on.

Where a command needs to know that the domain is a folder, which folders hold training data or where the models are, and
is not told, it is told here, so that `guide rasa train` does what a Rasa developer expects of `rasa train`. Where no
endpoints file names an action server, actions run in process, so that `guide rasa shell` talks without one.
"""

from __future__ import annotations

import os
import sys
import warnings
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
    if command[:1] == ["test"] and command != ["test", "core"]:
        if not _names(words, "-d", "--domain"):
            words += ["--domain", "domain"]
        if not _names(words, "-u", "--nlu"):
            words += ["--nlu", "data/nlu"]
    if command[:1] == ["test"] and command != ["test", "nlu"] and not _names(words, "-s", "--stories"):
        words += ["--stories", "tests/rasa"]
    if command[:1] == ["test"] and not _names(words, "-m", "--model"):
        words += ["--model", "var/models"]
    if command[:1] == ["test"] and not _names(words, "--out"):
        words += ["--out", "var/results"]
    if command[:1] in (["shell"], ["run"]) and "actions" not in words and not _names(words, "-m", "--model"):
        words += ["--model", "var/models"]
    return words


def run_rasa(arguments: Sequence[str]) -> int:
    """Run Rasa's command line from the project's root; its exit status."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    rasa_compat.install()
    # Rasa's own affairs with newer libraries: nothing a person at this command line can act on.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", message=".*declarative_base.*")
    import rasa.__main__

    rasa_compat.guard_recipe()
    _run_actions_in_process()
    sys.argv = ["rasa", *with_defaults(arguments)]
    try:
        rasa.__main__.main()
    except rasa_compat.UnsupportedComponentError as error:
        print(error, file=sys.stderr)
        return 1
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else int(bool(exit_.code))
    return 0


def _run_actions_in_process() -> None:
    from rasa.core.utils import AvailableEndpoints

    from bot.engine.action_endpoint import InProcessActions

    read = AvailableEndpoints.read_endpoints

    def read_endpoints(endpoint_file: str) -> AvailableEndpoints:
        endpoints = read(endpoint_file)
        endpoints.action = endpoints.action or InProcessActions("actions", seconds=3.0)
        return endpoints

    AvailableEndpoints.read_endpoints = read_endpoints


def _names(words: Sequence[str], *options: str) -> bool:
    return any(word == option or word.startswith(option + "=") for word in words for option in options)
