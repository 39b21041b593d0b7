package dev.weir.engine;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The map of ARCHITECTURE.md as a test: who may import whom, and what no station may do. */
class ArchitectureTest {

    private static final String ROOT = "dev.weir.engine";

    /** Of each station: the stations that it may import. The root may import all, and nobody imports it. */
    private static final Map<String, List<String>> MAY_IMPORT = Map.ofEntries(
            Map.entry("request", List.of()),
            Map.entry("answer", List.of()),
            Map.entry("tokenization", List.of("model")),
            Map.entry("device", List.of()),
            Map.entry("model", List.of("request")),
            Map.entry("lifecycle", List.of("answer", "model", "request", "device")),
            Map.entry("adapters", List.of("model")),
            Map.entry("kvcache", List.of("request")),
            Map.entry("scheduling", List.of("kvcache", "request")),
            Map.entry("sampling", List.of("request")),
            Map.entry("streaming", List.of("request")),
            Map.entry("admission", List.of("streaming", "request")),
            Map.entry("usage", List.of("request")),
            Map.entry(
                    "execution",
                    List.of(
                            "scheduling",
                            "kvcache",
                            "admission",
                            "sampling",
                            "tokenization",
                            "streaming",
                            "usage",
                            "request")),
            Map.entry("ffi", List.of("execution", "scheduling", "kvcache", "model", "device", "request")),
            Map.entry(
                    "http",
                    List.of(
                            "answer",
                            "adapters",
                            "lifecycle",
                            "admission",
                            "sampling",
                            "streaming",
                            "tokenization",
                            "model",
                            "usage",
                            "device",
                            "request")));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void everyStationImportsOnlyTheStationsItMay() {
        for (Map.Entry<String, List<String>> station : MAY_IMPORT.entrySet()) {
            String[] allowed =
                    station.getValue().stream().map(ArchitectureTest::within).toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(within(station.getKey()))
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(ROOT + "..")
                            .and(describe(
                                    "are no part of " + station.getKey() + " nor of what it may import",
                                    type -> !resideInAnyPackage(within(station.getKey()))
                                                    .test(type)
                                            && !resideInAnyPackage(allowed).test(type))))
                    .allowEmptyShould(true)
                    .check(CLASSES);
        }
    }

    @Test
    void everyPackageIsAStationOfTheMap() {
        Set<String> stations = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            String inside = type.getPackageName().substring(ROOT.length());
            if (!inside.isEmpty()) {
                stations.add(inside.substring(1).split("\\.", 2)[0]);
            }
        }
        assertThat(MAY_IMPORT.keySet()).containsAll(stations);
    }

    @Test
    void thereAreNoCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void requestImportsJavaBaseOnly() {
        classes()
                .that()
                .resideInAPackage(within("request"))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage("java.lang..", "java.util..", "org.jspecify..", within("request")))
                .check(CLASSES);
    }

    @Test
    void onlyFfiTouchesForeignMemory() {
        noClasses()
                .that()
                .resideOutsideOfPackage(within("ffi"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .because("one folder is audited for memory safety")
                .check(CLASSES);
    }

    @Test
    void decisionsReadNoClockAndNeverSleep() {
        ArchRule rule = noClasses()
                .that()
                .resideInAnyPackage(within("scheduling"), within("kvcache"), within("admission"))
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .because("every history is replayed from a seed; time is handed in");
        rule.check(CLASSES);
    }

    @Test
    void schedulingAndAccountingKnowNoThreads() {
        noClasses()
                .that()
                .resideInAnyPackage(within("scheduling"), within("kvcache"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.concurrent..", "java.io..", "java.nio..", "java.net..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .check(CLASSES);
    }

    @Test
    void packagesAreStationsAndNotDrawers() {
        noClasses()
                .should()
                .resideInAnyPackage("..util..", "..utils..", "..common..", "..helper..", "..helpers..", "..misc..")
                .check(CLASSES);
    }

    @Test
    void staticFieldsAreFinal() {
        fields().that(describe(
                        "are written in the source",
                        (JavaField field) -> !field.getName().contains("$")))
                .and()
                .areStatic()
                .should()
                .beFinal()
                .check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarkedAndTellsItsStory() {
        Set<JavaPackage> packages = new HashSet<>();
        CLASSES.forEach(type -> packages.add(type.getPackage()));
        assertThat(packages)
                .isNotEmpty()
                .allSatisfy(station -> assertThat(station.isAnnotatedWith(NullMarked.class))
                        .as("%s has a package-info.java with @NullMarked", station.getName())
                        .isTrue());
    }

    private static String within(String station) {
        return ROOT + "." + station + "..";
    }
}
