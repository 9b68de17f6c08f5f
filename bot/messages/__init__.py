"""Channel-neutral messages, and the floor as constants. Imports nothing from the other rooms."""

from bot.messages.catalogue import MENU, ChoiceCatalogue, Meaning, load_catalogue
from bot.messages.content import (
    Choice,
    Choices,
    Contact,
    Hours,
    Level,
    Locale,
    Message,
    ResourceCard,
    Resources,
    Text,
    Topic,
    Turn,
    message_from_dict,
    messages_from_dicts,
)
from bot.messages.floor import FLOOR_SLUGS, brief_floor, floor, floor_first, is_floor
from bot.messages.texts import Texts, load_texts
from bot.messages.wall import after_the_floor, checkin_question, not_taken, too_fast, too_long, trouble

__all__ = [
    "FLOOR_SLUGS",
    "MENU",
    "Choice",
    "ChoiceCatalogue",
    "Choices",
    "Contact",
    "Hours",
    "Level",
    "Locale",
    "Meaning",
    "Message",
    "ResourceCard",
    "Resources",
    "Text",
    "Texts",
    "Topic",
    "Turn",
    "after_the_floor",
    "brief_floor",
    "checkin_question",
    "floor",
    "floor_first",
    "is_floor",
    "load_catalogue",
    "load_texts",
    "message_from_dict",
    "messages_from_dicts",
    "not_taken",
    "too_fast",
    "too_long",
    "trouble",
]
