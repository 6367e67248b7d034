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

  # the same of several problems over the same rows: loss, dw, db of the first, then of the next; rows are widened once for all
  def logistics(self: __torch__.Probes, x: Tensor, ys: List[Tensor], centre: Tensor, ws: List[Tensor], bs: List[Tensor], rows: int) -> List[Tensor]:
    sums = annotate(List[Tensor], [])
    for k in range(torch.len(ws)):
      _0 = torch.append(sums, torch.zeros([], dtype=7))
      _1 = torch.append(sums, torch.zeros_like(ws[k]))
      _2 = torch.append(sums, torch.zeros_like(bs[k]))
    n = torch.size(x, 0)
    for start in range(0, n, rows):
      m = min(rows, n - start)
      xs = (self).wide(x, centre, start, m, )
      for j in range(torch.len(ws)):
        two = (self).residuals(torch.addmm(bs[j], xs, torch.transpose(ws[j], 0, 1)), torch.narrow(ys[j], 0, start, m), )
        _3 = torch.add_(sums[j * 3], two[0])
        _4 = torch.addmm_(sums[j * 3 + 1], torch.transpose(two[1], 0, 1), xs)
        _5 = torch.add_(sums[j * 3 + 2], torch.sum(two[1], [0]))
    return sums

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

  def select(self: __torch__.Probes, x: Tensor, index: Tensor) -> Tensor:
    return torch.index_select(x, 0, index)

  # Σ ‖x − y‖² over all rows
  def squared_distance(self: __torch__.Probes, x: Tensor, y: Tensor, rows: int) -> Tensor:
    n = torch.size(x, 0)
    sum = torch.zeros([], dtype=7)
    for start in range(0, n, rows):
      m = min(rows, n - start)
      gap = (self).wide(x, torch.to(torch.narrow(y, 0, start, m), 7), start, m, )
      _0 = torch.add_(sum, torch.sum(torch.mul(gap, gap)))
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

  # mean and 1/deviation of the columns of x, [2, d]; 0 where a column does not vary
  def standard(self: __torch__.Probes, x: Tensor, rows: int) -> Tensor:
    n = torch.size(x, 0)
    mean = (self).mean(x, rows, )
    squares = torch.zeros_like(mean)
    for start in range(0, n, rows):
      xs = (self).wide(x, mean, start, min(rows, n - start), )
      _0 = torch.add_(squares, torch.sum(torch.mul(xs, xs), [0]))
    deviation = torch.sqrt(torch.div(squares, n))
    scale = torch.nan_to_num(torch.div(torch.ones_like(deviation), deviation), 0., 0., 0.)
    return torch.stack([mean, scale])

  # float32 rows, standardised
  def inputs(self: __torch__.Probes, x: Tensor, standard: Tensor) -> Tensor:
    wide = torch.sub(torch.to(x, 7), torch.select(standard, 0, 0))
    return torch.to(torch.mul(wide, torch.select(standard, 0, 1)), 6)

  # AdamW steps of a network of one hidden layer with ReLU, p = w1 [d, h], b1, w2 [h, C], b2: a batch of rows a step, as order [steps batch]
  # names them
  def mlp_steps_(self: __torch__.Probes, x: Tensor, y: Tensor, order: Tensor, batch: int, standard: Tensor, p: List[Tensor], m: List[Tensor], v: List[Tensor], done: int, lr: float, decay: float) -> None:
    none = annotate(List[Tensor], [])
    for k in range(torch.floordiv(torch.size(order, 0), batch)):
      i = torch.narrow(order, 0, k * batch, batch)
      xs = (self).inputs(torch.index_select(x, 0, i), standard, )
      t = torch.unsqueeze(torch.index_select(y, 0, i), 1)
      h = torch.relu(torch.addmm(p[1], xs, p[0]))
      g = torch.softmax(torch.addmm(p[3], h, p[2]), 1)
      _0 = torch.scatter_add_(g, 1, t, torch.full_like(torch.gather(g, 1, t), -1.))
      _1 = torch.div_(g, batch)
      dh = torch.mul(torch.mm(g, torch.transpose(p[2], 0, 1)), torch.gt(h, 0))
      grads = [torch.mm(torch.transpose(xs, 0, 1), dh), torch.sum(dh, [0]), torch.mm(torch.transpose(h, 0, 1), g), torch.sum(g, [0])]
      step = torch.tensor(float(done + k + 1), dtype=6)
      _2 = torch._fused_adamw_(p, grads, m, v, none, [step, step, step, step], lr=lr, beta1=0.9, beta2=0.999, weight_decay=decay, eps=1e-8, amsgrad=False, maximize=False)
    return None

  # log-probabilities [N, C] of that network, in float64
  def mlp(self: __torch__.Probes, x: Tensor, standard: Tensor, p: List[Tensor], rows: int) -> Tensor:
    parts = annotate(List[Tensor], [])
    n = torch.size(x, 0)
    for start in range(0, n, rows):
      xs = (self).inputs(torch.narrow(x, 0, start, min(rows, n - start)), standard, )
      h = torch.relu(torch.addmm(p[1], xs, p[0]))
      _0 = torch.append(parts, torch.log_softmax(torch.to(torch.addmm(p[3], h, p[2]), 7), 1))
    return torch.cat(parts, 0)

  # contrast-consistent search over centred sides x0, x1 [N, d] of pairs: consistency, confidence, gradients by w [d] and b [1], p0, p1
  def contrast(self: __torch__.Probes, x0: Tensor, x1: Tensor, w: Tensor, b: Tensor) -> List[Tensor]:
    n = torch.size(x0, 0)
    p0 = torch.sigmoid(torch.add(torch.mv(x0, w), b))
    p1 = torch.sigmoid(torch.add(torch.mv(x1, w), b))
    gap = torch.sub(torch.add(p0, p1), 1.)
    least = torch.minimum(p0, p1)
    first = torch.to(torch.le(p0, p1), 7)
    d0 = torch.add(torch.mul(gap, 2.), torch.mul(torch.mul(least, 2.), first))
    d1 = torch.add(torch.mul(gap, 2.), torch.mul(torch.mul(least, 2.), torch.rsub(first, 1.)))
    z0 = torch.div(torch.mul(d0, torch.mul(p0, torch.rsub(p0, 1.))), n)
    z1 = torch.div(torch.mul(d1, torch.mul(p1, torch.rsub(p1, 1.))), n)
    dw = torch.add(torch.mv(torch.transpose(x0, 0, 1), z0), torch.mv(torch.transpose(x1, 0, 1), z1))
    db = torch.reshape(torch.add(torch.sum(z0), torch.sum(z1)), [1])
    return [torch.mean(torch.mul(gap, gap)), torch.mean(torch.mul(least, least)), dw, db, p0, p1]

  # mean loss of rows (x − centre)(I − P) [m, d], its gradients by w, b, and by P made symmetric
  def adversary(self: __torch__.Probes, x: Tensor, y: Tensor, order: Tensor, centre: Tensor, projection: Tensor, w: Tensor, b: Tensor) -> List[Tensor]:
    xs = torch.sub(torch.to(torch.index_select(x, 0, order), 7), centre)
    left = torch.sub(xs, torch.mm(xs, projection))
    two = (self).residuals(torch.addmm(b, left, torch.transpose(w, 0, 1)), torch.index_select(y, 0, order), )
    r = torch.div(two[1], torch.size(xs, 0))
    dp = torch.neg(torch.mm(torch.transpose(xs, 0, 1), torch.mm(r, w)))
    both = torch.mul(torch.add(dp, torch.transpose(dp, 0, 1)), 0.5)
    return [torch.div(two[0], torch.size(xs, 0)), torch.mm(torch.transpose(r, 0, 1), left), torch.sum(r, [0]), both]
