package dev.microtome.jobs.saes;

import dev.microtome.config.ConfigException;
import dev.microtome.config.OptionDoc;
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
   * Refuses a value that no SAE would have.
   *
   * @param place of the key, before its name
   * @param whose as in "the grid has": before the architectures that there are
   */
  void requireUse(String place, Object value, String whose, Collection<ArchitectureKey> kinds) {
    if (kinds.stream().noneMatch(this::goesWith)) {
      throw new ConfigException(
          place + key(),
          value,
          "goes with %s; %s %s".formatted(keys(architectures()), whose, keys(kinds)));
    }
  }

  /** What to say of values of the group {@code sae} that are not the defaults and no SAE has. */
  static List<String> warnings(TrainSaeConfig config) {
    Set<ArchitectureKey> kinds =
        config.variants().stream()
            .map(variant -> variant.settings(config.sae()).architecture())
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(ArchitectureKey.class)));
    return Arrays.stream(values())
        .filter(each -> kinds.stream().noneMatch(each::goesWith))
        .filter(each -> !each.value(config.sae()).toString().equals(each.byDefault()))
        .map(
            each ->
                "sae.%s = %s is not used: it goes with %s; the architectures are %s"
                    .formatted(
                        each.key(),
                        each.value(config.sae()),
                        keys(each.architectures()),
                        keys(kinds)))
        .toList();
  }

  /** What an entry of the list {@code saes} says of its own. */
  Optional<? extends Number> of(SaeVariant variant) {
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
