"""Prints the activation benchmark as a table: tokens/s, its ratio to each peer, and the share of the GEMM limit."""
import json
import sys

rows = [json.loads(line) for line in open(sys.argv[1]) if line.startswith("{")]
for model in ("gpt2", "pythia70m"):
    peers, ours, limits = {}, [], []
    for row in rows:
        settings = row.get("settings", row)
        if settings["model"] != model:
            continue
        if "settings" in row:
            limits.append(row["gemm_bound_tokens_per_s"])
            for kind, rate in row["tokens_per_s"].items():
                peers[row["peer"], kind] = rate["median"]
        else:
            ours.append(row)
    if not ours:
        continue
    limit = max(limits) if limits else float("nan")
    print(f"\n{model}: the matrix products alone would give {limit:.0f} tokens/s\n")
    print("| what | tokens/s | of the limit | to TransformerLens | to Hugging Face |")
    print("| --- | --- | --- | --- | --- |")

    def line(name, rate, kind):
        ratios = (rate / peers[p, kind] if (p, kind) in peers else float("nan") for p in ("transformer_lens", "hf"))
        print(f"| {name} | {rate:.0f} | {rate / limit:.2f} | " + " | ".join(f"{r:.2f}" for r in ratios) + " |")

    for (peer, kind), rate in sorted(peers.items()):
        line(f"{peer}, {kind}", rate, kind)
    for row in ours:
        kind = {"binary": "binary", "array": "list"}.get(row.get("encoding"), "forward_only")
        line(f"{row['peer']}, {row.get('encoding', 'forward only')}, {row['tasks']} tasks x {row['threads']} threads", row["median"], kind)
    for row in ours:
        if "writing_share" in row:
            print(
                f"\nWriting ({row['encoding']}): {row['writing_share']:.1%} of the parts' wall time, "
                f"{row['writing_cpu_us_per_token']:.0f} of {row['cpu_us_per_token']:.0f} µs of processor time a token"
            )
