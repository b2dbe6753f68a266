"""How Search-R1's exact match (SQuAD's) normalises answers.

    python3 exact_match.py          writes exact_match.json beside itself: texts and what they become
    python3 exact_match.py sweep    prints its Unicode version, then for each code point but surrogates what `sweep` of it becomes
"""

import json
import os
import re
import string
import sys
import unicodedata

TEXTS = [
    "",
    "A",
    "The An A",
    "?!",
    "a the-a-the the",
    "the_an _a_ an_",
    "ΠΑΛΑΙΟΣ ΔΡΟΜΟΣ",
    "ΑΣ, ΑΣ'Α ΑΣ. Σ ΣΑ 1Σ Α\u0301Σ Α\u00adΣ ΑΣ\u0345",
    "DİYARBAKIR ISPARTA ﬀ ŉ ẞ",
    "the\u00b3 a\u00bc an\u2167 a\u2460 the\u3280",
    "a\u0301 an\u0327 the\u20dd a\u0903",
    "the\u200dend a\u200can the\u2060 \u200ba",
    "one\x1ctwo\x1dthe\x1ethree\x1fa",
    "x\x85y\xa0z\u1680the\u2003a\u2028b\u2029\u202f\u205f\u3000",
    "\u180ethe \ufeffa the\x00 a\x7f",
    "ｔｈｅ Ａ an\uff3f",
    "\u2018a\u2019 \u201cthe\u201d \u2014an\u2014 «a»",
    "the\U0001d7ce a\U0001f100 \U00010400the \U0001f600an\U0001f600",
    "thé à la ån A\u030a",
    "$1,234.5 a+b=c ~the~ `an` a|b",
]

PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(text):
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text.lower().translate(PUNCTUATION)).split())


def sweep(c):
    return f"a{c}b the{c} {c}an x{c}the{c}y {c} ΑΣ{c} {c}Σ Α{c}ΣΒ Α{c}Σ a{c}the"


if __name__ == "__main__":
    if sys.argv[1:] == ["sweep"]:
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
        print(unicodedata.unidata_version)
        for code in range(sys.maxunicode + 1):
            if not 0xD800 <= code <= 0xDFFF:
                print(normalise(sweep(chr(code))))
    else:
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "exact_match.json")
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            json.dump([{"text": text, "normalised": normalise(text)} for text in TEXTS], file, indent=1)
            file.write("\n")
