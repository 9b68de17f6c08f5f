"""Run Rasa 3.6 on Python 3.11 and 3.12, without TensorFlow.

Rasa 3.6 imports TensorFlow, and the SDK of every chat service it has a connector for, whether they are used or
not. No component of this product uses them. `install()` puts an import hook in place that answers those imports
with stand-ins, so that the modules which mention them load. The stand-ins do nothing: a `config.yml` that names a
component which truly needs one is refused with `UnsupportedComponentError` before anything is trained or loaded.

Call `install()` before the first `import rasa`. Where the real packages are installed (the reference environment),
the hook is not used at all.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

#: What the hook stands in for, and why nothing here needs it.
STAND_INS: Mapping[str, str] = {
    "tensorflow": "imported by rasa.nlu.extractors and rasa.utils.tensorflow for DIET, TED and ResponseSelector",
    "tensorflow_text": "ConveRT featurizer",
    "tensorflow_hub": "ConveRT featurizer",
    "keras": "rasa.utils.tensorflow",
    "transformers": "LanguageModelFeaturizer",
    "skops": "scikit-learn persistence of Rasa's own classifiers; ours keep plain arrays",
    "sklearn_crfsuite": "CRFEntityExtractor",
    "mitie": "MITIE components",
    "jieba": "Chinese tokenizer",
    "aio_pika": "RabbitMQ event broker",
    "aiormq": "RabbitMQ event broker",
    "confluent_kafka": "Kafka event broker",
    "pymongo": "MongoDB tracker store",
    "redis": "Redis tracker and lock stores",
    "boto3": "DynamoDB tracker store, S3 models",
    "botocore": "DynamoDB tracker store, S3 models",
    "google.auth": "Hangouts connector",
    "google.oauth2": "Hangouts connector",
    "google.cloud": "models in Google Cloud Storage",
    "azure": "models in Azure Storage",
    "aiogram": "Telegram connector",
    "fbmessenger": "Facebook connector",
    "mattermostwrapper": "Mattermost connector",
    "rocketchat_API": "Rocket.Chat connector",
    "slack_sdk": "Rasa's own Slack connector",
    "socketio": "Rasa's own socket.io connector",
    "twilio": "Twilio connector",
    "webexteamssdk": "Webex connector",
    "sentry_sdk": "Rasa's error reports to its makers, which stay off",
    "structlog_sentry": "Rasa's error reports to its makers, which stay off",
}

#: Components of Rasa that cannot run on a stand-in, and what each would need.
UNSUPPORTED_COMPONENTS: Mapping[str, str] = {
    "DIETClassifier": "tensorflow",
    "TEDPolicy": "tensorflow",
    "UnexpecTEDIntentPolicy": "tensorflow",
    "ResponseSelector": "tensorflow",
    "ConveRTFeaturizer": "tensorflow",
    "LanguageModelFeaturizer": "transformers",
    "CRFEntityExtractor": "sklearn_crfsuite",
    "LogisticRegressionClassifier": "skops",
    "SklearnIntentClassifier": "skops",
    "CountVectorsFeaturizer": "skops",
    "LexicalSyntacticFeaturizer": "skops",
    "MitieNLP": "mitie",
    "MitieTokenizer": "mitie",
    "MitieFeaturizer": "mitie",
    "MitieIntentClassifier": "mitie",
    "MitieEntityExtractor": "mitie",
    "JiebaTokenizer": "jieba",
}


class UnsupportedComponentError(Exception):
    """A Rasa configuration names a component that this environment cannot run."""

    def __init__(self, component: str, needs: str) -> None:
        super().__init__(
            f"config.yml names {component}, which needs the package {needs!r}. This environment runs Rasa without it. "
            f"Take {component} out of config.yml, or use the reference environment (make reference)."
        )
        self.component = component
        self.needs = needs


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


class _StandInType(type):
    """Metaclass of the stand-ins: any attribute is a further stand-in, and calling one as a decorator is harmless."""

    def __getattr__(cls, name: str) -> Any:
        # inspect, copy and pickle probe everything for dunders; a made-up answer sends them in circles.
        if _is_dunder(name):
            raise AttributeError(name)
        made = _stand_in(name)
        setattr(cls, name, made)
        return made

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and callable(args[0]) and not isinstance(args[0], type):
            return args[0]
        return super().__call__()

    def __getitem__(cls, item: Any) -> Any:
        return cls

    def __or__(cls, other: Any) -> Any:
        return cls

    def __ror__(cls, other: Any) -> Any:
        return cls


class _StandIn(metaclass=_StandInType):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and callable(args[0]):
            return args[0]
        return self

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__()


def _stand_in(name: str) -> type:
    if name.endswith(("Error", "Exception", "Warning")):
        return type(name, (Exception,), {})
    return _StandInType(name, (_StandIn,), {"__module__": __name__})


class _StandInModule(types.ModuleType):
    __path__ = []  # noqa: RUF012 (what makes a module a package)

    def __getattr__(self, name: str) -> Any:
        if _is_dunder(name):
            raise AttributeError(name)
        # Matplotlib asks a loaded tensorflow whether its own arrays are tensors, and unwraps them for ever if they are.
        made: Any = _never if name.startswith("is_") else _stand_in(name)
        setattr(self, name, made)
        return made


def _never(*args: Any, **kwargs: Any) -> bool:
    return False


class _StandInLoader(importlib.abc.Loader):
    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run: attributes are made when asked for."""


class _StandInFinder(importlib.abc.MetaPathFinder):
    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if any(fullname == name or fullname.startswith(name + ".") for name in self.names):
            return importlib.machinery.ModuleSpec(fullname, _StandInLoader(), is_package=True)
        return None


def install() -> None:
    """Answer imports of what is not installed and not used with stand-ins. Calling it again changes nothing.

    A real package always wins: the finder stands last on the path of finders.
    """
    if not any(isinstance(finder, _StandInFinder) for finder in sys.meta_path):
        sys.meta_path.append(_StandInFinder(STAND_INS))


def check_components(config: Mapping[str, Any]) -> None:
    """Refuse a Rasa configuration that this environment cannot run.

    Args:
        config: the parsed content of a `config.yml`.

    Raises:
        UnsupportedComponentError: for the first component that needs a package the hook stands in for.
    """
    for section in ("pipeline", "policies"):
        for entry in config.get(section) or []:
            name = str(entry.get("name", "")).rsplit(".", 1)[-1] if isinstance(entry, Mapping) else ""
            needs = UNSUPPORTED_COMPONENTS.get(name)
            if needs and not _installed(needs):
                raise UnsupportedComponentError(name, needs)


def _installed(name: str) -> bool:
    spec = importlib.util.find_spec(name)
    return spec is not None and not isinstance(spec.loader, _StandInLoader)


def guard_recipe() -> None:
    """Make every way Rasa reads a configuration (train, test, shell) pass `check_components` first."""
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe

    original: Callable[..., Any] = DefaultV1Recipe.graph_config_for_recipe
    if getattr(original, "guarded", False):
        return

    def guarded(self: Any, config: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        check_components(config)
        return original(self, config, *args, **kwargs)

    guarded.guarded = True  # type: ignore[attr-defined]
    DefaultV1Recipe.graph_config_for_recipe = guarded
