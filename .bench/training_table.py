"""Prints the training benchmark as a table: tokens/s, and ours to PyTorch's on as many cores in the run just before."""
import json
import sys

print("| shape | models x threads | PyTorch, tokens/s | Microtome, tokens/s | ratio |")
print("| --- | --- | --- | --- | --- |")
peer = float("nan")
for row in (json.loads(line) for line in open(sys.argv[1]) if line.startswith("{")):
    if "throughput" in row:
        peer = row["throughput"]["median"]
    else:
        split = f"{row['tasks']} x {row['threads']}"
        print(f"| {row['shape']} | {split} | {peer:.0f} | {row['median']:.0f} | {row['median'] / peer:.2f} |")
