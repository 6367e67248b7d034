"""Prints the benchmark of per-token losses as a table: tokens/s, its ratio to each peer, and the share of the GEMM limit."""
import json
import sys

rows = [json.loads(line) for line in open(sys.argv[1]) if line.startswith("{")]
print("| shape | what | tokens/s | of the limit | to TransformerLens | to Hugging Face |")
print("| --- | --- | --- | --- | --- | --- |")
for model in ("pythia70m", "gpt2"):
    peers = {row["peer"]: row for row in rows if row.get("settings", {}).get("model") == model}
    if not peers:
        continue
    limit = max(row["gemm_bound_tokens_per_s"] for row in peers.values())
    rates = [(peer, row["throughput"]["median"]) for peer, row in sorted(peers.items())]
    rates += [
        (f"microtome, {row['tasks']} tasks x {row['threads']} threads", row["median"]) for row in rows if row.get("model") == model
    ]
    for name, rate in rates:
        ratios = [rate / peers[peer]["throughput"]["median"] if peer in peers else float("nan") for peer in ("transformer_lens", "hf")]
        print(f"| {model} | {name} | {rate:.0f} | {rate / limit:.2f} | " + " | ".join(f"{ratio:.2f}" for ratio in ratios) + " |")
