"""Makes golden/tpr-gap: the TPR gap of a small biased data set, by scikit-learn and concept-erasure alone.

    python common/src/test/python/tpr_gap.py common/src/test/resources/golden/tpr-gap
"""

import json
import pathlib
import sys

import numpy as np
import sklearn
import torch
from concept_erasure import LeaceFitter
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression

SHARES = [0.9, 0.65, 0.4, 0.15, 0.995]  # of group 0 in each label; the last has too few of the other for a gap
N, D = 1200, 10

rng = np.random.default_rng(7)
labels = rng.choice(5, N, p=[0.24, 0.24, 0.22, 0.22, 0.08])
groups = (rng.random(N) >= np.array(SHARES)[labels]).astype(int)
means = rng.normal(size=(5, D))
direction = rng.normal(size=D)
scales = np.geomspace(0.5, 4, D)
x = (0.9 * means[labels] + np.outer(1.6 * groups - 0.8, direction) + rng.normal(size=(N, D))) * scales + 3
x = x.astype(np.float32)
test = rng.random(N) < 0.4
test[(labels == 4) & (groups == 1)] = False

wide = x.astype(np.float64)
fitter = LeaceFitter.fit(
    torch.tensor(wide[~test]), torch.tensor(np.eye(2)[groups[~test]]), shrinkage=False)
erased = fitter.eraser(torch.tensor(wide)).numpy()


def classifier(rows, targets):
    model = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    return model.fit(rows[~test], targets[~test]).predict(rows[test])


results = {"versions": {"scikit-learn": sklearn.__version__, "torch": torch.__version__}}
for name, rows in [("none", wide), ("leace", erased)]:
    guesses = classifier(rows, labels)
    table = []
    for label in range(5):
        of = labels[test] == label
        rates = [
            float((guesses[of & (groups[test] == group)] == label).mean()) if (of & (groups[test] == group)).any() else None
            for group in range(2)
        ]
        train = [int(((labels == label) & (groups == group) & ~test).sum()) for group in range(2)]
        held = [int((of & (groups[test] == group)).sum()) for group in range(2)]
        table.append({"train": train, "test": held, "tpr": rates})
    defined = [row for row in table if None not in row["tpr"]]
    gaps = np.array([row["tpr"][0] - row["tpr"][1] for row in defined])
    shares = np.array([row["train"][0] / sum(row["train"]) for row in defined])
    results[name] = {
        "labels": table,
        "rms": float(np.sqrt((gaps**2).mean())),
        "correlation": float(np.corrcoef(gaps, shares)[0, 1]),
        "accuracy": float((guesses == labels[test]).mean()),
        "concept_accuracy": float((classifier(rows, groups) == groups[test]).mean()),
        "squared_distance": float(((rows - wide)[test] ** 2).sum(1).mean()),
    }
results["majority"] = float((labels[test] == np.bincount(labels[~test]).argmax()).mean())
results["concept_majority"] = float((groups[test] == np.bincount(groups[~test]).argmax()).mean())

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
save_file(
    {"x": x, "labels": labels.astype(np.int64), "groups": groups.astype(np.int64), "test": test.astype(np.int64)},
    out / "documents.safetensors")
(out / "gaps.json").write_text(json.dumps(results, indent=1) + "\n")
print(json.dumps(results, indent=1))
