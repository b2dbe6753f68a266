"""Merges an adapter in PEFT's layout into a model by the definition, W + scale * B @ A in float64, and compares with what was saved merged.

Usage: merge_adapter.py BASE ADAPTER MERGED. Exits with 0 where all weights agree, 1 where not, 3 where there is no numpy.
"""
import json
import os
import struct
import sys

try:
    import numpy
except ImportError:
    sys.exit(3)


def tensors(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    for name, entry in header.items():
        assert entry["dtype"] == "F32", entry
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        yield name, numpy.frombuffer(data[begin:end], "<f4").reshape(entry["shape"]).astype("f8")


def main(base, adapter, merged):
    config = json.load(open(os.path.join(adapter, "adapter_config.json")))
    scale = config["lora_alpha"] / (config["r"] ** 0.5 if config["use_rslora"] else config["r"])
    factors = dict(tensors(os.path.join(adapter, "adapter_model.safetensors")))
    found = dict(tensors(os.path.join(merged, "model.safetensors")))
    targets = 0
    for name, weight in tensors(os.path.join(base, "model.safetensors")):
        stem = "base_model.model." + name[: -len(".weight")]
        if stem + ".lora_A.weight" in factors:
            weight = weight + scale * factors.pop(stem + ".lora_B.weight") @ factors.pop(stem + ".lora_A.weight")
            targets += 1
        numpy.testing.assert_allclose(found.pop(name), weight, rtol=1e-5, atol=1e-5, err_msg=name)
    assert targets > 0 and not factors and not found, (targets, list(factors), list(found))


main(*sys.argv[1:])
