"""Tokens that transformers' `generate` writes a second with a model of a shape and random weights. Needs torch and transformers."""

import argparse
import json
import statistics
import sys
import time

import torch

try:
    import transformers
except ImportError:
    sys.exit("generate.py: this Python has no transformers.")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("model", help="folder with a config.json")
parser.add_argument("--device", default="cpu")
parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"])
parser.add_argument("--rows", type=int, default=8)
parser.add_argument("--tokens", type=int, default=64, help="of the prompt, and written after it")
parser.add_argument("--threads", type=int, default=1, help="on the CPU")
args = parser.parse_args()

torch.set_num_threads(args.threads)
torch.manual_seed(0)
config = transformers.AutoConfig.from_pretrained(args.model)
model = transformers.AutoModelForCausalLM.from_config(config).to(args.device, getattr(torch, args.dtype)).eval()
prompt = torch.randint(config.vocab_size, (args.rows, args.tokens), device=args.device)
options = transformers.GenerationConfig(
    do_sample=True, top_k=0, top_p=1.0, temperature=1.0, min_new_tokens=args.tokens, max_new_tokens=args.tokens, pad_token_id=0
)


def write():
    start = time.perf_counter()
    with torch.inference_mode():
        written = model.generate(prompt, attention_mask=torch.ones_like(prompt), generation_config=options)
    if args.device.startswith("cuda"):
        torch.cuda.synchronize()
    assert written.shape == (args.rows, 2 * args.tokens), written.shape
    return time.perf_counter() - start


write()
seconds = statistics.median(write() for _ in range(3))
print(json.dumps({"peer": f"transformers {transformers.__version__}", "tokensPerSecond": args.rows * args.tokens / seconds}))
