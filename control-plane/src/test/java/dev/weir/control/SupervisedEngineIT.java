package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine that {@code weir serve} started ends, and it starts another. Between the engine and its native library stands a small one of the engine's
 * tests, which has a step fail once it is told to.
 */
class SupervisedEngineIT {
    private static final String MODEL = "weir-demo-fast";
    private static final String NATIVE_LIBRARY = "native/linux-x86_64/libweir.so";
    private static final int DEVICE_LOST = 7;
    private static final int DEVICE_LOST_EXIT = 75;
    private static final int SEED = 5;

    /** Of a hundred, so that the stream has begun and is not over. */
    private static final int STEPS_BEFORE = 40;

    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static WeirProcess weir;
    private static SeenStream expected;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Files.exists(WeirProcess.ENGINE_JAR), "skipped: there is no engine, build engine-java first");
        Map<String, String> environment = Map.of(
                "JAVA_TOOL_OPTIONS",
                "-Dweir.native.library=" + failingLibrary(),
                "WEIR_FAIL_STEP",
                order().toString(),
                "WEIR_UPSTREAM_RESUMEWAITMAX",
                WAIT_MAX.toSeconds() + "s");
        String model = WeirProcess.HOME.resolve("models/demo").resolve(MODEL).toString();
        weir = WeirProcess.serveWith(environment, "--model", model).awaitReady();
        expected = ask();
        assertThat(expected.isWhole()).isTrue();
    }

    @AfterAll
    static void stop() {
        if (weir != null) {
            weir.close();
        }
    }

    @Test
    void anEngineThatIsKilledIsStartedAgainAndServes() throws Exception {
        ProcessHandle killed = weir.engine();
        killed.destroyForcibly();
        weir.awaitLine("starting it again");
        await().atMost(WAIT_MAX).ignoreExceptions().until(() -> ask().equals(expected));
        assertThat(weir.engine().pid()).isNotEqualTo(killed.pid());
    }

    @Test
    void aStreamGoesOnWhenItsEngineLosesItsDeviceAndLeaves() throws Exception {
        ProcessHandle leaving = weir.engine();
        Path written = Files.writeString(directory.resolve("written"), DEVICE_LOST + " " + STEPS_BEFORE);
        Files.move(written, order(), StandardCopyOption.ATOMIC_MOVE);
        assertThat(ask()).isEqualTo(expected);
        assertThat(order()).as("the engine has read it").doesNotExist();
        weir.awaitLine("the engine exited with code " + DEVICE_LOST_EXIT + "; starting it again");
        assertThat(weir.engine().pid()).isNotEqualTo(leaving.pid());
    }

    private static Path order() {
        return directory.resolve("order");
    }

    private static SeenStream ask() {
        return SeenStream.ask(
                        HTTP, weir.uri("/v1/chat/completions"), weir.adminKey(), MODEL, SEED, new CountDownLatch(1))
                .join();
    }

    private static Path failingLibrary() throws IOException, InterruptedException {
        Path real = directory.resolve("libweir.so");
        try (JarFile jar = new JarFile(nativeJar().toFile());
                InputStream library = jar.getInputStream(jar.getEntry(NATIVE_LIBRARY))) {
            Files.copy(library, real);
        }
        Path failing = directory.resolve("libfailing.so");
        Path script = WeirProcess.HOME.resolve("engine-java/src/test/native/failing_library.sh");
        int built = new ProcessBuilder(script.toString(), real.toString(), failing.toString())
                .inheritIO()
                .start()
                .waitFor();
        assertThat(built).isZero();
        return failing;
    }

    private static Path nativeJar() throws IOException {
        try (Stream<Path> libraries = Files.list(WeirProcess.ENGINE_JAR.resolveSibling("lib"))) {
            return libraries
                    .filter(library -> library.getFileName().toString().startsWith("engine-native-"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
