"""What is counted about turns: how many, how long, what went wrong. Never what was said, nor by whom.

Where several processes serve one port, they count into files of a folder that they share (`PROMETHEUS_MULTIPROC_DIR`,
which `guide serve --workers` sets), and any of them tells the sum.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector


class Counts:
    """Prometheus metrics of turns, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answered = Counter("guide_turns", "Turns answered", registry=self.registry)
        self._failed = Counter(
            "guide_engine_failures", "Turns answered without the engine", ["error"], registry=self.registry
        )
        self._floor_added = Counter(
            "guide_floor_added", "Crisis turns that would have gone out without the floor", registry=self.registry
        )
        self._store_failed = Counter("guide_store_failures", "Failed visits to the database", registry=self.registry)
        self._refused = Counter("guide_refused", "Requests refused", ["status"], registry=self.registry)
        self._seconds = Histogram("guide_turn_seconds", "Seconds to answer a turn", registry=self.registry)

    def answered(self) -> None:
        """A turn was stored."""
        self._answered.inc()

    def failed(self, error: str) -> None:
        """The engine did not answer; `error` is the name of the error's class."""
        self._failed.labels(error).inc()

    def floor_added(self) -> None:
        """The last check at the outbox had to put the floor in front."""
        self._floor_added.inc()

    def store_failed(self) -> None:
        """The database did not answer."""
        self._store_failed.inc()

    def refused(self, status: int) -> None:
        """A request was refused with this HTTP status."""
        self._refused.labels(str(status)).inc()

    def text(self) -> bytes:
        """All counts in Prometheus' text format."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        summed = CollectorRegistry()
        MultiProcessCollector(summed)  # type: ignore[no-untyped-call]
        return generate_latest(summed)

    @contextlib.contextmanager
    def timing(self) -> Iterator[None]:
        """Measure how long a turn takes to answer."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._seconds.observe(time.perf_counter() - start)
