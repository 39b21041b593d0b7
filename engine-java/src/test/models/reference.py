"""Decoders in double precision, straight from the formulas, and the fixtures of tests that were made with them.

    reference.py check DIR...   compares the logits of Hugging Face directories with the expected.json beside them
    reference.py make DIR       writes the fixtures that begin with tiny- into DIR, each with its expected.json

It shares nothing with the engine, so that the two agree only where both are right. Needs Python 3 and NumPy; no build does.
"""

import json
import math
import pathlib
import struct
import sys

import numpy as np

DTYPES = {"F64": np.float64, "F32": np.float32, "F16": np.float16}


# ---- safetensors ----


def read_tensors(directory):
    tensors = {}
    for file in sorted(directory.glob("*.safetensors")):
        data = file.read_bytes()
        size = struct.unpack("<Q", data[:8])[0]
        for name, entry in json.loads(data[8 : 8 + size]).items():
            if name == "__metadata__":
                continue
            begin, end = entry["data_offsets"]
            raw = data[8 + size + begin : 8 + size + end]
            if entry["dtype"] == "BF16":
                values = (np.frombuffer(raw, np.uint16).astype(np.uint32) << 16).view(np.float32)
            else:
                values = np.frombuffer(raw, DTYPES[entry["dtype"]])
            tensors[name] = values.astype(np.float64).reshape(entry["shape"])
    return tensors


def stored_bits(values, dtype):
    values = values.astype(np.float32)
    if dtype == "BF16":
        bits = values.view(np.uint32)
        return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)
    return values.astype(DTYPES[dtype])


def write_tensors(file, tensors, dtype):
    header, chunks, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name, values in tensors.items():
        raw = stored_bits(values, dtype).tobytes()
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [offset, offset + len(raw)]}
        offset += len(raw)
        chunks.append(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


# ---- RoPE ----


def rope(config, base, scaling, head_size):
    """Frequencies of the pairs and the factor of cosines and sines."""
    size = int(head_size * config.get("partial_rotary_factor", 1.0))
    pairs = np.arange(size // 2)
    plain = base ** (-2.0 * pairs / size)
    scaling = scaling or {}
    kind = scaling.get("rope_type") or scaling.get("type", "default")
    context = config["max_position_embeddings"]
    if kind == "default":
        return plain, 1.0
    if kind == "linear":
        return plain / scaling["factor"], 1.0
    if kind == "llama3":
        factor, low, high = scaling["factor"], scaling["low_freq_factor"], scaling["high_freq_factor"]
        waves = 2 * math.pi / plain
        original = scaling["original_max_position_embeddings"]
        smooth = (original / waves - low) / (high - low)
        blended = (1 - smooth) * plain / factor + smooth * plain
        return np.where(waves > original / low, plain / factor, np.where(waves < original / high, plain, blended)), 1.0
    if kind == "yarn":
        factor, original = scaling["factor"], scaling["original_max_position_embeddings"]
        place = lambda turns: size * math.log(original / (turns * 2 * math.pi)) / (2 * math.log(base))
        low = max(math.floor(place(32)), 0)
        high = min(math.ceil(place(1)), size - 1)
        ramp = np.clip((pairs - low) / max(high - low, 0.001), 0, 1)
        return plain / factor * ramp + plain * (1 - ramp), 0.1 * math.log(factor) + 1
    if kind == "longrope":
        original = config["original_max_position_embeddings"]
        stretch = context / original
        divisors = np.array(scaling["long_factor" if stretch > 1 else "short_factor"])
        return plain / divisors, math.sqrt(1 + math.log(stretch) / math.log(original)) if stretch > 1 else 1.0
    raise ValueError(kind)


def turned(heads, frequencies, amplitude):
    """heads is [tokens, heads, head_size]."""
    half = len(frequencies)
    angles = np.arange(len(heads))[:, None] * frequencies
    cos, sin = amplitude * np.cos(angles)[:, None], amplitude * np.sin(angles)[:, None]
    a, b = heads[..., :half], heads[..., half : 2 * half]
    return np.concatenate([a * cos - b * sin, b * cos + a * sin, heads[..., 2 * half :]], -1)


# ---- the decoder ----


class Decoder:
    def __init__(self, config, tensors):
        self.c, self.t = config, tensors
        self.kind = config["model_type"]
        self.gemma = self.kind in ("gemma2", "gemma3_text")
        self.layers = config["num_hidden_layers"]
        self.heads = config["num_attention_heads"]
        self.head_size = config.get("head_dim") or config["hidden_size"] // self.heads
        self.margin = math.inf  # the least by which any choice of experts or tokens was decided
        scaling, theta = config.get("rope_scaling"), config.get("rope_theta", 10000.0)
        self.rope = rope(config, theta, scaling, self.head_size)
        self.local_rope = rope(config, config.get("rope_local_base_freq", theta), None, self.head_size)

    def window(self, layer):
        c, window = self.c, self.c.get("sliding_window")
        if self.kind in ("mistral", "mixtral", "phi3"):
            return window
        if self.kind in ("qwen2", "qwen3"):
            return window if c.get("use_sliding_window") and layer >= c["max_window_layers"] else None
        if self.kind == "gemma2":
            return window if layer % 2 == 0 else None
        if self.kind == "gemma3_text":
            return window if (layer + 1) % c["sliding_window_pattern"] else None
        return None

    def sparse(self, layer):
        if self.kind != "qwen3_moe":
            return self.kind == "mixtral"
        return layer not in self.c["mlp_only_layers"] and (layer + 1) % self.c["decoder_sparse_step"] == 0

    def linear(self, name, x, rows=slice(None)):
        y = x @ self.t[name + ".weight"][rows].T
        return y + self.t[name + ".bias"][rows] if name + ".bias" in self.t else y

    def norm(self, name, x):
        weight = self.t[name + ".weight"]
        stretches = x.reshape(*x.shape[:-1], -1, len(weight))
        normed = stretches / np.sqrt(np.mean(stretches**2, -1, keepdims=True) + self.c["rms_norm_eps"])
        return (normed * (weight + (1 if self.gemma else 0))).reshape(x.shape)

    def attention(self, layer, x):
        at = f"model.layers.{layer}.self_attn."
        tokens, size, heads = len(x), self.head_size, self.heads
        kv_heads = self.c.get("num_key_value_heads", heads)
        if self.kind == "phi3":
            q, kv = heads * size, kv_heads * size
            parts = [slice(0, q), slice(q, q + kv), slice(q + kv, q + 2 * kv)]
            query, key, value = (self.linear(at + "qkv_proj", x, part) for part in parts)
        else:
            query, key, value = (self.linear(at + name, x) for name in ("q_proj", "k_proj", "v_proj"))
        if at + "q_norm.weight" in self.t:
            query, key = self.norm(at + "q_norm", query), self.norm(at + "k_norm", key)
        window = self.window(layer)
        turn = self.local_rope if self.kind == "gemma3_text" and window else self.rope
        query = turned(query.reshape(tokens, heads, size), *turn)
        key = turned(key.reshape(tokens, kv_heads, size), *turn)
        key = np.repeat(key, heads // kv_heads, 1)
        value = np.repeat(value.reshape(tokens, kv_heads, size), heads // kv_heads, 1)
        scale = self.c["query_pre_attn_scalar"] if self.gemma else size
        scores = np.einsum("thd,shd->hts", query, key) / math.sqrt(scale)
        cap = self.c.get("attn_logit_softcapping") if self.kind == "gemma2" else None
        if cap:
            scores = cap * np.tanh(scores / cap)
        distance = np.arange(tokens)[:, None] - np.arange(tokens)
        hidden = (distance < 0) | (distance >= (window or tokens))
        scores = np.where(hidden, -np.inf, scores)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        return self.linear(at + "o_proj", np.einsum("hts,shd->thd", weights, value).reshape(tokens, -1))

    def activation(self, x):
        if self.gemma:
            return x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
        return x / (1 + np.exp(-x))

    def mlp(self, at, x, names=("gate_proj", "up_proj", "down_proj")):
        if self.kind == "phi3":
            half = self.c["intermediate_size"]
            gate, up = self.linear(at + "gate_up_proj", x, slice(half)), self.linear(at + "gate_up_proj", x, slice(half, None))
        else:
            gate, up = self.linear(at + names[0], x), self.linear(at + names[1], x)
        return self.linear(at + names[2], self.activation(gate) * up)

    def experts(self, at, x, names):
        logits = self.linear(at + "gate", x)
        chosen = self.c["num_experts_per_tok"]
        out = np.zeros_like(x)
        for t, row in enumerate(logits):
            order = np.argsort(-row, kind="stable")
            self.margin = min(self.margin, row[order[chosen - 1]] - row[order[chosen]])
            weights = np.exp(row - row.max())
            normalised = self.kind == "mixtral" or self.c["norm_topk_prob"]
            weights /= weights[order[:chosen]].sum() if normalised else weights.sum()
            for e in order[:chosen]:
                out[t] += weights[e] * self.mlp(f"{at}experts.{e}.", x[t : t + 1], names)[0]
        return out

    def feed_forward(self, layer, x):
        at = f"model.layers.{layer}."
        if not self.sparse(layer):
            return self.mlp(at + "mlp.", x)
        if self.kind == "mixtral":
            return self.experts(at + "block_sparse_moe.", x, ("w1", "w3", "w2"))
        return self.experts(at + "mlp.", x, ("gate_proj", "up_proj", "down_proj"))

    def block(self, x, before, function, after):
        y = function(self.norm(before, x) if before else x)
        return x + (self.norm(after, y) if after else y)

    def logits(self, ids):
        """[tokens, vocabulary]"""
        x = self.t["model.embed_tokens.weight"][ids]
        if self.gemma:
            stored = {"bfloat16": "BF16", "float16": "F16"}.get(self.c.get("torch_dtype"), "F32")
            scale = stored_bits(np.array([math.sqrt(self.c["hidden_size"])]), stored)
            x = x * ((scale.astype(np.uint32) << 16).view(np.float32) if stored == "BF16" else scale.astype(np.float64))
        for layer in range(self.layers):
            at = f"model.layers.{layer}."
            names = ["input_layernorm", None, "post_attention_layernorm", None]
            if self.gemma:
                names = ["input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm"]
            if self.kind == "olmo2":
                names = [None, "post_attention_layernorm", None, "post_feedforward_layernorm"]
            norms = [name and at + name for name in names]
            x = self.block(x, norms[0], lambda n: self.attention(layer, n), norms[1])
            x = self.block(x, norms[2], lambda n: self.feed_forward(layer, n), norms[3])
        tied = self.c.get("tie_word_embeddings", self.gemma)
        logits = self.linear("model.embed_tokens" if tied else "lm_head", self.norm("model.norm", x))
        cap = self.c.get("final_logit_softcapping")
        return cap * np.tanh(logits / cap) if cap else logits

    def case(self, prompt, greedy_count=8):
        logits = self.logits(prompt)
        ids, greedy = list(prompt), []
        for _ in range(greedy_count):
            greedy.append(int(self.decided(self.logits(ids)[-1])))
            ids.append(greedy[-1])
        argmax = [int(self.decided(row)) for row in logits]
        top = np.sort(logits[-1])
        return {
            "prompt_ids": [int(i) for i in prompt],
            "last_logits": [round(float(v), 6) for v in logits[-1]],
            "argmax_per_position": argmax,
            "greedy_8": greedy,
            "top2_margin": float(top[-1] - top[-2]),
        }

    def decided(self, row):
        top = np.sort(row)
        self.margin = min(self.margin, (top[-1] - top[-2]) / np.abs(row).max())
        return row.argmax()


def check(directory):
    config = json.loads((directory / "config.json").read_text())
    decoder = Decoder(config, read_tensors(directory))
    worst = 0.0
    for case in json.loads((directory / "expected.json").read_text())["cases"]:
        logits = decoder.logits(case["prompt_ids"])
        expected = np.array(case["last_logits"])
        worst = max(worst, np.abs(logits[-1] - expected).max() / np.abs(expected).max())
        assert [int(i) for i in logits.argmax(-1)] == case["argmax_per_position"], directory
    print(f"{directory.name:20} {worst:.1e}")


# ---- fixtures ----

VOCABULARY = 297  # that of the tokenizer in tiny-llama
PROMPT_TOKENS = (1, 7, 33, 70)
DECIDED = 2e-3  # no choice of a fixture is closer than this: neither FP32 nor a BF16 cache decides it another way

COMMON = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 44,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "rms_norm_eps": 1e-5,
    "hidden_act": "silu",
    "tie_word_embeddings": False,
    "bos_token_id": 293,
    "eos_token_id": 296,
}

FIXTURES = {
    "tiny-mistral": ("MistralForCausalLM", "BF16", {
        "model_type": "mistral", "num_hidden_layers": 3, "head_dim": 12, "rope_theta": 10000.0, "sliding_window": 12}),
    "tiny-qwen2": ("Qwen2ForCausalLM", "BF16", {
        "model_type": "qwen2", "num_hidden_layers": 3, "rope_theta": 1000000.0, "tie_word_embeddings": True,
        "use_sliding_window": True, "sliding_window": 10, "max_window_layers": 1,
        "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}}),
    "tiny-phi3": ("Phi3ForCausalLM", "BF16", {
        "model_type": "phi3", "num_hidden_layers": 2, "hidden_size": 64, "partial_rotary_factor": 0.75, "rope_theta": 10000.0,
        "original_max_position_embeddings": 32, "sliding_window": None,
        "rope_scaling": {"type": "longrope", "short_factor": [1.0, 1.0, 1.1, 1.3, 1.6, 2.0],
                         "long_factor": [1.0, 1.2, 1.7, 2.6, 4.2, 7.5]}}),
    "tiny-gemma2": ("Gemma2ForCausalLM", "BF16", {
        "model_type": "gemma2", "num_hidden_layers": 4, "hidden_size": 40, "head_dim": 12, "tie_word_embeddings": True,
        "hidden_activation": "gelu_pytorch_tanh", "query_pre_attn_scalar": 20, "attn_logit_softcapping": 6.0,
        "final_logit_softcapping": 9.0, "sliding_window": 20, "rope_theta": 10000.0}),
    "tiny-gemma3": ("Gemma3ForCausalLM", "BF16", {
        "model_type": "gemma3_text", "num_hidden_layers": 4, "head_dim": 12, "tie_word_embeddings": True,
        "hidden_activation": "gelu_pytorch_tanh", "query_pre_attn_scalar": 12, "sliding_window": 9, "sliding_window_pattern": 3,
        "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0, "rope_scaling": {"rope_type": "linear", "factor": 8.0}}),
    "tiny-olmo2": ("Olmo2ForCausalLM", "F16", {
        "model_type": "olmo2", "num_hidden_layers": 2, "num_key_value_heads": 2, "rope_theta": 500000.0}),
    "tiny-mixtral": ("MixtralForCausalLM", "BF16", {
        "model_type": "mixtral", "num_hidden_layers": 2, "num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": 25,
        "rope_theta": 1000000.0}),
    "tiny-qwen3-moe": ("Qwen3MoeForCausalLM", "F16", {
        "model_type": "qwen3_moe", "num_hidden_layers": 4, "head_dim": 12, "num_experts": 6, "num_experts_per_tok": 3,
        "moe_intermediate_size": 20, "norm_topk_prob": False, "decoder_sparse_step": 2, "mlp_only_layers": [3],
        "rope_theta": 1000000.0}),
}


def random_tensors(config, random):
    c, kind = config, config["model_type"]
    decoder = Decoder(config, {})
    hidden, inner = c["hidden_size"], c["intermediate_size"]
    query, kv = decoder.heads * decoder.head_size, c["num_key_value_heads"] * decoder.head_size
    tensors = {}

    def matrix(name, rows, cols, scale=1.5):
        tensors[name + ".weight"] = random.uniform(-1, 1, (rows, cols)) * scale / math.sqrt(cols)

    def norm(name, size):
        tensors[name + ".weight"] = random.uniform(-0.4, 0.4, size) + (0 if decoder.gemma else 1)

    def mlp(at, width, names=("gate_proj", "up_proj", "down_proj")):
        matrix(at + names[0], width, hidden)
        matrix(at + names[1], width, hidden)
        matrix(at + names[2], hidden, width)

    matrix("model.embed_tokens", VOCABULARY, hidden, math.sqrt(hidden) / (2 if decoder.gemma else 1))
    for layer in range(decoder.layers):
        at = f"model.layers.{layer}."
        if kind != "olmo2":
            norm(at + "input_layernorm", hidden)
        norm(at + "post_attention_layernorm", hidden)
        if decoder.gemma:
            norm(at + "pre_feedforward_layernorm", hidden)
        if decoder.gemma or kind == "olmo2":
            norm(at + "post_feedforward_layernorm", hidden)
        if kind == "phi3":
            matrix(at + "self_attn.qkv_proj", query + 2 * kv, hidden)
        else:
            for name, rows in (("q_proj", query), ("k_proj", kv), ("v_proj", kv)):
                matrix(at + "self_attn." + name, rows, hidden)
                if kind == "qwen2":
                    tensors[at + f"self_attn.{name}.bias"] = random.uniform(-0.3, 0.3, rows)
        matrix(at + "self_attn.o_proj", hidden, query)
        if kind in ("gemma3_text", "qwen3_moe", "olmo2"):
            norm(at + "self_attn.q_norm", query if kind == "olmo2" else decoder.head_size)
            norm(at + "self_attn.k_norm", kv if kind == "olmo2" else decoder.head_size)
        if kind == "phi3":
            matrix(at + "mlp.gate_up_proj", 2 * inner, hidden)
            matrix(at + "mlp.down_proj", hidden, inner)
        elif decoder.sparse(layer):
            mixtral = kind == "mixtral"
            moe = at + ("block_sparse_moe." if mixtral else "mlp.")
            count = c["num_local_experts"] if mixtral else c["num_experts"]
            matrix(moe + "gate", count, hidden, 3)
            for e in range(count):
                width = inner if mixtral else c["moe_intermediate_size"]
                mlp(f"{moe}experts.{e}.", width, ("w1", "w3", "w2") if mixtral else ("gate_proj", "up_proj", "down_proj"))
        else:
            mlp(at + "mlp.", inner)
    norm("model.norm", hidden)
    if not c["tie_word_embeddings"]:
        matrix("lm_head", VOCABULARY, hidden, 3)
    return tensors


def make(directory, name):
    architecture, dtype, own = FIXTURES[name]
    torch_name = {"BF16": "bfloat16", "F16": "float16", "F32": "float32"}[dtype]
    config = {"architectures": [architecture], **COMMON, "torch_dtype": torch_name, **own}
    target = directory / name
    target.mkdir(exist_ok=True)
    for seed in range(1000):
        random = np.random.default_rng(seed)
        write_tensors(target / "model.safetensors", random_tensors(config, random), dtype)
        decoder = Decoder(config, read_tensors(target))
        prompts = [random.integers(0, 256, count) for count in PROMPT_TOKENS]
        cases = []
        for prompt in prompts:
            cases.append(decoder.case(prompt))
            if decoder.margin < DECIDED:
                break
        else:
            break
    else:
        raise SystemExit(f"{name}: every seed has a choice that is nearly a tie")
    (target / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    (target / "expected.json").write_text(json.dumps({"architecture": architecture, "dtype": dtype, "seed": seed, "cases": cases}) + "\n")
    for shared in ("tokenizer.json", "tokenizer_config.json", "generation_config.json"):
        (target / shared).write_bytes((directory / "tiny-llama" / shared).read_bytes())
    print(f"{name:20} seed {seed}, nothing decided by less than {decoder.margin:.1e}")


def main():
    action, *paths = sys.argv[1:]
    if action == "check":
        for path in paths:
            check(pathlib.Path(path))
    else:
        for name in FIXTURES:
            make(pathlib.Path(paths[0]), name)


main()
