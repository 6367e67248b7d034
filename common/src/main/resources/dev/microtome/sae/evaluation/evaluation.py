# What evaluations and descriptions of features compute, in TorchScript's serialised dialect; EvaluationKernels.java gives each method
# a typed face. Letters: B batch, T positions, N rows, d width, m features.
class Evaluation(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  # x [B, T, ...] as [B T, d]
  def flat(self: __torch__.Evaluation, x: Tensor) -> Tensor:
    return torch.reshape(x, [torch.size(x, 0) * torch.size(x, 1), -1])

  # the rows of x [B, T, ...] at the indices [N] among B T: [N, d]
  def rows(self: __torch__.Evaluation, x: Tensor, indices: Tensor) -> Tensor:
    return torch.index_select((self).flat(x, ), 0, indices)

  # x [B, T, ...] with y [N, d] at the indices
  def with_rows(self: __torch__.Evaluation, x: Tensor, indices: Tensor, y: Tensor) -> Tensor:
    return torch.reshape(torch.index_copy((self).flat(x, ), 0, indices, y), torch.size(x))

  # how many elements of x are NaN or infinite
  def not_finite(self: __torch__.Evaluation, x: Tensor) -> Tensor:
    return torch.sub(torch.numel(x), torch.sum(torch.isfinite(x)))

  # of f [N, m] what is above 0: how many in each row, which, how much
  def sparse(self: __torch__.Evaluation, f: Tensor) -> List[Tensor]:
    on = torch.gt(f, 0)
    counts = torch.to(torch.sum(on, [1]), 3)
    columns = torch.to(torch.select(torch.nonzero(on), 1, 1), 3)
    return [counts, columns, torch.masked_select(f, on)]

  # x and y [N, d], in float64: sums over rows of |x - y|^2, |x - mean|^2, cos(x, y), |y| / |x|, and the mean [d]
  def moments(self: __torch__.Evaluation, x: Tensor, y: Tensor) -> List[Tensor]:
    a = torch.to(x, 7)
    b = torch.to(y, 7)
    mean = torch.mean(a, [0])
    error = torch.sum(torch.pow(torch.sub(a, b), 2))
    deviation = torch.sum(torch.pow(torch.sub(a, mean), 2))
    norm = torch.clamp_min(torch.linalg_vector_norm(a, 2, [1]), 1.0000000000000001e-30)
    other = torch.linalg_vector_norm(b, 2, [1])
    dots = torch.sum(torch.mul(a, b), [1])
    cosines = torch.sum(torch.div(dots, torch.mul(norm, torch.clamp_min(other, 1.0000000000000001e-30))))
    ratios = torch.sum(torch.div(other, norm))
    return [torch.stack([error, deviation, cosines, ratios]), mean]

  def relu(self: __torch__.Evaluation, x: Tensor) -> Tensor:
    return torch.relu(x)

  # one feature each alone: f [T, m] at the columns [c], times the directions [c, d], negative: [c, T, d]
  def without(self: __torch__.Evaluation, f: Tensor, columns: Tensor, directions: Tensor) -> Tensor:
    values = torch.unsqueeze(torch.transpose(torch.index_select(f, 1, columns), 0, 1), 2)
    return torch.mul(torch.neg(values), torch.unsqueeze(directions, 1))

  def select_rows(self: __torch__.Evaluation, x: Tensor, indices: Tensor) -> Tensor:
    return torch.index_select(x, 0, indices)

  # rows of w [m, d] divided by norms [m]
  def divided(self: __torch__.Evaluation, w: Tensor, norms: Tensor) -> Tensor:
    return torch.div(w, torch.unsqueeze(norms, 1))

  # norms of rows, at least 1e-8
  def norms(self: __torch__.Evaluation, w: Tensor) -> Tensor:
    return torch.clamp_min(torch.linalg_vector_norm(w, 2, [1]), 1e-08)

  # cosines of the rows from to of a [m, d] with those of b [M, d], the k largest of each row: values and columns
  def nearest(self: __torch__.Evaluation, a: Tensor, b: Tensor, k: int) -> List[Tensor]:
    x = torch.div(a, torch.unsqueeze((self).norms(a, ), 1))
    y = torch.div(b, torch.unsqueeze((self).norms(b, ), 1))
    top = torch.topk(torch.mm(x, torch.t(y)), k, 1, True, True)
    return [top[0], torch.to(top[1], 3)]
