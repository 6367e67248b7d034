# Losses of sparse autoencoders and their gradients, in TorchScript's serialised dialect; SaeGradients.java calls it.
# x [N, d] is what is encoded, t [N, D] what is to be rebuilt, both normalised already. p holds the parameters under SAELens's names, c
# what is not trained: numbers, and switches by presence. A loss is a sum over D (or the m features) and a mean over the N rows.
class Losses(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  # mean in float64 of a number a row
  def mean(self: __torch__.Losses, rows: Tensor) -> Tensor:
    return torch.mean(rows, dtype=7)

  def squares(self: __torch__.Losses, a: Tensor, b: Tensor) -> Tensor:
    return (self).mean(torch.sum(torch.square(torch.sub(a, b)), [1]), )

  def centred(self: __torch__.Losses, x: Tensor, p: Dict[str, Tensor], c: Dict[str, Tensor]) -> Tensor:
    y = x
    if torch.__contains__(c, "tied"):
      y = torch.sub(x, p["b_dec"])
    return y

  def norms(self: __torch__.Losses, w: Tensor) -> Tensor:
    return torch.linalg_vector_norm(w, 2, [1])

  def rebuilt(self: __torch__.Losses, f: Tensor, x: Tensor, p: Dict[str, Tensor]) -> Tensor:
    y = torch.addmm(p["b_dec"], f, p["W_dec"])
    if torch.__contains__(p, "W_skip"):
      y = torch.add(y, torch.linear(x, p["W_skip"]))
    return y

  def weighted(self: __torch__.Losses, f: Tensor, p: Dict[str, Tensor], c: Dict[str, Tensor]) -> Tensor:
    y = f
    if torch.__contains__(c, "decoder_norms"):
      y = torch.mul(f, (self).norms(p["W_dec"], ))
    return y

  def relu(self: __torch__.Losses, x: Tensor, t: Tensor, p: Dict[str, Tensor], c: Dict[str, Tensor]) -> Dict[str, Tensor]:
    r = annotate(Dict[str, Tensor], {})
    f = torch.relu(torch.addmm(p["b_enc"], (self).centred(x, p, c, ), p["W_enc"]))
    y = (self).rebuilt(f, x, p, )
    norm = torch.linalg_vector_norm((self).weighted(f, p, c, ), float(c["power"]), [1])
    _0 = torch._set_item(r, "loss.mse", (self).squares(y, t, ))
    _1 = torch._set_item(r, "loss.l1", torch.mul((self).mean(norm, ), c["sparsity"]))
    _2 = torch._set_item(r, "features", f)
    _3 = torch._set_item(r, "reconstruction", y)
    return r

  def gated(self: __torch__.Losses, x: Tensor, t: Tensor, p: Dict[str, Tensor], c: Dict[str, Tensor]) -> Dict[str, Tensor]:
    r = annotate(Dict[str, Tensor], {})
    h = torch.mm((self).centred(x, p, c, ), p["W_enc"])
    gate = torch.add(h, p["b_gate"])
    magnitude = torch.relu(torch.add(torch.mul(h, torch.exp(p["r_mag"])), p["b_mag"]))
    f = torch.mul(magnitude, torch.gt(gate, 0))
    y = (self).rebuilt(f, x, p, )
    open = torch.relu(gate)
    if torch.__contains__(c, "frozen"):
      through = torch.addmm(torch.detach(p["b_dec"]), open, torch.detach(p["W_dec"]))
      if torch.__contains__(p, "W_skip"):
        through = torch.add(through, torch.linear(x, torch.detach(p["W_skip"])))
    else:
      through = (self).rebuilt(open, x, p, )
    l1 = (self).mean(torch.sum((self).weighted(open, p, c, ), [1]), )
    _0 = torch._set_item(r, "loss.mse", (self).squares(y, t, ))
    _1 = torch._set_item(r, "loss.l1", torch.mul(l1, c["sparsity"]))
    _2 = torch._set_item(r, "loss.auxiliary", (self).squares(through, t, ))
    _3 = torch._set_item(r, "features", f)
    _4 = torch._set_item(r, "reconstruction", y)
    return r

  # how well the largest dead features alone rebuild what is left over: h [N, m] before selection, w [m, D] (rows scaled already)
  def auxiliary(self: __torch__.Losses, h: Tensor, left: Tensor, dead: Tensor, w: Tensor, c: Dict[str, Tensor]) -> Tensor:
    loss = torch.zeros([], dtype=7)
    count = int(torch.sum(dead))
    if count > 0:
      most = int(c["auxiliary_k"])
      top = torch.topk(torch.where(dead, h, -inf), min(most, count), 1, True, False)
      values = top[0]
      if torch.__contains__(c, "auxiliary_relu"):
        values = torch.relu(values)
      z = torch.scatter(torch.zeros_like(h), 1, top[1], values)
      loss = torch.mul((self).squares(torch.mm(z, w), torch.detach(left), ), c["auxiliary"])
      if torch.__contains__(c, "auxiliary_scaled"):
        loss = torch.mul(loss, min(float(count) / float(most), 1.))
    return loss

  # TopK, BatchTopK and Matryoshka
  def top_k(self: __torch__.Losses, x: Tensor, t: Tensor, p: Dict[str, Tensor], c: Dict[str, Tensor]) -> Dict[str, Tensor]:
    r = annotate(Dict[str, Tensor], {})
    w = p["W_dec"]
    h = torch.addmm(p["b_enc"], (self).centred(x, p, c, ), p["W_enc"])
    if torch.__contains__(c, "rescale"):
      n = (self).norms(w, )
      h = torch.mul(h, n)
      w = torch.div(w, torch.unsqueeze(n, 1))
    if torch.__contains__(c, "batch"):
      flat = torch.flatten(torch.relu(h))
      most = torch.topk(flat, int(float(c["k"]) * torch.size(x, 0)), 0, True, False)
      f = torch.view_as(torch.scatter(torch.zeros_like(flat), 0, most[1], most[0]), h)
    else:
      most = torch.topk(h, int(c["k"]), 1, True, False)
      f = torch.scatter(torch.zeros_like(h), 1, most[1], torch.relu(most[0]))
    base = p["b_dec"]
    if torch.__contains__(p, "W_skip"):
      base = torch.add(torch.linear(x, p["W_skip"]), base)
    auxiliary = torch.zeros([], dtype=7)
    y = base
    if torch.__contains__(c, "widths"):
      done = 0
      widths = c["widths"]
      for i in range(torch.size(widths, 0)):
        width = int(widths[i])
        own = torch.slice(w, 0, done, width, 1)
        y = torch.add(torch.mm(torch.slice(f, 1, done, width, 1), own), y)
        if torch.__contains__(c, "dead") and torch.__contains__(c, "levels"):
          piece = torch.slice(h, 1, done, width, 1)
          dead = torch.slice(c["dead"], 0, done, width, 1)
          auxiliary = torch.add(auxiliary, (self).auxiliary(piece, torch.sub(t, y), dead, own, c, ))
        if i + 1 < torch.size(widths, 0):
          _0 = torch._set_item(r, "loss.inner_mse_" + str(width), (self).squares(y, t, ))
        done = width
    else:
      y = torch.add(torch.mm(f, w), base)
    if torch.__contains__(c, "dead") and not torch.__contains__(c, "levels"):
      auxiliary = (self).auxiliary(h, torch.sub(t, y), c["dead"], w, c, )
    _1 = torch._set_item(r, "loss.mse", (self).squares(y, t, ))
    _2 = torch._set_item(r, "loss.auxiliary", auxiliary)
    _3 = torch._set_item(r, "features", f)
    _4 = torch._set_item(r, "reconstruction", y)
    return r

  # The estimator of Rajamanoharan et al. 2024: what is added to a value is 0, its gradient the estimate. R = 1 where h is within half a
  # bandwidth of the threshold.
  def jump_relu(self: __torch__.Losses, x: Tensor, t: Tensor, p: Dict[str, Tensor], c: Dict[str, Tensor]) -> Dict[str, Tensor]:
    r = annotate(Dict[str, Tensor], {})
    width = float(c["bandwidth"])
    h = torch.addmm(p["b_enc"], (self).centred(x, p, c, ), p["W_enc"])
    if torch.__contains__(p, "log_threshold"):
      h = torch.relu(h)
      theta = torch.exp(p["log_threshold"])
    else:
      raw = p["threshold"]
      theta = torch.add(raw, torch.sub(torch.clamp(torch.detach(raw), 0), torch.detach(raw)))
    fixed = torch.detach(theta)
    away = torch.sub(theta, fixed)
    open = torch.gt(h, fixed)
    near = torch.mul(torch.lt(torch.abs(torch.div(torch.sub(torch.detach(h), fixed), width)), 0.5), torch.div(torch.ones_like(fixed), width))
    if torch.__contains__(c, "to_input"):
      moved = torch.sub(torch.sub(h, torch.detach(h)), away)
    else:
      moved = torch.neg(away)
    jump = torch.mul(near, moved)
    f = torch.add(torch.mul(h, open), torch.mul(jump, fixed))
    y = (self).rebuilt(f, x, p, )
    n = (self).norms(p["W_dec"], )
    if torch.__contains__(c, "tanh"):
      rows = torch.sum(torch.tanh(torch.mul(torch.mul(f, n), float(c["tanh"]))), [1])
    else:
      rows = torch.sum(torch.add(jump, open), [1])
      if torch.__contains__(c, "target"):
        target = float(c["target"])
        rows = torch.mul(torch.square(torch.sub(rows, target)), 2. / target)
    _0 = torch._set_item(r, "loss.mse", (self).squares(y, t, ))
    _1 = torch._set_item(r, "loss.l0", torch.mul((self).mean(rows, ), c["sparsity"]))
    if torch.__contains__(c, "pre_act"):
      below = torch.mul(torch.relu(torch.sub(theta, h)), n)
      if torch.__contains__(c, "dead"):
        pre = (self).mean(torch.sum(torch.mul(below, c["dead"]), [1]), )
      else:
        pre = torch.zeros([], dtype=7)
      _2 = torch._set_item(r, "loss.pre_act", torch.mul(pre, c["pre_act"]))
    _3 = torch._set_item(r, "features", f)
    _4 = torch._set_item(r, "reconstruction", y)
    return r

  def ordinary(self: __torch__.Losses, x: Tensor) -> Tensor:
    y = x
    if torch.is_inference(x):
      y = torch.clone(x)
    return y

  # loss.<part>, loss.total, gradient.<parameter>, features [N, m], reconstruction [N, D]
  def gradients(self: __torch__.Losses, x: Tensor, t: Tensor, p: Dict[str, Tensor], c: Dict[str, Tensor]) -> Dict[str, Tensor]:
    names = torch.keys(p)
    leaves = annotate(Dict[str, Tensor], {})
    inputs = annotate(List[Tensor], [])
    _0 = torch.set_grad_enabled(True)
    for i in range(torch.len(names)):
      leaf = torch.requires_grad_(torch.detach((self).ordinary(p[names[i]], )), True)
      _1 = torch._set_item(leaves, names[i], leaf)
      _2 = torch.append(inputs, leaf)
    a = (self).ordinary(x, )
    b = (self).ordinary(t, )
    if torch.__contains__(c, "relu"):
      r = (self).relu(a, b, leaves, c, )
    elif torch.__contains__(c, "gated"):
      r = (self).gated(a, b, leaves, c, )
    elif torch.__contains__(c, "top_k"):
      r = (self).top_k(a, b, leaves, c, )
    else:
      r = (self).jump_relu(a, b, leaves, c, )
    total = torch.zeros([], dtype=7)
    parts = torch.keys(r)
    for i in range(torch.len(parts)):
      if torch.startswith(parts[i], "loss."):
        total = torch.add(total, r[parts[i]])
    got = torch.grad([total], inputs, None, False, False, True)
    _3 = torch.set_grad_enabled(False)
    results = annotate(Dict[str, Tensor], {})
    for i in range(torch.len(parts)):
      _4 = torch._set_item(results, parts[i], torch.detach(r[parts[i]]))
    _5 = torch._set_item(results, "loss.total", torch.detach(total))
    for i in range(torch.len(names)):
      g = got[i]
      if g is not None:
        _6 = torch._set_item(results, "gradient." + names[i], torch.contiguous(g))
      else:
        _7 = torch._set_item(results, "gradient." + names[i], torch.zeros_like(inputs[i]))
    return results
