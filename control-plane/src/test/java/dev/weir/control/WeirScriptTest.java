package dev.weir.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command {@code ./weir}, in a home of its own and among tools that are not what they seem. */
class WeirScriptTest {
    private static final Path SCRIPT = Path.of("../weir");
    private static final int WAIT_SECONDS_MAX = 60;

    /** Of the system only what the script may count on everywhere. */
    private static final List<String> SYSTEM_TOOLS = List.of(
            "basename",
            "bash",
            "cat",
            "date",
            "dirname",
            "find",
            "grep",
            "mkdir",
            "nice",
            "readlink",
            "rm",
            "sed",
            "setsid",
            "sort",
            "tail",
            "touch");

    @TempDir
    Path home;

    private Path tools;

    record Outcome(int exitCode, String out, String err) {}

    @BeforeEach
    void makeAHomeThatIsNotBuilt() throws IOException {
        Files.copy(SCRIPT, home.resolve("weir"));
        for (String source : List.of(
                "pom.xml",
                "CMakeLists.txt",
                "engine-native/src/a.cpp",
                "engine-native/include/a.h",
                "engine-native/CMakeLists.txt",
                "engine-native/pom.xml",
                "engine-java/src/main/A.java",
                "engine-java/pom.xml",
                "control-plane/src/main/A.java",
                "control-plane/src/main/java/dev/weir/control/classification/A.java",
                "control-plane/src/main/java/dev/weir/control/completion/A.java",
                "control-plane/src/main/java/dev/weir/control/digest/A.java",
                "control-plane/src/main/java/dev/weir/control/embedding/A.java",
                "control-plane/src/main/java/dev/weir/control/rollout/A.java",
                "control-plane/pom.xml",
                "control-plane/onnx/src/main/A.java",
                "control-plane/onnx/pom.xml",
                "models/src/main/A.java",
                "models/pom.xml",
                "benchmarks/load/src/main/A.java",
                "benchmarks/load/pom.xml",
                "benchmarks/engine/src/main/A.java",
                "benchmarks/engine/pom.xml",
                "benchmarks/rollouts/src/main/A.java",
                "benchmarks/rollouts/pom.xml")) {
            write(home.resolve(source), "");
        }
        for (String module : List.of(
                "engine-java",
                "control-plane",
                "control-plane/onnx",
                "models",
                "benchmarks/load",
                "benchmarks/engine",
                "benchmarks/rollouts")) {
            Files.createDirectories(home.resolve(module + "/target"));
        }
        tools = Files.createDirectory(home.resolve("tools"));
        for (String tool : SYSTEM_TOOLS) {
            Files.createSymbolicLink(tools.resolve(tool), systemTool(tool));
        }
        jdk("jdk", "25.0.1");
        // Says what it was asked, and leaves what a build leaves.
        tool(
                "mvn",
                "Apache Maven 3.9.9",
                "touch engine-java/target/weir-engine.jar control-plane/target/weir-control.jar"
                        + " control-plane/onnx/target/weir-onnx.jar models/target/weir-models.jar benchmarks/load/target/weir-bench.jar"
                        + " benchmarks/engine/target/weir-bench-engine.jar"
                        + " benchmarks/rollouts/target/weir-rollouts.jar; echo \"mvn $*\"; exit ${MVN_EXIT:-0}");
        program(home.resolve("engine-native/tests/run"), "echo '100% tests passed'");
        tool("cmake", "cmake version 3.25.1", "");
        tool("make", "GNU Make 4.3", "");
        tool("c++", "c++ (Debian 12.2.0-14) 12.2.0", "");
    }

    private static Path systemTool(String name) {
        return Stream.of("/usr/bin", "/bin")
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }

    private static Path write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private void program(Path file, String body) throws IOException {
        write(file, "#!" + tools.resolve("bash") + "\n" + body + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private void tool(String name, String version, String does) throws IOException {
        program(tools.resolve(name), "if [ \"$1\" = --version ]; then echo '" + version + "'; exit; fi\n" + does);
    }

    /** One whose java says how it was called. */
    private void jdk(String name, String version) throws IOException {
        write(home.resolve(name + "/release"), "JAVA_VERSION=\"" + version + "\"\n");
        program(home.resolve(name + "/bin/javac"), "");
        program(home.resolve(name + "/bin/java"), "echo \"java $*\"");
    }

    private Outcome weir(String... arguments) throws IOException, InterruptedException {
        return weir(home.resolve("jdk"), arguments);
    }

    private Outcome weir(Path javaHome, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(home.resolve("weir").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(home.resolve("out").toFile())
                .redirectError(home.resolve("err").toFile());
        builder.environment().clear();
        builder.environment().put("PATH", tools.toString());
        builder.environment().put("HOME", home.toString());
        builder.environment().put("JAVA_HOME", javaHome.toString());
        Process process = builder.start();
        assertThat(process.waitFor(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        return new Outcome(
                process.exitValue(),
                Files.readString(home.resolve("out"), UTF_8),
                Files.readString(home.resolve("err"), UTF_8));
    }

    private static Set<String> words(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void usageNamesExactlyTheCommandsThatThereAre() throws Exception {
        Outcome help = weir("help");
        assertThat(help.exitCode()).isZero();
        Set<String> named = words(Pattern.compile("(?m)(?<=^  )[a-z]+"), help.out());
        String commands = Files.readString(SCRIPT)
                .lines()
                .filter(line -> line.strip().matches("[a-z]+( \\| [a-z]+)+\\) ;;"))
                .collect(Collectors.joining());
        Set<String> known = words(Pattern.compile("[a-z]+"), commands);
        known.add("help");
        assertThat(named).isEqualTo(known).contains("serve", "test");
        for (String command : named) {
            assertThat(weir(command).exitCode()).as(command).isZero();
        }
    }

    @Test
    void withoutACommandItSaysWhichThereAre() throws Exception {
        assertThat(weir().out()).isEqualTo(weir("help").out()).contains("usage: ./weir COMMAND");
    }

    @Test
    void unknownCommandIsNamedBesideTheOnesThatThereAre() throws Exception {
        Outcome outcome = weir("sevre");
        assertThat(outcome.exitCode()).isNotZero();
        assertThat(outcome.err()).contains("weir: there is no command 'sevre'").contains("  serve ");
    }

    @ParameterizedTest
    @CsvSource({
        "serve, control-plane/target/weir-control.jar serve",
        "control, control-plane/target/weir-control.jar control",
        "engine, engine-java/target/weir-engine.jar engine",
        "doctor, engine-java/target/weir-engine.jar doctor",
        "models, models/target/weir-models.jar",
        "bench, benchmarks/load/target/weir-bench.jar"
    })
    void commandBuildsWhatItNeedsAndHandsOverItsArguments(String command, String called) throws Exception {
        Outcome outcome = weir(command, "--port", "1 2");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).endsWith("-jar " + home.toRealPath().resolve(called) + " --port 1 2\n");
        assertThat(Files.readString(home.resolve("target/build.log"))).contains("mvn --batch-mode");
        // Nothing has changed, so nothing is built.
        assertThat(weir(command).err()).doesNotContain("building");
    }

    @Test
    void benchOfTheEngineItselfIsAProgramOfItsOwn() throws Exception {
        assertThat(weir("bench", "engine", "--threads", "2").out())
                .endsWith("-jar "
                        + home.toRealPath().resolve("benchmarks/engine/target/weir-bench-engine.jar --threads 2\n"));
    }

    @Test
    void rolloutsAreBenchedByAProgramOfTheirOwn() throws Exception {
        Outcome outcome = weir("bench", "rollouts", "--seeds", "1");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .endsWith("-jar " + home.toRealPath().resolve("benchmarks/rollouts/target/weir-rollouts.jar")
                        + " --seeds 1\n");
    }

    @Test
    void whatChangedIsBuiltAgain() throws Exception {
        weir("control");
        Files.setLastModifiedTime(
                home.resolve("control-plane/src/main/A.java"),
                FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(weir("control").err()).contains("building control-plane");
        assertThat(weir("models").err()).doesNotContain("control-plane");
    }

    @Test
    void failedBuildShowsWhyAndWhereToReadOn() throws Exception {
        tool("mvn", "Apache Maven 3.9.9", "echo '[ERROR] there it broke'; exit 1");
        Outcome outcome = weir("control");
        assertThat(outcome.exitCode()).isNotZero();
        assertThat(outcome.err()).contains("[ERROR] there it broke", "the whole log is in target/build.log");
    }

    @ParameterizedTest
    @CsvSource({"mvn, maven", "cmake, cmake", "make, make", "c++, g++"})
    void missingToolIsNamedWithItsPackage(String tool, String debianPackage) throws Exception {
        Files.delete(tools.resolve(tool));
        Outcome outcome = weir("test");
        assertThat(outcome.exitCode()).isNotZero();
        assertThat(outcome.err())
                .isEqualTo("weir: to build Weir, " + tool + " is missing; on Debian: apt-get install " + debianPackage
                        + "\n");
    }

    @ParameterizedTest
    @CsvSource({
        "mvn, Apache Maven 3.6.3, 3.8",
        "cmake, cmake version 3.18.4, 3.25",
        "c++, c++ (Debian 10.2.1-6) 10.2.1, 12.0"
    })
    void oldToolIsNamedWithTheVersionThatItNeedsToHave(String tool, String says, String needed) throws Exception {
        tool(tool, says, "");
        Outcome outcome = weir("test");
        assertThat(outcome.exitCode()).isNotZero();
        assertThat(outcome.err())
                .isEqualTo("weir: to build Weir, " + tool + " must be version " + needed + " or later; this one says: "
                        + says + "\n");
    }

    @Test
    void toolThatCannotSayItsVersionIsNamed() throws Exception {
        program(tools.resolve("cmake"), "exit 1");
        assertThat(weir("test").err()).contains("'cmake --version' fails here");
    }

    /** Under pipefail, leaving a tool in mid-sentence would count as its failure. */
    @Test
    void toolThatSaysMuchMoreThanItsVersionIsHeardOut() throws Exception {
        tool("mvn", "Apache Maven 3.9.9\n" + "Maven home: somewhere\n".repeat(20_000), "echo \"mvn $*\"");
        Outcome outcome = weir("test", "-Dx=y");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).endsWith("verify -Dx=y\n");
    }

    @Test
    void whatTakesLongIsRunWhenItIsAskedForAndNothingElseThen() throws Exception {
        assertThat(weir("test", "--soak", "-Dx=y").out())
                .endsWith("failsafe:integration-test failsafe:verify -Dit.test=*Soak -Dweir.it.compilers= -Dx=y\n");
    }

    /** Wherever the machine has one: the script reads the version with sed. */
    @ParameterizedTest
    @ValueSource(strings = {"17", "", "not a number"})
    void missingJdkIsNamed(String release) throws Exception {
        Files.delete(tools.resolve("sed"));
        program(tools.resolve("sed"), "echo '" + release + "'");
        Outcome outcome = weir("serve");
        assertThat(outcome.exitCode()).isNotZero();
        assertThat(outcome.err()).contains("weir: JDK 25 or later is missing").contains("JAVA_HOME");
    }

    @Test
    void jdkThatIsTooOldOrNoJdkIsPassedOver() throws Exception {
        jdk("old", "17.0.9");
        Files.createSymbolicLink(tools.resolve("java"), home.resolve("jdk/bin/java"));
        for (String javaHome : List.of("old", "nowhere")) {
            Outcome outcome = weir(home.resolve(javaHome), "models", "list");
            assertThat(outcome.exitCode()).isZero();
            assertThat(outcome.out()).startsWith("java ").endsWith("weir-models.jar list\n");
        }
    }
}
