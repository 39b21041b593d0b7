#!/usr/bin/env python3
"""The same shapes as step_bench_on_device in Hugging Face Transformers, on the same device in the same run. Exits with 77 where it cannot.

transformers_bench.py 8b|1b BATCH CONTEXT STEPS
"""

import sys
import time

SKIPPED = 77
SHAPES = {  # as step_bench.cpp has them
    "8b": dict(hidden_size=4096, intermediate_size=14336, num_hidden_layers=32, head_dim=128, tie_word_embeddings=False),
    "1b": dict(hidden_size=2048, intermediate_size=8192, num_hidden_layers=16, head_dim=64, tie_word_embeddings=True),
}


def main(shape, batch, context, steps):
    try:
        import torch
        from transformers import LlamaConfig, LlamaForCausalLM
    except ImportError as missing:
        print(f"SKIPPED: {missing}")
        return SKIPPED
    if not torch.cuda.is_available():
        print("SKIPPED: torch sees no device")
        return SKIPPED
    config = LlamaConfig(
        vocab_size=128256, num_attention_heads=32, num_key_value_heads=8, max_position_embeddings=8192, rms_norm_eps=1e-6, **SHAPES[shape]
    )
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda"), torch.inference_mode():
        model = LlamaForCausalLM(config).eval()
        prompt = torch.randint(0, 1024, (batch, context))
        begin = clock(torch)
        output = model(prompt, use_cache=True, logits_to_keep=1)
        prefill = clock(torch) - begin
        token = output.logits[:, -1:].argmax(-1)
        times = []
        for _ in range(steps):
            begin = clock(torch)
            output = model(token, past_key_values=output.past_key_values, use_cache=True)
            token = output.logits[:, -1:].argmax(-1)
            times.append(clock(torch) - begin)
    median = sorted(times)[len(times) // 2]
    print(
        f"torch {torch.__version__} {shape} decode:{batch}@{context} {batch / median:8.1f} tokens/s, {median * 1e3:.2f} ms a step (median);"
        f" first prefill {batch * context / prefill:.0f} tokens/s"
    )
    return 0


def clock(torch):
    torch.cuda.synchronize()
    return time.perf_counter()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:5])))
