package io.sluice.job;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;

/** Arrows of imports run downwards only, as docs/architecture.md draws them. */
@AnalyzeClasses(packages = "io.sluice", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule LAYERS =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.sluice..")
          .layer("job")
          .definedBy("io.sluice.job")
          .layer("select")
          .definedBy("io.sluice.job.select")
          .layer("recluster")
          .definedBy("io.sluice.job.recluster")
          .layer("difficulty")
          .definedBy("io.sluice.job.difficulty")
          .layer("averaging")
          .definedBy("io.sluice.job.averaging")
          .layer("ingest")
          .definedBy("io.sluice.job.ingest")
          .layer("selection")
          .definedBy("io.sluice.job.selection")
          .layer("metrics")
          .definedBy("io.sluice.job.metrics")
          .layer("serde")
          .definedBy("io.sluice.job.serde")
          .layer("protocol")
          .definedBy("io.sluice.protocol..")
          .whereLayer("job")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("select")
          .mayOnlyBeAccessedByLayers("job")
          .whereLayer("recluster")
          .mayOnlyBeAccessedByLayers("job", "select")
          .whereLayer("difficulty")
          .mayOnlyBeAccessedByLayers("job", "select", "recluster")
          .whereLayer("ingest")
          .mayOnlyBeAccessedByLayers("job", "difficulty", "averaging")
          .whereLayer("averaging")
          .mayOnlyBeAccessedByLayers("job");

  @ArchTest
  static final ArchRule MATHS_IS_PLAIN_JAVA =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.job.selection")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages("io.sluice.job.selection", "java..");

  @ArchTest
  static final ArchRule AVERAGING_KNOWS_NOTHING_OF_SELECTION =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.job.averaging")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.sluice.job.selection",
              "io.sluice.job.difficulty",
              "io.sluice.job.recluster",
              "io.sluice.job.select");

  @ArchTest
  static final ArchRule LEAVES_KNOW_NOTHING_OF_THE_JOB =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.sluice.job.metrics", "io.sluice.job.serde", "io.sluice.protocol..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.sluice.job",
              "io.sluice.job.ingest",
              "io.sluice.job.difficulty",
              "io.sluice.job.recluster",
              "io.sluice.job.select",
              "io.sluice.job.averaging",
              "io.sluice.job.selection");

  @ArchTest
  static final ArchRule PROTOCOL_KNOWS_NO_FRAMEWORK =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.protocol..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.flink..", "ai.djl..");

  /** Bytes from outside must not choose which classes are made. */
  @ArchTest
  static final ArchRule NOTHING_IS_READ_BY_JAVA_SERIALIZATION =
      noClasses().should().dependOnClassesThat().areAssignableTo(ObjectInputStream.class);
}
