"""Turns: every message taken once, answered once, in order, the floor first."""

from bot.turns.counts import Counts
from bot.turns.sealing import Seal, UnreadableMessageError
from bot.turns.service import Accepted, Limits, StoreUnavailableError, Turns, UnknownChoiceError, while_others_come
from bot.turns.store import ConflictingMessageError, Receipt, TurnStore, UnknownConversationError
from bot.turns.wall import Reading, Standing, is_clear_yes, level_unstored, read

__all__ = [
    "Accepted",
    "ConflictingMessageError",
    "Counts",
    "Limits",
    "Reading",
    "Receipt",
    "Seal",
    "Standing",
    "StoreUnavailableError",
    "TurnStore",
    "Turns",
    "UnknownChoiceError",
    "UnknownConversationError",
    "UnreadableMessageError",
    "is_clear_yes",
    "level_unstored",
    "read",
    "while_others_come",
]
