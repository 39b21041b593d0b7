package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Whatever is wrong at start-up: one line that names file or setting and reason, an exit code that is not 0, no stack trace. */
class StartupFailureTest {

    @TempDir
    Path directory = Path.of("");

    private record Outcome(int exitCode, String said) {}

    @BeforeEach
    void copyModel() throws IOException {
        try (Stream<Path> files = Files.list(TestModels.fixture(TestModels.TINY_LLAMA))) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.getFileName().toString()));
            }
        }
    }

    private static Outcome run(String... arguments) {
        StringWriter said = new StringWriter();
        CommandLine command = Main.commandLine();
        command.setErr(new PrintWriter(said, true));
        command.setOut(new PrintWriter(new StringWriter(), true));
        return new Outcome(command.execute(arguments), said.toString());
    }

    private Outcome runEngine(String... more) {
        String[] arguments = Stream.concat(
                        Stream.of("engine", "--port", "0", "--model", directory.toString()), Arrays.stream(more))
                .toArray(String[]::new);
        return run(arguments);
    }

    private static void assertOneLine(Outcome outcome, String... parts) {
        assertThat(outcome.exitCode()).isNotZero();
        assertThat(outcome.said().strip().lines()).hasSize(1);
        assertThat(outcome.said()).contains(parts).doesNotContain("\tat ");
    }

    @Test
    void directoryThatIsNotThereIsNamed() {
        assertOneLine(run("engine", "--port", "0", "--model", "/no/such/model"), "/no/such/model");
    }

    @Test
    void truncatedWeightsAreNamed() throws IOException {
        Path weights = directory.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(bytes, bytes.length / 2));
        assertOneLine(runEngine(), "model.safetensors");
    }

    @Test
    void missingTokenizerIsNamed() throws IOException {
        Files.delete(directory.resolve("tokenizer.json"));
        assertOneLine(runEngine(), "tokenizer.json");
    }

    @Test
    void unsupportedArchitectureIsNamed() throws IOException {
        Path config = directory.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("LlamaForCausalLM", "MambaForCausalLM")
                        .replace("\"llama\"", "\"mamba\""),
                StandardCharsets.UTF_8);
        assertOneLine(runEngine(), "config.json", "mamba");
    }

    @Test
    void shapeThatDoesNotFitIsNamed() throws IOException {
        Path config = directory.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config).replace("\"intermediate_size\": 96", "\"intermediate_size\": 128"),
                StandardCharsets.UTF_8);
        assertOneLine(runEngine(), "model.safetensors");
    }

    @Test
    void takenPortIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            Outcome outcome = run("engine", "--port", Integer.toString(port), "--model", directory.toString());
            assertOneLine(outcome, Integer.toString(port), "--port");
        }
    }

    @Test
    void kvCacheThatHoldsNothingIsNamed() {
        assertOneLine(runEngine("--kv-cache-bytes", "100"), "--kv-cache-bytes");
    }

    @Test
    void contextThatTheKvCacheCannotHoldIsNamed() {
        assertOneLine(runEngine("--kv-cache-bytes", "20000", "--max-model-len", "512"), "--max-model-len");
    }

    @Test
    void kvCacheBeyondMemoryIsNamed() {
        assertOneLine(runEngine("--kv-cache-bytes", "4000000000000"), "memory");
    }

    @Test
    void modeThatTheCpuLacksIsNamed() {
        Outcome outcome = runEngine("--batch-variant");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.said()).contains("--batch-variant", "the CPU has no such mode", "--device");
    }

    @Test
    void usageErrorsSayHowToAskForHelp() {
        Outcome outcome = run("engine", "--port", "0");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.said()).contains("--model").contains("--help");
    }

    @Test
    void twoModelsOfOneNameAreRefused() {
        Outcome outcome = runEngine("--model", directory.toString());
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.said()).contains("--name");
    }
}
