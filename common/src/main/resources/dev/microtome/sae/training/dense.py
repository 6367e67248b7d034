# What the training of any architecture needs beside its loss, in TorchScript's serialised dialect; DenseKernels.java gives each method a
# typed face. x, t, y [n, d] rows, f [n, m] features.
class Dense(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  # which features fired, and [mean features of a row, squared error, squared distance from the mean row], sums in float64
  def facts(self: __torch__.Dense, f: Tensor, y: Tensor, t: Tensor) -> List[Tensor]:
    active = torch.gt(f, 0)
    fired = torch.to(torch.any(active, 0), 3)
    l0 = torch.div(torch.sum(active, dtype=7), torch.size(f, 0))
    error = torch.sum(torch.square(torch.sub(t, y)), dtype=7)
    variance = torch.sum(torch.square(torch.sub(t, torch.mean(t, [0]))), dtype=7)
    return [fired, torch.stack([l0, error, variance])]

  def scaled(self: __torch__.Dense, x: Tensor, factor: float) -> Tensor:
    return torch.mul(x, factor)

  # every row to the norm sqrt(d); one of zeros stays
  def constant_norm(self: __torch__.Dense, x: Tensor) -> Tensor:
    norms = torch.linalg_vector_norm(x, 2, [1], True)
    return torch.mul(x, torch.div(torch.sqrt(torch.full_like(norms, torch.size(x, 1))), torch.add(norms, torch.eq(norms, 0))))

  # every row to mean 0 and unbiased standard deviation 1
  def layer_norm(self: __torch__.Dense, x: Tensor) -> Tensor:
    centred = torch.sub(x, torch.mean(x, [1], True))
    return torch.div(centred, torch.add(torch.std(centred, [1], True, True), 1.0000000000000001e-05))

  def columns(self: __torch__.Dense, x: Tensor, start: int, end: int) -> Tensor:
    return torch.contiguous(torch.slice(x, 1, start, end, 1))

  def mean_row(self: __torch__.Dense, x: Tensor) -> Tensor:
    return torch.mean(x, [0])

  # how often each feature fired, [features above 0, squared error, squares of t] and the sum of t, all over rows and in float64
  def sums(self: __torch__.Dense, f: Tensor, y: Tensor, t: Tensor) -> List[Tensor]:
    active = torch.gt(f, 0)
    fires = torch.sum(active, [0], dtype=4)
    error = torch.sum(torch.square(torch.sub(t, y)), dtype=7)
    squares = torch.sum(torch.square(t), dtype=7)
    return [fires, torch.stack([torch.sum(active, dtype=7), error, squares]), torch.sum(t, [0], dtype=7)]

  # squared error and penalty of each row in a ReLU autoencoder with a tied bias, in float64
  def row_losses(self: __torch__.Dense, x: Tensor, w: Tensor, b: Tensor, d: Tensor, c: Tensor, l1: float) -> Tensor:
    f = torch.relu_(torch.addmm(b, torch.sub(x, c), w))
    error = torch.sum(torch.square(torch.sub(x, torch.addmm(c, f, d))), [1], dtype=7)
    return torch.add(error, torch.mul(torch.sum(f, [1], dtype=7), l1))

  def set_(self: __torch__.Dense, x: Tensor, y: Tensor) -> Tensor:
    return torch.copy_(x, y)
