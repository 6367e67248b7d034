# The encoder's product, in TorchScript's serialised dialect. EncoderProduct.java gives each method a typed face.
class Encoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  # x: [rows, d_in], w: [latents, d_in] -> out: [rows, latents]
  def product_(self: __torch__.Encoder, x: Tensor, w: Tensor, out: Tensor) -> None:
    _0 = torch.mm(x, torch.t(w), out=out)
    return None
