package dev.microtome.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rules of the house, as {@code common/README.md} and {@code jobs/README.md} state them. */
@AnalyzeClasses(packages = "dev.microtome", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] COMMON = {
    "dev.microtome.run..",
    "dev.microtome.table..",
    "dev.microtome.config..",
    "dev.microtome.torch..",
    "dev.microtome.optim..",
    "dev.microtome.stats..",
    "dev.microtome.text..",
    "dev.microtome.corpus..",
    "dev.microtome.model..",
    "dev.microtome.activations..",
    "dev.microtome.training..",
    "dev.microtome.sae..",
    "dev.microtome.linalg..",
    "dev.microtome.circuits..",
    "dev.microtome.dynamics..",
    "dev.microtome.erasure..",
    "dev.microtome.heads..",
    "dev.microtome.probing..",
    "dev.microtome.sae.."
  };

  @ArchTest
  static final ArchRule scienceKnowsNoCluster =
      noClasses()
          .that()
          .resideInAnyPackage(COMMON)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.microtome.jobs..", "org.apache..", "scala..");

  @ArchTest
  static final ArchRule everyPackageIsListed =
      classes()
          .that()
          .resideOutsideOfPackage("dev.microtome.jobs..")
          .should()
          .resideInAnyPackage(COMMON);

  @ArchTest
  static final ArchRule arrowsPointDown =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("methods")
          .definedBy(
              "dev.microtome.activations..",
              "dev.microtome.training..",
              "dev.microtome.sae..",
              "dev.microtome.circuits..",
              "dev.microtome.dynamics..",
              "dev.microtome.erasure..",
              "dev.microtome.heads..",
              "dev.microtome.probing..")
          .layer("models")
          .definedBy(
              "dev.microtome.corpus..",
              "dev.microtome.model..",
              "dev.microtome.stats..",
              "dev.microtome.text..")
          .layer("ground")
          .definedBy(
              "dev.microtome.run..",
              "dev.microtome.table..",
              "dev.microtome.config..",
              "dev.microtome.linalg..",
              "dev.microtome.torch..",
              "dev.microtome.optim..")
          .whereLayer("methods")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("models")
          .mayOnlyBeAccessedByLayers("methods");

  @ArchTest
  static final ArchRule jobsKnowEachOtherOnlyThroughTables =
      slices()
          .matching("dev.microtome.jobs.(*)..")
          .namingSlices("job $1")
          .should()
          .beFreeOfCycles();

  @ArchTest
  static final ArchRule jobsDoNoArithmeticOnArrays =
      noClasses()
          .that()
          .resideInAPackage("dev.microtome.jobs..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("ai.djl.ndarray.NDArray");

  @ArchTest
  static final ArchRule onlyMainEndsTheProcess =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("dev.microtome.jobs.Main")
          .should()
          .callMethod(System.class, "exit", int.class);

  @ArchTest
  static final ArchRule noJavaDeserialisationInTheScience =
      noClasses()
          .that()
          .resideInAnyPackage(COMMON)
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.io.ObjectInputStream");
}
