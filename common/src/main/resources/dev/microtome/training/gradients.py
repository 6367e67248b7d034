# The mean next-token loss of a toy model and its gradient, in TorchScript's serialised dialect; GradientScript.java calls it.
# p holds the parameters under TransformerLens's names: what is not there (a norm, a bias, an MLP, positions) is left out.
# c holds what is not trained: eps, layers, the kind of MLP and positions by presence, rotary tables, sizes of pieces.
# Letters: B sequences, T positions, H heads, D width of a head, d width of the stream, N = B T rows, V vocabulary.
class Gradients(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  # [H, d, D] to [H D, d], as a view of [d, H D]
  def stacked(self: __torch__.Gradients, heads: Tensor) -> Tensor:
    d = torch.size(heads, 1)
    return torch.transpose(torch.reshape(torch.permute(heads, [1, 0, 2]), [d, -1]), 0, 1)

  def norm(self: __torch__.Gradients, x: Tensor, p: Dict[str, Tensor], name: str, eps: float) -> Tensor:
    y = x
    if torch.__contains__(p, name + ".w"):
      y = torch.layer_norm(x, [torch.size(x, -1)], p[name + ".w"], p[name + ".b"], eps)
    return y

  def project(self: __torch__.Gradients, x: Tensor, p: Dict[str, Tensor], weights: List[str], biases: List[str]) -> Tensor:
    ws = annotate(List[Tensor], [])
    bs = annotate(List[Tensor], [])
    for i in range(torch.len(weights)):
      _0 = torch.append(ws, p[weights[i]])
      if torch.__contains__(p, biases[i]):
        _1 = torch.append(bs, p[biases[i]])
    w = (self).stacked(torch.cat(ws, 0), )
    b = annotate(Optional[Tensor], None)
    if torch.len(bs) > 0:
      b = torch.reshape(torch.cat(bs, 0), [-1])
    return torch.linear(x, w, b)

  def rotate(self: __torch__.Gradients, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    r = torch.size(cos, -1)
    t = torch.size(x, 1)
    c = torch.slice(cos, 0, 0, t, 1)
    s = torch.slice(sin, 0, 0, t, 1)
    parts = torch.split_with_sizes(x, [r, r, torch.size(x, 3) - 2 * r], 3)
    a = parts[0]
    b = parts[1]
    return torch.cat([torch.sub(torch.mul(a, c), torch.mul(b, s)), torch.add(torch.mul(b, c), torch.mul(a, s)), parts[2]], 3)

  def attention(self: __torch__.Gradients, x: Tensor, p: Dict[str, Tensor], c: Dict[str, Tensor], block: str, eps: float) -> Tensor:
    b = torch.size(x, 0)
    t = torch.size(x, 1)
    h = torch.size(p[block + ".attn.W_Q"], 0)
    n = (self).norm(x, p, block + ".ln1", eps, )
    wq = block + ".attn.W_Q"
    wk = block + ".attn.W_K"
    wv = block + ".attn.W_V"
    bq = block + ".attn.b_Q"
    bk = block + ".attn.b_K"
    bv = block + ".attn.b_V"
    if torch.__contains__(c, "shortformer"):
      placed = torch.add(n, torch.slice(p["pos_embed.W_pos"], 0, 0, t, 1))
      qk = torch.view((self).project(placed, p, [wq, wk], [bq, bk], ), [b, t, 2 * h, -1])
      v = torch.view((self).project(n, p, [wv], [bv], ), [b, t, h, -1])
      two = torch.split_with_sizes(qk, [h, h], 2)
      q = two[0]
      k = two[1]
    else:
      qkv = torch.view((self).project(n, p, [wq, wk, wv], [bq, bk, bv], ), [b, t, 3 * h, -1])
      three = torch.split_with_sizes(qkv, [h, h, h], 2)
      q = three[0]
      k = three[1]
      v = three[2]
    if torch.__contains__(p, block + ".attn.alpha"):
      own = torch.reshape(torch.sigmoid(p[block + ".attn.alpha"]), [1, 1, h, 1])
      before = torch.cat([torch.slice(k, 1, 0, 1, 1), torch.slice(k, 1, 0, t - 1, 1)], 1)
      k = torch.lerp(before, k, own)
    if torch.__contains__(c, "cos"):
      q = (self).rotate(q, c["cos"], c["sin"], )
      k = (self).rotate(k, c["cos"], c["sin"], )
    z = torch.scaled_dot_product_attention(torch.transpose(q, 1, 2), torch.transpose(k, 1, 2), torch.transpose(v, 1, 2), None, 0., True)
    flat = torch.reshape(torch.transpose(z, 1, 2), [b, t, -1])
    wo = torch.transpose(torch.flatten(p[block + ".attn.W_O"], 0, 1), 0, 1)
    bo = annotate(Optional[Tensor], None)
    if torch.__contains__(p, block + ".attn.b_O"):
      bo = p[block + ".attn.b_O"]
    return torch.linear(flat, wo, bo)

  def mlp(self: __torch__.Gradients, x: Tensor, p: Dict[str, Tensor], c: Dict[str, Tensor], block: str, eps: float) -> Tensor:
    n = (self).norm(x, p, block + ".ln2", eps, )
    bi = annotate(Optional[Tensor], None)
    bo = annotate(Optional[Tensor], None)
    if torch.__contains__(p, block + ".mlp.b_in"):
      bi = p[block + ".mlp.b_in"]
      bo = p[block + ".mlp.b_out"]
    pre = torch.linear(n, torch.transpose(p[block + ".mlp.W_in"], 0, 1), bi)
    if torch.__contains__(c, "gelu"):
      post = torch.gelu(pre)
    elif torch.__contains__(c, "gelu_new"):
      post = torch.gelu(pre, approximate="tanh")
    elif torch.__contains__(c, "relu"):
      post = torch.relu(pre)
    else:
      post = torch.mul(pre, torch.softmax(pre, -1))
    post = (self).norm(post, p, block + ".mlp.ln", eps, )
    return torch.linear(post, torch.transpose(p[block + ".mlp.W_out"], 0, 1), bo)

  def body(self: __torch__.Gradients, ids: Tensor, p: Dict[str, Tensor], c: Dict[str, Tensor]) -> Tensor:
    eps = float(c["eps"])
    x = torch.embedding(p["embed.W_E"], ids)
    if torch.__contains__(p, "pos_embed.W_pos") and not torch.__contains__(c, "shortformer"):
      x = torch.add(x, torch.slice(p["pos_embed.W_pos"], 0, 0, torch.size(ids, 1), 1))
    for i in range(int(c["layers"])):
      block = "blocks." + str(i)
      x = torch.add(x, (self).attention(x, p, c, block, eps, ))
      if torch.__contains__(p, block + ".mlp.W_in"):
        x = torch.add(x, (self).mlp(x, p, c, block, eps, ))
    return (self).norm(x, p, "ln_final", eps, )

  # The loss of x [N, d], summed in float64, and its gradients in closed form: softmax minus the target, written over the
  # log-probabilities of a few rows at a time. Autograd would keep [N, V] three times.
  def head(self: __torch__.Gradients, x: Tensor, targets: Tensor, w: Tensor, b: Optional[Tensor], dx: Tensor, dw: Tensor, db: Optional[Tensor], rows: int) -> Tensor:
    loss = torch.zeros([], dtype=7)
    n = torch.size(x, 0)
    for start in range(0, n, rows):
      m = min(rows, n - start)
      xs = torch.narrow(x, 0, start, m)
      t = torch.unsqueeze(torch.narrow(targets, 0, start, m), 1)
      if b is not None:
        logits = torch.addmm(b, xs, w)
      else:
        logits = torch.mm(xs, w)
      logp = torch.log_softmax(logits, 1)
      _0 = torch.sub_(loss, torch.sum(torch.gather(logp, 1, t), dtype=7))
      g = torch.exp_(logp)
      _1 = torch.scatter_add_(g, 1, t, torch.full_like(torch.gather(g, 1, t), -1.))
      _2 = torch.copy_(torch.narrow(dx, 0, start, m), torch.mm(g, torch.transpose(w, 0, 1)))
      _3 = torch.addmm_(dw, torch.transpose(xs, 0, 1), g)
      if db is not None:
        _4 = torch.add_(db, torch.sum(g, [0]))
    return loss

  # loss and gradients, both summed over positions, of ids [B, T + 1]
  def gradients(self: __torch__.Gradients, ids: Tensor, p: Dict[str, Tensor], c: Dict[str, Tensor]) -> Dict[str, Tensor]:
    names = torch.keys(p)
    leaves = annotate(Dict[str, Tensor], {})
    inputs = annotate(List[Tensor], [])
    sums = annotate(Dict[str, Tensor], {})
    for k in range(torch.len(names)):
      leaf = torch.requires_grad_(torch.detach(p[names[k]]), True)
      _0 = torch._set_item(leaves, names[k], leaf)
      _1 = torch.append(inputs, leaf)
      _2 = torch._set_item(sums, names[k], torch.zeros_like(leaf))
    loss = torch.zeros([], dtype=7)
    count = torch.size(ids, 0)
    t = torch.size(ids, 1) - 1
    piece = int(c["sequences"])
    b = annotate(Optional[Tensor], None)
    db = annotate(Optional[Tensor], None)
    if torch.__contains__(p, "unembed.b_U"):
      b = p["unembed.b_U"]
      db = sums["unembed.b_U"]
    if torch.__contains__(p, "unembed.W_U"):
      w = p["unembed.W_U"]
      dw = sums["unembed.W_U"]
    else:
      w = torch.transpose(p["embed.W_E"], 0, 1)
      dw = torch.transpose(sums["embed.W_E"], 0, 1)
    for start in range(0, count, piece):
      part = torch.narrow(ids, 0, start, min(piece, count - start))
      _3 = torch.set_grad_enabled(True)
      x = (self).body(torch.narrow(part, 1, 0, t), leaves, c, )
      _4 = torch.set_grad_enabled(False)
      targets = torch.reshape(torch.narrow(part, 1, 1, t), [-1])
      flat = torch.flatten(torch.detach(x), 0, 1)
      dx = torch.empty_like(flat)
      _5 = torch.add_(loss, (self).head(flat, targets, w, b, dx, dw, db, int(c["rows"]), ))
      got = torch.grad([x], inputs, annotate(List[Optional[Tensor]], [torch.view_as(dx, x)]), False, False, True)
      for k in range(torch.len(got)):
        g = got[k]
        if g is not None:
          _6 = torch.add_(sums[names[k]], g)
    _7 = torch._set_item(sums, "loss", loss)
    return sums

  def add_(self: __torch__.Gradients, sums: List[Tensor], more: List[Tensor]) -> None:
    for i in range(torch.len(sums)):
      _0 = torch.add_(sums[i], more[i])
    return None
