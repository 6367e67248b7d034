"""Exchanges folders of sparse autoencoders.

    exchange.py write FOLDER   sparsify/<name>/: what sparsify saves, with its outputs
    exchange.py check FOLDER   ours/<name>/: what we save, loaded in SAELens, or in sparsify where it is a transcoder by TopK;
                               and what we computed from sparsify's

Ends with an error if a folder does not load or an output differs by more than 2e-5 (float32 sums in another order), or another
feature is active.
"""

import os
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

TOLERANCE = 2e-5
WIDTH, FEATURES, ROWS = 12, 40, 64
os.environ["SPARSIFY_DISABLE_TRITON"] = "1"  # whose decoder needs a GPU


def outputs(sae, x: torch.Tensor) -> dict:
    """What a coder of sparsify computes."""
    with torch.no_grad():
        encoded = sae.encode(x)
        features = torch.zeros_like(encoded.pre_acts).scatter_(1, encoded.top_indices, encoded.top_acts)
        return {"feature_acts": features, "reconstruction": sae(x).sae_out.contiguous()}


def write(folder: Path) -> None:
    from sparsify import SparseCoder, SparseCoderConfig

    cases = {
        "topk": {},
        "topk-expansion": {"num_latents": 0, "expansion_factor": 3},
        "transcoder": {"transcode": True},
        "skip-transcoder": {"transcode": True, "skip_connection": True},
    }
    for name, changes in cases.items():
        torch.manual_seed(0)
        config = SparseCoderConfig(**{"num_latents": FEATURES, "k": 4, **changes})
        sae = SparseCoder(WIDTH, config, dtype=torch.float32)
        with torch.no_grad():
            for parameter in sae.parameters():
                parameter.copy_(torch.randn_like(parameter))
        sae.save_to_disk(folder / "sparsify" / name)
        x = torch.randn(ROWS, WIDTH)
        save_file({"x": x, **outputs(sae, x)}, folder / "sparsify" / name / "outputs.safetensors")


def compare(name: str, ours: dict, theirs: dict) -> None:
    differences = []
    for part in ("feature_acts", "reconstruction"):
        assert ours[part].shape == theirs[part].shape, (name, part, ours[part].shape, theirs[part].shape)
        differences.append((ours[part] - theirs[part]).abs().max().item())
    assert torch.equal(ours["feature_acts"] > 0, theirs["feature_acts"] > 0), f"{name}: other features are active"
    print(f"{name:55} features {differences[0]:.1e}  reconstruction {differences[1]:.1e}")
    assert max(differences) <= TOLERANCE, f"{name} differs by {max(differences)}"


def check(folder: Path) -> None:
    from sae_lens import SAE, __version__
    from sparsify import SparseCoder

    print("SAELens", __version__)
    ours = sorted((folder / "ours").iterdir())
    theirs = sorted((folder / "sparsify").iterdir())
    assert ours and theirs, "nothing to compare"
    for path in ours:
        expected = load_file(path / "outputs.safetensors")
        if (path / "sae.safetensors").exists():
            compare(f"{path.name} (sparsify)", expected, outputs(SparseCoder.load_from_disk(path), expected["x"]))
            continue
        sae = SAE.load_from_disk(path)
        with torch.no_grad():
            got = {"feature_acts": sae.encode(expected["x"]), "reconstruction": sae(expected["x"])}
        compare(f"{path.name} ({sae.cfg.architecture()})", expected, got)
    for path in theirs:
        compare(f"sparsify/{path.name}", load_file(path / "ours.safetensors"), load_file(path / "outputs.safetensors"))


{"write": write, "check": check}[sys.argv[1]](Path(sys.argv[2]))
