"""Try one understanding pipeline: train it, put questions to it, and tell what it made of them and what that cost.

A program of its own, `python -m bot.engine.trial config.yml examples/`, so that every pipeline has a fresh process, and
so that those which need TensorFlow run in the environment Rasa itself declares. Questions come by standard input, a
JSON string a line. Standard output gets JSON too: first a `Cost`, then for each question a `Heard`.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

#: Said once before anything is measured: what is loaded or compiled at the first message is no message's cost.
WARM_UP = "Hello, is anybody there?"


@dataclass(frozen=True)
class Cost:
    """What a trained pipeline costs: CPU seconds to train, and bytes it needs on disk to answer.

    The bytes are those of the trained archive and of the sentence encoders' weights that it reads with.
    """

    train_seconds: float
    model_bytes: int


@dataclass(frozen=True)
class Heard:
    """What a pipeline made of a question, with CPU milliseconds: the intent in the end, and the ranking before that."""

    intent: str
    ranking: Sequence[tuple[str, float]]
    milliseconds: float


def try_pipeline(config: Path, examples: Path, folder: Path, questions: Iterable[str]) -> Iterator[Cost | Heard]:
    """Train on examples, then answer questions. Gives the cost first.

    Args:
        config: a Rasa configuration; only its pipeline is trained.
        examples: a folder of training data in Rasa's format.
        folder: where the model goes.
        questions: the texts to be understood.

    Raises:
        RuntimeError: Rasa did not train; it has said why on standard error.
    """
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage
    from rasa.model_training import train_nlu

    from bot.engine.protocol import defuse

    begun = time.process_time()
    trained = train_nlu(str(config), str(examples), str(folder), fixed_model_name="trial.tar.gz")
    if trained is None:
        raise RuntimeError("the pipeline was not trained")
    model = Path(trained)
    yield Cost(time.process_time() - begun, model.stat().st_size + _encoder_bytes(config))

    processor = Agent.load(str(model)).processor
    loop = asyncio.new_event_loop()
    loop.run_until_complete(processor.parse_message(UserMessage(WARM_UP)))
    for question in questions:
        begun = time.process_time()
        parsed = loop.run_until_complete(processor.parse_message(UserMessage(defuse(question))))
        spent = time.process_time() - begun
        ranking = [(str(entry["name"]), float(entry["confidence"])) for entry in parsed["intent_ranking"]]
        yield Heard(str(parsed["intent"]["name"]), ranking, spent * 1000)
    loop.close()


def _encoder_bytes(config: Path) -> int:
    from bot.nlu.encoder import SentenceEncoder, weight_files

    for part in yaml.safe_load(config.read_text(encoding="utf-8"))["pipeline"]:
        if part["name"] == f"{SentenceEncoder.__module__}.{SentenceEncoder.__name__}":
            encoders = part.get("encoders") or SentenceEncoder.get_default_config()["encoders"]
            return sum(file.stat().st_size for file in weight_files(encoders))
    return 0


def main(config: Path, examples: Path) -> None:
    """Try a pipeline as the command line says; Rasa's own words go to standard error."""
    # Training prints, also from C++: what is read by a program gets a descriptor of its own.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    questions = [str(json.loads(line)) for line in sys.stdin]
    with tempfile.TemporaryDirectory() as folder:
        # A cache of its own: training that finds yesterday's work done costs nothing, and tells nothing.
        os.environ["RASA_CACHE_DIRECTORY"] = str(Path(folder, "cache"))
        _prepare()
        for line in try_pipeline(config, examples, Path(folder, "models"), questions):
            print(json.dumps(asdict(line), ensure_ascii=False), file=answers, flush=True)


def _prepare() -> None:
    from bot.engine import rasa_compat

    if importlib.util.find_spec("tensorflow") is None:
        rasa_compat.install()
        rasa_compat.guard_recipe()
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
