"""Writes Kinds.txt and Casing.txt, Python's own knowledge of characters, beside itself: python3 make-tables.py"""

import os
import sys
import unicodedata

# In the order of the bits of CharacterKind.
KINDS = {
    "alphabetic": str.isalpha,
    "decimal": str.isdecimal,
    "digit": str.isdigit,
    "numeric": str.isnumeric,
    "space": str.isspace,
    "printable": str.isprintable,
    "lower": str.islower,
    "upper": str.isupper,
    "title": lambda c: c.istitle() and not c.isupper(),
    # str.title keeps the a small behind a cased character; a sigma is final behind a cased character and what a search for it passes over.
    "cased": lambda c: (c + "a").title().endswith("a"),
    "ignorable": lambda c: ("A" + c + "Σ").lower().endswith("ς") and not (" " + c + "Σ").lower().endswith("ς"),
}
CASES = (str.lower, str.upper, str.title)
HEAD = (
    f"# Made by make-tables.py from Python's str, with Unicode {unicodedata.unidata_version}.\n"
    "# Copyright (c) 1991-2021 Unicode, Inc.; Unicode License (https://www.unicode.org/license.txt).\n"
)


def kinds(c):
    return sum(1 << bit for bit, holds in enumerate(KINDS.values()) if holds(c))


def hexadecimal(text):
    return " ".join(f"{ord(c):04X}" for c in text)


def write(name, lines):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(HEAD)
        file.writelines(line + "\n" for line in lines)


def runs():
    yield '# "XXXX Y": from XXXX on to the next line\'s, characters have the kinds Y, hexadecimal; its bits from the lowest: ' + ", ".join(KINDS) + "."
    before = 0
    for code in range(sys.maxunicode + 1):
        now = kinds(chr(code))
        if now != before:
            yield f"{code:04X} {now:X}"
            before = now


def mappings():
    yield '# "XXXX;lower;upper;title": what XXXX becomes alone, each of one to three characters; empty where it stays.'
    for code in range(sys.maxunicode + 1):
        c = chr(code)
        changed = [case(c) for case in CASES]
        if any(text != c for text in changed):
            yield f"{code:04X};" + ";".join("" if text == c else hexadecimal(text) for text in changed)


if __name__ == "__main__":
    write("Kinds.txt", runs())
    write("Casing.txt", mappings())
