"""Prints the erasure benchmark as a table: rows or erasers a second, and ours to concept-erasure's of the run just before."""
import json
import sys

print("| what | d | classes | concept-erasure, dtype | it | Microtome, float64 | ratio |")
print("| --- | --- | --- | --- | --- | --- | --- |")
ours = {}
rows = [json.loads(line) for line in open(sys.argv[1]) if line.startswith("{")]
for row in rows:
    if row["peer"] == "microtome":
        ours[row["workload"], row["d"], row["classes"]] = row["median"]
for row in rows:
    if row["peer"] != "microtome":
        s = row["settings"]
        rate, peer = ours[row["workload"], s["d"], s["classes"]], row["throughput"]["median"]
        unit = row["workload"].removeprefix("leace_")
        print(f"| {unit} | {s['d']} | {s['classes']} | {s['dtype']} | {peer:.4g} | {rate:.4g} | {rate / peer:.2f} |")
