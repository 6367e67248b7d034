"""Prints the benchmark of sparse autoencoders as a table: tokens/s, and to each peer ours as they ran right after it, steps over the encoder's product.

Every peer times the encoder's product alone in its own process; steps are set against the best of those at their shape.
"""
import json
import sys

OURS = "microtome-"
rows = [json.loads(line) for line in open(sys.argv[1]) if line.startswith("{")]
encoders, entries = {}, []
for row in rows:
    if row["peer"].startswith(OURS):
        entries.append(((row["d_in"], row["d_sae"], row["threads"]), row["peer"], row["median"], row.get("quality")))
    else:
        settings = row["settings"]
        shape = settings["d_in"], settings["d_sae"], settings["threads"]
        encoders[shape] = min(encoders.get(shape, 1e9), row["encode_gemm_seconds"])
        entries.append((shape, row["peer"], row["throughput"]["median"], row.get("quality")))

print("| d_in | features | threads | trainer | tokens/s | step / encoder's product | ours / peer |")
print("| --- | --- | --- | --- | --- | --- | --- |")
peer = None
for shape, name, rate, _ in entries:
    ratio = ""
    if not name.startswith(OURS):
        peer = shape, name, rate
    elif peer and peer[0] == shape and name.startswith(OURS + "relu" if "standard" in peer[1] else OURS + "signum"):
        ratio = f"{rate / peer[2]:.2f} × {peer[1]}"
    share = f"{4096 / rate / encoders[shape]:.2f}" if shape in encoders else ""
    print(f"| {shape[0]} | {shape[1]} | {shape[2]} | {name} | {rate:.0f} | {share} | {ratio} |")

scored = [(name, quality) for _, name, _, quality in entries if quality]
if scored:
    print("\n| trainer | explained variance | L0 | MMCS | recovered > 0.9 |")
    print("| --- | --- | --- | --- | --- |")
    for name, q in scored:
        print(f"| {name} | {q['explained_variance']} | {q['l0']} | {q['mmcs']} | {q['recovered_at_0.9']} |")
