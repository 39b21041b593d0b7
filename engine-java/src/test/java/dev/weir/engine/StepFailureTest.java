package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.ffi.NativeLibrary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What callers, and the process's supervisor, see of steps that fail. Between the engine and its native library stands a small library of the test's,
 * which has steps fail when it is told to.
 */
@SuppressWarnings("NullAway.Init") // the engine is started before each test
class StepFailureTest {

    private static final int OUT_OF_MEMORY = 4;
    private static final int DEVICE_LOST = 7;
    private static final int DEVICE_LOST_EXIT = 75;

    /** Longer than a stream that nobody reads: some of it has been sent when the next one fails. */
    private static final int STEPS_OF_A_STREAM = 300;

    @TempDir
    Path directory = Path.of("");

    private final HttpClient http = HttpClient.newHttpClient();
    private Process process;
    private BufferedReader output;
    private URI base;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        Path real = directory.resolve("libweir.so");
        try (InputStream library = NativeLibrary.class.getResourceAsStream("/native/linux-x86_64/libweir.so")) {
            Files.copy(Objects.requireNonNull(library, "the native library"), real);
        }
        Path failing = directory.resolve("libfailing.so");
        int built = new ProcessBuilder("src/test/native/failing_library.sh", real.toString(), failing.toString())
                .inheritIO()
                .start()
                .waitFor();
        assertThat(built).isZero();
        process = EngineProcessTest.start(
                List.of("-D" + NativeLibrary.LIBRARY_PROPERTY + "=" + failing),
                Map.of("WEIR_FAIL_STEP", order().toString()));
        output = process.inputReader();
        base = URI.create(EngineProcessTest.awaitAddress(output));
    }

    @AfterEach
    void stop() throws IOException {
        http.close();
        process.destroyForcibly();
        output.close();
    }

    private Path order() {
        return directory.resolve("order");
    }

    /** After so many steps more, one fails with that status of the library's. */
    private void fail(int status, int afterSteps) throws IOException {
        Path written = Files.writeString(directory.resolve("written"), status + " " + afterSteps);
        Files.move(written, order(), StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void aStepWithoutMemoryFailsItsRequestsByNameAndNothingElse() throws Exception {
        String expected = complete(false).body();
        fail(OUT_OF_MEMORY, 3);
        HttpResponse<String> whole = complete(false);
        assertThat(whole.statusCode()).isEqualTo(503);
        assertOutOfMemory(JsonMapper.shared().readTree(whole.body()));

        fail(OUT_OF_MEMORY, STEPS_OF_A_STREAM);
        HttpResponse<String> stream = complete(true);
        assertThat(stream.statusCode()).isEqualTo(200);
        List<String> events =
                stream.body().lines().filter(line -> line.startsWith("data: ")).toList();
        assertThat(events)
                .as("what was computed before is told")
                .hasSizeGreaterThan(1)
                .doesNotContain("data: [DONE]");
        assertOutOfMemory(JsonMapper.shared().readTree(events.getLast().substring("data: ".length())));

        assertThat(text(complete(false).body())).isEqualTo(text(expected));
        assertThat(process.isAlive()).isTrue();
    }

    @Test
    void aLostDeviceEndsEveryRequestAndTheProcessForAnotherToServe() throws Exception {
        fail(DEVICE_LOST, STEPS_OF_A_STREAM);
        HttpResponse<String> stream = complete(true);
        assertThat(stream.body()).contains("a test had this step fail").doesNotContain("[DONE]");
        assertThat(process.waitFor(EngineProcessTest.EXIT_SECONDS_MAX, TimeUnit.SECONDS))
                .isTrue();
        assertThat(process.exitValue()).isEqualTo(DEVICE_LOST_EXIT);
        assertThat(output.lines()).anyMatch(line -> line.contains("leaving, for another process to serve"));
    }

    private static void assertOutOfMemory(JsonNode answer) {
        assertThat(answer.path("error").path("code").asString("")).isEqualTo("out_of_memory");
        assertThat(answer.path("error").path("type").asString("")).isEqualTo("server_error");
        assertThat(answer.path("error").path("message").asString("")).contains("a test had this step fail");
    }

    private static String text(String answer) {
        return JsonMapper.shared().readTree(answer).path("choices").toString();
    }

    private HttpResponse<String> complete(boolean stream) throws IOException, InterruptedException {
        String body = "{\"prompt\":[1,2,3],\"max_tokens\":%d,\"ignore_eos\":true,\"temperature\":0,\"stream\":%s}"
                .formatted(stream ? STEPS_OF_A_STREAM + 100 : 20, stream);
        return http.send(
                HttpRequest.newBuilder(base.resolve("/v1/completions"))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
