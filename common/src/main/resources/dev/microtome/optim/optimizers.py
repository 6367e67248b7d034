# Steps of optimisers, in place, in TorchScript's serialised dialect. OptimizerKernels.java gives each method a typed face.
# Lists have an entry a parameter. libtorch's fused kernels read a parameter, its gradient and its state once.
class Optimizers(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  # the number of this step, from 1, as often as there are parameters
  def repeated(self: __torch__.Optimizers, step: int, times: int) -> List[Tensor]:
    one = torch.tensor(float(step), dtype=6)
    steps = annotate(List[Tensor], [])
    for i in range(times):
      _0 = torch.append(steps, one)
    return steps

  def adam_(self: __torch__.Optimizers, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], top: List[Tensor], step: int, lr: float, beta1: float, beta2: float, decay: float, eps: float, amsgrad: bool) -> None:
    steps = (self).repeated(step, torch.len(p), )
    _0 = torch._fused_adam_(p, g, m, v, top, steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps, amsgrad=amsgrad, maximize=False)
    return None

  def adamw_(self: __torch__.Optimizers, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], step: int, lr: float, beta1: float, beta2: float, decay: float, eps: float) -> None:
    steps = (self).repeated(step, torch.len(p), )
    none = annotate(List[Tensor], [])
    _0 = torch._fused_adamw_(p, g, m, v, none, steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
    return None

  def sgd_nesterov_(self: __torch__.Optimizers, p: List[Tensor], g: List[Tensor], momenta: List[Tensor], step: int, lr: float, momentum: float, decay: float) -> None:
    first = torch.eq(step, 1)
    _0 = torch._fused_sgd_(p, g, momenta, weight_decay=decay, momentum=momentum, lr=lr, dampening=0., nesterov=True, maximize=False, is_first_step=first)
    return None

  # the norm of all gradients together
  def norm(self: __torch__.Optimizers, g: List[Tensor]) -> Tensor:
    norms = annotate(List[Tensor], [])
    for i in range(torch.len(g)):
      _0 = torch.append(norms, torch.linalg_vector_norm(g[i]))
    return torch.to(torch.linalg_vector_norm(torch.stack(norms)), 7)

  def scale_(self: __torch__.Optimizers, g: List[Tensor], factor: float) -> None:
    for i in range(torch.len(g)):
      _0 = torch.mul_(g[i], factor)
    return None
