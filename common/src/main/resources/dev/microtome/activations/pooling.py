# One vector of a sequence's activations, in TorchScript's serialised dialect. SequenceVectors.java calls it, once a batch and hook point.
# Letters: B sequences, T positions of the longest, D numbers of a position (heads side by side). What stands at padded positions means nothing.
class Pooling(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  # x [B, T, …] at position p [B] of each sequence, [B, D]
  def at(self: __torch__.Pooling, x: Tensor, p: Tensor) -> Tensor:
    flat = torch.flatten(x, 2)
    i = torch.expand(torch.reshape(p, [-1, 1, 1]), [-1, 1, torch.size(flat, 2)])
    return torch.squeeze(torch.gather(flat, 1, i), 1)

  # mean over the positions that are not absent [B, T, 1], n [B] of them, summed in float64; float32 [B, D]
  def mean(self: __torch__.Pooling, x: Tensor, absent: Tensor, n: Tensor) -> Tensor:
    flat = torch.masked_fill(torch.flatten(x, 2), absent, 0.)
    sum = torch.sum(flat, [1], False, dtype=7)
    return torch.to(torch.div(sum, torch.unsqueeze(n, 1)), 6)
