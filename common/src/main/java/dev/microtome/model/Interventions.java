package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.run.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Carries interventions out on copies of activations. Whatever its kind, an activation is seen as
 * [row·position, head, feature], and a slice of it as the product of three index vectors.
 */
final class Interventions {
  private final TokenBatch batch;
  private final HookShape.Kind kind;
  private final Map<String, ActivationCache> sources;

  Interventions(TokenBatch batch, HookShape.Kind kind, Map<String, ActivationCache> sources) {
    this.batch = batch;
    this.kind = kind;
    this.sources = sources;
  }

  NDArray apply(NDManager manager, Intervention intervention, NDArray value) {
    try (NDManager scratch = manager.newSubManager()) {
      Grid grid = Grid.of(kind, value.getShape());
      NDArray flat = flatten(scratch, value, grid).duplicate();
      Region region = Region.of(intervention, grid, batch);
      Index index = region.index(scratch, grid);
      NDArray replacement = replacement(scratch, intervention, flat, region, index);
      Kernels.selectPutInPlace(flat, index.cells, index.heads, index.features, replacement);
      NDArray result = unflatten(flat, grid).duplicate();
      result.attach(manager);
      return result;
    }
  }

  private NDArray replacement(
      NDManager scratch, Intervention intervention, NDArray flat, Region region, Index index) {
    if (intervention instanceof Intervention.SetTo set) {
      return broadcast(scratch, set, set.values(), region);
    } else if (intervention instanceof Intervention.Add add) {
      NDArray added = broadcast(scratch, add, add.values(), region);
      return selected(scratch, flat, index)
          .add(
              add.scale() == TokenScale.ONE
                  ? added
                  : added.mul(scales(scratch, add.scale(), flat, index)));
    } else if (intervention instanceof Intervention.Scale scale) {
      NDArray part = selected(scratch, flat, index);
      Kernels.scaleInPlace(part, scale.factor());
      return part;
    } else if (intervention instanceof Intervention.Patch patch) {
      return patched(scratch, patch, region);
    } else if (intervention instanceof Intervention.Erase erase) {
      return erased(scratch, erase, selected(scratch, flat, index));
    }
    throw new IllegalArgumentException("Not an intervention: " + intervention);
  }

  private static NDArray selected(NDManager scratch, NDArray flat, Index index) {
    return Kernels.select(scratch, flat, index.cells, index.heads, index.features);
  }

  /** Of the slice's cells, [cells, 1, 1]; a scale is of all heads and features of its cell. */
  private static NDArray scales(NDManager scratch, TokenScale scale, NDArray flat, Index index) {
    long cells = flat.getShape().get(0);
    NDArray rows = flat.reshape(cells, flat.getShape().size() / cells);
    NDArray first = scratch.create(new long[1], new Shape(1, 1, 1));
    return Kernels.select(
        scratch, scale.of(scratch, rows).reshape(cells, 1, 1), index.cells, first, first);
  }

  private NDArray broadcast(
      NDManager scratch, Intervention intervention, Values values, Region region) {
    Shape target =
        switch (kind) {
          case SCALAR, VECTOR ->
              new Shape(region.rows.length, region.positionCount, region.features.length);
          case HEAD_VECTORS ->
              new Shape(
                  region.rows.length,
                  region.positionCount,
                  region.heads.length,
                  region.features.length);
          case ATTENTION ->
              new Shape(
                  region.rows.length,
                  region.heads.length,
                  region.positionCount,
                  region.features.length);
        };
    NDArray given = values.toArray(scratch);
    if (!broadcasts(given.getShape(), target)) {
      throw new InputException(
          "intervention at '%s': values of shape %s do not fit its slice of shape %s"
              .formatted(intervention.hook(), given.getShape(), target));
    }
    NDArray whole = given.broadcast(target);
    NDArray arranged = kind == HookShape.Kind.ATTENTION ? whole.swapAxes(1, 2) : whole;
    return arranged.reshape(region.cells(), region.heads.length, region.features.length);
  }

  private static boolean broadcasts(Shape given, Shape target) {
    int missing = target.dimension() - given.dimension();
    return missing >= 0
        && IntStream.range(0, given.dimension())
            .allMatch(
                axis -> given.get(axis) == 1 || given.get(axis) == target.get(axis + missing));
  }

  /** Of [cells, heads, features]. */
  private static NDArray erased(NDManager scratch, Intervention.Erase erase, NDArray part) {
    Shape shape = part.getShape();
    long width = shape.get(1) * shape.get(2);
    if (width != erase.bias().size(1)) {
      throw new InputException(
          "intervention at '%s': an eraser for activations of %d numbers, these have %d"
              .formatted(erase.hook(), erase.bias().size(1), width));
    }
    return Kernels.without(
            scratch,
            part.reshape(shape.get(0), width),
            erase.left().toArray(scratch),
            erase.right().toArray(scratch),
            erase.bias().toArray(scratch))
        .reshape(shape);
  }

  private NDArray patched(NDManager scratch, Intervention.Patch patch, Region region) {
    ActivationCache source = sources.get(patch.source());
    NDArray array = source.get(patch.hook());
    Grid grid = Grid.of(kind, array.getShape());
    Index index = region.from(source.batch(), batch, patch).index(scratch, grid);
    return selected(scratch, flatten(scratch, array, grid), index);
  }

  private NDArray flatten(NDManager scratch, NDArray value, Grid grid) {
    try (NDArray arranged =
        kind == HookShape.Kind.ATTENTION ? value.swapAxes(1, 2) : value.reshape(value.getShape())) {
      NDArray flat = arranged.reshape((long) grid.rows * grid.positions, grid.heads, grid.features);
      flat.attach(scratch);
      return flat;
    }
  }

  private NDArray unflatten(NDArray flat, Grid grid) {
    return switch (kind) {
      case SCALAR, VECTOR -> flat.reshape(grid.rows, grid.positions, grid.features);
      case HEAD_VECTORS -> flat.reshape(grid.rows, grid.positions, grid.heads, grid.features);
      case ATTENTION ->
          flat.reshape(grid.rows, grid.positions, grid.heads, grid.features).swapAxes(1, 2);
    };
  }

  /** Sizes of an activation's axes, whatever their order. */
  private record Grid(int rows, int positions, int heads, int features) {
    static Grid of(HookShape.Kind kind, Shape shape) {
      int[] size = Arrays.stream(shape.getShape()).mapToInt(Math::toIntExact).toArray();
      return switch (kind) {
        case SCALAR, VECTOR -> new Grid(size[0], size[1], 1, size[2]);
        case HEAD_VECTORS -> new Grid(size[0], size[1], size[2], size[3]);
        case ATTENTION -> new Grid(size[0], size[2], size[1], size[3]);
      };
    }
  }

  /** Index vectors that broadcast against each other. */
  private record Index(NDArray cells, NDArray heads, NDArray features) {}

  /** A slice with its indices spelt out; positions of each row in turn. */
  private static final class Region {
    private final int[] rows;
    private final int[] positions;
    private final int positionCount;
    private final int[] heads;
    private final int[] features;

    private Region(int[] rows, int[] positions, int positionCount, int[] heads, int[] features) {
      this.rows = rows;
      this.positions = positions;
      this.positionCount = positionCount;
      this.heads = heads;
      this.features = features;
    }

    static Region of(Intervention intervention, Grid grid, TokenBatch batch) {
      Slice slice = intervention.slice();
      int[] rows = indices(intervention, "row", slice.rows(), grid.rows);
      int[] all = IntStream.range(0, grid.positions).toArray();
      int count = slice.positions().isEmpty() ? all.length : slice.positions().size();
      int[] positions =
          IntStream.of(rows)
              .flatMap(
                  row ->
                      slice.positions().isEmpty()
                          ? IntStream.of(all)
                          : slice.positions().stream()
                              .mapToInt(p -> position(intervention, row, p, batch)))
              .toArray();
      return new Region(
          rows,
          positions,
          count,
          indices(intervention, "head", slice.heads(), grid.heads),
          indices(intervention, "feature", slice.features(), grid.features));
    }

    private static int[] indices(
        Intervention intervention, String axis, List<Integer> chosen, int size) {
      if (chosen.isEmpty()) {
        return IntStream.range(0, size).toArray();
      }
      for (int index : chosen) {
        if (index < 0 || index >= size) {
          throw new InputException(
              "intervention at '%s': %s %d, expected 0 to %d"
                  .formatted(intervention.hook(), axis, index, size - 1));
        }
      }
      return chosen.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int position(
        Intervention intervention, int row, int position, TokenBatch batch) {
      int length = batch.length(row);
      int absolute = position < 0 ? length + position : position;
      if (absolute < 0 || absolute >= length) {
        throw new InputException(
            "intervention at '%s': position %d of row %d, which has %d tokens"
                .formatted(intervention.hook(), position, row, length));
      }
      return absolute;
    }

    int cells() {
      return positions.length;
    }

    /** The same slice of another run's activation. */
    Region from(TokenBatch source, TokenBatch target, Intervention.Patch patch) {
      if (source.size() != 1 && source.size() != target.size()) {
        throw new InputException(
            "patch of '%s' from '%s': the source has %d rows, expected 1 or %d"
                .formatted(patch.hook(), patch.source(), source.size(), target.size()));
      }
      int[] sourceRows = source.size() == 1 ? new int[rows.length] : rows;
      int[] sourcePositions = positions.clone();
      for (int cell = 0; cell < positions.length; cell++) {
        int sourceLength = source.length(sourceRows[cell / positionCount]);
        if (positions[cell] >= sourceLength) {
          if (positions[cell] < target.length(rows[cell / positionCount])) {
            throw new InputException(
                "patch of '%s' from '%s': position %d of row %d, where the source has %d tokens"
                    .formatted(
                        patch.hook(),
                        patch.source(),
                        positions[cell],
                        rows[cell / positionCount],
                        sourceLength));
          }
          // Padding on both sides: any number will do, and this one exists.
          sourcePositions[cell] = 0;
        }
      }
      return new Region(sourceRows, sourcePositions, positionCount, heads, features);
    }

    Index index(NDManager manager, Grid grid) {
      for (int feature : features) {
        if (feature >= grid.features) {
          throw new InputException(
              "patched pattern has key position %d, the source has %d"
                  .formatted(feature, grid.features));
        }
      }
      long[] cells =
          IntStream.range(0, positions.length)
              .mapToLong(
                  cell -> (long) rows[cell / positionCount] * grid.positions + positions[cell])
              .toArray();
      return new Index(
          manager.create(cells, new Shape(cells.length, 1, 1)),
          manager.create(longs(heads), new Shape(1, heads.length, 1)),
          manager.create(longs(features), new Shape(1, 1, features.length)));
    }

    private static long[] longs(int[] indices) {
      return IntStream.of(indices).asLongStream().toArray();
    }
  }
}
