"""Compares our user names with PyPI's precis-i18n on generated strings: `scripts/precis [COUNT [SEED]]`.

Both accept and agree, or both refuse, or we alone refuse, by one of the rules of `stricter`. Anything else is a
failure: a string of which both make different names, or one that we accept and the RFC's profile does not.
"""

import collections
import pathlib
import random
import subprocess
import sys
import unicodedata

from precis_i18n import get_profile
from precis_i18n.derived import PVALID, derived_property
from precis_i18n.unicode import UnicodeData

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
PROBE = REPOSITORY / ".build" / "release" / "username-probe"
PROFILE, UCD = get_profile("UsernameCaseMapped"), UnicodeData()

# Only what Python's Unicode has assigned: libutf8proc's is newer, and knows more.
ASSIGNED = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) not in ("Cn", "Cs", "Co")]
NOTHING = list("\u0378\u0380\ufdd0\ufffe\uffff\U0001fffe\U0010ffff\ue000\U000f0000")

BY_CATEGORY = collections.defaultdict(list)
BY_SCRIPT = collections.defaultdict(list)
BY_DIRECTION = collections.defaultdict(list)
for character in ASSIGNED:
    BY_CATEGORY[unicodedata.category(character)].append(character)
    BY_DIRECTION[unicodedata.bidirectional(character)].append(character)
    # The first word of a letter's name is its script, near enough to write words with.
    BY_SCRIPT[unicodedata.name(character, "?").split(" ")[0].split("-")[0]].append(character)
SCRIPTS = [letters for letters in BY_SCRIPT.values() if len(letters) > 4]
MARKS = BY_CATEGORY["Mn"] + BY_CATEGORY["Mc"]
WIDE = [c for c in ASSIGNED if "\uff01" <= c <= "\uffee"]
CASED = [c for c in ASSIGNED if c.lower() != c or c.upper() != c or c.casefold() != c.lower()]
DECOMPOSED = [c for c in ASSIGNED if unicodedata.decomposition(c)]
CONTEXT = list("\u00b7\u0375\u05f3\u05f4\u30fb\u0660\u0669\u06f0\u06f9\u200c\u200dlL\u03b1\u05d0\u30a2\u5c71\u0b95\u0bcd\u094d\u0627")
NASTY = list("\0\t\n\x7f\x85\xa0\xad\u034f\u061c\u115f\u180e\u200b\u200e\u200f\u202a\u202e\u2028\u2060\u2066\u2069\u3000"
             "\u3164\ufe0f\ufeff\uffa0\ufffc\ufffd\U000e0041\U0001d173\u212a\u212b\u2126\u017f\u0130\u0131\u00df\u1e9e\u03a3"
             "\u03c2\u0149\u01f0\u0390\u1f88\u1fbc\u01c4\u01c5\ufb01\u0344\u0958\u2adc\U0001d15e\u0587\u10a0\u1c90\uab70")
NAMES = ("admin", "root", "Mia.Lopez", "user-1", "paypal", "o'neil", "juliet@example.com", "ΑΘΗΝΆ", "ΟΔΥΣΣΕΥΣ", "ΣΣ.Σ", "Иван", "straße",
         "İstanbul", "שלום", "سعيد", "李小龍", "テスト", "한국", "राम", "ไทย", "ʻokina", "ϐιβλίο", "ﾃｽﾄ", "ａｄｍｉｎ")


def some(generator, letters, most=8):
    return "".join(generator.choice(letters) for _ in range(generator.randint(1, most)))


def composed(generator):
    text = "".join(generator.choice(generator.choice(SCRIPTS)) + some(generator, MARKS, 3) for _ in range(2))
    return unicodedata.normalize(generator.choice(("NFC", "NFD", "NFKC", "NFKD")), text)


def disturbed(generator):
    """A name with something put into it."""
    name = list(generator.choice(NAMES))
    for _ in range(generator.randint(1, 2)):
        name.insert(generator.randint(0, len(name)), generator.choice(generator.choice((NASTY, CONTEXT, MARKS, ASSIGNED))))
    return "".join(name)


def directions(generator):
    kinds = [BY_DIRECTION[kind] for kind in ("R", "AL", "AN", "EN", "ES", "CS", "ET", "ON", "NSM", "BN", "L")]
    return "".join(generator.choice(generator.choice(kinds[: generator.randint(1, 11)])) for _ in range(generator.randint(1, 6)))


WAYS = (
    lambda g: some(g, g.choice(SCRIPTS)),
    lambda g: some(g, g.choice(SCRIPTS)) + some(g, g.choice(SCRIPTS), 3),
    lambda g: some(g, ASSIGNED + NOTHING, 3),
    lambda g: some(g, g.choice(list(BY_CATEGORY.values())), 3),
    lambda g: "a" + g.choice(ASSIGNED + NOTHING),
    lambda g: some(g, BY_CATEGORY["Lu"] + BY_CATEGORY["Lt"] + BY_CATEGORY["Ll"]),
    lambda g: some(g, CASED, 5),
    lambda g: g.choice(NAMES).translate({ord(c): g.choice((c.upper(), c.title(), c)) for c in g.choice(NAMES)}),
    lambda g: some(g, list("ΣσςΑα'.-\u00b7\u0301\u0345\u02b0a1Я"), 6),
    lambda g: some(g, WIDE),
    lambda g: some(g, WIDE + list("abcABC가가テ゛"), 5),
    lambda g: some(g, CONTEXT, 4),
    lambda g: some(g, DECOMPOSED, 3),
    lambda g: some(g, [chr(c) for c in range(0x21, 0x7F)], 80),
    composed,
    disturbed,
    disturbed,
    directions,
    directions,
)


def generated(count, seed):
    generator = random.Random(seed)
    for number in range(count):
        yield WAYS[number % len(WAYS)](generator)


def theirs(text):
    try:
        return PROFILE.enforce(text)
    except UnicodeEncodeError:
        return None


def ours(texts):
    """What our implementation makes of each: the name, or None and the code of the refusal."""
    lines = "".join(text.encode().hex() + "\n" for text in texts)
    result = subprocess.run([PROBE], input=lines, capture_output=True, text=True, check=True)
    for line in result.stdout.splitlines():
        yield (bytes.fromhex(line[1:]).decode(), None) if line[0] == "=" else (None, line[1:])


def stricter(text):
    """The rule of ours that the RFC does not ask for and by which we refuse the string; None when there is none."""
    wide = UCD.width_map(text)
    if len(theirs(text)) > 64 or len(text.encode()) > 1024:
        return "longer than 64 code points"
    if "\u200c" in text or "\u200d" in text:
        return "joiners, which nobody sees (CONTEXTJ)"
    if unicodedata.category(wide[0]) in ("Mn", "Mc", "Me"):
        return "a combining mark first"
    if any(derived_property(ord(c), UCD)[0] not in (PVALID, "CONTEXTO") for c in wide):
        return "a character that only becomes an allowed one by case mapping (RFC 8265 section 3.3.1 prepares first)"
    return None


def compare(count, seed):
    """How often each outcome came, and the failures."""
    texts = list(generated(count, seed))
    outcomes, failures = collections.Counter(), []
    for text, (name, code) in zip(texts, ours(texts), strict=True):
        expected = theirs(text)
        if name == expected:
            outcomes["both refuse" if name is None else "both accept, the same name"] += 1
        elif name is None and (rule := stricter(text)):
            outcomes["we alone refuse: " + rule] += 1
        else:
            failures.append((text.encode("unicode_escape").decode(), name, code, expected))
    return outcomes, failures


def main(count="100000", seed="1"):
    outcomes, failures = compare(int(count), int(seed))
    for outcome, times in outcomes.most_common():
        print(f"{times:8}  {outcome}")
    for text, name, code, expected in failures[:50]:
        print(f"FAILED  {text}: ours {name!a} {code or ''}, theirs {expected!a}")
    print(f"{int(count) - len(failures)} passed, {len(failures)} failed, seed {seed}, Unicode {unicodedata.unidata_version}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
