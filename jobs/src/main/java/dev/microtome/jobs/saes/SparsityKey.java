package dev.microtome.jobs.saes;

import dev.microtome.config.ConfigException;
import dev.microtome.config.OptionDoc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The keys that say how sparse features are, each of which some architectures have alone. */
enum SparsityKey {
  K,
  L1,
  L0;

  private boolean goesWith(ArchitectureKey kind) {
    return switch (this) {
      case K -> kind.hasK();
      case L1 -> kind.hasL1();
      case L0 -> kind.hasL0();
    };
  }

  /**
   * Refuses values of the grid that no SAE of it would have.
   *
   * @param kinds the grid's architectures
   */
  void requireUse(List<? extends Number> values, Collection<ArchitectureKey> kinds) {
    if (!values.isEmpty() && kinds.stream().noneMatch(this::goesWith)) {
      throw new ConfigException(
          "grid." + key(),
          values,
          "goes with %s; the grid has %s".formatted(keys(architectures()), keys(kinds)));
    }
  }

  /**
   * What to say of values that no SAE has: of the group {@code sae} those that are not the
   * defaults, and what entries of the list {@code saes} say of their own.
   */
  static List<String> warnings(TrainSaeConfig config) {
    SaeSettings group = config.sae();
    Set<ArchitectureKey> kinds = EnumSet.noneOf(ArchitectureKey.class);
    config.variants().forEach(variant -> kinds.add(variant.settings(group).architecture()));
    List<String> lines = new ArrayList<>();
    for (SparsityKey key : values()) {
      if (kinds.stream().noneMatch(key::goesWith)
          && !key.value(group).toString().equals(key.byDefault())) {
        lines.add(key.unused("sae.", key.value(group), kinds));
      }
      for (SaeVariant variant : config.saes()) {
        ArchitectureKey kind = variant.settings(group).architecture();
        if (key.of(variant).isPresent() && !key.goesWith(kind)) {
          lines.add(
              key.unused("saes: " + variant.name() + ": ", key.of(variant).get(), List.of(kind)));
        }
      }
    }
    return lines;
  }

  private String unused(String place, Number value, Collection<ArchitectureKey> kinds) {
    return "%s%s = %s is not used: it goes with %s; trained is %s"
        .formatted(place, key(), value, keys(architectures()), keys(kinds));
  }

  /** What an entry of the list {@code saes} says of its own. */
  private Optional<? extends Number> of(SaeVariant variant) {
    return switch (this) {
      case K -> variant.k();
      case L1 -> variant.l1();
      case L0 -> variant.l0();
    };
  }

  private Number value(SaeSettings settings) {
    return switch (this) {
      case K -> settings.k();
      case L1 -> settings.l1();
      case L0 -> settings.l0();
    };
  }

  private String byDefault() {
    return OptionDoc.of(SaeSettings.class).stream()
        .filter(option -> option.key().equals(key()))
        .findFirst()
        .orElseThrow()
        .orElse();
  }

  private String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  private List<ArchitectureKey> architectures() {
    return Arrays.stream(ArchitectureKey.values()).filter(this::goesWith).toList();
  }

  private static String keys(Collection<ArchitectureKey> kinds) {
    return kinds.stream().map(ArchitectureKey::key).collect(Collectors.joining(", "));
  }
}
