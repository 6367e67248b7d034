# The loss of a TopK autoencoder over dense codes, and its gradients by autograd, in TorchScript's serialised dialect.
class DenseTopK(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  def kept(self: __torch__.DenseTopK, pre: Tensor, k: int) -> Tensor:
    values, indices = torch.topk(pre, k, -1, True, True)
    return torch.scatter(torch.zeros_like(pre), 1, indices, torch.relu(values))

  # x [n, d]; p: W_enc [m, d], W_dec [m, d], b_enc [1, m], b_dec [1, d]; c: k, dead [m] of 0 and 1, dead_k, dead_weight
  def gradients(self: __torch__.DenseTopK, x: Tensor, p: Dict[str, Tensor], c: Dict[str, Tensor]) -> Dict[str, Tensor]:
    names = torch.keys(p)
    leaves = annotate(Dict[str, Tensor], {})
    inputs = annotate(List[Tensor], [])
    for i in range(torch.len(names)):
      leaf = torch.requires_grad_(torch.detach(p[names[i]]), True)
      _0 = torch._set_item(leaves, names[i], leaf)
      _1 = torch.append(inputs, leaf)
    _2 = torch.set_grad_enabled(True)
    w = leaves["W_dec"]
    pre = torch.add(torch.mm(torch.sub(x, leaves["b_dec"]), torch.t(leaves["W_enc"])), leaves["b_enc"])
    y = torch.add(torch.mm((self).kept(pre, int(c["k"]), ), w), leaves["b_dec"])
    error = torch.sub(x, y)
    variance = torch.sum(torch.pow(torch.sub(x, torch.mean(x, [0], True)), 2))
    loss = torch.sum(torch.pow(error, 2))
    if float(c["dead_weight"]) > 0.:
      dead = torch.masked_fill(pre, torch.eq(c["dead"], 0), -1.0e30)
      of_dead = torch.mm((self).kept(dead, int(c["dead_k"]), ), w)
      rest = torch.sum(torch.pow(torch.sub(of_dead, torch.detach(error)), 2))
      loss = torch.add(loss, torch.mul(rest, float(c["dead_weight"])))
    loss = torch.div(loss, variance)
    got = torch.grad([loss], inputs, annotate(List[Optional[Tensor]], [None]), False, False, True)
    _3 = torch.set_grad_enabled(False)
    results = annotate(Dict[str, Tensor], {})
    for i in range(torch.len(got)):
      g = got[i]
      if g is not None:
        _4 = torch._set_item(results, names[i], g)
    _5 = torch._set_item(results, "loss", torch.detach(loss))
    return results

  def topk(self: __torch__.DenseTopK, x: Tensor, k: int) -> Tensor:
    values, indices = torch.topk(x, k, -1, True, True)
    return indices
