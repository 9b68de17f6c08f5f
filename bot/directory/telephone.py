"""Telephone numbers as text: keypad letters, short codes, and finding a number inside a sentence."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

SHORT_CODES = frozenset({"988", "911", "811", "3106789"})
"""Numbers that are dialled as they stand and have no international form."""

PLACE_BOUND_CODES = frozenset({"811"})
"""Short codes that reach another service in every province, so they need a province and a label."""

_KEYPAD = {
    letter: digit
    for digit, letters in {
        "2": "ABC",
        "3": "DEF",
        "4": "GHI",
        "5": "JKL",
        "6": "MNO",
        "7": "PQRS",
        "8": "TUV",
        "9": "WXYZ",
    }.items()
    for letter in letters
}
_RUN_OF_DIGITS = re.compile(r"\d(?:[\s.()+/\-\u2010-\u2015]*\d)*")


def has_letters(printed: str) -> bool:
    """True for a number printed with keypad letters, such as 1-855-554-HEAL."""
    return any(character.isalpha() for character in printed)


def keypad_digits(printed: str) -> str:
    """The digits a person presses for a printed number; accents are dropped, so É is 3."""
    plain = unicodedata.normalize("NFKD", printed).upper()
    return "".join(_KEYPAD.get(character, character) for character in plain if character.isalnum())


def national_digits(digits: str) -> str:
    """The ten digits of a North American number, without its leading 1; anything else unchanged."""
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


def is_north_american(e164: str) -> bool:
    """True when `e164` is a number in international form that can exist in Canada's numbering plan (+1)."""
    try:
        parsed = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return False
    canonical = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return parsed.country_code == 1 and canonical == e164 and phonenumbers.is_valid_number(parsed)


def mentions(text: str, number: str) -> bool:
    """True when `text` contains `number`, however it is spaced or hyphenated.

    A full number is found in letters and inside a longer run of digits too; a short code must stand alone.
    """
    wanted = national_digits(keypad_digits(number))
    if not wanted:
        return False
    if len(wanted) >= 10:
        return wanted in keypad_digits(text)
    return any(wanted == keypad_digits(run) for run in _RUN_OF_DIGITS.findall(text))
