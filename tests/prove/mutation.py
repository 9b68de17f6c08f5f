"""Mutation testing of the screening and of the floor: would the unit tests see a fault in them?

    .venv/bin/python tests/prove/mutation.py              all files, as `make prove` does
    .venv/bin/python tests/prove/mutation.py bot/safety/rules.py

Every mutant (mutants.py says which there are) is put in place of its file, and the tests beside that file are run
until one fails. None failed: the mutant survived, and must stand in surviving_mutants.yml with the reason why it may.

A module of our own, since the libraries do not fit: mutmut changes what stands in functions alone, while the floor is
constants of a module; cosmic-ray leaves text as it is; and both begin a new Python for every mutant. Here each is
a fork of one process that has all libraries loaded: a fraction of a second instead of seconds.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.abc
import importlib.util
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

import hypothesis
import pytest
import yaml
from mutants import Mutant, mutants_of

ROOT = Path(__file__).resolve().parents[2]
REVIEWED = Path(__file__).parent / "surviving_mutants.yml"

#: What is mutated, and the tests that must notice.
TESTS = {
    "bot/messages/floor.py": ["messages/test_wall.py", "messages/test_floor.py"],
    "bot/messages/wall.py": ["messages/test_wall.py"],
    "bot/turns/wall.py": ["turns/test_wall.py"],
    "bot/safety/rules.py": ["safety/test_rules.py"],
    "bot/safety/patterns.py": ["safety/test_patterns.py"],
    "bot/safety/classifier.py": ["safety/test_classifier.py"],
    "bot/safety/normalise.py": ["safety/test_normalise.py"],
    "bot/safety/screening.py": ["safety/test_joining.py", "safety/test_reading.py"],
}

#: Tables of words and letters: content rather than code. The exams of data/exam measure them.
TABLES = frozenset({
    "_LOOKALIKES", "_EMOJI", "_LEET", "_EXPANSIONS", "_PAIRS", "_FUZZY_KEYS", "_NOT_TYPOS", "_CENSORED_KEYS",
    "_SEGMENT_KEYS", "_TO_BEFORE", "_FRENCH_ELISIONS", "_SUFFIXES", "_IS_AFTER", "_NOT_ALIVE_BEFORE",
})  # fmt: skip

_MEMORY = 4 * 2**30
_OUT_OF_TIME = -signal.SIGXCPU


class _InPlace(SourceFileLoader, importlib.abc.MetaPathFinder):
    """Gives a module the mutant's source."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(_module(mutant.path), str(ROOT / mutant.path))
        self._mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """This module is found here, any other elsewhere."""
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def get_code(self, fullname: str) -> CodeType:
        """Compiled anew: what lies compiled on disk is not the mutant."""
        return compile(self._mutant.source, self.path, "exec", dont_inherit=True)


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


@dataclass(frozen=True)
class _Run:
    mutant: Mutant | None
    path: str
    seconds: int
    """Of processor time, at most."""


def _tests_of(run: _Run) -> list[str]:
    # Without the classifier's weights, which are named by a hash of the sources: the rules decide alone.
    flags = ["-x", "-q", "--tb=no", "--noconftest", "-m", "not weights and not prove"]
    # Neither settings nor plugins, nor better words for failures: they take longer than the tests.
    flags += ["-c", os.devnull, "--rootdir", str(ROOT), "--import-mode=importlib", "--assert=plain"]
    flags += ["-p", "no:cacheprovider", "-p", "no:warnings"]
    return [*flags, *(str(ROOT / "tests" / "unit" / name) for name in TESTS[run.path])]


def _child(run: _Run, shown: bool) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (run.seconds, run.seconds + 5))
    if run.mutant is not None:
        sys.meta_path.insert(0, _InPlace(run.mutant))
    if not shown:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
    return int(pytest.main(_tests_of(run)))


def _start(run: _Run, shown: bool = False) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        with contextlib.suppress(BaseException):
            code = _child(run, shown)
        os._exit(code)
    return pid


def _outcomes(runs: Sequence[_Run]) -> Iterator[tuple[_Run, int]]:
    """Each run with its exit code, or below zero the signal that ended it; one at a time for each processor."""
    waiting = list(reversed(runs))
    going: dict[int, _Run] = {}
    while waiting or going:
        while waiting and len(going) < (os.cpu_count() or 1):
            run = waiting.pop()
            going[_start(run)] = run
        pid, status = os.wait()
        yield going.pop(pid), os.waitstatus_to_exitcode(status)


def _load_libraries() -> None:
    """Everything but our own modules: these are read anew in every run."""
    import numpy  # noqa: F401
    import sklearn.feature_extraction.text  # noqa: F401

    import bot.turns  # noqa: F401 - and with it the libraries it uses

    for name in [name for name in sys.modules if name.split(".")[0] == "bot"]:
        del sys.modules[name]
    hypothesis.settings.register_profile("mutation", derandomize=True, deadline=None, max_examples=20, database=None)
    hypothesis.settings.load_profile("mutation")
    gc.freeze()


def _seconds_allowed(path: str) -> int:
    """Four times what the tests need with the file as it is, which they must pass."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _, status = os.waitpid(_start(_Run(None, path, 600), shown=True), 0)
    if status:
        sys.exit(f"the tests of {path} fail as it is")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 3 + int(4 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))


def _reviewed() -> dict[str, str]:
    """The mutants that may survive, each with its reason."""
    groups = yaml.safe_load(REVIEWED.read_text(encoding="utf-8")) or []
    return {name: group["reason"] for group in groups for name in group["mutants"]}


def main(paths: Sequence[str]) -> int:
    """Run all mutants of these files; 1 when one survived that nobody reviewed."""
    began = time.monotonic()
    os.chdir(ROOT)
    mutants = [mutant for path in paths for mutant in mutants_of(ROOT, path, TABLES)]
    reviewed = {name: reason for name, reason in _reviewed().items() if name.split(" ")[0] in paths}
    gone = sorted(set(reviewed) - {mutant.name for mutant in mutants})
    if gone:
        print("Reviewed, but there is no such mutant any more; take it out of", REVIEWED.name, *gone, sep="\n  ")
        return 1

    print(f"Mutation testing: {len(mutants)} mutants of {len(paths)} files…")
    _load_libraries()
    counts: dict[str, Counter[str]] = {path: Counter() for path in paths}
    survived: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"VAR_DIR": folder, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        allowed = {path: _seconds_allowed(path) for path in paths}
        for run, code in _outcomes([_Run(mutant, mutant.path, allowed[mutant.path]) for mutant in mutants]):
            assert run.mutant is not None
            outcome = "survived" if code == 0 else "out of time" if code == _OUT_OF_TIME else "killed"
            counts[run.path][outcome] += 1
            if outcome == "survived":
                survived.append(run.mutant.name)

    for path, found in counts.items():
        print(f"  {path}: " + ", ".join(f"{found[word]} {word}" for word in ("killed", "out of time", "survived")))
    total = sum(counts.values(), Counter())
    unknown = sorted(set(survived) - set(reviewed))
    print(
        f"{total['killed']} killed, {total['out of time']} out of time, {total['survived']} survived, of which "
        f"{total['survived'] - len(unknown)} are reviewed; {time.monotonic() - began:.0f} s"
    )
    killed = sorted(set(reviewed) - set(survived))
    if killed:
        print("Reviewed as surviving, but killed:", *killed, sep="\n  ")
    if unknown:
        print(f"Survived, and not in {REVIEWED.name}: write a test that sees it, or say why none can:")
        print(*(f"  {name}" for name in unknown), sep="\n")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(TESTS)))
