"""The few sentences said without the model: the check-in, and the words for when something breaks.

They are constants for the same reason as the floor: they must be there when everything else is not.
"""

from __future__ import annotations

from bot.messages.content import Choice, Choices, Locale, Text

_CHECKIN: dict[Locale, tuple[str, tuple[tuple[str, str], ...]]] = {
    "en": (
        "I may have misread you, and I would rather ask. Are you safe right now?",
        (("Yes, I'm safe", "safe"), ("No, or I'm not sure", "not_safe"), ("I want someone to talk to", "talk")),
    ),
    "fr": (
        "J'ai peut-être mal compris, et je préfère demander. Êtes-vous en sécurité en ce moment ?",
        (
            ("Oui, je suis en sécurité", "safe"),
            ("Non, ou je n'en suis pas certain·e", "not_safe"),
            ("Je veux parler à quelqu'un", "talk"),
        ),
    ),
}

_BESIDE_ANOTHER: dict[Locale, str] = {
    "en": (
        "While you wait for help: if you can and it is safe for you, stay with them, or stay on the line. "
        "Listen, and let them tell you how bad it is. You do not have to fix this or carry it alone: "
        "whoever answers at 9-8-8 can think with you about the next step."
    ),
    "fr": (
        "En attendant de l'aide : si vous le pouvez et si c'est sans danger pour vous, restez avec cette personne, ou "
        "restez au bout du fil. Écoutez-la, laissez-la dire à quel point ça va mal. Vous n'avez pas à tout régler ni à "
        "porter cela sans aide : la personne qui répond au 9-8-8 peut réfléchir avec vous à la suite."
    ),
}

_TROUBLE: dict[Locale, str] = {
    "en": "Something went wrong on our side, and I could not answer that. Please try again in a moment.",
    "fr": "Un problème est survenu de notre côté et je n'ai pas pu répondre. Veuillez réessayer dans un moment.",
}

_TOO_LONG: dict[Locale, str] = {
    "en": "That was longer than I can read at once. Please send it in shorter parts.",
    "fr": "C'était plus long que ce que je peux lire d'un coup. Veuillez l'envoyer en parties plus courtes.",
}

_NOT_TAKEN: dict[Locale, str] = {
    "en": "I could not take that in. Please reload the page and send it again.",
    "fr": "Je n'ai pas pu recevoir cela. Veuillez recharger la page et l'envoyer de nouveau.",
}

_TOO_FAST: dict[Locale, str] = {
    "en": "That was a lot at once. Please wait a few seconds and send it again.",
    "fr": "C'était beaucoup à la fois. Veuillez attendre quelques secondes et l'envoyer de nouveau.",
}

_CRISIS_NEXT: dict[Locale, tuple[str, tuple[tuple[str, str], ...]]] = {
    "en": (
        "I'm still here. Here is what you can look at next:",
        (
            ("More crisis lines", "crisis"),
            ("I can't talk out loud", "text_only"),
            ("Someone to talk to", "talk"),
        ),
    ),
    "fr": (
        "Je suis toujours là. Voici ce que vous pouvez voir ensuite :",
        (
            ("D'autres lignes de crise", "crisis"),
            ("Je ne peux pas parler à voix haute", "text_only"),
            ("Quelqu'un à qui parler", "talk"),
        ),
    ),
}


def checkin_question(locale: Locale = "en") -> Choices:
    """One gentle question, asked after the floor when a message may be a crisis."""
    return _choices(_CHECKIN[locale])


def beside_another(locale: Locale = "en") -> Text:
    """What somebody who is worried about another person can do next; said after the floor."""
    return Text(_BESIDE_ANOTHER[locale])


def trouble(locale: Locale = "en") -> Text:
    """What a person reads when their message could not be answered."""
    return Text(_TROUBLE[locale])


def too_long(locale: Locale = "en") -> Text:
    """What a person reads when their message is longer than the guide takes."""
    return Text(_TOO_LONG[locale])


def not_taken(locale: Locale = "en") -> Text:
    """What a person reads when a request of theirs was not one the guide can take."""
    return Text(_NOT_TAKEN[locale])


def too_fast(locale: Locale = "en") -> Text:
    """What a person reads when their messages come faster than the guide takes."""
    return Text(_TOO_FAST[locale])


def after_the_floor(locale: Locale = "en") -> Choices:
    """What follows the floor when the guide itself cannot answer in time."""
    return _choices(_CRISIS_NEXT[locale])


def _choices(spec: tuple[str, tuple[tuple[str, str], ...]]) -> Choices:
    text, pairs = spec
    return Choices(tuple(Choice(label, value) for label, value in pairs), text)
