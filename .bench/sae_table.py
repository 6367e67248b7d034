"""Prints the benchmark of sparse autoencoders as a table: tokens/s, ours to each peer (TopK by signum to TopK, ReLU with L1 to standard), steps over the encoder's product.

Every peer times the encoder's product alone in its own process; ours is set against the best of those at its shape.
"""
import json
import sys

rows = [json.loads(line) for line in open(sys.argv[1]) if line.startswith("{")]
encoders, peers, ours = {}, [], []
for row in rows:
    if row["peer"].startswith("microtome"):
        ours.append((row["d_in"], row["d_sae"], row["threads"], row["peer"], row["median"], row.get("quality")))
    else:
        s = row["settings"]
        shape = s["d_in"], s["d_sae"], s["threads"]
        encoders[shape] = min(encoders.get(shape, 1e9), row["encode_gemm_seconds"])
        peers.append((*shape, row["peer"], row["throughput"]["median"], row.get("quality")))

print("| d_in | features | threads | trainer | tokens/s | step / encoder's product | ours / peer |")
print("| --- | --- | --- | --- | --- | --- | --- |")
for d, m, threads, name, rate, _ in peers + ours:
    encoder = encoders.get((d, m, threads))
    share = f"{4096 / rate / encoder:.2f}" if encoder else ""
    alike = ("relu", "relu-2023") if "standard" in name else ("signum",)
    own = [o[4] for o in ours if o[:3] == (d, m, threads) and o[3].removeprefix("microtome-") in alike]
    ratio = f"{max(own) / rate:.2f}" if own and not name.startswith("microtome") else ""
    print(f"| {d} | {m} | {threads} | {name} | {rate:.0f} | {share} | {ratio} |")

scored = [r for r in peers + ours if r[5]]
if scored:
    print("\n| trainer | explained variance | L0 | MMCS | recovered > 0.9 |")
    print("| --- | --- | --- | --- | --- |")
    for *_, name, _, q in scored:
        print(f"| {name} | {q['explained_variance']} | {q['l0']} | {q['mmcs']} | {q['recovered_at_0.9']} |")
