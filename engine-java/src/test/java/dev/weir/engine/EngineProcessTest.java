package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The engine as an operator runs it: a process that is started, used and told to stop. */
class EngineProcessTest {

    private static final Pattern LISTENING = Pattern.compile("listening at (http://\\S+)");
    static final int EXIT_SECONDS_MAX = 60;

    @Test
    void stopSignalLetsRunningStreamsEndAndExitsWithZero() throws Exception {
        Process process = start();
        try (HttpClient http = HttpClient.newHttpClient();
                BufferedReader output = process.inputReader()) {
            URI base = URI.create(awaitAddress(output));
            HttpResponse<Stream<String>> stream = http.send(
                    HttpRequest.newBuilder(base.resolve("/v1/completions"))
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "{\"prompt\":[1],\"max_tokens\":500," + "\"ignore_eos\":true,\"stream\":true}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofLines());
            assertThat(stream.statusCode()).isEqualTo(200);
            process.toHandle().destroy(); // SIGTERM
            List<String> lines = stream.body().toList();
            assertThat(lines).contains("data: [DONE]");
            assertThat(process.waitFor(EXIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void endOfStandardInputStopsAnEngineThatWasToldToWatchIt() throws Exception {
        Process process = start("--exit-when-stdin-closes");
        try (BufferedReader output = process.inputReader()) {
            awaitAddress(output);
            process.getOutputStream().close();
            assertThat(process.waitFor(EXIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(String... options) throws IOException {
        return start(List.of(), Map.of(), options);
    }

    /** Serves a tiny model with other options of the JVM, too, and variables in its environment. */
    static Process start(List<String> java, Map<String, String> environment, String... options) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(java);
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx512m",
                "-cp",
                classPath,
                Main.class.getName(),
                "engine",
                "--model",
                TestModels.fixture(TestModels.TINY_LLAMA).toString(),
                "--port",
                "0",
                "--threads",
                "1"));
        command.addAll(List.of(options));
        ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true);
        process.environment().putAll(environment);
        return process.start();
    }

    static String awaitAddress(BufferedReader output) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                return listening.group(1);
            }
            said.append(line).append('\n');
        }
        throw new AssertionError("the engine ended before it was ready:\n" + said);
    }
}
