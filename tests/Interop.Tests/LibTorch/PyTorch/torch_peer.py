"""Evaluates expressions with PyTorch for the tests of Interop.LibTorch: one JSON request a line in, one JSON answer a line out."""

import base64
import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def decode(item):
    kind = getattr(torch, item["type"])
    data = bytearray(base64.b64decode(item["data"]))
    flat = torch.frombuffer(data, dtype=kind) if data else torch.empty(0, dtype=kind)
    return flat.reshape(item["shape"]).clone()


def encode(tensor):
    flat = tensor.detach().contiguous().flatten()
    data = bytes(flat.view(torch.uint8).numpy().tobytes()) if flat.numel() else b""
    return {"type": str(tensor.dtype).split(".")[1], "shape": list(tensor.shape), "data": base64.b64encode(data).decode()}


def evaluate(request):
    inputs = [decode(item) for item in request["inputs"]]
    for tensor in inputs:
        tensor.requires_grad_(tensor.is_floating_point())
    scope = dict(zip("xyzw", inputs), torch=torch, F=F, math=math)
    result = eval(request["expression"], scope)
    outputs = list(result) if isinstance(result, (tuple, list)) else [result]
    recorded = [i for i, output in enumerate(outputs) if output.requires_grad]
    weights = [decode(item) for item in request["weights"]]
    if recorded and len(weights) == len(outputs):
        torch.autograd.backward([outputs[i] for i in recorded], [weights[i] for i in recorded])
    return {
        "outputs": [encode(output) for output in outputs],
        "gradients": [None if tensor.grad is None else encode(tensor.grad) for tensor in inputs],
    }


print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    try:
        print(json.dumps(evaluate(json.loads(line))), flush=True)
    except Exception as error:  # the test reports it
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
