"""The tracker of the one turn under way: rebuilt from a compact state, and reduced to it again.

Rasa's own stores keep every event, and with them every word a person typed, and each turn costs more than the last.
Here a tracker lives for one turn. What is kept is a handful of slots.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

#: The slots a conversation keeps.
KEPT_SLOTS = ("locale", "region", "school", "trail", "topic", "shown", "misses", "aside")

#: An upper bound on the state of a conversation, in bytes of JSON.
MAX_STATE_BYTES = 2048


class TurnTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Holds one tracker, for the turn that is being answered."""

    def __init__(self, domain: Domain) -> None:
        super().__init__(domain)
        self._tracker: DialogueStateTracker | None = None

    def begin(self, sender_id: str, state: Mapping[str, Any]) -> None:
        """Rebuild the tracker of a conversation from its state."""
        events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
        events += [SlotSet(name, state[name]) for name in KEPT_SLOTS if state.get(name) is not None]
        events.append(ActionExecuted(ACTION_LISTEN_NAME))
        self._tracker = DialogueStateTracker.from_events(sender_id, events, self.domain.slots, domain=self.domain)

    def finish(self) -> dict[str, Any]:
        """Reduce the tracker to the state to keep, and let go of it.

        Raises:
            ValueError: the state grew past `MAX_STATE_BYTES`, which no conversation can do unless an action misuses it.
        """
        tracker, self._tracker = self._tracker, None
        assert tracker is not None
        values = {name: tracker.get_slot(name) for name in KEPT_SLOTS}
        state = {name: value for name, value in values.items() if value is not None}
        size = len(json.dumps(state))
        if size > MAX_STATE_BYTES:
            raise ValueError(f"the state of a conversation is {size} bytes, more than {MAX_STATE_BYTES}")
        return state

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the tracker until `finish`."""
        self._tracker = tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of the turn under way."""
        return self._tracker

    async def keys(self) -> Iterable[str]:
        """The conversation under way, if any."""
        return [self._tracker.sender_id] if self._tracker else []
