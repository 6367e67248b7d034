package dev.microtome.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.LocalFileStore;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {
  enum Precision {
    FLOAT_32,
    B_FLOAT_16
  }

  record Optimizer(
      @Option(doc = "step size", orElse = "1e-3") double learningRate,
      @Option(doc = "steps", orElse = "100") int warmUpSteps) {
    Optimizer {
      if (learningRate <= 0) {
        throw new ConfigException("learning-rate", learningRate, "must be positive");
      }
    }
  }

  record Sample(
      @Option(doc = "the model's folder") InputPath model,
      @Option(doc = "texts", orElse = "[]") List<InputPath> texts,
      @Option(doc = "addresses", orElse = "[\"blocks.0.hook_resid_pre\"]") List<String> hooks,
      @Option(doc = "how many", orElse = "4096") int batchTokens,
      @Option(doc = "how many in all", orElse = "null") Optional<Long> tokensBudget,
      @Option(doc = "number format", orElse = "float-32") Precision precision,
      @Option(doc = "whether", orElse = "true") boolean prependBos,
      @Option(doc = "how to step") Optimizer optimizer,
      @Option(doc = "more steps", orElse = "[]") List<Optimizer> others,
      @Option(doc = "weights by name", orElse = "{}") Map<String, Double> weights) {}

  @TempDir private Path folder;

  private Sample read(String... sets) {
    return resolve(Optional.empty(), sets).value();
  }

  private ResolvedConfig<Sample> resolve(Optional<Path> file, String... sets) {
    return ConfigReader.read(
        Sample.class, file.map(Path::toString), List.of(sets), new LocalFileStore());
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("sample.conf"), text);
  }

  @Test
  void aDefinitionDoesForWhatTheFileRefersToBesideValuesThatTheEnvironmentMayOverride()
      throws IOException {
    Path file =
        file(
            """
            model = a
            model = ${?MICROTOME_IS_NOT_SET}
            texts = [${model}, ${here}/b]
            """);
    Sample sample = read(file, Map.of("here", "/c"));
    assertThat(sample.model()).isEqualTo(new InputPath("a"));
    assertThat(sample.texts()).containsExactly(new InputPath("a"), new InputPath("/c/b"));
  }

  @Test
  void aKeyThatIsNamedAsADefinitionIsStillRefused() throws IOException {
    Path file = file("model = m, here = x");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read(file, Map.of("here", "/c")))
        .withMessageStartingWith("Unknown key here");
  }

  private static Sample read(Path file, Map<String, String> definitions) {
    return ConfigReader.read(
            Sample.class,
            Optional.of(file.toString()),
            List.of(),
            definitions,
            new LocalFileStore())
        .value();
  }

  @Test
  void defaultsAreTheAnnotations() {
    assertThat(read("model=m"))
        .isEqualTo(
            new Sample(
                new InputPath("m"),
                List.of(),
                List.of("blocks.0.hook_resid_pre"),
                4096,
                Optional.empty(),
                Precision.FLOAT_32,
                true,
                new Optimizer(1e-3, 100),
                List.of(),
                Map.of()));
  }

  @Test
  void setsGoOverTheFileAndTheFileOverDefaults() throws IOException {
    Path file =
        file(
            """
            model = "a"
            batch-tokens = 1, optimizer { learning-rate = 0.5, warm-up-steps = 7 }
            others = [{ learning-rate = 1 }, { warm-up-steps = 2 }]
            weights { x = 1, y = 2.5 }
            precision = b-float-16
            """);

    Sample sample =
        resolve(
                Optional.of(file),
                "batch-tokens=2",
                "optimizer.learning-rate=0.25",
                "batch-tokens=3")
            .value();

    assertThat(sample.batchTokens()).isEqualTo(3);
    assertThat(sample.optimizer()).isEqualTo(new Optimizer(0.25, 7));
    assertThat(sample.others()).containsExactly(new Optimizer(1, 100), new Optimizer(1e-3, 2));
    assertThat(sample.weights()).containsOnly(Map.entry("x", 1.0), Map.entry("y", 2.5));
    assertThat(sample.precision()).isEqualTo(Precision.B_FLOAT_16);
  }

  @ParameterizedTest
  @CsvSource({
    "hdfs://host:9000/a b/m",
    "s3a://bucket/m",
    "file:/x/y",
    "data/*.txt",
    "C#/m",
    "a=b",
    "m?x={1}"
  })
  void pathsOnTheCommandLineNeedNoQuotes(String path) {
    assertThat(read("model=" + path).model()).isEqualTo(new InputPath(path));
    assertThat(read("model=m", "texts=" + path).texts()).containsExactly(new InputPath(path));
  }

  @Test
  void valuesOnTheCommandLineAreHocon() {
    Sample sample =
        read(
            "model=\"quoted\"",
            "hooks=[\"a\", b.c]",
            "batch-tokens=1e3",
            "tokens-budget=9000000000",
            "optimizer={warm-up-steps=3}");

    assertThat(sample.model().value()).isEqualTo("quoted");
    assertThat(sample.hooks()).containsExactly("a", "b.c");
    assertThat(sample.batchTokens()).isEqualTo(1000);
    assertThat(sample.tokensBudget()).contains(9_000_000_000L);
    assertThat(sample.optimizer()).isEqualTo(new Optimizer(1e-3, 3));
  }

  @Test
  void resolvedConfigurationIsSortedAndReadsBack() throws IOException {
    ResolvedConfig<Sample> resolved =
        resolve(Optional.empty(), "model=m", "precision=b-float-16", "weights={b=1,a=2}");

    assertThat(resolved.json().toString())
        .isEqualTo(
            "{\"batch-tokens\":4096,\"hooks\":[\"blocks.0.hook_resid_pre\"],\"model\":\"m\","
                + "\"optimizer\":{\"learning-rate\":0.001,\"warm-up-steps\":100},\"others\":[],"
                + "\"precision\":\"b-float-16\",\"prepend-bos\":true,\"texts\":[],"
                + "\"tokens-budget\":null,\"weights\":{\"a\":2.0,\"b\":1.0}}");
    assertThat(resolve(Optional.of(file(resolved.json().toString()))).value())
        .isEqualTo(resolved.value());
    assertThat(resolved.json(path -> "digest of " + path).at("/model").textValue())
        .isEqualTo("digest of m");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "batch-token=1 | Unknown key batch-token: did you mean batch-tokens? (--set batch-token)",
        "batchTokens=1 | Unknown key batchTokens: did you mean batch-tokens? (--set batchTokens)",
        "optimizer.lr=1 | Unknown key optimizer.lr: the keys are learning-rate, warm-up-steps (--set optimizer.lr)",
        "batch-tokens=many | batch-tokens: invalid value \"many\": must be an integer below 2^31 (--set batch-tokens)",
        "batch-tokens=1.5 | batch-tokens: invalid value 1.5: must be an integer below 2^31 (--set batch-tokens)",
        "batch-tokens=3000000000 | batch-tokens: invalid value 3000000000: must be an integer below 2^31 (--set batch-tokens)",
        "tokens-budget=1e30 | tokens-budget: invalid value 1.0E30: must be an integer from -2^63 to 2^63 - 1 (--set tokens-budget)",
        "tokens-budget=9223372036854775808 | tokens-budget: invalid value \"9223372036854775808\": must be an integer from -2^63 to 2^63 - 1 (--set tokens-budget)",
        "tokens-budget=-1e19 | tokens-budget: invalid value -1.0E19: must be an integer from -2^63 to 2^63 - 1 (--set tokens-budget)",
        "a.b.c=1 | Unknown key a: the keys are model, texts, hooks, batch-tokens, tokens-budget, precision, prepend-bos, optimizer, others, weights (--set a.b.c)",
        "batch-tokens.x=1 | batch-tokens: invalid value {\"x\":1}: must be an integer below 2^31 (--set batch-tokens.x)",
        "batch-tokens=1e30 | batch-tokens: invalid value 1.0E30: must be an integer below 2^31 (--set batch-tokens)",
        "batch-tokens=null | batch-tokens: invalid value null: must be an integer below 2^31 (--set batch-tokens)",
        "batch-tokens=[1] | batch-tokens: invalid value [1]: must be an integer below 2^31 (--set batch-tokens)",
        "prepend-bos=1 | prepend-bos: invalid value 1: must be true or false (--set prepend-bos)",
        "precision=half | precision: invalid value \"half\": must be one of float-32, b-float-16 (--set precision)",
        "optimizer=3 | optimizer: invalid value 3: must be a group of keys (--set optimizer)",
        "optimizer.learning-rate=-1 | optimizer.learning-rate: invalid value -1.0: must be positive (--set optimizer.learning-rate)",
      })
  void refusalsNameKeyValueAllowedAndPlace(String set, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read("model=m", set))
        .withMessage(message);
  }

  @Test
  void refusalsNameFileAndLine() throws IOException {
    Path file = file("model = m\n\noptimizer {\n  learning-rat = 1\n}\n");

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> resolve(Optional.of(file)))
        .withMessage(
            "Unknown key optimizer.learning-rat: did you mean optimizer.learning-rate? ("
                + file
                + ", line 4)");
  }

  @Test
  void missingKeyComesWithItsMeaning() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read("batch-tokens=1"))
        .withMessage("Missing key model (the model's folder): no --config or --set has it");
  }

  @Test
  void refusesWhatIsNoHoconNoFileNoPair() throws IOException {
    Path file = file("model = [\n");

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> resolve(Optional.of(file)))
        .withMessageContaining("not HOCON")
        .withMessageContaining("sample.conf");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> resolve(Optional.of(folder.resolve("none.conf"))))
        .withMessage("Configuration file " + folder.resolve("none.conf") + ": no such file");
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> read("model"))
        .withMessage("--set model: KEY=VALUE is needed");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read("model=m", "batch-tokens={"))
        .withMessageContaining("--set batch-tokens: the value is not HOCON");
  }

  @Test
  void aFolderIsNoConfigurationFile() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> resolve(Optional.of(folder)))
        .withMessage("Configuration file " + folder + ": is a folder, a file is needed");
  }

  @Test
  void aFileThatIncludesItselfIsRefusedInAFewWords() throws IOException {
    Path file = file("include \"sample.conf\"\n");

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> resolve(Optional.of(file)))
        .withMessageContaining(file.toString())
        .withMessageContaining("cycle")
        .withMessageNotContaining("ParseableFile")
        .withMessageNotContaining("\n");
  }

  @Test
  void readsTheEnvironmentOnlyWhereTheFileSaysSoAndNeverSystemProperties() throws IOException {
    System.setProperty("batch-tokens", "17");
    try {
      Path file = file("model = ${?PATH}\n");
      Sample sample = resolve(Optional.of(file)).value();
      assertThat(sample.model().value()).isEqualTo(System.getenv("PATH"));
      assertThat(sample.batchTokens()).isEqualTo(4096);
    } finally {
      System.clearProperty("batch-tokens");
    }
  }

  @Test
  void describesEveryKey() {
    assertThat(OptionDoc.of(Sample.class).stream().map(OptionDoc::key))
        .containsExactly(
            "model",
            "texts",
            "hooks",
            "batch-tokens",
            "tokens-budget",
            "precision",
            "prepend-bos",
            "optimizer",
            "optimizer.learning-rate",
            "optimizer.warm-up-steps",
            "others",
            "others[].learning-rate",
            "others[].warm-up-steps",
            "weights");
  }

  /**
   * As where paths without a scheme are of HDFS, and spark-submit --files brought the file here.
   */
  @Test
  void aFileOfThisMachineGoesBeforeOneOfTheCluster(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("a.conf"), "count = 5");
    FileStore cluster =
        (FileStore)
            Proxy.newProxyInstance(
                FileStore.class.getClassLoader(),
                new Class<?>[] {FileStore.class},
                (proxy, method, arguments) -> Optional.empty());
    assertThat(
            ConfigReader.read(Counted.class, Optional.of(file.toString()), List.of(), cluster)
                .value())
        .isEqualTo(new Counted(5));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () -> ConfigReader.read(Counted.class, Optional.of("no.conf"), List.of(), cluster))
        .withMessage("Configuration file no.conf: no such file");
  }

  record Counted(@Option(doc = "how many") int count) {}
}
