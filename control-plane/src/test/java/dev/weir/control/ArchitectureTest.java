package dev.weir.control;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.ApplicationModule;
import org.springframework.modulith.core.ApplicationModules;

class ArchitectureTest {
    private static final Set<String> STATIONS = Set.of(
            "alerting",
            "completion",
            "configuration",
            "digest",
            "ingress",
            "identity",
            "quota",
            "cache",
            "guard",
            "compression",
            "embedding",
            "classification",
            "routing",
            "fleet",
            "upstream",
            "accounting",
            "rollout",
            "statistics",
            "storage",
            "drift",
            "evaluation",
            "telemetry",
            "admin");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.weir.control");

    @Test
    void stationsImportOnlyWhatTheyDeclare() {
        ApplicationModules.of(ControlPlane.class).verify();
    }

    @Test
    void thePackagesAreTheStations() {
        Set<String> packages = CLASSES.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.startsWith("dev.weir.control."))
                .map(name -> name.substring("dev.weir.control.".length()).replaceFirst("\\..*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(packages).containsExactlyInAnyOrderElementsOf(STATIONS);
    }

    @Test
    void everyStationDeclaresWhatItMayImport() {
        for (String station : STATIONS) {
            JavaClass story = CLASSES.get("dev.weir.control." + station + ".package-info");
            assertThat(story.isAnnotatedWith(NullMarked.class))
                    .as("%s is @NullMarked", station)
                    .isTrue();
            ApplicationModule module = story.getAnnotationOfType(ApplicationModule.class);
            // The annotation's own default means "anything".
            assertThat(module.allowedDependencies())
                    .as("what %s may import", station)
                    .doesNotContain(ApplicationModule.OPEN_TOKEN);
        }
    }

    @Test
    void onlyTheCompositionRootReadsTheClock() {
        noClasses()
                .that()
                .resideInAPackage("dev.weir.control.*..")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .because(
                        "time is injected, so that it can be replayed: InstantSource, Micrometer's Clock, Reactor's Scheduler")
                .check(CLASSES);
    }

    @Test
    void namesAreStationsAndNotDrawers() {
        noClasses()
                .should()
                .resideInAnyPackage("..util..", "..utils..", "..common..", "..helper..", "..helpers..", "..misc..")
                .because("a package is a station on a request's way")
                .check(CLASSES);
    }

    @Test
    void nothingStaticChanges() {
        fields().that()
                .areStatic()
                .should()
                .beFinal()
                .because("two control planes must be able to live in one process")
                .check(CLASSES);
    }

    @Test
    void theRequestIsKnownToAllAndKnowsNobody() {
        classes()
                .that()
                .resideInAPackage("dev.weir.control.completion..")
                .and(not(simpleName("package-info")))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.weir.control.completion..", "java..", "org.jspecify..")
                .check(CLASSES);
    }
}
