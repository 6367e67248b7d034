package dev.microtome.jobs.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A picture of several series, told apart by colour, and from the seventh on by the dashes of lines
 * and the shapes of points as well: a specification in lets-plot's grammar of graphics, which
 * {@link Svg} draws.
 */
final class Chart {
  static final double WIDTH = 460;
  private static final double HEIGHT = 270;

  /** Series are named below the picture, two in a line of this height. */
  private static final double LEGEND_LINE = 24;

  /** Ink and grid in the specification; {@link Svg} puts the page's own in their place. */
  static final String INK = "#010203";

  static final String GRID = "#040506";

  /** Of Okabe and Ito (2008): told apart with any sight, seen on white as on black. */
  private static final List<String> COLOURS =
      List.of("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9");

  /** What lines and points of each round through the colours look like; as many as the others. */
  private static final List<Object> LINES =
      List.of("solid", "dashed", "dotted", "longdash", "dotdash", "twodash");

  /** Filled: circle, triangle, square, diamond; then drawn: a cross, a star. */
  private static final List<Object> SHAPES = List.of(16, 17, 15, 18, 4, 8);

  private static final Map<String, Object> NONE = Map.of("name", "blank", "blank", true);
  private static final Map<String, Object> BESIDE = Map.of("name", "dodge", "width", 0.5);
  private static final int LETTERS = 14;

  private final Set<String> series = new LinkedHashSet<>();
  private final List<Object> layers = new ArrayList<>();
  private final Map<String, Object> horizontal = new LinkedHashMap<>();
  private final Map<String, Object> vertical = new LinkedHashMap<>();

  /** A point of a series. */
  record Mark(String series, double x, double y) {}

  /** A value with its interval, above a name. */
  record Estimate(String series, String name, double low, double value, double high) {}

  /** A picture with nothing in it but its axes. */
  Chart(String x, String y) {
    horizontal.putAll(Map.of("aesthetic", "x", "name", x));
    vertical.putAll(Map.of("aesthetic", "y", "name", y));
  }

  /** Draws x by its logarithm. */
  Chart logarithmic() {
    horizontal.put("trans", "log10");
    return this;
  }

  /** Each series as a line through its marks, in their order. */
  Chart lines(List<Mark> marks) {
    return lines(marks, marks.stream().map(Mark::series).toList());
  }

  /**
   * The same with several lines of one series.
   *
   * @param line of each mark
   */
  Chart lines(List<Mark> marks, List<String> line) {
    Map<String, Object> layer = layer("path", marks);
    layer.put("size", 1.1);
    data(layer).put("line", new ArrayList<>(line));
    mapping(layer).put("group", "line");
    mapping(layer).put("linetype", "color");
    return this;
  }

  Chart points(List<Mark> marks, double size) {
    Map<String, Object> layer = layer("point", marks);
    layer.put("size", size);
    mapping(layer).put("shape", "color");
    layer.put("show_legend", layers.size() == 1);
    return this;
  }

  /** Dotted lines over the whole height where the marks are. */
  Chart verticals(List<Mark> marks) {
    Map<String, Object> layer = layer("vline", marks);
    mapping(layer).remove("x");
    mapping(layer).remove("y");
    mapping(layer).put("xintercept", "x");
    layer.put("linetype", "dotted");
    layer.put("show_legend", false);
    return this;
  }

  /** A dashed line over the whole width. */
  Chart horizontalAt(double y) {
    Map<String, Object> layer = layer("hline");
    layer.putAll(Map.of("yintercept", y, "linetype", "dashed", "color", INK));
    return this;
  }

  /** Values with their intervals; those above one name stand side by side. */
  Chart estimates(List<Estimate> estimates) {
    for (String geom : List.of("errorbar", "point")) {
      Map<String, Object> layer = layer(geom);
      layer.put("position", new LinkedHashMap<>(BESIDE));
      layer.put("size", geom.equals("point") ? 4.5 : 1);
      layer.put("width", 0.25);
      layer.put("show_legend", geom.equals("point"));
      column(layer, "color", estimates, Estimate::series);
      mapping(layer).put(geom.equals("point") ? "shape" : "linetype", "color");
      column(layer, "x", estimates, Estimate::name);
      column(layer, "y", estimates, Estimate::value);
      column(layer, "ymin", estimates, Estimate::low);
      column(layer, "ymax", estimates, Estimate::high);
    }
    estimates.forEach(estimate -> series.add(Svg.label(estimate.series())));
    return this;
  }

  private Map<String, Object> layer(String geom) {
    Map<String, Object> layer = new LinkedHashMap<>();
    layer.put("geom", geom);
    layer.put("tooltips", "none");
    layer.put("data", new LinkedHashMap<>());
    layer.put("mapping", new LinkedHashMap<>());
    layers.add(layer);
    return layer;
  }

  private Map<String, Object> layer(String geom, List<Mark> marks) {
    Map<String, Object> layer = layer(geom);
    column(layer, "color", marks, Mark::series);
    column(layer, "x", marks, Mark::x);
    column(layer, "y", marks, Mark::y);
    marks.forEach(mark -> series.add(Svg.label(mark.series())));
    return layer;
  }

  /** A column that an aesthetic of the same name shows. */
  private static <T> void column(
      Map<String, Object> layer, String name, List<T> rows, Function<T, Object> value) {
    List<Object> values = new ArrayList<>();
    rows.forEach(
        row -> {
          Object each = value.apply(row);
          values.add(each instanceof String text ? Svg.label(text) : each);
        });
    data(layer).put(name, values);
    mapping(layer).put(name, name);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> data(Map<String, Object> layer) {
    return (Map<String, Object>) layer.get("data");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> mapping(Map<String, Object> layer) {
    return (Map<String, Object>) layer.get("mapping");
  }

  double height() {
    int lines = (series.size() + 1) / 2;
    return HEIGHT + LEGEND_LINE * lines;
  }

  /** What an aesthetic says of each series; one legend shows all of them. */
  private Map<String, Object> scale(String aesthetic, IntFunction<Object> ofSeries) {
    Map<String, Object> scale = new LinkedHashMap<>();
    scale.put("aesthetic", aesthetic);
    scale.put("discrete", true);
    scale.put("name", "");
    scale.put(
        "values",
        IntStream.range(0, series.size())
            .mapToObj(ofSeries)
            .collect(Collectors.toCollection(ArrayList::new)));
    scale.put("limits", new ArrayList<>(series));
    scale.put("guide", new LinkedHashMap<>(Map.of("name", "legend", "ncol", 2)));
    return scale;
  }

  private static Object ofRound(List<Object> values, int series) {
    return values.get(series / COLOURS.size() % values.size());
  }

  /** The specification; lets-plot changes what it is given. */
  Map<String, Object> specification() {
    List<Object> scales =
        new ArrayList<>(
            List.of(
                horizontal,
                vertical,
                scale("color", i -> COLOURS.get(i % COLOURS.size())),
                scale("linetype", i -> ofRound(LINES, i)),
                scale("shape", i -> ofRound(SHAPES, i))));
    Map<String, Object> plot = new LinkedHashMap<>();
    plot.put("kind", "plot");
    plot.put("data", new LinkedHashMap<>());
    plot.put("mapping", new LinkedHashMap<>());
    plot.put("ggsize", new LinkedHashMap<>(Map.of("width", WIDTH, "height", height())));
    plot.put("theme", theme());
    plot.put("scales", scales);
    plot.put("layers", layers);
    return plot;
  }

  private static Map<String, Object> theme() {
    Map<String, Object> theme = new LinkedHashMap<>();
    theme.put("name", "minimal");
    Map<String, Object> text = Map.of("name", "text", "color", INK, "size", LETTERS);
    for (String name : List.of("text", "axis_text", "axis_title", "legend_text")) {
      theme.put(name, new LinkedHashMap<>(text));
    }
    for (String name : List.of("plot_background", "panel_background", "legend_background")) {
      theme.put(name, new LinkedHashMap<>(NONE));
    }
    theme.put("panel_grid_minor", new LinkedHashMap<>(NONE));
    Map<String, Object> grid = Map.of("name", "line", "color", GRID, "size", 0.6);
    theme.put("panel_grid_major", new LinkedHashMap<>(grid));
    Map<String, Object> axis = Map.of("name", "line", "color", INK, "size", 0.8);
    theme.put("axis_line", new LinkedHashMap<>(axis));
    theme.put("axis_ticks", new LinkedHashMap<>(axis));
    theme.put("legend_position", "bottom");
    return theme;
  }
}
