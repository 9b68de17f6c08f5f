"""Check texts that people can be shown against the rules of safe and plain wording.

The rules on words follow media guidelines on suicide (no "committed", no methods, no success or failure), and the
product's own promises: nothing is promised that nobody can keep, nobody is spoken of as a case, sentences are plain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Locale = Literal["en", "fr"]

MAX_GRADE = 9.0
"""Highest reading grade (Flesch-Kincaid) for English texts of GRADED_FROM_WORDS or more."""
GRADED_FROM_WORDS = 12


@dataclass(frozen=True)
class Finding:
    """One thing to change in a text."""

    rule: str
    """Which rule: blaming, method, outcome, promise, cold or grade."""
    found: str
    """The words in question, or the grade."""
    advice: str
    """What to write instead."""


@dataclass(frozen=True)
class _WordRule:
    rule: str
    pattern: re.Pattern[str]
    advice: str


def _rule(rule: str, pattern: str, advice: str) -> _WordRule:
    return _WordRule(rule, re.compile(pattern, re.IGNORECASE), advice)


_ENGLISH = (
    _rule("blaming", r"\bcommit(?:s|ted|ting)?\s+suicide\b", "say 'died by suicide' or 'took their own life'"),
    _rule(
        "blaming",
        r"\b(?:suicide|self-harm)\s+(?:victim|attention)\b|\bcry for attention\b",
        "name the person, not a label",
    ),
    _rule(
        "outcome",
        r"\b(?:un)?success(?:ful|fully)\b[^.]{0,30}\b(?:suicide|attempt\w*)\b",
        "say 'died by suicide'",
    ),
    _rule(
        "outcome",
        r"\b(?:failed|completed|botched)\b[^.]{0,15}\b(?:suicide|attempt\w*)\b",
        "say 'survived' or 'died by suicide'",
    ),
    _rule("outcome", r"\bsuicide\s+(?:epidemic|contagion|spree|pact)\b", "say how many, plainly"),
    _rule(
        "method",
        r"\b(?:hang(?:ed|ing)?\s+(?:your|him|her|my|them)sel\w+|hangings?|noose|ligature|slit(?:ting)?\s+\w+\s+wrists?"
        r"|lethal dose|fatal dose|carbon monoxide|jump(?:ed|ing|s)?\s+(?:off|from|in front of)\b"
        r"|shot\s+(?:him|her|them)sel\w+|overdos(?:e|ed|ing)\s+(?:on|of|with)\b)",
        "name no method",
    ),
    _rule(
        "promise",
        r"\bwe\s+(?:will|can|'ll)\s+(?:always\s+)?(?:keep|make)\s+you\s+safe\b"
        r"|(?<!not )\bguarantee(?:d|s)?\b|\b100\s?%\s+(?:confidential|anonymous|private|safe|secure)\b"
        r"|\b(?:completely|totally|fully|absolutely)\s+(?:confidential|anonymous|safe|secure)\b"
        r"|\b(?:everything|it|you)(?:'ll|\s+will|\s+is going to|\s+are going to)"
        r"\s+be\s+(?:fine|okay|ok|all right|alright)\b"
        r"|\bnobody\s+will\s+ever\s+(?:know|find out)\b|\bwe(?:'ll|\s+will)\s+always\s+be\s+(?:here|there)\b"
        r"|\bwill\s+(?:answer|respond|reply)\s+(?:immediately|instantly|right away)\b|\bi promise\b|\bwe promise\b",
        "promise only what is sure; say what happens and who can learn of it",
    ),
    _rule(
        "cold",
        r"\b(?:non-?complian(?:t|ce)|the sufferer|sufferers?|mentally ill|the suicidal"
        r"|suicidal ideation|psychopatholog\w+"
        r"|comorbid\w*|symptomatolog\w*|addicts?|substance abusers?|decompensat\w+|maladaptive|aberrant"
        r"|calm down|cheer up|look on the bright side|others have it worse|think positive|snap out of it|man up"
        r"|your case|case number|please be advised|as per|pursuant to)\b",
        "speak to the person, warmly and plainly",
    ),
)  # fmt: skip

_FRENCH = (
    _rule(
        "blaming",
        r"\bcomm(?:et|ettre|is|ise|ettent|ettait)\w*\s+(?:un\s+|le\s+)?suicide\b",
        "dire « mort par suicide » ou « s'est enlevé la vie »",
    ),
    _rule(
        "outcome",
        r"\b(?:suicides?|tentatives?)\b[^.]{0,25}\b(?:réussi|manqué|raté|échoué|complété|avorté)\w*",
        "dire « mort par suicide » ou « a survécu »",
    ),
    _rule(
        "outcome",
        r"\b(?:a|ont|avoir)\s+(?:réussi|raté|manqué)\s+(?:son|sa|leur)\s+(?:suicide|tentative)\b",
        "dire « a survécu »",
    ),
    _rule("outcome", r"\b(?:épidémie|vague|contagion)\s+de\s+suicides?\b", "dire combien, simplement"),
    _rule(
        "method",
        r"\b(?:se\s+pendre|s'est\s+pendue?|pendaisons?|noeud coulant|nœud coulant|dose\s+(?:mortelle|létale)"
        r"|s'ouvrir\s+les\s+veines|se\s+jeter\s+(?:du|devant|sous|en bas)|s'est\s+jetée?\s+(?:du|devant|sous|en bas)"
        r"|monoxyde de carbone|se\s+tirer\s+une\s+balle|surdose\s+(?:de|d'|aux?)\b)",
        "ne nommer aucun moyen",
    ),
    _rule(
        "promise",
        r"\bnous\s+(?:allons\s+)?(?:vous\s+)?(?:garder(?:ons)?|protéger(?:ons)?)\b|\bgaranti(?:e|s|es|r|ssons|t)?\b"
        r"|\b100\s?%\s+(?:confidentiel|anonyme|privé|sûr|sécuritaire)\w*"
        r"|\b(?:totalement|complètement|absolument|entièrement)\s+(?:confidentiel|anonyme|sûr|sécuritaire)\w*"
        r"|\btout\s+(?:ira|va aller|va bien aller|s'arrangera)\b(?:\s+bien)?"
        r"|\bpersonne\s+ne\s+(?:le\s+)?saura\s+jamais\b"
        r"|\bnous\s+serons\s+toujours\s+là\b|\bje\s+(?:vous\s+)?promets\b|\bnous\s+(?:vous\s+)?promettons\b",
        "ne promettre que ce qui est sûr",
    ),
    _rule(
        "cold",
        r"\b(?:non[- ]observan(?:t|ce)|malades? menta(?:l|le|les|ux)|les suicidaires"
        r"|idéation suicidaire|toxicomanes?|drogués?"
        r"|calmez-vous|du calme|d'autres ont pire|pensez positif|votre cas|numéro de dossier"
        r"|veuillez prendre note|conformément à)\b",
        "parler à la personne, avec chaleur et simplicité",
    ),
)  # fmt: skip

_RULES: dict[Locale, tuple[_WordRule, ...]] = {"en": _ENGLISH, "fr": _FRENCH}

_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:['’-][A-Za-zÀ-ÿ]+)*")
_SENTENCE_ENDS = re.compile(r"[.!?:;…\n]+(?=\s|$)")
_LINK = re.compile(r"https?://\S+|\b[\w.-]+\.(?:ca|com|org|net)\b\S*|\b[\w.]+@\S+")
_VOWEL_GROUPS = re.compile(r"[aeiouy]+")


def lint(text: str, locale: Locale) -> list[Finding]:
    """Everything to change in `text`, in order of rules; an empty list when it may be shown as it is."""
    plain = text.replace("’", "'")
    findings = [
        Finding(rule.rule, match.group(0), rule.advice)
        for rule in _RULES[locale]
        for match in rule.pattern.finditer(plain)
    ]
    if locale == "en":
        grade = reading_grade(plain)
        if grade is not None and grade > MAX_GRADE:
            findings.append(Finding("grade", f"{grade:.1f}", "shorter sentences and shorter words"))
    return findings


def reading_grade(text: str) -> float | None:
    """Flesch-Kincaid grade of an English text; None for fewer than GRADED_FROM_WORDS words, or for no sentence.

    Web addresses and numbers are left out, and names count as at most two syllables a word: people know them
    at sight. Formula: Kincaid et al. 1975.
    """
    bare = _LINK.sub(" ", text)
    words = _WORD.findall(bare)
    if len(words) < GRADED_FROM_WORDS or not _SENTENCE_ENDS.search(bare):
        return None
    sentences = max(1, sum(1 for piece in _SENTENCE_ENDS.split(bare) if _WORD.search(piece)))
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    lower = word.lower().replace("'", "")
    count = len(_VOWEL_GROUPS.findall(lower))
    if lower.endswith(("e", "es", "ed")) and not lower.endswith(("le", "les", "ted", "ded", "ses", "ches", "shes")):
        count -= 1
    count = max(1, count)
    return min(count, 2) if word[0].isupper() else count
