# Probes in TorchScript's serialised dialect; ProbeKernels.java gives each method a typed face.
# Letters: N rows, d width, K outputs, C classes. x [N, d] is float32 or float64 and is widened to float64 a few rows at a time, so that sums
# and gradients are float64 whatever the rows are stored in. Only the MLP computes in float32.
class Probes(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  def wide(self: __torch__.Probes, x: Tensor, centre: Tensor, start: int, rows: int) -> Tensor:
    return torch.sub(torch.to(torch.narrow(x, 0, start, rows), 7), centre)

  # minus the log-probability of the classes, summed, and the residuals (probability minus target) [m, K]; K = 1 is the logit of class 1
  def residuals(self: __torch__.Probes, z: Tensor, t: Tensor) -> List[Tensor]:
    if torch.size(z, 1) == 1:
      yes = torch.unsqueeze(torch.to(t, 7), 1)
      sign = torch.sub(torch.mul(yes, 2.), 1.)
      loss = torch.neg(torch.sum(torch.log_sigmoid(torch.mul(z, sign))))
      r = torch.sub(torch.sigmoid(z), yes)
    else:
      logp = torch.log_softmax(z, 1)
      i = torch.unsqueeze(t, 1)
      own = torch.gather(logp, 1, i)
      loss = torch.neg(torch.sum(own))
      r = torch.exp(logp)
      _0 = torch.scatter_add_(r, 1, i, torch.full_like(own, -1.))
    return [loss, r]

  # sum of losses, and its gradients by w [K, d] and b [K], of rows minus centre
  def logistic(self: __torch__.Probes, x: Tensor, y: Tensor, centre: Tensor, w: Tensor, b: Tensor, rows: int) -> List[Tensor]:
    loss = torch.zeros([], dtype=7)
    dw = torch.zeros_like(w)
    db = torch.zeros_like(b)
    n = torch.size(x, 0)
    wt = torch.transpose(w, 0, 1)
    for start in range(0, n, rows):
      m = min(rows, n - start)
      xs = (self).wide(x, centre, start, m, )
      two = (self).residuals(torch.addmm(b, xs, wt), torch.narrow(y, 0, start, m), )
      _0 = torch.add_(loss, two[0])
      _1 = torch.addmm_(dw, torch.transpose(two[1], 0, 1), xs)
      _2 = torch.add_(db, torch.sum(two[1], [0]))
    return [loss, dw, db]

  # x wᵀ + b, [N, K]
  def scores(self: __torch__.Probes, x: Tensor, w: Tensor, b: Tensor, rows: int) -> Tensor:
    parts = annotate(List[Tensor], [])
    n = torch.size(x, 0)
    wt = torch.transpose(w, 0, 1)
    for start in range(0, n, rows):
      xs = torch.to(torch.narrow(x, 0, start, min(rows, n - start)), 7)
      _0 = torch.append(parts, torch.addmm(b, xs, wt))
    return torch.cat(parts, 0)

  def mean(self: __torch__.Probes, x: Tensor, rows: int) -> Tensor:
    n = torch.size(x, 0)
    sum = torch.zeros([torch.size(x, 1)], dtype=7)
    for start in range(0, n, rows):
      _0 = torch.add_(sum, torch.sum(torch.to(torch.narrow(x, 0, start, min(rows, n - start)), 7), [0]))
    return torch.div(sum, n)

  # Σ (x − centre)ᵀ(x − centre), [d, d]
  def gram(self: __torch__.Probes, x: Tensor, centre: Tensor, rows: int) -> Tensor:
    n = torch.size(x, 0)
    d = torch.size(x, 1)
    sum = torch.zeros([d, d], dtype=7)
    for start in range(0, n, rows):
      xs = (self).wide(x, centre, start, min(rows, n - start), )
      _0 = torch.addmm_(sum, torch.transpose(xs, 0, 1), xs)
    return sum

  # x − (x − bias) rightᵀ leftᵀ in float64, [N, d]
  def without(self: __torch__.Probes, x: Tensor, left: Tensor, right: Tensor, bias: Tensor) -> Tensor:
    y = torch.to(x, 7)
    inner = torch.mm(torch.sub(y, bias), torch.transpose(right, 0, 1))
    return torch.sub(y, torch.mm(inner, torch.transpose(left, 0, 1)))

  # of scores [N, K]: the classes' log-probabilities [N, C]
  def log_probabilities(self: __torch__.Probes, z: Tensor) -> Tensor:
    if torch.size(z, 1) == 1:
      both = torch.log_sigmoid(torch.cat([torch.neg(z), z], 1))
    else:
      both = torch.log_softmax(z, 1)
    return both
