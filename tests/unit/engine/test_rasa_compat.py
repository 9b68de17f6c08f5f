"""Rasa without TensorFlow: the stand-ins, and the refusal of what they cannot stand in for."""

from __future__ import annotations

import copy
import inspect
import subprocess
import sys

import pytest

from bot.engine import rasa_compat
from bot.settings import ROOT

rasa_compat.install()


def test_a_stand_in_answers_imports_decorators_base_classes_and_exceptions() -> None:
    import keras.utils
    import tensorflow as tf
    from botocore.exceptions import BotoCoreError

    @tf.function
    def doubled(value: int) -> int:
        return value * 2

    class Layer(tf.keras.layers.Layer):  # type: ignore[misc, name-defined]
        pass

    assert doubled(2) == 4
    assert Layer()
    assert keras.utils
    assert issubclass(BotoCoreError, Exception)
    assert tf.is_tensor([1]) is False


def test_tools_that_probe_a_stand_in_do_not_go_in_circles() -> None:
    import tensorflow as tf

    assert not hasattr(tf, "__file__")
    assert inspect.getmodule(tf.Tensor) is not None
    assert copy.copy(tf.Tensor) is tf.Tensor


def test_a_real_package_wins_over_its_stand_in() -> None:
    import json

    rasa_compat.install()
    assert json.__file__
    finders = [finder for finder in sys.meta_path if type(finder).__name__ == "_StandInFinder"]
    assert len(finders) == 1


@pytest.mark.parametrize("component", ["DIETClassifier", "rasa.core.policies.ted_policy.TEDPolicy"])
def test_a_component_that_needs_what_is_missing_is_refused_by_name(component: str) -> None:
    section = "policies" if "Policy" in component else "pipeline"
    with pytest.raises(rasa_compat.UnsupportedComponentError, match=component.rsplit(".", 1)[-1]):
        rasa_compat.check_components({section: [{"name": component}]})


def test_our_own_configuration_is_not_refused() -> None:
    import yaml

    rasa_compat.check_components(yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8")))


def test_every_stand_in_is_one_because_the_package_is_not_installed() -> None:
    """A name here that is installed would be dead weight in the list."""
    code = "import sys\ntry:\n    __import__(sys.argv[1])\nexcept ImportError:\n    sys.exit(0)\nsys.exit(1)"
    for name in rasa_compat.STAND_INS:
        assert subprocess.run([sys.executable, "-c", code, name], check=False).returncode == 0, name
