# What a finished sparse autoencoder computes, in TorchScript's serialised dialect; SaeKernels.java gives each method a typed face.
# A name that ends in _ writes to its first argument. Letters: N rows, d width of the input, m features, D width of the output.
class Inference(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  # x [N, d] to mean 0 and deviation 1 in each row: [normalised, deviation, mean]. SAELens's: n - 1 below the variance, 1e-5 beside
  # the deviation and not under the root; the way back multiplies by the deviation alone.
  def layer_norm(self: __torch__.Inference, x: Tensor) -> List[Tensor]:
    mean = torch.mean(x, [1], True)
    y = torch.sub(x, mean)
    deviation = torch.std(y, [1], unbiased=True, keepdim=True)
    return [torch.div_(y, torch.add(deviation, 1.0000000000000001e-05)), deviation, mean]

  # x [N, d] to the norm sqrt(d) in each row: [normalised, what undoes it by multiplication, zeros]. A row of zeros has no direction
  # and stays; its reconstruction is 0 again.
  def constant_norm(self: __torch__.Inference, x: Tensor) -> List[Tensor]:
    back = torch.mul_(torch.linalg_vector_norm(x, 2, [1], True), torch.pow(torch.size(x, 1), -0.5))
    return [torch.div(x, torch.add(back, torch.eq(back, 0))), back, torch.zeros_like(back)]

  def denormalise_(self: __torch__.Inference, y: Tensor, factor: Tensor, shift: Tensor) -> Tensor:
    return torch.add_(torch.mul_(y, factor), shift)

  def centre(self: __torch__.Inference, x: Tensor, bias: Tensor) -> Tensor:
    return torch.sub(x, bias)

  # x [N, d], w [d, m], b [m]
  def relu(self: __torch__.Inference, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    return torch.relu_(torch.addmm(b, x, w))

  def gated(self: __torch__.Inference, x: Tensor, w: Tensor, b_gate: Tensor, r_mag: Tensor, b_mag: Tensor) -> Tensor:
    h = torch.mm(x, w)
    open = torch.gt(torch.add(h, b_gate), 0)
    magnitude = torch.relu_(torch.add_(torch.mul_(h, torch.exp(r_mag)), b_mag))
    return torch.mul_(magnitude, open)

  # the k largest of each row of h, those above 0
  def largest(self: __torch__.Inference, h: Tensor, k: int) -> Tensor:
    top = torch.topk(h, k, 1, True, False)
    return torch.scatter_(torch.zeros_like(h), 1, top[1], torch.relu_(top[0]))

  def top_k(self: __torch__.Inference, x: Tensor, w: Tensor, b: Tensor, k: int) -> Tensor:
    return (self).largest(torch.addmm(b, x, w), k, )

  def top_k_scaled(self: __torch__.Inference, x: Tensor, w: Tensor, b: Tensor, k: int, norms: Tensor) -> Tensor:
    return (self).largest(torch.mul_(torch.addmm(b, x, w), norms), k, )

  def jump_relu(self: __torch__.Inference, x: Tensor, w: Tensor, b: Tensor, threshold: Tensor) -> Tensor:
    h = torch.addmm(b, x, w)
    open = torch.gt(h, threshold)
    return torch.mul_(torch.relu_(h), open)

  # f [N, m], w [m, D], b [D]
  def decode(self: __torch__.Inference, f: Tensor, w: Tensor, b: Tensor) -> Tensor:
    return torch.addmm(b, f, w)

  def decode_scaled(self: __torch__.Inference, f: Tensor, w: Tensor, b: Tensor, norms: Tensor) -> Tensor:
    return torch.addmm(b, torch.div(f, norms), w)

  # y + x W^T, w [D, d]
  def add_skip_(self: __torch__.Inference, y: Tensor, x: Tensor, w: Tensor) -> Tensor:
    return torch.add_(y, torch.linear(x, w))

  # norms of the rows of w [m, D], at least 1e-8
  def norms(self: __torch__.Inference, w: Tensor) -> Tensor:
    return torch.clamp_(torch.linalg_vector_norm(w, 2, [1]), 1e-08)

  def scale(self: __torch__.Inference, x: Tensor, factor: float) -> Tensor:
    return torch.mul(x, factor)

  def scale_(self: __torch__.Inference, x: Tensor, factor: float) -> Tensor:
    return torch.mul_(x, factor)

  def times(self: __torch__.Inference, x: Tensor, y: Tensor) -> Tensor:
    return torch.mul(x, y)

  def divide_rows(self: __torch__.Inference, x: Tensor, norms: Tensor) -> Tensor:
    return torch.div(x, torch.unsqueeze(norms, 1))

  def exp(self: __torch__.Inference, x: Tensor) -> Tensor:
    return torch.exp(x)

  def not_negative(self: __torch__.Inference, x: Tensor) -> Tensor:
    return torch.clamp(x, 0)

  def not_negative_(self: __torch__.Inference, x: Tensor) -> Tensor:
    return torch.clamp_(x, 0)

  def transposed(self: __torch__.Inference, x: Tensor) -> Tensor:
    return torch.contiguous(torch.transpose(x, 0, 1))

  def copy(self: __torch__.Inference, x: Tensor) -> Tensor:
    return torch.clone(x)

  # how many elements are NaN or infinite
  def not_finite(self: __torch__.Inference, x: Tensor) -> Tensor:
    return torch.sub(torch.numel(x), torch.sum(torch.isfinite(x)))

  # g minus its component along w in each row, both [m, D]; a row of zeros has no direction
  def remove_parallel_(self: __torch__.Inference, g: Tensor, w: Tensor) -> Tensor:
    squares = torch.clamp_min_(torch.sum(torch.mul(w, w), [1], True), 1.0000000000000001e-32)
    along = torch.div_(torch.sum(torch.mul(g, w), [1], True), squares)
    return torch.addcmul_(g, along, w, value=-1)

  def unit_rows_(self: __torch__.Inference, w: Tensor) -> Tensor:
    return torch.div_(w, torch.clamp_min_(torch.linalg_vector_norm(w, 2, [1], True), 9.9999999999999998e-17))

  # infinity if none is above 0
  def smallest_positive(self: __torch__.Inference, x: Tensor) -> Tensor:
    return torch.to(torch.min(torch.masked_fill(x, torch.le(x, 0), inf)), 7)

  def sum_of_norms(self: __torch__.Inference, x: Tensor) -> Tensor:
    return torch.sum(torch.linalg_vector_norm(x, 2, [1]), dtype=7)

  def smallest_norm(self: __torch__.Inference, x: Tensor) -> Tensor:
    return torch.to(torch.min(torch.linalg_vector_norm(x, 2, [1])), 7)

  # w_enc [d, m], b [m], w_dec [m, d]; dead [r] indices of features, x [r, d] their inputs
  def resample_(self: __torch__.Inference, w_enc: Tensor, b: Tensor, w_dec: Tensor, dead: Tensor, x: Tensor, norm: float) -> None:
    alive = torch.index_fill_(torch.ones_like(b), 0, dead, 0.)
    norms = torch.mul(torch.linalg_vector_norm(w_enc, 2, [0]), alive)
    mean = torch.div(torch.sum(norms), torch.sum(alive))
    unit = torch.div(x, torch.linalg_vector_norm(x, 2, [1], True))
    _0 = torch.index_copy_(w_dec, 0, dead, unit)
    _1 = torch.index_copy_(w_enc, 1, dead, torch.transpose(torch.mul(torch.mul(unit, mean), norm), 0, 1))
    _2 = torch.index_fill_(b, 0, dead, 0.)
    return None

  def forget_(self: __torch__.Inference, w_enc: Tensor, b: Tensor, w_dec: Tensor, dead: Tensor) -> None:
    _0 = torch.index_fill_(w_enc, 1, dead, 0.)
    _1 = torch.index_fill_(b, 0, dead, 0.)
    _2 = torch.index_fill_(w_dec, 0, dead, 0.)
    return None
