package dev.microtome.torch;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * A class without state in TorchScript's serialised dialect, loaded from a resource. Each method is
 * one call into libtorch. Safe for concurrent use.
 */
public final class TorchScript {
  private static final ThreadLocal<Boolean> PREPARED = new ThreadLocal<>();

  /** Held for as long as this lives: DJL's model closes its module when it is collected. */
  private final Model model;

  private final PtSymbolBlock module;

  private TorchScript(Model model) {
    this.model = model;
    module = (PtSymbolBlock) model.getBlock();
  }

  /**
   * Loads a text.
   *
   * @param owner the class beside which the resource lies
   * @param className name of the one class in the text
   */
  public static TorchScript load(Class<?> owner, String resource, String className) {
    try (InputStream source = owner.getResourceAsStream(resource)) {
      Model model = Model.newInstance(className, "PyTorch");
      model.load(new ByteArrayInputStream(ScriptArchive.of(className, source.readAllBytes())));
      return new TorchScript(model);
    } catch (IOException | MalformedModelException e) {
      throw new IllegalStateException("Cannot load %s: %s".formatted(resource, e.getMessage()), e);
    }
  }

  /**
   * Calls a method that gives one array, which belongs to {@code manager}.
   *
   * @param arguments arrays, lists of arrays, doubles, booleans and integers
   */
  public NDArray array(NDManager manager, String method, Object... arguments) {
    try (IValue result = run(method, arguments)) {
      return result.toTensor((PtNDManager) manager);
    }
  }

  /** Calls a method that gives arrays. */
  public List<NDArray> arrays(NDManager manager, String method, Object... arguments) {
    try (IValue result = run(method, arguments)) {
      return List.of(result.toTensorArray((PtNDManager) manager));
    }
  }

  /** Calls a method for what it does to its arguments. */
  public void change(String method, Object... arguments) {
    run(method, arguments).close();
  }

  /**
   * Calls a method that may use autograd. The other calls are under libtorch's inference mode, in
   * which nothing is recorded; this one leaves the switch ({@code torch.set_grad_enabled}) to the
   * text. What is recorded belongs to the call and the calling thread, so that many threads may
   * differentiate at once, which DJL's own collector of gradients does not allow.
   *
   * @param arguments in the order of the parameters; arrays named {@code parameter.key} become the
   *     entries of one dictionary
   * @return the results, which belong to the first argument's manager; named by their keys if the
   *     method gives a dictionary
   */
  public NDList differentiate(String method, NDList arguments) {
    prepare();
    NDManager manager = arguments.head().getManager();
    try (NDArray name = manager.create(0f)) {
      name.setName("module_method:" + method);
      NDList all = new NDList(arguments);
      all.add(name);
      return IValueUtils.forward(module, all, true);
    }
  }

  private IValue run(String method, Object... arguments) {
    prepare();
    IValue[] values = new IValue[arguments.length];
    try {
      for (int i = 0; i < arguments.length; i++) {
        values[i] = value(arguments[i]);
      }
      return IValueUtils.runMethod(module, method, values);
    } finally {
      for (IValue value : values) {
        if (value != null) {
          value.close();
        }
      }
    }
  }

  private static void prepare() {
    if (PREPARED.get() == null) {
      // The optimising executor profiles and recompiles for every new shape; the plain one just
      // runs. A setting of each thread.
      JniUtils.setGraphExecutorOptimize(false);
      PREPARED.set(true);
    }
  }

  private static IValue value(Object argument) {
    if (argument instanceof PtNDArray array) {
      return IValue.from(array);
    } else if (argument instanceof Double number) {
      return IValue.from((double) number);
    } else if (argument instanceof Boolean flag) {
      return IValue.from((boolean) flag);
    } else if (argument instanceof Number integer) {
      return IValue.from(integer.longValue());
    } else if (argument instanceof List<?> arrays) {
      return IValue.listFrom(arrays.toArray(PtNDArray[]::new));
    }
    throw new IllegalArgumentException("Not a script's argument: " + argument);
  }

  @Override
  public String toString() {
    return "TorchScript " + model.getName();
  }
}
