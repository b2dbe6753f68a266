"""Qwen2, Qwen3 and Llama, a critic and low-rank adapters, each from its definition: one sequence at a time, no padding, no batch."""
import math
import torch
import torch.nn.functional as F

PROJECTIONS = {"Query": "self_attn.q_proj", "Key": "self_attn.k_proj", "Value": "self_attn.v_proj", "Output": "self_attn.o_proj",
               "Gate": "mlp.gate_proj", "Up": "mlp.up_proj", "Down": "mlp.down_proj"}


def shapes(c):
    """Every tensor's shape, by Hugging Face's names."""
    width, inner = c["width"], c["feedForwardWidth"]
    queries, keys = c["heads"] * c["headWidth"], c["keyValueHeads"] * c["headWidth"]
    found = {"model.embed_tokens.weight": (c["vocabulary"], width)}
    for layer in range(c["layers"]):
        at = f"model.layers.{layer}."
        found[at + "input_layernorm.weight"] = (width,)
        for name, rows in (("q", queries), ("k", keys), ("v", keys)):
            found[at + f"self_attn.{name}_proj.weight"] = (rows, width)
            if c["family"] == "Qwen2":
                found[at + f"self_attn.{name}_proj.bias"] = (rows,)
        if c["family"] == "Qwen3":
            found[at + "self_attn.q_norm.weight"] = found[at + "self_attn.k_norm.weight"] = (c["headWidth"],)
        found[at + "self_attn.o_proj.weight"] = (width, queries)
        found[at + "post_attention_layernorm.weight"] = (width,)
        found[at + "mlp.gate_proj.weight"] = found[at + "mlp.up_proj.weight"] = (inner, width)
        found[at + "mlp.down_proj.weight"] = (width, inner)
    found["model.norm.weight"] = (width,)
    if not c["tiedHead"]:
        found["lm_head.weight"] = (c["vocabulary"], width)
    return found


def adapter_shapes(c, adapter):
    """An adapter's tensors, by PEFT's names."""
    whole, found = shapes(c), {}
    for layer in range(c["layers"]):
        for target in adapter["targets"]:
            path = f"model.layers.{layer}.{PROJECTIONS[target]}"
            rows, columns = whole[path + ".weight"]
            found[f"base_model.model.{path}.lora_A.weight"] = (adapter["rank"], columns)
            found[f"base_model.model.{path}.lora_B.weight"] = (rows, adapter["rank"])
    return found


def rms_norm(x, weight, epsilon):
    wide = x.float() if x.dtype == torch.bfloat16 else x
    return (wide / torch.sqrt((wide * wide).mean(-1, keepdim=True) + epsilon)).to(x.dtype) * weight


def rotate(x, base):
    """x [heads, T, width]: dimension i turns together with i + width / 2."""
    count, width = x.shape[1:]
    speed = base ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    angle = torch.arange(count, dtype=torch.float64)[:, None] * speed[None]
    cosine, sine = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    first, second = x[..., : width // 2], x[..., width // 2 :]
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], -1)


def hidden(c, weights, tokens, scale=None):
    """Final hidden states [T, width]. `weights` holds the adapter's tensors too, where there is one, whose products are multiplied by `scale`."""
    heads, key_heads, width = c["heads"], c["keyValueHeads"], c["headWidth"]
    x = weights["model.embed_tokens.weight"][torch.tensor(tokens)]
    count = len(tokens)

    def project(path, x):
        y = x @ weights[path + ".weight"].t()
        if path + ".bias" in weights:
            y = y + weights[path + ".bias"]
        a = weights.get(f"base_model.model.{path}.lora_A.weight")
        if a is not None:
            b = weights[f"base_model.model.{path}.lora_B.weight"]
            y = y + scale * ((x @ a.to(x.dtype).t()) @ b.to(x.dtype).t())
        return y

    for layer in range(c["layers"]):
        at = f"model.layers.{layer}."
        normal = rms_norm(x, weights[at + "input_layernorm.weight"], c["epsilon"])

        def split(name, count_of_heads):
            y = project(at + f"self_attn.{name}_proj", normal).view(count, count_of_heads, width)
            norm = weights.get(at + f"self_attn.{name}_norm.weight")
            return (y if norm is None else rms_norm(y, norm, c["epsilon"])).transpose(0, 1)

        queries, keys = rotate(split("q", heads), c["ropeBase"]), rotate(split("k", key_heads), c["ropeBase"])
        values = split("v", key_heads)
        keys, values = (t.repeat_interleave(heads // key_heads, 0) for t in (keys, values))
        scores = queries @ keys.transpose(1, 2) / math.sqrt(width)
        later = torch.ones(count, count, dtype=torch.bool).triu(1)
        seen = scores.masked_fill(later, -math.inf).softmax(-1) @ values
        x = x + project(at + "self_attn.o_proj", seen.transpose(0, 1).reshape(count, heads * width))
        normal = rms_norm(x, weights[at + "post_attention_layernorm.weight"], c["epsilon"])
        x = x + project(at + "mlp.down_proj", F.silu(project(at + "mlp.gate_proj", normal)) * project(at + "mlp.up_proj", normal))
    return rms_norm(x, weights["model.norm.weight"], c["epsilon"])


def log_probs(c, weights, states, temperature):
    """[T, vocabulary], in float32 at least."""
    logits = states @ weights.get("lm_head.weight", weights["model.embed_tokens.weight"]).t()
    wide = logits.float() if logits.dtype == torch.bfloat16 else logits
    return (wide / temperature).log_softmax(-1)
