"""Python's own methods of texts: one JSON request a line, one JSON answer a line. Ends at once where Unicode is another version than the tables'."""
import json
import sys
import unicodedata

CASES = (str.lower, str.upper, str.title, str.capitalize, str.swapcase)
KINDS = (str.isalpha, str.isalnum, str.isdecimal, str.isdigit, str.isnumeric, str.isspace, str.islower, str.isupper, str.istitle)

if unicodedata.unidata_version != "14.0.0":
    sys.exit()
print("ready", flush=True)


def describe(text):
    kinds = "".join("01"[holds(text)] for holds in KINDS)
    return "\n".join([case(text) for case in CASES] + [repr(text), *text.split(), kinds])


for line in sys.stdin:
    request = json.loads(line)
    texts = request["texts"] or [
        request["before"] + chr(code) + request["between"] + chr(code) + request["after"]
        if request["between"] else chr(code)
        for code in range(request["from"], request["to"])
        if not 0xD800 <= code <= 0xDFFF
    ]
    print(json.dumps([describe(text) for text in texts]), flush=True)
