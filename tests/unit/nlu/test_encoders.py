"""Which encoders are asked is a setting, of the featurizer and of the classifier alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.engine import rasa_compat

rasa_compat.install()

from rasa.engine.graph import ExecutionContext, GraphSchema  # noqa: E402
from rasa.engine.storage.local_model_storage import LocalModelStorage  # noqa: E402
from rasa.engine.storage.resource import Resource  # noqa: E402
from rasa.shared.exceptions import InvalidConfigException  # noqa: E402
from rasa.shared.nlu.constants import INTENT, TEXT  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402
from rasa.shared.nlu.training_data.training_data import TrainingData  # noqa: E402

from bot.nlu.classifier import SentenceIntentClassifier  # noqa: E402
from bot.nlu.encoder import SentenceEncoder, encode, weight_files  # noqa: E402

SAID = {"hello there": "greet", "good morning": "greet", "where can I find a mentor": "mentor", "a mentor": "mentor"}


def made(component: Any, folder: Path, **settings: Any) -> Any:
    config = {**component.get_default_config(), **settings}
    context = ExecutionContext(GraphSchema({}), node_name="encoder")
    return component.create(config, LocalModelStorage(folder), Resource("intents"), context)


def trained(folder: Path, seen: list[str], read: list[str]) -> Any:
    examples = [Message({TEXT: text, INTENT: intent}) for text, intent in SAID.items()]
    data = made(SentenceEncoder, folder, encoders=seen).process_training_data(TrainingData(examples))
    classifier = made(SentenceIntentClassifier, folder, encoders=read)
    classifier.train(data)
    return classifier


def test_each_encoder_gives_its_part_of_the_vector() -> None:
    both, universal, e5 = (encode(["a mentor"], names) for names in (["universal", "e5"], ["universal"], ["e5"]))
    assert (both.shape, universal.shape, e5.shape) == ((1, 896), (1, 512), (1, 384))
    assert np.allclose(both, np.hstack([universal, e5]), atol=1e-6)
    assert np.array_equal(encode(["a mentor"]), both)


@pytest.mark.parametrize("encoders", [["universal"], ["e5"], ["universal", "e5"]])
def test_either_encoder_alone_is_learned_from(tmp_path: Path, encoders: list[str]) -> None:
    classifier = trained(tmp_path, encoders, encoders)
    message = Message({TEXT: "is there a mentor for me"})
    made(SentenceEncoder, tmp_path, encoders=encoders).process([message])
    classifier.process([message])
    assert message.get(INTENT)["name"] == "mentor"
    # Two sides of a message are encoded by the classifier itself, with the same encoders.
    assert classifier.two_requests("where can I find a mentor, and good morning to you") is None


@pytest.mark.parametrize("component", [SentenceEncoder, SentenceIntentClassifier])
@pytest.mark.parametrize("encoders", [[], ["e6"], ["e5", "bert"]])
def test_an_encoder_that_is_not_there_is_refused(tmp_path: Path, component: Any, encoders: list[str]) -> None:
    with pytest.raises(InvalidConfigException, match="universal, e5"):
        made(component, tmp_path, encoders=encoders)


def test_a_classifier_that_names_other_encoders_than_the_featurizer_is_not_trained(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigException, match="different encoders"):
        trained(tmp_path, ["universal", "e5"], ["universal"])


def test_the_weights_of_each_encoder_are_files() -> None:
    universal, e5 = weight_files(["universal"]), weight_files(["e5"])
    assert all(path.is_file() for path in [*universal, *e5])
    assert set(weight_files(["universal", "e5"])) == {*universal, *e5}
    assert set(universal).isdisjoint(e5)
