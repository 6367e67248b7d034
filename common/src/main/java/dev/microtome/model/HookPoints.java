package dev.microtome.model;

import dev.microtome.model.ModelConfig.BlockLayout;
import dev.microtome.model.ModelConfig.Head;
import dev.microtome.model.ModelConfig.NormKind;
import dev.microtome.run.InputException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The hook points of one model with their shapes, known from its configuration alone. */
public final class HookPoints {
  private static final int SUGGESTIONS = 3;

  /** The order of a pass whose blocks begin with their norms. */
  private static final Comparator<HookPoint> NORMS_FIRST =
      Comparator.comparingInt(HookPoints::stage)
          .thenComparing(HookPoint::layer)
          .thenComparing(HookPoint::site);

  private final ModelConfig config;
  private final Map<HookSite, HookShape> shapes = new LinkedHashMap<>();

  private HookPoints(ModelConfig config) {
    this.config = config;
    for (HookSite site : HookSite.values()) {
      if (hasSite(site)) {
        shapes.put(site, shapeOf(site));
      }
    }
  }

  public static HookPoints of(ModelConfig config) {
    return new HookPoints(config);
  }

  /** Every hook point, in the order in which a pass reaches them. */
  public List<HookPoint> all() {
    return inOrder(
        shapes.keySet().stream()
            .flatMap(
                site ->
                    site.inBlock()
                        ? IntStream.range(0, config.nLayers())
                            .mapToObj(layer -> HookPoint.of(layer, site))
                        : Stream.of(HookPoint.of(site)))
            .toList());
  }

  /** These hook points in the order in which a pass of this model reaches them. */
  public List<HookPoint> inOrder(Collection<HookPoint> points) {
    return points.stream()
        .sorted(
            Comparator.comparing(this::reachedWith, NORMS_FIRST)
                .thenComparing(point -> !reachedWith(point).equals(point))
                .thenComparing(NORMS_FIRST))
        .toList();
  }

  /** 0 before the blocks, 1 in them, 2 behind them. */
  private static int stage(HookPoint point) {
    if (point.site().inBlock()) {
      return 1;
    }
    return point.site().compareTo(HookSite.RESID_PRE) < 0 ? 0 : 2;
  }

  /** The point itself, or the one behind which a block that ends with its norm has the point. */
  private HookPoint reachedWith(HookPoint point) {
    if (config.blockLayout() != BlockLayout.POST_NORM) {
      return point;
    }
    return switch (point.site()) {
      case LN1_SCALE, LN1_NORMALIZED -> HookPoint.of(point.layer(), HookSite.RESID_MID);
      case LN2_SCALE, LN2_NORMALIZED -> HookPoint.of(point.layer(), HookSite.RESID_POST);
      default -> point;
    };
  }

  public boolean has(HookPoint point) {
    return shapes.containsKey(point.site()) && point.layer() < config.nLayers();
  }

  /**
   * The shape of the activation at a hook point.
   *
   * @throws InputException if the model does not have it
   */
  public HookShape shape(HookPoint point) {
    require(point);
    return shapes.get(point.site());
  }

  /**
   * Refuses a hook point the model does not have.
   *
   * @throws InputException naming what the model has instead
   */
  public void require(HookPoint point) {
    if (!shapes.containsKey(point.site())) {
      int layer = Math.max(0, Math.min(point.layer(), config.nLayers() - 1));
      throw new InputException(
          "hook '%s': this %s model does not have it%s; nearest: %s"
              .formatted(
                  point,
                  config.family(),
                  reason(point.site()),
                  nearest(point.address(), addressesOf(layer))));
    }
    if (point.layer() >= config.nLayers()) {
      throw new InputException("hook '%s': the model has %s".formatted(point, layers()));
    }
  }

  /**
   * Reads an address or a pattern such as {@code blocks.*.mlp.hook_post}, in which {@code *} stands
   * for every layer.
   *
   * @throws InputException if the model has no such hook point
   */
  public List<HookPoint> resolve(String addressOrPattern) {
    Optional<HookSite> everyLayer =
        HookSite.withPattern(addressOrPattern).filter(HookSite::inBlock);
    if (everyLayer.isPresent()) {
      require(HookPoint.of(0, everyLayer.get()));
      return IntStream.range(0, config.nLayers())
          .mapToObj(layer -> HookPoint.of(layer, everyLayer.get()))
          .toList();
    }
    HookPoint point =
        HookPoint.find(addressOrPattern)
            .orElseThrow(
                () -> {
                  List<String> known = new ArrayList<>();
                  if (addressOrPattern.contains("*")) {
                    shapes.keySet().forEach(site -> known.add(site.pattern()));
                  } else {
                    all().forEach(each -> known.add(each.address()));
                  }
                  return unknown(addressOrPattern, known);
                });
    require(point);
    return List.of(point);
  }

  /** {@link #resolve(String)} of each, without repetitions, in the order given. */
  public List<HookPoint> resolve(Collection<String> addressesOrPatterns) {
    Set<HookPoint> points = new LinkedHashSet<>();
    addressesOrPatterns.forEach(each -> points.addAll(resolve(each)));
    return List.copyOf(points);
  }

  static InputException unknown(String address, Collection<String> known) {
    return new InputException(
        "hook '%s': unknown; nearest: %s".formatted(address, nearest(address, known)));
  }

  /** Which part of a transformer this one lacks, where that is why a site does not exist. */
  private String reason(HookSite site) {
    boolean mlp =
        switch (site) {
          case RESID_MID, MLP_OUT, LN2_SCALE, LN2_NORMALIZED -> true;
          default -> site.pattern().startsWith("blocks.*.mlp.");
        };
    if (mlp && !config.hasMlp()) {
      return ", having no MLP";
    }
    boolean norm =
        switch (site) {
          case LN1_SCALE,
              LN1_NORMALIZED,
              LN2_SCALE,
              LN2_NORMALIZED,
              LN_FINAL_SCALE,
              LN_FINAL_NORMALIZED ->
              true;
          default -> false;
        };
    return norm && config.norm() == NormKind.NONE ? ", having no normalisation" : "";
  }

  private List<String> addressesOf(int layer) {
    return shapes.keySet().stream()
        .filter(site -> !site.inBlock() || config.nLayers() > 0)
        .map(site -> site.pattern().replace("*", Integer.toString(layer)))
        .toList();
  }

  private String layers() {
    return switch (config.nLayers()) {
      case 0 -> "no layers";
      case 1 -> "1 layer (0)";
      default -> "%d layers (0–%d)".formatted(config.nLayers(), config.nLayers() - 1);
    };
  }

  private static String nearest(String address, Collection<String> known) {
    return known.stream()
        .sorted(Comparator.comparingInt(candidate -> editDistance(address, candidate)))
        .limit(SUGGESTIONS)
        .collect(Collectors.joining(", "));
  }

  /** Levenshtein's: insertions, deletions and substitutions of characters. */
  private static int editDistance(String a, String b) {
    int[] previous = IntStream.rangeClosed(0, b.length()).toArray();
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substitution, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }

  private boolean hasSite(HookSite site) {
    boolean postNorm = config.blockLayout() == BlockLayout.POST_NORM;
    boolean learned =
        config.positions() instanceof Positions.Learned
            || config.positions() instanceof Positions.Shortformer;
    boolean norms = config.norm() != NormKind.NONE;
    boolean mlp = config.hasMlp();
    boolean mlpNorm = mlp && config.activation() == Activation.SOLU_LN;
    boolean encoder = !config.causal();
    return switch (site) {
      case EMBED -> !encoder;
      case POS_EMBED -> !encoder && learned;
      case ENCODER_EMBED, EMBED_LN_SCALE, EMBED_LN_NORMALIZED, FULL_EMBED -> encoder;
      case ENCODER_POS_EMBED -> encoder && learned;
      case TOKEN_TYPE_EMBED -> encoder && config.tokenTypes() > 0;
      case LN1_SCALE, LN1_NORMALIZED -> norms;
      case SMEARED_K -> config.smearedKeys();
      case ROT_Q, ROT_K -> config.positions() instanceof Positions.Rotary;
      case LN1_POST_SCALE, LN1_POST_NORMALIZED, LN2_POST_SCALE, LN2_POST_NORMALIZED ->
          config.blockLayout() == BlockLayout.SANDWICH;
      case RESID_MID ->
          mlp
              && config.blockLayout() != BlockLayout.PARALLEL
              && config.blockLayout() != BlockLayout.PARALLEL_SHARED_NORM;
      case LN2_SCALE, LN2_NORMALIZED -> norms && mlp;
      case MLP_PRE, MLP_POST, MLP_OUT -> mlp;
      case MLP_MID, MLP_LN_SCALE, MLP_LN_NORMALIZED -> mlpNorm;
      case MLP_PRE_LINEAR -> config.gatedMlp();
      case NORMALIZED_RESID_POST -> postNorm;
      case LN_FINAL_SCALE, LN_FINAL_NORMALIZED -> config.finalNorm();
      case MLM_HEAD_LN_SCALE, MLM_HEAD_LN_NORMALIZED -> config.head() == Head.MASKED;
      case UNEMBED_IN, UNEMBED_OUT, LOGITS -> config.head() != Head.NONE;
      default -> true;
    };
  }

  private HookShape shapeOf(HookSite site) {
    int width =
        switch (site) {
          case MLP_PRE, MLP_PRE_LINEAR, MLP_MID, MLP_LN_NORMALIZED, MLP_POST -> config.dMlp();
          case Q, K, V, SMEARED_K, ROT_Q, ROT_K, Z -> config.dHead();
          case UNEMBED_IN -> config.dEmbed();
          case UNEMBED_OUT, LOGITS -> config.dVocab();
          case ATTN_SCORES, PATTERN -> 0;
          default -> site.kind() == HookShape.Kind.SCALAR ? 1 : config.dModel();
        };
    int heads =
        switch (site) {
          case K, V, SMEARED_K, ROT_K -> config.nKeyValueHeads();
          case Q, ROT_Q, Z, RESULT, ATTN_SCORES, PATTERN -> config.nHeads();
          default -> 1;
        };
    return new HookShape(site.kind(), heads, width);
  }
}
