"""Reads the weights of a model folder by the definition of the safetensors format alone, and prints, as JSON, each tensor's dtype, shape
and the SHA-256 of its numbers as little-endian float32."""
import hashlib
import json
import os
import struct
import sys

folder = sys.argv[1]
index = os.path.join(folder, "model.safetensors.index.json")
if os.path.exists(index):
    with open(index) as file:
        names = sorted(set(json.load(file)["weight_map"].values()))
else:
    names = ["model.safetensors"]

tensors = {}
for name in names:
    with open(os.path.join(folder, name), "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__", None)
    for tensor, entry in header.items():
        begin, end = entry["data_offsets"]
        raw = data[begin:end]
        if entry["dtype"] == "BF16":
            # A bfloat16 is the upper half of a float32.
            raw = b"".join(b"\0\0" + raw[i:i + 2] for i in range(0, len(raw), 2))
        elif entry["dtype"] != "F32":
            sys.exit(f"{tensor} is {entry['dtype']}")
        tensors[tensor] = {"dtype": entry["dtype"], "shape": entry["shape"], "sha256": hashlib.sha256(raw).hexdigest()}

print(json.dumps(tensors))
