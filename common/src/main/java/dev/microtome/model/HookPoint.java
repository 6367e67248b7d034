package dev.microtome.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.microtome.run.InputException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stable address of a value inside a transformer, written as TransformerLens writes it: {@code
 * blocks.3.attn.hook_pattern}, {@code hook_embed}, {@code ln_final.hook_normalized}. Whether a
 * model has it, and when its pass gets there, is {@link HookPoints}'s business: blocks begin or end
 * with their norms.
 *
 * @param layer of a site inside a block, counted from 0; −1 for a site outside the blocks
 * @param site what is there
 */
public record HookPoint(int layer, HookSite site) implements Serializable {
  private static final Pattern IN_BLOCK = Pattern.compile("blocks\\.(0|[1-9][0-9]{0,5})\\.(.+)");

  public HookPoint {
    if (site.inBlock() ? layer < 0 : layer != -1) {
      throw new IllegalArgumentException("layer " + layer + " of " + site.pattern());
    }
  }

  /** A site outside the blocks, such as {@link HookSite#EMBED}. */
  public static HookPoint of(HookSite site) {
    return new HookPoint(-1, site);
  }

  /** A site of the block {@code layer}. */
  public static HookPoint of(int layer, HookSite site) {
    return new HookPoint(layer, site);
  }

  /**
   * Reads an address.
   *
   * @throws InputException if no model has such an address; the message names the nearest ones
   */
  @JsonCreator
  public static HookPoint parse(String address) {
    return find(address)
        .orElseThrow(
            () -> {
              Matcher block = IN_BLOCK.matcher(address);
              String layer = block.matches() ? block.group(1) : "0";
              return HookPoints.unknown(
                  address,
                  Arrays.stream(HookSite.values())
                      .map(site -> site.pattern().replace("*", layer))
                      .toList());
            });
  }

  static Optional<HookPoint> find(String address) {
    Matcher block = IN_BLOCK.matcher(address);
    if (block.matches()) {
      int layer = Integer.parseInt(block.group(1));
      return HookSite.withPattern("blocks.*." + block.group(2))
          .map(site -> new HookPoint(layer, site));
    }
    return HookSite.withPattern(address).filter(site -> !site.inBlock()).map(HookPoint::of);
  }

  /** The address, which {@link #parse} reads back. */
  @JsonValue
  public String address() {
    return site.inBlock() ? site.pattern().replace("*", Integer.toString(layer)) : site.pattern();
  }

  @Override
  public String toString() {
    return address();
  }
}
