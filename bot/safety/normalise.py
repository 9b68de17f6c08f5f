"""Turn what people type into plain words: disguises, typing habits and mistakes undone.

Everything here is pure and takes time proportional to the (capped) length of the text. Two steps:

- `clean` works on characters: compatibility forms, look-alike letters, invisible characters, accents, emoji.
- `Normaliser` works on words: it knows a lexicon (the words the rules speak about), and changes a strange word only
  into a word of that lexicon, so that 988, 24/7 and PGY1 stay what they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

MAX_CHARACTERS = 16_000
"""Longer texts are read from both ends, half from each: a limit on work, four times what the web channel accepts."""
MAX_WORD = 60
MAX_SENTENCE_WORDS = 48
SENTENCE_OVERLAP = 14
SHORT_FRAGMENT_WORDS = 3

Words = tuple[str, ...]

_LOOKALIKES = {
    # Cyrillic
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ё": "e", "һ": "h", "і": "i", "ї": "i", "ј": "j", "к": "k",
    "ӏ": "l", "м": "m", "н": "h", "о": "o", "р": "p", "ԛ": "q", "ѕ": "s", "т": "t", "у": "y", "ѵ": "v", "ԝ": "w",
    "х": "x", "ь": "b", "ɡ": "g",
    # Greek
    "α": "a", "β": "b", "ε": "e", "η": "n", "ι": "i", "κ": "k", "λ": "l", "μ": "u", "ν": "v", "ο": "o", "ρ": "p",
    "σ": "o", "ς": "s", "τ": "t", "υ": "u", "χ": "x", "ω": "w", "γ": "y",
    # Latin letters that do not decompose, small capitals among them
    "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d",
    "ᴀ": "a", "ʙ": "b", "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ꜰ": "f", "ɢ": "g", "ʜ": "h", "ɪ": "i", "ᴊ": "j", "ᴋ": "k",
    "ʟ": "l", "ᴍ": "m", "ɴ": "n", "ᴏ": "o", "ᴘ": "p", "ʀ": "r", "ꜱ": "s", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w",
    "ʏ": "y", "ᴢ": "z",
    # punctuation
    "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "′": "'", "‛": "'", "ʹ": "'", "“": '"', "”": '"', "«": '"',
    "»": '"', "„": '"', "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": " - ", "―": " - ", "−": "-", "·": ".", "•": "*",
    "●": "*", "■": "*", "▪": "*", "█": "*", "▮": "*",
    "…": ". ", "⁄": "/", "∕": "/", "∗": "*", "＊": "*", "。": ". ", "،": ",", "\u00a0": " ",
}  # fmt: skip

_EMOJI = {
    "🔫": "emojigun", "💊": "emojipills", "☠": "emojiskull", "💀": "emojiskull", "🔪": "emojiknife", "🗡": "emojiknife",
    "🪒": "emojiknife", "⚰": "emojicoffin", "🪦": "emojicoffin", "🪢": "emojirope", "🆘": "sos", "🩸": "emojiblood",
    "😭": "emojicry", "😢": "emojicry", "😞": "emojicry", "😔": "emojicry", "💔": "emojicry", "🥺": "emojicry",
    "🚨": "emojisiren",
}  # fmt: skip

_LEET = {"0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "!": "i",
         "|": "il", "+": "t", "€": "e", "£": "l", "¡": "i"}  # fmt: skip
_MAX_LEET_SIGNS = 6

# Written together or short, read as the words on the right. Applied to rule files too.
_EXPANSIONS: Mapping[str, str] = {
    "cant": "can not", "cannot": "can not", "cnt": "can not", "couldnt": "could not", "dont": "do not",
    "dnt": "do not", "doesnt": "does not", "dosent": "does not", "doesent": "does not", "didnt": "did not",
    "isnt": "is not", "arent": "are not", "aint": "is not", "wasnt": "was not", "werent": "were not",
    "wont": "will not", "wouldnt": "would not", "shouldnt": "should not", "havent": "have not", "hasnt": "has not",
    "hadnt": "had not", "mustnt": "must not", "neednt": "need not",
    "im": "i am", "iam": "i am", "ive": "i have", "i'm": "i am", "i'd": "i would", "i'll": "i will",
    "youre": "you are", "youve": "you have", "youll": "you will", "hes": "he is", "shes": "she is",
    "theyre": "they are", "theyve": "they have", "theyll": "they will", "theyd": "they would", "he'll": "he will",
    "she'll": "she will", "he'd": "he would", "she'd": "she would", "we're": "we are", "weve": "we have",
    "we'll": "we will", "thats": "that is", "theres": "there is", "whats": "what is", "whos": "who is",
    "its": "it is", "heres": "here is", "lets": "let us", "it'd": "it would", "it'll": "it will", "itll": "it will",
    "hows": "how is", "everyones": "everyone is", "everybodys": "everybody is", "id've": "i would have",
    "whod": "who would", "who'd": "who would", "that'd": "that would",
    "wanna": "want to", "wana": "want to", "wanne": "want to", "gonna": "going to", "gona": "going to",
    "gunna": "going to", "gon": "going to", "imma": "i am going to", "ima": "i am going to", "i'ma": "i am going to",
    "finna": "going to", "boutta": "about to", "bouta": "about to", "gotta": "have to", "hafta": "have to",
    "tryna": "trying to", "tryina": "trying to", "kinda": "kind of", "sorta": "sort of", "outta": "out of",
    "lemme": "let me", "gimme": "give me", "dunno": "do not know", "idk": "i do not know", "idc": "i do not care",
    "idec": "i do not even care", "idgaf": "i do not care",
    "u": "you", "ur": "your", "r": "are", "ppl": "people", "abt": "about", "pls": "please", "plz": "please",
    "plse": "please", "pleas": "please", "rn": "right now", "tn": "tonight", "tonite": "tonight", "2nite": "tonight",
    "2night": "tonight", "tnite": "tonight", "tmrw": "tomorrow", "tmw": "tomorrow", "2morrow": "tomorrow",
    "tomorow": "tomorrow", "tommorow": "tomorrow", "tommorrow": "tomorrow", "b4": "before", "cuz": "because",
    "cos": "because", "coz": "because", "bcuz": "because", "becuz": "because", "becasue": "because", "bc": "because",
    "tho": "though", "thru": "through", "smth": "something", "sum1": "someone", "some1": "someone",
    "sm1": "someone", "any1": "anyone", "every1": "everyone", "no1": "no one", "noone": "no one", "nobdy": "nobody",
    "w/": "with", "w/o": "without", "asap": "asap", "rly": "really", "srsly": "seriously", "ngl": "honestly",
    "tbh": "honestly", "ok": "okay", "k": "okay", "gf": "girlfriend", "bf": "boyfriend", "hubby": "husband",
    "meds": "meds", "pt": "patient", "pts": "patients", "gr8": "great", "l8r": "later", "4ever": "forever",
    "4eva": "forever", "h8": "hate", "nvm": "never mind", "jk": "jk", "u2": "you too", "luv": "love", "wat": "what",
    "da": "the", "dis": "this", "den": "then", "nd": "and", "n": "and", "&": "and", "w": "with", "hv": "have",
    "hav": "have", "feelin": "feeling", "wit": "with",
    "kms": "kill myself", "kys": "kill yourself", "kmfs": "kill myself", "ctb": "catch the bus",
    "sewerslide": "suicide", "sewercide": "suicide", "sewersidal": "suicidal", "sooicide": "suicide",
    "toaster-bath": "toaster bath", "s/h": "self harm", "selfharm": "self harm", "selfharmed": "self harmed",
    "selfharming": "self harming", "unaliving": "unaliving", "offmyself": "off myself",
    "si/hi": "si hi", "od'd": "overdosed", "od'ed": "overdosed", "oded": "overdosed", "odd'd": "overdosed",
    "od'ing": "overdosing", "oding": "overdosing",
    "wnat": "want", "waht": "what", "wnt": "want", "wan": "want", "wabt": "want", "watn": "want", "kil": "kill",
    "kll": "kill", "kiil": "kill", "klil": "kill", "diee": "die", "diie": "die", "dei": "die", "alife": "alive",
    "alve": "alive", "aliv": "alive", "liv": "live", "slef": "self", "myslef": "myself", "mysefl": "myself",
    "mself": "myself", "meself": "myself", "mysel": "myself", "myselg": "myself", "anymor": "anymore",
    "anymoar": "anymore", "nomore": "no more", "nothin": "nothing", "nuthin": "nothing", "nuffin": "nothing",
    "dieing": "dying", "dyeing": "dying", "deid": "died", "exsist": "exist", "exhist": "exist", "hopless": "hopeless",
    "worhtless": "worthless", "bridg": "bridge", "tierd": "tired", "tird": "tired", "tyred": "tired",
    "emergancy": "emergency", "cryin": "crying", "helpp": "help", "halp": "help", "hlep": "help", "hepl": "help",
    "gud": "good", "bai": "bye", "godbye": "goodbye", "gudbye": "goodbye", "goodby": "goodbye", "famly": "family",
    "fam": "family", "sumone": "someone", "scard": "scared", "safte": "safe", "danjer": "danger", "nife": "knife",
    "grama": "grandma", "kokum": "kookum", "kohkum": "kookum", "kokom": "kookum", "gramma": "grandma",
    "tylenols": "tylenol", "advils": "advil",
    "agn": "again", "myslf": "myself", "mysf": "myself", "slep": "sleep", "slp": "sleep", "lik": "like",
    "nvr": "never", "neva": "never", "evr": "ever", "bout": "about", "thinkng": "thinking", "kno": "know",
    "agen": "again", "nemore": "anymore", "nomor": "no more", "anymre": "anymore", "whant": "want",
    "wuz": "was", "wud": "would", "shud": "should", "cud": "could", "jst": "just", "jus": "just",
    "evrything": "everything",
    "evry": "every", "everthing": "everything", "thots": "thoughts", "thot": "thought", "2moro": "tomorrow",
    "2mrw": "tomorrow", "ded": "dead", "dedd": "dead", "sry": "sorry", "becose": "because", "trow": "throw",
    "fone": "phone", "frend": "friend", "freind": "friend", "hart": "heart", "brething": "breathing",
    "ods": "overdoses",
    "oding'": "overdosing", "selfs": "self", "mushum": "mosom", "nimosom": "mosom", "moshum": "mosom",
    "mushom": "mosom", "nokom": "kookum", "nookomis": "grandmother", "mishomis": "grandfather", "9-8-8": "988",
    # French
    "jai": "j ai", "jen": "j en", "cest": "c est", "jsuis": "je suis", "chui": "je suis", "chuis": "je suis",
    "jsui": "je suis", "chus": "je suis", "jveux": "je veux", "jveu": "je veux", "jveut": "je veux",
    "jpeux": "je peux", "jpeu": "je peux", "jpense": "je pense", "jarrive": "j arrive", "jarrete": "j arrete",
    "jaimerais": "j aimerais", "jaimerai": "j aimerais", "jvais": "je vais", "jme": "je me", "jte": "je te",
    "jaurais": "j aurais", "jetais": "j etais", "jcherche": "je cherche", "nai": "n ai", "nen": "n en",
    "mourrir": "mourir", "mourire": "mourir", "envi": "envie", "quelquun": "quelqu un", "qqn": "quelqu un",
    "mtn": "maintenant", "svp": "svp", "suicid": "suicide", "suissider": "suicider", "sucider": "suicider",
    "daide": "d aide", "lhopital": "l hopital", "dlaide": "de l aide", "tt": "tout", "tjrs": "toujours",
    "jms": "jamais", "bcp": "beaucoup",
}  # fmt: skip

_PAIRS: Mapping[tuple[str, str], str] = {
    ("any", "more"): "anymore", ("my", "self"): "myself", ("him", "self"): "himself", ("her", "self"): "herself",
    ("them", "self"): "themself", ("them", "selves"): "themselves", ("your", "self"): "yourself",
    ("over", "dose"): "overdose", ("over", "dosed"): "overdosed", ("good", "bye"): "goodbye",
    ("some", "one"): "someone", ("any", "one"): "anyone", ("every", "one"): "everyone", ("some", "body"): "somebody",
    ("no", "body"): "nobody", ("every", "body"): "everybody", ("for", "ever"): "forever", ("with", "out"): "without",
    ("to", "night"): "tonight", ("sewer", "slide"): "suicide", ("sue", "cide"): "suicide", ("sui", "cide"): "suicide",
    ("suicide", "al"): "suicidal", ("un", "alive"): "unalive", ("hope", "less"): "hopeless",
    ("worth", "less"): "worthless", ("every", "thing"): "everything", ("a", "live"): "alive",
    ("be", "fore"): "before", ("wont", "to"): "want to",
}  # fmt: skip
_NOT_ALIVE_BEFORE = frozenset({"a"})

_FUZZY_KEYS = ("suicide", "suicidal", "overdose", "overdosed", "depressed", "hopeless", "worthless", "emergency",
               "anymore", "myself", "goodbye", "unalive", "suicider", "suicidaire", "antidepressants", "disappear",
               "ancestors", "depression", "himself", "herself", "themselves", "exhausted", "hurting", "killing",
               "living", "urgence", "maintenant")  # fmt: skip
_NOT_TYPOS = frozenset(
    [
        "homeless",
        "overdone",
        "overuse",
        "overdue",
        "repressed",
        "impressed",
        "compressed",
        "herbicide",
        "pesticide",
        "germicide",
        "homicide",
        "spermicide",
        "filling",
        "billing",
        "milling",
        "tilling",
        "willing",
        "hunting",
        "hurling",
        "putting",
        "loving",
        "giving",
        "leaving",
        "lining",
        "diving",
        "driving",
        "hopelessly",
        "emergence",
        "emergences",
        "goodbyes",
        "depressed",
        "depresses",
        "impression",
        "repression",
        "compression",
        "reappear",
        "myself",
        "thyself",
        "itself",
        "living",
        "livings",
        "bikings",
        "skilling",
        "killings",
        "milling",
        "suicides",
        "suicided",
        "hurting",
        "ancestor",
        "ancestry",
        "exhaust",
        "exhausts",
        "exhaustion",
        "exhausting",
        "liking",
        "licking",
        "caring",
        "himself",
        "herself",
    ]
)
_CENSORED_KEYS = frozenset(
    [
        "die",
        "dies",
        "died",
        "dying",
        "dead",
        "death",
        "kill",
        "kills",
        "killed",
        "killing",
        "suicide",
        "suicidal",
        "myself",
        "himself",
        "herself",
        "overdose",
        "overdosed",
        "harm",
        "hurt",
        "cut",
        "cutting",
        "hang",
        "hanging",
        "murder",
        "murdered",
        "rape",
        "raped",
        "shoot",
        "shooting",
        "suicider",
        "tuer",
        "mourir",
        "mort",
        "bleed",
        "gun",
        "stab",
        "drown",
        "abuse",
        "abused",
        "beat",
        "unalive",
        "noose",
        "rope",
    ]
)
_SEGMENT_KEYS = frozenset(
    [
        "die",
        "dead",
        "dying",
        "kill",
        "killing",
        "killmyself",
        "suicide",
        "suicidal",
        "myself",
        "alive",
        "overdose",
        "disappear",
        "mourir",
        "suicider",
        "tuer",
    ]
)
_TO_BEFORE = frozenset({"want", "wants", "going", "need", "ready", "have", "trying", "like", "wanted", "about", "way",
                        "how", "go", "wish"})  # fmt: skip
_FRENCH_ELISIONS = frozenset({"j", "l", "d", "n", "s", "m", "t", "c", "qu", "jusqu", "puisqu", "lorsqu", "quelqu"})
_SUFFIXES = {"m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would"}
_IS_AFTER = frozenset({
    "he", "she", "it", "that", "there", "what", "who", "here", "everyone", "everybody", "how", "where", "someone",
    "nobody", "this", "life", "everything", "nothing", "death",
})  # fmt: skip

_CENSOR_SIGN = re.compile(r"[*#_]")
_REPEATS = re.compile(r"(.)\1{2,}")
_PIECES = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?;]+[\"')\]]*\Z")
_TIME_OR_LINE = re.compile(r"\A\d[\d:/.,%$-]*\Z")
_DOTTED_SENTENCES = re.compile(r"(?<=[^\W\d_]{3})[.!?;]+(?=[^\W\d_]{2})")


def _lookalike_table() -> dict[int, str]:
    table = {ord(sign): plain for sign, plain in _LOOKALIKES.items()}
    table.update({ord(sign): f" {word} " for sign, word in _EMOJI.items()})
    return table


_TABLE = _lookalike_table()

#: Capitals in black circles and in black squares, which Unicode does not call letters: the code of each alphabet's A.
_LETTERS_ON_BLACK = (0x1F150, 0x1F170)


@lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    """One character without accent, disguise or invisibility; a space for a picture.

    Character by character, because normalising a whole text is quadratic on long runs of combining marks.
    """
    if character.isascii() and character.isprintable():
        return "'" if character == "`" else character
    if character in "\n\r\u2028\u2029\u0085":
        return "\n"
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"):
        return " " if character == "\t" else ""
    if ord(character) in _TABLE:
        return _TABLE[ord(character)]
    if 0x1F1E6 <= ord(character) <= 0x1F1FF:
        return " "
    for first in _LETTERS_ON_BLACK:
        if first <= ord(character) < first + 26:
            return chr(ord("a") + ord(character) - first)
    plain = "".join(c for c in unicodedata.normalize("NFKD", character) if unicodedata.category(c) != "Mn").lower()
    plain = "".join(_TABLE.get(ord(c), c) for c in plain)
    if category in ("So", "Sk"):
        # Letters in circles and squares become letters above; a real picture separates words.
        return plain if plain.isascii() and plain.strip("()").isalnum() else " "
    return plain


def clean(text: str) -> str:
    """Characters made plain: lower case, unaccented, no look-alikes, nothing invisible, emoji as words or spaces.

    Keeps line breaks and punctuation. Texts over MAX_CHARACTERS keep their first and last halves of that.
    """
    return "".join(map(_fold, shortened(text).lower()))[: 2 * MAX_CHARACTERS]


def shortened(text: str) -> str:
    """A text of at most MAX_CHARACTERS and a line end: a longer one without its middle."""
    if len(text) <= MAX_CHARACTERS:
        return text
    half = MAX_CHARACTERS // 2
    return text[:half] + "\n" + text[-half:]


def canonical(word: str) -> Words:
    """The words a plainly written word stands for: can't -> can not, kms -> kill myself. Used on rule files as well."""
    word = "".join(map(_fold, word.lower()))
    if word in _EXPANSIONS:
        return tuple(_EXPANSIONS[word].split())
    if "'" in word:
        return _apostrophe(word)
    return (word,) if word else ()


def _apostrophe(word: str) -> Words:
    word = word.strip("'")
    if "'" not in word:
        return canonical(word) if word else ()
    joined = word.replace("'", "")
    if joined in _EXPANSIONS and joined != "id":
        return tuple(_EXPANSIONS[joined].split())
    head, _, tail = word.partition("'")
    if head in _FRENCH_ELISIONS and tail:
        return (head, *canonical(tail))
    if tail in _SUFFIXES and head:
        return (*canonical(head), _SUFFIXES[tail])
    if tail == "s" and head:
        return (head, "is") if head in _IS_AFTER else (head, "s")
    if tail == "t" and head.endswith("n"):
        return (head[:-1], "not")
    return tuple(piece for piece in word.split("'") if piece)


@dataclass(frozen=True)
class Normaliser:
    """Words and sentences of a text, strange spellings read as words of `lexicon` where they can be."""

    lexicon: frozenset[str]

    def sentences(self, text: str) -> tuple[Words, ...]:
        """The text as sentences of plain words, each at most MAX_SENTENCE_WORDS long.

        Very short neighbours ("i want to / die") are read as one; long ones are cut with an overlap.
        """
        fragments: list[list[str]] = []
        for line in clean(text).split("\n"):
            fragments.extend(self._line(line))
        merged: list[list[str]] = []
        for words in fragments:
            short = len(words) <= SHORT_FRAGMENT_WORDS
            if merged and short and len(merged[-1]) <= SHORT_FRAGMENT_WORDS + 2:
                merged[-1] = merged[-1] + words
            else:
                merged.append(words)
        found: list[Words] = []
        for words in merged:
            words = self._together(words)
            if len(words) <= MAX_SENTENCE_WORDS:
                found.append(tuple(words))
                continue
            step = MAX_SENTENCE_WORDS - SENTENCE_OVERLAP
            for start in range(0, len(words) - SENTENCE_OVERLAP, step):
                found.append(tuple(words[start : start + MAX_SENTENCE_WORDS]))
        return tuple(found)

    def _line(self, line: str) -> list[list[str]]:
        fragments: list[list[str]] = []
        words: list[str] = []
        chunks = _DOTTED_SENTENCES.sub(". ", line).split()
        chunks = self._spaced_letters(chunks, line)
        for chunk in chunks:
            words.extend(self._chunk(chunk))
            if _SENTENCE_END.search(chunk) and words:
                fragments.append(words)
                words = []
        if words:
            fragments.append(words)
        return fragments

    def _chunk(self, chunk: str) -> Sequence[str]:
        """Words of one run of characters without a space."""
        if len(chunk) > MAX_WORD:
            return [word for piece in _PIECES.findall(chunk)[:200] for word in self._word(piece[:MAX_WORD])]
        if chunk.isalpha():
            return self._word(chunk)
        bare = chunk.strip(".,;:?!\"'()[]{}<>~-_*")
        if not bare:
            return ()
        if bare in _EXPANSIONS:
            return _EXPANSIONS[bare].split()
        if chunk.startswith("w/") and len(chunk) > 2 and chunk != "w/o":
            return ["with", *self._chunk(chunk[2:])]
        if _TIME_OR_LINE.match(bare):
            return (bare,)
        if bare.isalpha():
            return self._word(bare)
        disguised = self._disguised(chunk.strip(".,;:?\"'()[]{}<>~")) or self._disguised(bare)
        if disguised:
            return self._word(disguised)
        if bare.strip("+").isalpha() and "+" in (bare[0], bare[-1]):
            return ["positive", *self._word(bare.strip("+"))]
        words: list[str] = []
        for piece in _PIECES.findall(bare):
            words.extend(self._word(piece))
        return words

    def _disguised(self, chunk: str) -> str | None:
        """The word of the lexicon behind figures, signs or stars inside a word; None when there is none."""
        letters = sum(c.isalpha() for c in chunk)
        if not letters or len(chunk) > 24:
            return None
        chunk = chunk.rstrip("!") if chunk.endswith("!") and not chunk.startswith("!") else chunk
        if any(c in _LEET for c in chunk):
            signs = sum(c in _LEET for c in chunk)
            if signs <= _MAX_LEET_SIGNS and signs <= len(chunk) - 1:
                options = [_LEET.get(c, c) for c in chunk]
                for letters_tried in product(*options):
                    word = "".join(letters_tried)
                    if word.isalpha():
                        read = self._known(word)
                        if read and len(read) > 1:
                            return read
        if _CENSOR_SIGN.search(chunk):
            found = _uncensor(chunk)
            if found:
                return found
        joined = re.sub(r"[^a-z]", "", chunk)
        if joined != chunk and joined in _CENSORED_KEYS and re.search(r"[a-z][^a-z'\s]+[a-z]", chunk):
            return joined
        if re.fullmatch(r"(?:[a-z][.\-_/*+]+){2,}[a-z]?", chunk) and (joined in _EXPANSIONS or joined in self.lexicon):
            return joined
        return None

    def _known(self, word: str) -> str | None:
        """The word, or the word with drawn-out letters shortened, if the lexicon or the short forms have it."""
        for candidate in _shortened(word):
            if candidate in self.lexicon or candidate in _EXPANSIONS:
                return candidate
        return None

    def _word(self, word: str) -> Sequence[str]:
        if word in _EXPANSIONS:
            return _EXPANSIONS[word].split()
        if word in self.lexicon:
            return (word,)
        if "'" in word:
            return _apostrophe(word)
        if not word.isalpha():
            disguised = self._disguised(word)
            return self._word(disguised) if disguised and disguised.isalpha() else (word,)
        known = self._known(word)
        if known is not None:
            return canonical(known)
        if word.endswith("in") and word + "g" in self.lexicon:
            return (word + "g",)
        fuzzy = _fuzzy(word)
        if fuzzy:
            return (fuzzy,)
        if len(word) >= 7:
            pieces = self._segmented(word, _SEGMENT_KEYS)
            if pieces:
                return [part for piece in pieces for part in canonical(piece)]
        return (word,)

    def _spaced_letters(self, chunks: list[str], line: str) -> list[str]:
        """Join letters written apart (s u i c i d e, k. m. s.) when they then spell known words."""
        found: list[str] = []
        run: list[str] = []
        for chunk in [*chunks, ""]:
            letter = chunk.strip(".,-_/!*")
            if len(letter) == 1 and (letter.isalpha() or letter in _LEET):
                run.append(letter)
                continue
            if run:
                found.extend(self._joined(run) if len(run) >= 3 else run)
                run = []
            if chunk:
                found.append(chunk)
        return found

    def _joined(self, letters: list[str]) -> list[str]:
        joined = "".join(letters)[:MAX_WORD]
        plain = "".join(_LEET[c][0] if c in _LEET else c for c in joined)
        for candidate in _shortened(plain):
            if candidate in self.lexicon or candidate in _EXPANSIONS:
                return [candidate]
        pieces = self._segmented(plain, None)
        return pieces if pieces else letters

    def _segmented(self, letters: str, keys: frozenset[str] | None) -> list[str] | None:
        """Cut letters run together (iwanttodie) into known words; with `keys`, one of them must be among the words."""
        size = len(letters)
        best: list[list[str] | None] = [[], *([None] * size)]
        for end in range(1, size + 1):
            for start in range(max(0, end - 12), end):
                before = best[start]
                piece = letters[start:end]
                if before is None or not (piece in ("i", "a", "u") or (len(piece) > 1 and self._is_piece(piece))):
                    continue
                current = best[end]
                if current is None or len(before) + 1 < len(current):
                    best[end] = [*before, piece]
        pieces = best[size]
        if not pieces or len(pieces) < 2 or len(pieces) > size // 2 + 1:
            return None
        if keys is None:
            return pieces if any(len(piece) >= 3 for piece in pieces) else None
        telling = any(piece in keys for piece in pieces) and all(len(piece) > 1 or piece == "i" for piece in pieces)
        return pieces if telling else None

    def _is_piece(self, piece: str) -> bool:
        return piece in self.lexicon or (len(piece) > 3 and piece in _EXPANSIONS) or piece in ("im", "to", "me")

    def _together(self, words: list[str]) -> list[str]:
        """Pairs written apart joined, and figures used as words (want 2 die) read as words."""
        found: list[str] = []
        at = 0
        while at < len(words):
            word = words[at]
            following = words[at + 1] if at + 1 < len(words) else ""
            pair = _PAIRS.get((word, following))
            if pair and not (pair == "alive" and not (found and found[-1] in ("be", "being", "am", "stay", "feel"))):
                found.extend(pair.split())
                at += 2
                continue
            if word == "2" and found and found[-1] in _TO_BEFORE:
                word = "to"
            elif word == "b" and found and found[-1] in ("to", "not", "would", "will", "can"):
                word = "be"
            elif word == "1" and following in ("want", "am", "can", "do", "feel", "need", "have"):
                word = "i"
            elif word == "ill" and following in ("kill", "be", "just", "do", "end", "never"):
                found.append("i")
                word = "will"
            elif word == "id" and following in ("rather", "be", "like", "just", "kill", "prefer", "love"):
                found.append("i")
                word = "would"
            found.append(word)
            at += 1
        return found


def _shortened(word: str) -> Iterable[str]:
    """The word, then with runs of three or more of a letter cut to one or two, in every way up to four runs."""
    yield word
    runs = _REPEATS.findall(word)
    if not runs:
        return
    pieces = _REPEATS.split(word)
    if len(runs) > 4:
        yield _REPEATS.sub(r"\1", word)
        yield _REPEATS.sub(r"\1\1", word)
        return
    for lengths in product((1, 2), repeat=len(runs)):
        counts = iter(lengths)
        yield "".join(piece * next(counts) if i % 2 else piece for i, piece in enumerate(pieces))


def _uncensor(chunk: str) -> str | None:
    """The key word behind stars (su*cide, d*e, s**cide); None when none fits."""
    bare = re.sub(r"[^a-z*#_]", "", chunk)
    bare = re.sub(r"[#_]", "*", bare)
    if "*" not in bare or not re.search("[a-z]", bare):
        return None
    stripped = bare.strip("*")
    for shape in (bare, stripped):
        if len(shape) < 3 or sum(c != "*" for c in shape) < 2:
            continue
        for key in sorted(_CENSORED_KEYS):
            if len(key) == len(shape) and all(c in ("*", k) for c, k in zip(shape, key)):
                return key
    joined = bare.replace("*", "")
    if joined in _CENSORED_KEYS:
        return joined
    parts = [part for part in bare.split("*") if part]
    if len(parts) == 2 and len("".join(parts)) >= 4:
        for key in sorted(_CENSORED_KEYS):
            if key.startswith(parts[0]) and key.endswith(parts[1]) and len(key) - len(joined) in (1, 2):
                return key
    return None


@lru_cache(maxsize=8192)
def _fuzzy(word: str) -> str | None:
    """The key word one slip away (two for long ones), if the word is not itself a common word."""
    if len(word) < 6 or word in _NOT_TYPOS:
        return None
    near = [key for key in _FUZZY_KEYS if abs(len(key) - len(word)) <= 2 and key[0] == word[0]]
    for key in near:
        if _distance_within(word, key, 1):
            return key
    for key in near:
        if key.startswith(("suicid", "antidep")) and _distance_within(word, key, 2):
            return key
    return None


def _distance_within(one: str, other: str, most: int) -> bool:
    """Whether `one` becomes `other` in at most `most` insertions, deletions, changes or swaps of neighbours."""
    if abs(len(one) - len(other)) > most:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row = row, [i]
        for j, b in enumerate(other, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a != b))
            if before and i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = previous
    return row[-1] <= most
