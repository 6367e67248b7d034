package dev.microtome.sae.evaluation;

import dev.microtome.model.HookPoint;
import dev.microtome.model.HookPoints;
import dev.microtome.model.HookShape;
import dev.microtome.model.HookSite;
import dev.microtome.model.ModelIdentity;
import dev.microtome.run.InputException;
import dev.microtome.sae.Encoding;
import dev.microtome.sae.SaeForm;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether an SAE is one for a model.
 *
 * @param sae names it in refusals
 */
public record SaeFit(String sae, SaeForm form) {

  /**
   * Where the SAE reads and writes in the model.
   *
   * @param override in place of what the SAE says
   * @throws InputException if the SAE names no hook, or one that the model does not have or whose
   *     width is another
   */
  public DictionaryHooks hooks(Optional<HookPoint> override, HookPoints points) {
    HookPoint input = override.orElseGet(() -> parse(form.source().hook(), "hook_name", points));
    HookPoint output =
        form.source().outputHook().isPresent()
            ? parse(form.source().outputHook(), "hook_name_out", points)
            : input;
    requireWidth(points, input, "d_in", form.dIn());
    requireWidth(points, output, "d_out", form.dOut());
    return new DictionaryHooks(input, output);
  }

  private HookPoint parse(Optional<String> address, String key, HookPoints points) {
    if (address.isEmpty()) {
      throw new InputException(
          "SAE %s: its cfg.json has no %s; set hook to an address of the model"
              .formatted(sae, key));
    }
    try {
      HookPoint hook = HookPoint.parse(address.get());
      points.require(hook);
      return hook;
    } catch (InputException e) {
      throw new InputException(
          "SAE %s was made for another model: %s '%s': %s"
              .formatted(sae, key, address.get(), e.getMessage()),
          e);
    }
  }

  private void requireWidth(HookPoints points, HookPoint hook, String key, int width) {
    points.require(hook);
    HookShape shape = points.shape(hook);
    boolean behindTheLastNorm =
        hook.site() == HookSite.LOGITS
            || hook.site() == HookSite.UNEMBED_OUT
            || hook.site() == HookSite.UNEMBED_IN;
    if (shape.kind() == HookShape.Kind.ATTENTION || behindTheLastNorm) {
      throw new InputException(
          "SAE %s: hook '%s' holds %s, expected activations inside the model"
              .formatted(
                  sae,
                  hook,
                  shape.kind() == HookShape.Kind.ATTENTION
                      ? "attention"
                      : "logits or their input"));
    }
    if (shape.sizePerPosition(1) != width) {
      throw new InputException(
          "SAE %s expects %s %d, '%s' of the model holds %d: it was made for another model or hook"
              .formatted(sae, key, width, hook, shape.sizePerPosition(1)));
    }
  }

  /**
   * Refuses an SAE of another model, and of another checkpoint of the same. Where it has the digest
   * of its model's files, that alone counts. Else names are compared without what is before their
   * last slash and without regard to case; an SAE that names none passes.
   *
   * @param model the model
   * @param path named in the refusal
   */
  public void requireModel(ModelIdentity model, String path) {
    Optional<ModelIdentity> fitted = form.source().identity();
    if (fitted.isPresent()) {
      if (!fitted.get().isSameAs(model)) {
        throw new InputException(
            "SAE %s was made for model %s, model %s is %s; accept-other-model = true accepts it"
                .formatted(sae, fitted.get(), path, model));
      }
      return;
    }
    Optional<String> made = form.source().model();
    if (made.isPresent() && !plain(made.get()).equals(plain(model.name()))) {
      throw new InputException(
          "SAE %s was made for model '%s', model is %s; accept-other-model = true accepts it"
              .formatted(sae, made.get(), path));
    }
  }

  private static String plain(String name) {
    return name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
  }

  /** What was trained, or else what it became. */
  public static String architecture(SaeForm form) {
    return form.source()
        .architecture()
        .orElseGet(
            () ->
                form.encoding() instanceof Encoding.TopK
                    ? "topk"
                    : form.encoding() instanceof Encoding.JumpRelu
                        ? "jumprelu"
                        : form.encoding() instanceof Encoding.Gated ? "gated" : "standard");
  }
}
