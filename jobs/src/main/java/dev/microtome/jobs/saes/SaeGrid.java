package dev.microtome.jobs.saes;

import dev.microtome.config.Option;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Every combination of some values: keys of the group {@code grid}. An empty list stands for the
 * group {@code sae}'s one value; the lists k, l1 and l0 go with the architectures that have them,
 * and are refused where none has.
 */
record SaeGrid(
    @Option(doc = "sae.architecture", orElse = "[]") List<ArchitectureKey> architecture,
    @Option(doc = "sae.expansion", orElse = "[]") List<Integer> expansion,
    @Option(doc = "sae.k, of topk, batchtopk and matryoshka", orElse = "[]") List<Integer> k,
    @Option(doc = "sae.l1, of relu-2023, relu and gated", orElse = "[]") List<Double> l1,
    @Option(doc = "sae.l0, of jumprelu", orElse = "[]") List<Double> l0,
    @Option(doc = "sae.learning-rate", orElse = "[]") List<Double> learningRate,
    @Option(doc = "sae.seed", orElse = "[]") List<Long> seed)
    implements Serializable {

  SaeGrid {
    architecture = List.copyOf(architecture);
    expansion = List.copyOf(expansion);
    k = List.copyOf(k);
    l1 = List.copyOf(l1);
    l0 = List.copyOf(l0);
    learningRate = List.copyOf(learningRate);
    seed = List.copyOf(seed);
  }

  /** The SAEs of the grid, named after what they differ in; none if all lists are empty. */
  List<SaeVariant> variants(SaeSettings base) {
    if (architecture.isEmpty()
        && expansion.isEmpty()
        && k.isEmpty()
        && l1.isEmpty()
        && l0.isEmpty()
        && learningRate.isEmpty()
        && seed.isEmpty()) {
      return List.of();
    }
    List<ArchitectureKey> kinds =
        architecture.isEmpty() ? List.of(base.architecture()) : architecture;
    SparsityKey.K.requireUse(k, kinds);
    SparsityKey.L1.requireUse(l1, kinds);
    SparsityKey.L0.requireUse(l0, kinds);
    List<SaeVariant> variants = new ArrayList<>();
    for (ArchitectureKey kind : kinds) {
      for (Optional<Integer> wide : orBase(expansion)) {
        for (Optional<Double> rate : orBase(learningRate)) {
          for (Optional<Long> one : orBase(seed)) {
            addSparsities(variants, new Place(kind, wide, rate, one));
          }
        }
      }
    }
    return variants;
  }

  /** A place of the grid but for the sparsity. */
  private record Place(
      ArchitectureKey architecture,
      Optional<Integer> expansion,
      Optional<Double> learningRate,
      Optional<Long> seed) {}

  private void addSparsities(List<SaeVariant> variants, Place place) {
    if (place.architecture().hasK()) {
      for (Optional<Integer> one : orBase(k)) {
        variants.add(variant(place, one, Optional.empty(), Optional.empty()));
      }
    } else if (place.architecture().hasL1()) {
      for (Optional<Double> one : orBase(l1)) {
        variants.add(variant(place, Optional.empty(), one, Optional.empty()));
      }
    } else {
      for (Optional<Double> one : orBase(l0)) {
        variants.add(variant(place, Optional.empty(), Optional.empty(), one));
      }
    }
  }

  private static SaeVariant variant(
      Place place, Optional<Integer> k, Optional<Double> l1, Optional<Double> l0) {
    StringBuilder name = new StringBuilder(place.architecture().key());
    place.expansion().ifPresent(value -> name.append("-x").append(value));
    k.ifPresent(value -> name.append("-k").append(value));
    l1.ifPresent(value -> name.append("-l1-").append(value));
    l0.ifPresent(value -> name.append("-l0-").append(value));
    place.learningRate().ifPresent(value -> name.append("-lr").append(value));
    place.seed().ifPresent(value -> name.append("-s").append(value));
    return SaeVariant.with(
        name.toString(),
        Optional.of(place.architecture()),
        place.expansion(),
        k,
        l1,
        l0,
        place.learningRate(),
        place.seed());
  }

  private static <T> List<Optional<T>> orBase(List<T> values) {
    return values.isEmpty()
        ? List.of(Optional.empty())
        : values.stream().map(Optional::of).toList();
  }
}
