package dev.microtome.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a pass through a model has to do besides computing: which activations to keep and which to
 * change on the way. Nothing else is kept, and the pass stops once the last activation asked for is
 * there; logits are the read of {@link HookSite#LOGITS}. Immutable; one pass serves any number of
 * batches.
 */
public final class ForwardPass {
  private final Set<HookPoint> reads;
  private final List<Intervention> interventions;
  private final Map<String, ActivationCache> sources;

  private ForwardPass(Builder builder) {
    reads = Set.copyOf(builder.reads);
    interventions = List.copyOf(builder.interventions);
    sources = Map.copyOf(builder.sources);
    for (Intervention intervention : interventions) {
      if (intervention instanceof Intervention.Patch patch) {
        ActivationCache source = sources.get(patch.source());
        if (source == null) {
          throw new IllegalArgumentException(
              "patch of %s from '%s': no such source is bound (bound: %s)"
                  .formatted(patch.hook(), patch.source(), sources.keySet()));
        }
        source.get(patch.hook());
      }
    }
  }

  /** A pass that changes nothing and keeps these. */
  public static ForwardPass reading(HookPoint... points) {
    return builder().read(points).build();
  }

  /** A pass that changes nothing and keeps these. */
  public static ForwardPass reading(Collection<HookPoint> points) {
    return builder().read(points).build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The same interventions, reading this alone. */
  ForwardPass readingOnly(HookPoint point) {
    Builder builder = builder().read(point).intervene(interventions);
    sources.forEach(builder::source);
    return builder.build();
  }

  public Set<HookPoint> reads() {
    return reads;
  }

  public List<Intervention> interventions() {
    return interventions;
  }

  Map<String, ActivationCache> sources() {
    return sources;
  }

  /** Whether the logits are more than W_U times what it multiplies. */
  boolean changesLogits() {
    return interventions.stream()
        .map(each -> each.hook().site())
        .anyMatch(site -> site == HookSite.UNEMBED_OUT || site == HookSite.LOGITS);
  }

  /** Collects reads, interventions and the runs that patches take their values from. */
  public static final class Builder {
    private final Set<HookPoint> reads = new LinkedHashSet<>();
    private final List<Intervention> interventions = new ArrayList<>();
    private final Map<String, ActivationCache> sources = new LinkedHashMap<>();

    private Builder() {}

    public Builder read(HookPoint... points) {
      return read(List.of(points));
    }

    public Builder read(Collection<HookPoint> points) {
      reads.addAll(points);
      return this;
    }

    public Builder intervene(Intervention... changes) {
      return intervene(List.of(changes));
    }

    public Builder intervene(Collection<? extends Intervention> changes) {
      interventions.addAll(changes);
      return this;
    }

    /**
     * Binds the activations of another run, which must stay open as long as this pass is used, to a
     * name that patches use.
     */
    public Builder source(String name, ActivationCache activations) {
      sources.put(name, activations);
      return this;
    }

    /**
     * Builds the pass.
     *
     * @throws IllegalArgumentException if a patch names a source that is not bound or does not hold
     *     the activation
     */
    public ForwardPass build() {
      return new ForwardPass(this);
    }
  }
}
