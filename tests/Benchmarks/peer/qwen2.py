"""Qwen2 as one writes it in PyTorch, with the names and the folder of Hugging Face's layout. Needs torch alone."""

import json
import struct
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F


class RmsNorm(nn.Module):
    def __init__(self, width, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.epsilon) * self.weight


def rotate(x, cosine, sine):
    first, second = x.chunk(2, dim=-1)
    return x * cosine + torch.cat((-second, first), dim=-1) * sine


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, self.heads, self.key_heads = config["hidden_size"], config["num_attention_heads"], config["num_key_value_heads"]
        self.head_width = config.get("head_dim") or width // self.heads
        self.q_proj = nn.Linear(width, self.heads * self.head_width)
        self.k_proj = nn.Linear(width, self.key_heads * self.head_width)
        self.v_proj = nn.Linear(width, self.key_heads * self.head_width)
        self.o_proj = nn.Linear(self.heads * self.head_width, width, bias=False)

    def forward(self, x, cosine, sine, mask, cache):
        rows, length, _ = x.shape
        query = self.q_proj(x).view(rows, length, self.heads, self.head_width).transpose(1, 2)
        key = self.k_proj(x).view(rows, length, self.key_heads, self.head_width).transpose(1, 2)
        value = self.v_proj(x).view(rows, length, self.key_heads, self.head_width).transpose(1, 2)
        query, key = rotate(query, cosine, sine), rotate(key, cosine, sine)
        if cache is not None:
            key, value = cache.append(key, value)
        # The query heads that share a key head stand under one another, so that no key is copied.
        query = query.reshape(rows, self.key_heads, -1, self.head_width)
        scores = query @ key.transpose(-1, -2) / self.head_width**0.5
        if mask is not None:
            scores = scores + mask
        mixed = (F.softmax(scores, dim=-1) @ value).view(rows, self.heads, length, self.head_width)
        return self.o_proj(mixed.transpose(1, 2).reshape(rows, length, -1))


class FeedForward(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, inner = config["hidden_size"], config["intermediate_size"]
        self.gate_proj = nn.Linear(width, inner, bias=False)
        self.up_proj = nn.Linear(width, inner, bias=False)
        self.down_proj = nn.Linear(inner, width, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attn, self.mlp = Attention(config), FeedForward(config)
        self.input_layernorm = RmsNorm(config["hidden_size"], config["rms_norm_eps"])
        self.post_attention_layernorm = RmsNorm(config["hidden_size"], config["rms_norm_eps"])

    def forward(self, x, *attention):
        x = x + self.self_attn(self.input_layernorm(x), *attention)
        return x + self.mlp(self.post_attention_layernorm(x))


class LayerCache:
    """Keys and values of one layer, [rows, key heads, columns, head width], written from the left."""

    def __init__(self, rows, key_heads, capacity, head_width):
        self.keys = torch.zeros(rows, key_heads, capacity, head_width)
        self.values = torch.zeros(rows, key_heads, capacity, head_width)
        self.end = 0

    def append(self, key, value):
        start, self.end = self.end, self.end + key.shape[2]
        self.keys[:, :, start : self.end] = key
        self.values[:, :, start : self.end] = value
        return self.keys[:, :, : self.end], self.values[:, :, : self.end]

    def keep(self, rows):
        self.keys, self.values = self.keys[rows], self.values[rows]


class Qwen2(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embed_tokens = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))
        self.norm = RmsNorm(config["hidden_size"], config["rms_norm_eps"])
        attention = self.layers[0].self_attn
        self.queries_per_key = attention.heads // attention.key_heads
        half = attention.head_width // 2
        wavelengths = config["rope_theta"] ** (-torch.arange(half).float() / half)
        angles = torch.outer(torch.arange(config["max_position_embeddings"]).float(), wavelengths).repeat(1, 2)
        self.register_buffer("cosine", angles.cos(), persistent=False)
        self.register_buffer("sine", angles.sin(), persistent=False)

    def caches(self, rows, capacity):
        attention = self.layers[0].self_attn
        return [LayerCache(rows, attention.key_heads, capacity, attention.head_width) for _ in self.layers]

    def forward(self, tokens, positions, mask=None, caches=None):
        """Hidden states [rows, length, width] after the final norm.

        `positions` is [length], or [rows, length]. `mask` is added to the scores of a query head: [length, columns], or
        [rows, length, columns].
        """
        x = self.embed_tokens(tokens)
        cosine, sine = self.cosine[positions], self.sine[positions]
        if positions.dim() == 2:
            cosine, sine = cosine.unsqueeze(1), sine.unsqueeze(1)
        if mask is not None:
            mask = torch.cat([mask] * self.queries_per_key, dim=-2).unsqueeze(-3)
        for layer, cache in zip(self.layers, caches or [None] * len(self.layers)):
            x = layer(x, cosine, sine, mask, cache)
        return self.norm(x)

    def logits(self, hidden):
        """The head is the embedding."""
        return F.linear(hidden, self.embed_tokens.weight)


def causal(length):
    """What is added to the scores [length, length] so that no token sees a later one."""
    return torch.full((length, length), float("-inf")).triu(1)


def read_safetensors(path):
    """The float32 tensors of a safetensors file by name."""
    content = path.read_bytes()
    (header_size,) = struct.unpack_from("<Q", content)
    start = 8 + header_size
    header = json.loads(content[8:start])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            tensors[name] = torch.frombuffer(bytearray(content[start + begin : start + end]), dtype=torch.float32).view(entry["shape"])
    return tensors


def load(folder):
    """The model in a folder in Hugging Face's layout, its head tied to its embedding."""
    model = Qwen2(json.loads(Path(folder, "config.json").read_text()))
    weights = read_safetensors(Path(folder, "model.safetensors"))
    model.load_state_dict({name.removeprefix("model."): tensor for name, tensor in weights.items()})
    return model
