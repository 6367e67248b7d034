"""What transformers computes from the GPT-2 folder that Gpt2Files writes.

    java … dev.microtome.model.load.ExportedGpt2 TOY_FOLDER src/test/resources/golden/exported-gpt2
    python exported_gpt2.py src/test/resources/golden/exported-gpt2

Made with torch 2.15.0 and transformers 5.23.0. Writes golden.safetensors into the folder: input_ids, logits (float32), logits_f64,
loss (next token, nats, float64). Stops if a weight of the folder was not used, or one of the model was not in it.
"""

import sys

import torch
from safetensors.torch import save_file
from transformers import GPT2LMHeadModel

folder = sys.argv[1]
model, info = GPT2LMHeadModel.from_pretrained(
    folder, attn_implementation="eager", dtype=torch.float32, output_loading_info=True
)
for problem in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs"):
    assert not info.get(problem), (problem, info[problem])
assert model.lm_head.weight is model.transformer.wte.weight

torch.manual_seed(0)
ids = torch.randint(0, model.config.vocab_size, (3, 14))
model.eval()
with torch.no_grad():
    logits = model(ids).logits
    exact = model.double()(ids).logits
loss = torch.nn.functional.cross_entropy(exact[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")
save_file(
    {"input_ids": ids, "logits": logits.contiguous(), "logits_f64": exact.contiguous(), "loss": loss.contiguous()},
    folder + "/golden.safetensors",
)
print("largest difference of float32 and float64 logits:", (logits - exact).abs().max().item())
