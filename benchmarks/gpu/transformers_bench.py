#!/usr/bin/env python3
"""The same shapes as step_bench_on_device in Hugging Face Transformers, on the same device in the same run. Exits with 77 where it cannot.

transformers_bench.py eager|graphs 8b|1b BATCH CONTEXT STEPS

eager: as a caller has it who does nothing else. graphs: a static cache, and the model compiled with mode="reduce-overhead", which replays CUDA graphs.
"""

import inspect
import sys
import time

SKIPPED = 77
WARM_STEPS = 5  # compiled, recorded and replayed once before they count
SHAPES = {  # as step_bench.cpp has them
    "8b": dict(hidden_size=4096, intermediate_size=14336, num_hidden_layers=32, head_dim=128, tie_word_embeddings=False),
    "1b": dict(hidden_size=2048, intermediate_size=8192, num_hidden_layers=16, head_dim=64, tie_word_embeddings=True),
}


def main(mode, shape, batch, context, steps):
    try:
        import torch
        from transformers import LlamaConfig, LlamaForCausalLM
    except ImportError as missing:
        return skip(missing)
    if not torch.cuda.is_available():
        return skip("torch sees no device")
    config = LlamaConfig(
        vocab_size=128256, num_attention_heads=32, num_key_value_heads=8, max_position_embeddings=8192, rms_norm_eps=1e-6, **SHAPES[shape]
    )
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda"), torch.inference_mode():
        model = LlamaForCausalLM(config).eval()
        prompt = torch.randint(0, 1024, (batch, context))
        cache = static_cache(torch, config, batch, context + WARM_STEPS + steps) if mode == "graphs" else None
        begin = clock(torch)
        output = model(prompt, past_key_values=cache, use_cache=True, logits_to_keep=1, **positions(torch, mode, 0, context))
        prefill = clock(torch) - begin
        cache = output.past_key_values
        token = output.logits[:, -1:].argmax(-1)
        forward = torch.compile(model, mode="reduce-overhead") if mode == "graphs" else model
        times = []
        for step in range(WARM_STEPS + steps):
            begin = clock(torch)
            try:
                output = forward(token.clone(), past_key_values=cache, use_cache=True, **positions(torch, mode, context + step, 1))
            except Exception as failure:  # no compiler for what torch generates, say
                if mode == "graphs" and step == 0:
                    return skip(f"cannot be compiled here: {type(failure).__name__}: {failure}".splitlines()[0])
                raise
            token = output.logits[:, -1:].argmax(-1)
            times.append(clock(torch) - begin)
    median = sorted(times[WARM_STEPS:])[steps // 2]
    print(
        f"torch {torch.__version__} {mode} {shape} decode:{batch}@{context} {batch / median:8.1f} tokens/s, {median * 1e3:.2f} ms a step (median);"
        f" first prefill {batch * context / prefill:.0f} tokens/s"
    )
    return 0


def static_cache(torch, config, batch, length):
    """Its arguments are called otherwise from one version of Transformers to the next."""
    from transformers import StaticCache

    arguments = dict(
        config=config, max_batch_size=batch, batch_size=batch, max_cache_len=length, device=torch.device("cuda"), dtype=torch.bfloat16
    )
    known = inspect.signature(StaticCache.__init__).parameters
    return StaticCache(**{name: value for name, value in arguments.items() if name in known})


def positions(torch, mode, begin, count):
    """A static cache has to be told where it stands."""
    return dict(cache_position=torch.arange(begin, begin + count)) if mode == "graphs" else {}


def skip(why):
    print(f"SKIPPED: {why}")
    return SKIPPED


def clock(torch):
    torch.cuda.synchronize()
    return time.perf_counter()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])))
