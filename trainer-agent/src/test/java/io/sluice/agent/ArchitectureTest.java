package io.sluice.agent;

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
          .layer("agent")
          .definedBy("io.sluice.agent")
          .layer("train")
          .definedBy("io.sluice.agent.train")
          .layer("data")
          .definedBy("io.sluice.agent.data")
          .layer("client")
          .definedBy("io.sluice.agent.client")
          .layer("cli")
          .definedBy("io.sluice.agent.cli")
          .layer("protocol")
          .definedBy("io.sluice.protocol..")
          .whereLayer("agent")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("train")
          .mayOnlyBeAccessedByLayers("agent")
          .whereLayer("data")
          .mayOnlyBeAccessedByLayers("agent", "train")
          .whereLayer("client")
          .mayOnlyBeAccessedByLayers("agent")
          .whereLayer("cli")
          .mayOnlyBeAccessedByLayers("agent");

  @ArchTest
  static final ArchRule CLIENT_IS_FOR_ANY_TRAINER =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.agent.client")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("ai.djl..", "io.sluice.agent.train..", "io.sluice.agent.data..");

  /** Client and trainer tell what happens; who shows it to whom is not their business. */
  @ArchTest
  static final ArchRule PROMETHEUS_IS_FOR_THE_AGENT_ALONE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.agent")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.prometheus..");

  /** Bytes from outside must not choose which classes are made. */
  @ArchTest
  static final ArchRule NOTHING_IS_READ_BY_JAVA_SERIALIZATION =
      noClasses().should().dependOnClassesThat().areAssignableTo(ObjectInputStream.class);
}
