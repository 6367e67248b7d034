# The transformer's arithmetic as libtorch runs it, in TorchScript's serialised dialect. TorchScript.java turns this text into an
# archive when it is loaded, and gives each method a typed face. A name that ends in _ writes to its first argument.
# Letters: B batch, T positions, Q query positions, K key positions, H heads, D width of a head, N rows, V vocabulary.
class Kernels(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  def embedding(self: __torch__.Kernels, table: Tensor, ids: Tensor) -> Tensor:
    return torch.embedding(table, ids)

  def linear(self: __torch__.Kernels, x: Tensor, weight: Tensor) -> Tensor:
    return torch.linear(x, weight)

  def linear_bias(self: __torch__.Kernels, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return torch.linear(x, weight, bias)

  def add_(self: __torch__.Kernels, x: Tensor, y: Tensor) -> Tensor:
    return torch.add_(x, y)

  def mul_(self: __torch__.Kernels, x: Tensor, y: Tensor) -> Tensor:
    return torch.mul_(x, y)

  def scale_(self: __torch__.Kernels, x: Tensor, factor: float) -> Tensor:
    return torch.mul_(x, factor)

  # without what a projection removes, left [d, r] and right [r, d], in float64 and then in x's type
  def without(self: __torch__.Kernels, x: Tensor, left: Tensor, right: Tensor, bias: Tensor) -> Tensor:
    y = torch.to(x, 7)
    inner = torch.mm(torch.sub(y, torch.to(bias, 7)), torch.transpose(torch.to(right, 7), 0, 1))
    z = torch.sub(y, torch.mm(inner, torch.transpose(torch.to(left, 7), 0, 1)))
    return torch.to(z, x)

  def soft_cap(self: __torch__.Kernels, x: Tensor, cap: float) -> Tensor:
    return torch.mul_(torch.tanh_(torch.mul(x, 1. / cap)), cap)

  def gelu(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.gelu(x)

  def gelu_(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.gelu_(x)

  def gelu_tanh(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.gelu(x, approximate="tanh")

  def gelu_tanh_(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.gelu_(x, approximate="tanh")

  def relu(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.relu(x)

  def relu_(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.relu_(x)

  def silu(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.silu(x)

  def silu_(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.silu_(x)

  def solu(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.mul(x, torch.softmax(x, -1))

  def solu_(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.mul_(x, torch.softmax(x, -1))

  def layer_norm(self: __torch__.Kernels, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    return torch.layer_norm(x, [torch.size(x, -1)], weight, bias, eps)

  def layer_center(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.sub(x, torch.mean(x, [-1], True))

  def root_mean_square(self: __torch__.Kernels, x: Tensor, eps: float) -> Tensor:
    return torch.sqrt_(torch.add_(torch.mean(torch.mul(x, x), [-1], True), eps))

  def deviation(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.std(x, [-1], unbiased=True, keepdim=True)

  def rms_norm(self: __torch__.Kernels, x: Tensor, weight: Tensor, eps: float) -> Tensor:
    squares = torch.pow_(torch.linalg_vector_norm(x, 2, [-1], True), 2)
    inverse = torch.rsqrt_(torch.add_(torch.mul_(squares, 1. / torch.size(x, -1)), eps))
    return torch.mul_(torch.mul(x, inverse), weight)

  # [B, T, (H + 2 KV) D] to [B, T, H, D] and twice [B, T, KV, D]: views
  def split_heads(self: __torch__.Kernels, qkv: Tensor, heads: int, kv_heads: int) -> List[Tensor]:
    b = torch.size(qkv, 0)
    t = torch.size(qkv, 1)
    d = torch.floordiv(torch.size(qkv, 2), heads + 2 * kv_heads)
    x = torch.view(qkv, [b, t, heads + 2 * kv_heads, d])
    q = torch.narrow(x, 2, 0, heads)
    k = torch.narrow(x, 2, heads, kv_heads)
    v = torch.narrow(x, 2, heads + kv_heads, kv_heads)
    return [q, k, v]

  # the last value_rows rows of weight on values, those above on x: [B, T, rows]
  def linear_qkv(self: __torch__.Kernels, x: Tensor, values: Tensor, weight: Tensor, value_rows: int) -> Tensor:
    rows = torch.size(weight, 0) - value_rows
    qk = torch.linear(x, torch.narrow(weight, 0, 0, rows))
    v = torch.linear(values, torch.narrow(weight, 0, rows, value_rows))
    return torch.cat([qk, v], -1)

  def linear_qkv_bias(self: __torch__.Kernels, x: Tensor, values: Tensor, weight: Tensor, bias: Tensor, value_rows: int) -> Tensor:
    return torch.add_((self).linear_qkv(x, values, weight, value_rows, ), bias)

  # k [B, T, H, D], alpha [H]: each key mixed with the one before it; the first has none and keeps its own
  def smear(self: __torch__.Kernels, k: Tensor, alpha: Tensor) -> Tensor:
    return (self).smear_after(k, torch.narrow(k, 1, 0, 1), alpha, )

  # the same, before [B, 1, H, D] being the key in front of the first
  def smear_after(self: __torch__.Kernels, k: Tensor, before: Tensor, alpha: Tensor) -> Tensor:
    t = torch.size(k, 1)
    shifted = torch.cat([before, torch.narrow(k, 1, 0, t - 1)], 1)
    return torch.lerp(shifted, k, torch.unsqueeze(torch.sigmoid(alpha), 1))

  # x [B, T, H, D]; cos and sin [T, 1, R]: coordinate i turns with i + R
  def rotate_halves_(self: __torch__.Kernels, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    r = torch.size(cos, -1)
    a = torch.narrow(x, 3, 0, r)
    b = torch.narrow(x, 3, r, r)
    turned = torch.addcmul_(torch.mul(a, cos), b, sin, value=-1)
    _0 = torch.addcmul_(torch.mul_(b, cos), a, sin)
    _1 = torch.copy_(a, turned)
    return x

  # x [B, T, H, D]; cos and sin [T, 1, R]: coordinate 2i turns with 2i + 1
  def rotate_adjacent_(self: __torch__.Kernels, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    r = torch.size(cos, -1)
    a = torch.slice(x, 3, 0, 2 * r, 2)
    b = torch.slice(x, 3, 1, 2 * r, 2)
    turned = torch.addcmul_(torch.mul(a, cos), b, sin, value=-1)
    _0 = torch.addcmul_(torch.mul_(b, cos), a, sin)
    _1 = torch.copy_(a, turned)
    return x

  # x [B, K, KV, D] to [B, heads, K, D]. Copies for grouped queries: libtorch's own grouping leaves the fused attention, 5 times
  # the time at 16 sequences of 256 with 8 query and 4 key heads.
  def heads_first(self: __torch__.Kernels, x: Tensor, heads: int) -> Tensor:
    group = torch.floordiv(heads, torch.size(x, 2))
    x0 = torch.transpose(x, 1, 2)
    if torch.ne(group, 1):
      x1 = torch.repeat_interleave(x0, group, 1)
    else:
      x1 = x0
    return x1

  # q [B, Q, H, D], k and v [B, K, KV, D] to [B, Q, H, D]
  def attend(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, scale: float, causal: bool) -> Tensor:
    heads = torch.size(q, 2)
    q0 = torch.transpose(q, 1, 2)
    k0 = (self).heads_first(k, heads, )
    v0 = (self).heads_first(v, heads, )
    z = torch.scaled_dot_product_attention(q0, k0, v0, None, 0., causal, scale=scale)
    return torch.transpose(z, 1, 2)

  # the same, where allowed [1 or B, 1, Q, K] is true
  def attend_masked(self: __torch__.Kernels, q: Tensor, k: Tensor, v: Tensor, allowed: Tensor, scale: float) -> Tensor:
    heads = torch.size(q, 2)
    q0 = torch.transpose(q, 1, 2)
    k0 = (self).heads_first(k, heads, )
    v0 = (self).heads_first(v, heads, )
    z = torch.scaled_dot_product_attention(q0, k0, v0, allowed, 0., False, scale=scale)
    return torch.transpose(z, 1, 2)

  # [B, H, Q, K]: −∞ where not allowed; no cap if it is 0
  def attention_scores(self: __torch__.Kernels, q: Tensor, k: Tensor, allowed: Tensor, scale: float, cap: float) -> Tensor:
    group = torch.floordiv(torch.size(q, 2), torch.size(k, 2))
    if torch.ne(group, 1):
      k0 = torch.repeat_interleave(k, group, 2)
    else:
      k0 = k
    scores = torch.matmul(torch.transpose(q, 1, 2), torch.permute(k0, [0, 2, 3, 1]))
    scores0 = torch.mul_(scores, scale)
    if torch.ne(cap, 0.):
      scores1 = torch.mul_(torch.tanh_(torch.mul_(scores0, 1. / cap)), cap)
    else:
      scores1 = scores0
    return torch.masked_fill_(scores1, torch.logical_not(allowed), -inf)

  def softmax(self: __torch__.Kernels, scores: Tensor) -> Tensor:
    return torch.softmax(scores, -1)

  # pattern [B, H, Q, K], v [B, K, KV, D] to [B, Q, H, D]
  def mix_values(self: __torch__.Kernels, pattern: Tensor, v: Tensor) -> Tensor:
    group = torch.floordiv(torch.size(pattern, 1), torch.size(v, 2))
    if torch.ne(group, 1):
      v0 = torch.repeat_interleave(v, group, 2)
    else:
      v0 = v
    return torch.contiguous(torch.transpose(torch.matmul(pattern, torch.transpose(v0, 1, 2)), 1, 2))

  # z [B, Q, H, D], weight [M, H D] to each head's output [B, Q, H, M]
  def head_results(self: __torch__.Kernels, z: Tensor, weight: Tensor) -> Tensor:
    h = torch.size(z, 2)
    d = torch.size(z, 3)
    m = torch.size(weight, 0)
    rows = torch.transpose(torch.reshape(z, [-1, h, d]), 0, 1)
    per_head = torch.permute(torch.view(weight, [m, h, d]), [1, 2, 0])
    results = torch.contiguous(torch.transpose(torch.matmul(rows, per_head), 0, 1))
    return torch.view(results, [torch.size(z, 0), torch.size(z, 1), h, m])

  # [1, 1, Q, K]: may the query at first + i see the key j; window 0 sees all
  def causal_mask(self: __torch__.Kernels, first: Tensor, keys: Tensor, window: int) -> Tensor:
    i = torch.unsqueeze(first, 1)
    j = torch.unsqueeze(keys, 0)
    seen = torch.le(j, i)
    if torch.gt(window, 0):
      seen0 = torch.logical_and(seen, torch.gt(j, torch.sub(i, window)))
    else:
      seen0 = seen
    return torch.unsqueeze(torch.unsqueeze(seen0, 0), 0)

  # −log p(target) in nats, a row of logits [N, V] at a time
  def logit_loss(self: __torch__.Kernels, logits: Tensor, targets: Tensor) -> Tensor:
    target = torch.squeeze(torch.gather(logits, 1, torch.unsqueeze(targets, 1)), 1)
    return torch.sub(torch.logsumexp(logits, [1]), target)

  # the same of rows x [N, M] under the logits x weightᵀ + bias, weight [V, M], capped unless cap is 0. Some words at a time, so that
  # exponentials are taken of logits still in the cache, and in the same memory, so that none of it is mapped anew. The target's logit
  # is one of them: computed apart it would be rounded otherwise, and a token that is certain would have a loss below 0.
  def unembedding_loss(self: __torch__.Kernels, x: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, cap: float, words: int) -> Tensor:
    v = torch.size(weight, 0)
    space = torch.empty([torch.size(x, 0), min(words, v)], dtype=6)
    parts = annotate(List[Tensor], [])
    target = torch.zeros([torch.size(x, 0)], dtype=6)
    for start in range(0, v, words):
      n = min(words, v - start)
      w = torch.transpose(torch.narrow(weight, 0, start, n), 0, 1)
      logits = torch.addmm(torch.narrow(bias, 0, start, n), x, w, out=torch.narrow(space, 1, 0, n))
      _0 = torch.append(parts, torch.logsumexp((self).soft_cap_(logits, cap, ), [1]))
      at = torch.sub(targets, start)
      here = torch.logical_and(torch.ge(at, 0), torch.lt(at, n))
      own = torch.squeeze(torch.gather(logits, 1, torch.unsqueeze(torch.clamp(at, 0, n - 1), 1)), 1)
      _1 = torch.copy_(target, torch.where(here, own, target))
    return torch.sub(torch.logsumexp(torch.stack(parts, 1), [1]), target)

  # c·tanh(x / c) in place, and nothing if c is 0
  def soft_cap_(self: __torch__.Kernels, x: Tensor, cap: float) -> Tensor:
    if torch.ne(cap, 0.):
      _0 = torch.mul_(torch.tanh_(torch.mul_(x, 1. / cap)), cap)
    return x

  # KL(softmax p || softmax q) of rows [N, V]
  def divergence(self: __torch__.Kernels, p: Tensor, q: Tensor) -> Tensor:
    log_p = torch.log_softmax(p, 1)
    ratio = torch.sub(log_p, torch.log_softmax(q, 1))
    return torch.sum(torch.mul_(ratio, torch.exp(log_p)), [1])

  # x [N, H, F] at the product of rows [M, 1, 1], heads [1, h, 1] and features [1, 1, f]: [M, h, f]
  def select(self: __torch__.Kernels, x: Tensor, rows: Tensor, heads: Tensor, features: Tensor) -> Tensor:
    return torch.index(x, annotate(List[Optional[Tensor]], [rows, heads, features]))

  def select_put_(self: __torch__.Kernels, x: Tensor, rows: Tensor, heads: Tensor, features: Tensor, values: Tensor) -> Tensor:
    return torch.index_put_(x, annotate(List[Optional[Tensor]], [rows, heads, features]), values)
