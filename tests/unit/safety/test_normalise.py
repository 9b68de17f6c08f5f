from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.normalise import (
    MAX_CHARACTERS,
    MAX_SENTENCE_WORDS,
    Normaliser,
    _distance_within,
    _fuzzy,
    _shortened,
    _uncensor,
    canonical,
    clean,
    shortened,
)

LEXICON = frozenset(
    "i want to die kill myself suicide suicidal not can do am have help so please go on end it all the pills".split()
)
NORMALISER = Normaliser(LEXICON)


def words(text: str) -> str:
    return " / ".join(" ".join(sentence) for sentence in NORMALISER.sentences(text))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("I can't", "i can not"),
        ("i cant", "i can not"),
        ("I can’t", "i can not"),
        ("im", "i am"),
        ("wanna", "want to"),
        ("k1ll mys3lf", "kill myself"),
        ("su1c1de", "suicide"),
        ("d!e", "die"),
        ("d i e", "die"),
        ("s.u.i.c.i.d.e", "suicide"),
        ("k.m.s", "kill myself"),
        ("k-m-s", "kill myself"),
        ("diiiie", "die"),
        ("killlll", "kill"),
        ("pleeeease", "please"),
        ("kms", "kill myself"),
        ("s/h", "self harm"),
        ("sewer slide", "suicide"),
        ("want 2 die", "want to die"),
        ("su*cide", "suicide"),
        ("k*ll", "kill"),
        ("k•ll", "kill"),
        ("s■icide", "suicide"),
        ("d/ie", "die"),
        ("sucidal", "suicidal"),
        ("suicdal", "suicidal"),
        ("suiside", "suicide"),
        ("mysefl", "myself"),
        ("iwanttodie", "i want to die"),
        ("dіе", "die"),
        ("ｄｉｅ", "die"),
        ("díé", "die"),
        ("d\u200bi\u2060e", "die"),
        ("j'ai", "j ai"),
        ("jveux", "je veux"),
        ("SI+", "positive si"),
        ("9-8-8", "988"),
        # characters
        ("`kms`", "kill myself"), ("\tdie\tdie", "die die"), ("d\u0000ie", "die"), ("🇨🇦die", "die"),
        ("so🇨🇦so", "so so"),
        ("Ⓓⓘⓔ", "die"), ("☀die", "die"), ("so☀so", "so so"), ("ÉCOLE", "ecole"), ("ßo", "sso"),
        ("⒟ie", "die"), ("so\u00a8so", "so so"),
        # short forms and apostrophes
        ("i'd", "i would"), ("i'm", "i am"), ("they're", "they are"), ("could've", "could have"),
        ("who'll", "who will"),
        ("she's", "she is"), ("mary's", "mary s"), ("what's", "what is"), ("didn't", "did not"),
        ("couldn't", "could not"),
        ("d'aide", "d aide"), ("l'hopital", "l hopital"), ("jusqu'ici", "jusqu ici"), ("qu'on", "qu on"),
        ("'die'", "die"), ("''", ""), ("o'clock", "o clock"), ("rock'n'roll", "rock n roll"), ("cat't", "cat t"),
        ("mightn't", "might not"),
        # signs in and around a word
        ("w/kms", "with kill myself"), ("w/", "with"), ("w/o", "without"), ("(die)", "die"), ('"die"', "die"),
        ("~die~", "die"), ("so/die", "so die"), ("so-die", "so die"), ("10:30", "10:30"), ("$50", "50"),
        ("50%", "50%"),
        ("+si", "positive si"), ("si+so", "si so"), ("-", ""), ("die,die", "die die"),
        ("d1e", "die"), ("d!e!", "die"), ("!die", "die"), ("die!!!", "die"), ("k!ll", "kill"), ("$uicide", "suicide"),
        ("su!c!de", "suicide"), ("5u1c1d3", "suicide"), ("k1ll_mys3lf", "kill myself"), ("c@n", "can"),
        # letters written apart, drawn out or run together
        ("k i l l", "kill"), ("k 1 l l", "kill"), ("d-i-e", "die"), ("d*i*e", "die"),
        ("so d i e so", "so die so"), ("x y z", "x y z"), ("i w a n t t o d i e", "i want to die"),
        ("dddiiieee", "die"), ("heeelp", "help"), ("killl", "kill"), ("sooo", "so"), ("goooo", "go"),
        ("aaabbbcccdddeee", "aaabbbcccdddeee"), ("killmyself", "kill myself"), ("ikillmyself", "i kill myself"),
        ("wanttodie", "want to die"), ("helpso", "helpso"), ("sodoam", "sodoam"), ("idie", "idie"),
        ("dodie", "dodie"),
        # stars
        ("su**ide", "suicide"), ("s*****e", "suicide"), ("*die*", "die"), ("d*e", "die"), ("d#e", "die"),
        ("s*cide", "suicide"), ("mo*rir", "mourir"), ("z*z", "z z"), ("***", ""),
        ("su*c*de", "suicide"), ("sui*de", "suicide"), ("m**self", "myself"), ("ki*l", "kill"), ("h*rm", "harm"),
        ("su.icide", "suicide"), ("k/ill", "kill"), ("die.die", "die die"),
        # slips
        ("sucide", "suicide"), ("siucide", "suicide"), ("suacyde", "suicide"), ("antidepresants", "antidepressants"),
        ("overdsoe", "overdose"), ("anymroe", "anymore"), ("disapear", "disappear"),
        ("emergncy", "emergency"), ("uicide", "uicide"), ("suicides", "suicides"), ("hopelss", "hopeless"),
        # words together, and figures for words
        ("any more", "anymore"), ("my self", "myself"), ("be a live", "be alive"), ("a live show", "a live show"),
        ("not a live", "not a live"), ("stay a live", "stay alive"), ("feel a live", "feel alive"),
        ("being a live", "being alive"), ("am a live", "am alive"), ("to b", "to be"), ("not b", "not be"),
        ("would b", "would be"), ("will b", "will be"), ("can b", "can be"), ("so b", "so b"), ("b", "b"), ("2", "2"),
        ("so 2", "so 2"), ("going 2 die", "going to die"), ("2 die", "2 die"),
        *((f"1 {word} so", f"i {word} so") for word in ("want", "am", "can", "do", "feel", "need", "have")),
        *((f"ill {word} so", f"i will {word} so") for word in ("kill", "be", "just", "do", "end", "never")),
        *(
            (f"id {word} so", f"i would {word} so")
            for word in ("rather", "be", "like", "just", "kill", "prefer", "love")
        ),
        ("1 so", "1 so"), ("ill so", "ill so"), ("id so", "id so"), ("so ill", "so ill"),
        ("so sui cide", "so suicide"),
    ],
)  # fmt: skip
def test_what_is_typed_is_read_as_plain_words(typed: str, read: str) -> None:
    assert words(typed) == read


@pytest.mark.parametrize("kept", ["988", "24/7", "pgy1", "r2", "ms3", "811", "2026", "h1n1"])
def test_real_numbers_and_codes_stay(kept: str) -> None:
    assert words(kept) == kept


@pytest.mark.parametrize("word", ["homeless", "decide", "soldier", "studied", "therapist", "overdone", "impressed"])
def test_ordinary_words_are_not_taken_for_typos(word: str) -> None:
    assert words(word) == word


def test_sentences_are_told_apart_and_short_neighbours_read_together() -> None:
    assert words("Where is the office today please? Can you tell me the hours?").count("/") == 1
    assert words("i want to\ndie") == "i want to die"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("one two three. so so so", "one two three so so so"),
        ("one two three four. so so so", "one two three four so so so"),
        ("one two three four five. so so so", "one two three four five so so so"),
        ("one two three four five six. so so so", "one two three four five six / so so so"),
        ("one two three four. so so so so", "one two three four / so so so so"),
        ("one two three. so so so so", "one two three / so so so so"),
        ("one two three four.so so so so", "one two three four / so so so so"),
        ("one two three four! so so so so", "one two three four / so so so so"),
        ("one two three four?) so so so so", "one two three four / so so so so"),
        ("one two three four; so so so so", "one two three four / so so so so"),
        ("one two three four, so so so so", "one two three four so so so so"),
        ("one two three four\nso so so so", "one two three four / so so so so"),
        ("one two three four\u2028so so so so", "one two three four / so so so so"),
        ("... one two three four", "one two three four"),
        ("want to. die", "want to die"),
        ("my. self", "myself"),
        ("", ""),
        (" \n ... \n", ""),
    ],
)
def test_where_a_sentence_ends(text: str, read: str) -> None:
    assert words(text) == read


def test_a_long_sentence_is_cut_into_pieces_that_overlap() -> None:
    said = [f"x{'abcdefghij'[n // 10]}{'klmnopqrst'[n % 10]}" for n in range(83)]
    assert NORMALISER.sentences(" ".join(said[:48])) == (tuple(said[:48]),)
    assert NORMALISER.sentences(" ".join(said[:49])) == (tuple(said[:48]), tuple(said[34:49]))
    assert NORMALISER.sentences(" ".join(said[:82])) == (tuple(said[:48]), tuple(said[34:82]))
    assert NORMALISER.sentences(" ".join(said)) == (tuple(said[:48]), tuple(said[34:82]), tuple(said[68:83]))


def test_an_endless_word_is_read_piece_by_piece() -> None:
    assert words("want/" * 13 + "die") == " ".join(["want"] * 13 + ["die"])
    assert words("q" * 30 + "x-" + "z" * 70) == "q" * 30 + "x " + "z" * 60
    assert words("1:" * 30) == "1:" * 29 + "1"
    pieces = NORMALISER.sentences("xy/" * 300)
    assert sum(map(len, pieces)) - 14 * (len(pieces) - 1) == 200


def test_a_text_at_the_limit_is_kept_whole() -> None:
    assert MAX_CHARACTERS == 16_000
    assert shortened("x" * MAX_CHARACTERS) == "x" * MAX_CHARACTERS
    half = MAX_CHARACTERS // 2
    assert shortened("a" * MAX_CHARACTERS + "b") == "a" * half + "\n" + "a" * (half - 1) + "b"
    assert len(clean("🔫" * MAX_CHARACTERS)) == 2 * MAX_CHARACTERS


@pytest.mark.parametrize(
    ("character", "read"),
    [
        ("☀", " "), ("🏽", " "), ("😀", " "), ("¨", " "), ("🇦", " "), ("🇿", " "), ("\t", " "),
        ("Ⓓ", "d"), ("⒟", "(d)"), ("ℌ", "h"), ("ﬁ", "fi"), ("é", "e"), ("²", "2"), ("½", "1/2"), ("（", "("),
        ("⠿", " "), ("🅐", "a"), ("🅩", "z"), ("🅰", "a"), ("🆉", "z"), ("🆊", " "), ("•", "*"), ("█", "*"),
        ("`", "'"), ("’", "'"), ("…", ". "), ("Ж", "ж"), ("ẞ", "ss"), ("字", "字"), ("～", "~"), ("℅", " "),
        ("㋀", " "),
        ("e\u0301", "e"), ("\u20dd", ""), ("\u200b", ""), ("\x07", ""), ("\ue000", ""), ("\ud800", ""),
        ("\u0378", ""),
        ("\n", "\n"), ("\r", "\n"), ("\u2028", "\n"), ("\u2029", "\n"), ("\x85", "\n"), ("X", "x"), ("!", "!"),
    ],
)  # fmt: skip
def test_a_character_is_made_plain(character: str, read: str) -> None:
    assert clean(f"q{character}q") == f"q{read}q"


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("abcd", "abcd", 0), ("abcd", "abxd", 1), ("abcd", "abd", 1), ("abcd", "abcxd", 1), ("abcd", "abdc", 1),
        ("abcd", "bacd", 1), ("abcd", "abc", 1), ("abc", "abcd", 1), ("abcd", "axyd", 2), ("abcd", "ad", 2),
        ("ad", "abcd", 2), ("abcd", "badc", 2), ("abcd", "xacb", 3), ("abcd", "cdab", 4), ("abcde", "bcdea", 2),
        ("bcdea", "abcde", 2), ("abc", "cab", 2), ("ab", "ba", 1), ("abab", "baba", 2), ("aab", "aba", 1),
        ("", "a", 1), ("a", "", 1), ("a", "b", 1), ("abcdef", "abcdfe", 1), ("abcd", "acxd", 2),
    ],
)  # fmt: skip
def test_slips_between_two_words_are_counted(one: str, other: str, slips: int) -> None:
    assert [_distance_within(one, other, most) for most in range(5)] == [most >= slips for most in range(5)]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("suicyde", "suicide"), ("suxxide", "suicide"), ("sxxcide", "suicide"), ("suxxxde", None),
        ("antdepressant", "antidepressants"), ("antdepresants", "antidepressants"), ("antdepresant", None),
        ("suicidaii", "suicidal"), ("suicidexx", "suicide"), ("suici", None), ("suicid", "suicide"),
        ("overxxse", None), ("overdos", "overdose"), ("livig", None), ("livinng", "living"), ("kiling", "killing"),
        ("xilling", None), ("filling", None), ("myself", None), ("mysefl", "myself"), ("anymroe", "anymore"),
    ],
)  # fmt: skip
def test_a_slip_is_read_as_the_word_it_is_near(typed: str, key: str | None) -> None:
    assert _fuzzy(typed) == key


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("su*cide", "suicide"), ("d*e", "die"), ("d#e", "die"), ("d_e", "die"), ("*die*", "die"),
        ("s**cide", "suicide"),
        ("k-*ll", "kill"), ("(k*ll)", "kill"), ("su*de", None), ("s*icde", None), ("su*e", None), ("kilo*", None),
        ("sh*t", None),
        ("k*i*l*l", "kill"), ("s*u*i*c*i*d*e", "suicide"), ("*kill", "kill"), ("kill**", "killed"), ("di*", "die"),
        ("ki**", "kill"), ("*ill", "kill"), ("su*cid", None), ("r*ing", None), ("dr*ing", None),
        ("ki*ing", "killing"),
        ("k***", None), ("**", None), ("***", None), ("d*", None), ("kill", None), ("**ie**", None), ("z*z", None),
        ("mo*ir", "mourir"), ("su*er", None), ("sui*er", None), ("h*ng", "hang"), ("a*e", None), ("ov*se", None),
    ],
)  # fmt: skip
def test_a_word_with_stars_is_read_as_the_key_word_behind_them(typed: str, key: str | None) -> None:
    assert _uncensor(typed) == key


@pytest.mark.parametrize(
    ("typed", "candidates"),
    [
        ("die", ["die"]),
        ("diie", ["diie"]),
        ("diiie", ["diiie", "die", "diie"]),
        ("ddiieee", ["ddiieee", "ddiie", "ddiiee"]),
        ("aaabbb", ["aaabbb", "ab", "abb", "aab", "aabb"]),
        ("aaabbbcccdddeee", ["aaabbbcccdddeee", "abcde", "aabbccddee"]),
    ],
)
def test_drawn_out_letters_are_shortened(typed: str, candidates: list[str]) -> None:
    assert list(_shortened(typed)) == candidates


def test_drawn_out_letters_of_up_to_four_runs_are_tried_in_every_way() -> None:
    assert len(list(_shortened("aaabbbcccddd"))) == 1 + 2**4


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("'die'", "die"), ("xdie", "xdie"), ("'can't'", "can not"), ("i'd", "i would"), ("id", "id"),
        ("he's", "he is"),
        ("mary's", "mary s"), ("death's", "death is"), ("d'aide", "d aide"), ("d'", "d"), ("they'll", "they will"),
        ("'ll", "ll"), ("mightn't", "might not"), ("cat't", "cat t"), ("o'clock", "o clock"), ("'", ""),
        ("x'im", "x im"),
        ("qu'im", "qu i am"), ("im've", "i am have"), ("xs'x", "xs x"), ("x's", "x s"), ("'cant", "can not"),
    ],
)  # fmt: skip
def test_words_with_an_apostrophe(word: str, read: str) -> None:
    assert " ".join(canonical(word)) == read


TOGETHER = Normaliser(LEXICON | frozenset("killing on as dying live cat".split()))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("killin", "killing"), ("inkillin", "inkillin"), ("killi", "killi"), ("in", "in"),
        ("sotodie", "so to die"), ("todie", "todie"), ("sodieme", "so die me"), ("imdying", "i am dying"),
        ("imdyingso", "i am dying so"), ("gonnadie", "going to die"), ("dontdie", "do not die"),
        ("wannadie", "want to die"), ("helpgoon", "helpgoon"), ("idieiam", "i die i am"), ("adieso", "adieso"),
        ("iwantdie", "i want die"), ("amidieso", "am i die so"), ("goassodie", "go as so die"),
        ("kmsdiego", "kmsdiego"),
        ("diegoasgo", "die go as go"), ("pleasehelpdie", "please help die"), ("suicidalkill", "suicidal kill"),
        ("udieudie", "udieudie"), ("meandie", "meandie"),
        ("s o t o", "s o t o"), ("g o o n", "g o o and"), ("g o d i e", "go die"), ("i a d i e", "i a die"),
        ("g o p i l l", "g o p i l l"), ("u d i e", "you die"), ("i 4 m d i e", "i am die"), ("k !l l", "kill"),
        ("k 1 l l", "kill"), ("p i l l s", "pills"), ("a s i a m", "a s i a m"), ("i i d i e", "i i die"),
        ("d-. i, e!", "die"), ("X d i e", "x d i e"), ("so w h y", "so with h y"), ("a l l i a m", "all i am"),
        ("i a i a d i e", "i a i a d i e"), ("m e d i e", "me die"), ("i m d i e", "i am die"),
    ],
)  # fmt: skip
def test_letters_together_and_apart_are_cut_into_known_words(typed: str, read: str) -> None:
    assert " / ".join(" ".join(sentence) for sentence in TOGETHER.sentences(typed)) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("w/die", "with die"), ("w/24/7", "with 24/7"), ("1!i", "1 i"), ("w/x", "with x"), ("w/", "with"),
        ("w/o", "without"), ("xw/", "xw"), ("x/w", "x with"),
        ("w/o!", "without"), ("Xdie-X", "xdie x"), ("(die)X", "die x"), ("so24", "so24"), ("-24", "24"),
        ("a24", "a24"),
        ("+pills", "positive pills"), ("pills+", "positive pills"), ("x+pills", "x pills"), ("+pi.lls", "pi lls"),
        ("d!e", "die"), ("!d!e!", "die"), ("!d!e", "die"), ("d13!!", "die"), ("die!x", "die x"), ("x!", "x"),
        ("g0", "go"), ("0n", "on"), ("1!|d", "1 d"), ("4ll", "all"), ("z0", "z0"), ("$u!c!d3", "suicide"),
        ("5u1c1d41", "suicidal"), ("d1e" + "x" * 21, "d1e" + "x" * 21), ("d" + "." * 20 + "1e", "d 1e"), ("4m", "am"),
        ("d.i.e.", "die"), ("d.i.e", "die"), ("x.y.z", "x y z"), ("d.i", "d i"), ("k.m.s", "kill myself"),
        ("d1" + "e" * 22, "die"), ("d1" + "e" * 23, "d1" + "e" * 23), ("5u1c!d41!!", "suicidal"),
        ("5u1c1d41l", "5u1c1d41l"), ("5u1(1d3", "5u1 1d3"), ("501314", "501314"), ("50131a", "50131a"),
        ("5011d3so", "5011d3so"), ("0n!", "on"), ("a11", "all"),
    ],
)  # fmt: skip
def test_signs_and_figures_in_a_word(typed: str, read: str) -> None:
    assert words(typed) == read


def test_the_end_of_a_word_in_ing_may_be_swallowed() -> None:
    assert [TOGETHER.sentences(typed) for typed in ("dyin", "dyi")] == [(("dying",),), (("dyi",),)]


def test_a_word_is_read_behind_at_most_six_signs() -> None:
    normaliser = Normaliser(frozenset({"assassination"}))
    assert normaliser.sentences("455455ination") == (("assassination",),)
    assert normaliser.sentences("4554551nation") == (("4554551nation",),)


def test_exclamation_marks_behind_a_word_are_no_letters() -> None:
    assert NORMALISER._disguised("d1e!") == "die"
    assert NORMALISER._disguised("!t!") is None


@pytest.mark.parametrize(
    ("lexicon", "typed", "read"),
    [
        ("die abcdefghijkl", "dieabcdefghijkl", "die abcdefghijkl"),
        ("die abcdefghijklm", "dieabcdefghijklm", "dieabcdefghijklm"),
        ("die y", "y d i e", "y d i e"),
        ("die some so me", "somedie", "some die"),
        ("die so to go sotogo godie", "sotogodie", "sotogo die"),
        ("die so go dieso sogo", "diesogo", "die sogo"),
        ("die so", "sotodie", "so to die"),
    ],
)
def test_letters_are_cut_into_the_fewest_words(lexicon: str, typed: str, read: str) -> None:
    assert [" ".join(words) for words in Normaliser(frozenset(lexicon.split())).sentences(typed)] == [read]


def test_all_of_a_sentence_is_read_after_words_joined() -> None:
    assert words("any more so any more so my") == "anymore so anymore so my"


def test_emoji_with_a_meaning_become_words_and_others_vanish() -> None:
    assert words("🔫 help 😀") == "emojigun help"


def test_rule_files_and_messages_read_short_forms_alike() -> None:
    assert canonical("can't") == ("can", "not")
    assert canonical("wanna") == ("want", "to")
    assert canonical("Été") == ("ete",)
    assert canonical("") == canonical("'") == ()
    assert canonical("d'urgence") == ("d", "urgence")


@given(st.text(max_size=2_000))
def test_sentences_are_bounded(text: str) -> None:
    assert all(0 < len(sentence) <= MAX_SENTENCE_WORDS for sentence in NORMALISER.sentences(text))


def test_the_ends_of_an_endless_text_are_kept() -> None:
    cleaned = clean("start " + "x" * 10 * MAX_CHARACTERS + " end")
    assert cleaned.startswith("start ")
    assert cleaned.endswith(" end")
    assert len(cleaned) <= MAX_CHARACTERS + 1
