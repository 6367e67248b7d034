"""Concept scrubbing of models/gpt2 by plain algebra and by concept-erasure's fitter, in float64.

    python scrubbing.py src/test/resources/golden

Made with torch 2.15.0, transformers 5.23.0 and concept-erasure 0.2.4. Writes scrubbing/scrubbing.safetensors: sequences of random tokens and
their labels, and for three ways of scrubbing the projection and mean of each hook point in the order of the pass, with the sum of the losses of
each sequence. Erasers of layer norms are fitted and applied behind the norm's weight and bias, as the paper's code does; those of TransformerLens's
hook_normalized are the same maps in other coordinates: P there is diag(1/w)·P·diag(w), on vectors whose numbers sum to 0.
"""

import sys

import torch
from concept_erasure import LeaceFitter
from safetensors.torch import save_file
from transformers import GPT2LMHeadModel

golden = sys.argv[1]
CLASSES, SEQUENCES = 3, 48

model = GPT2LMHeadModel.from_pretrained(golden + "/models/gpt2", attn_implementation="eager", dtype=torch.float32).double().eval()
torch.manual_seed(0)
lengths = torch.randint(20, 45, (SEQUENCES,))
sequences = [torch.randint(1, model.config.vocab_size, (int(n),)) for n in lengths]
# A class goes with the token and with the one before it; the first token has none, and one in ten others.
labels = []
for tokens in sequences:
    before = torch.cat([tokens[:1], tokens[:-1]])
    label = (tokens * 7 % 11 + before % 5) % CLASSES
    label[torch.rand(len(tokens)) < 0.1] = -1
    label[0] = -1
    labels.append(label)


def plain(x, z, method):
    """P and mean of LEACE as the paper states it."""
    mean = x.mean(0)
    cross = (x - mean).T @ (z - z.mean(0)) / (len(x) - 1)
    eye = torch.eye(x.shape[1])
    if method == "orth":
        whiten, unwhiten = eye, eye
    else:
        values, vectors = torch.linalg.eigh(torch.cov(x.T))
        kept = values > values[-1] * 1e-12
        roots = torch.where(kept, values.clamp_min(0).sqrt(), 0.0)
        whiten = vectors * torch.where(kept, 1 / roots, 0.0) @ vectors.T
        unwhiten = vectors * roots @ vectors.T
    u, s, _ = torch.linalg.svd(whiten @ cross, full_matrices=False)
    u = u[:, s > 1e-6 * s[0]]
    return eye - unwhiten @ u @ u.T @ whiten, mean


def run(erasers, places, last):
    """Losses of each sequence, or the labelled activations that reach a place, under the erasers of other places."""
    handles, seen, losses = [], [], []

    def eraser(place):
        P, mean = erasers[place]
        return lambda x: mean + (x - mean) @ P.T

    for place, (module, kind) in enumerate(places):
        if place < len(erasers):
            if kind == "input":
                handles.append(module.register_forward_pre_hook(lambda m, args, e=eraser(place): (e(args[0]),) + args[1:]))
            else:
                handles.append(module.register_forward_hook(lambda m, args, out, e=eraser(place): e(out)))
        if place == last:
            if kind == "input":
                handles.append(module.register_forward_pre_hook(lambda m, args: seen.append(args[0][0].clone())))
            else:
                handles.append(module.register_forward_hook(lambda m, args, out: seen.append(out[0].clone())))
    with torch.no_grad():
        for tokens in sequences:
            logits = model(tokens[None]).logits[0]
            losses.append(torch.nn.functional.cross_entropy(logits[:-1], tokens[1:], reduction="sum"))
    for handle in handles:
        handle.remove()
    if last is None:
        return torch.stack(losses)
    x, label = torch.cat(seen), torch.cat(labels)
    return x[label >= 0], torch.nn.functional.one_hot(label[label >= 0], CLASSES).double()


torch.set_default_dtype(torch.float64)
blocks = model.transformer.h
inputs = [(block, "input") for block in blocks]
norms = [(norm, "output") for block in blocks for norm in (block.ln_1, block.ln_2)]
tensors = {"tokens": torch.cat(sequences), "labels": torch.cat(labels), "lengths": lengths, "loss.original": run([], [], None)}
for name, places, method in (("inputs", inputs, "leace"), ("orthogonal", inputs, "orth"), ("norms", norms, "leace")):
    erasers = []
    for place, (module, kind) in enumerate(places):
        x, z = run(erasers, places, place)
        P, mean = plain(x, z, method)
        reference = LeaceFitter.fit(
            x, z, method=method, affine=True, shrinkage=False, constrain_cov_trace=False, svd_tol=1e-8
        ).eraser
        # Outside of where activations vary, projections are free.
        centred = x - mean
        difference = (centred @ (P - reference.P).T).abs().max().item()
        assert difference < 1e-9, difference
        erased = mean + centred @ P.T
        cross = (erased - erased.mean(0)).T @ (z - z.mean(0)) / len(x)
        print(name, place, "rows", len(x), "to concept-erasure", difference, "cross-covariance after", cross.abs().max().item())
        erasers.append((P, mean))
        if kind == "input":
            tensors[f"{name}.{place}.P"], tensors[f"{name}.{place}.mean"] = P, mean
        else:
            d = len(mean)
            centre = torch.eye(d) - 1 / d
            tensors[f"{name}.{place}.P"] = torch.diag(1 / module.weight) @ P @ torch.diag(module.weight) @ centre
            tensors[f"{name}.{place}.mean"] = (mean - module.bias) / module.weight
    tensors[f"loss.{name}"] = run(erasers, places, None)
    tokens = sum(len(each) - 1 for each in sequences)
    print(name, "loss", tensors["loss.original"].sum().item() / tokens, "→", tensors[f"loss.{name}"].sum().item() / tokens)
save_file({key: value.detach().contiguous() for key, value in tensors.items()}, golden + "/scrubbing/scrubbing.safetensors")
