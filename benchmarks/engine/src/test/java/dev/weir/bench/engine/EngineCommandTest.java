package dev.weir.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole command, over the native library and a demo model. */
class EngineCommandTest {
    private static final Path MODEL = Path.of("../../models/demo/weir-demo-fast");

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int bench(String options) {
        String[] arguments = ("--model " + MODEL + " " + options).split(" ", -1);
        CommandLine line = Main.commandLine(List.of(arguments));
        return line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
    }

    @Test
    void everyCaseIsARowBesideTheMachinesPeaks() {
        Path json = folder.resolve("results/engine.json");

        assertThat(bench("--threads 2 --batch 1,2 --depth 32 --prefill 40 --seconds 0.01 --json " + json))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("weir-demo-fast, held as bfloat16", "2 threads", "GB/s read from memory")
                .containsPattern("(?m)^decode  1 x 32 ")
                .containsPattern("(?m)^decode  2 x 32 ")
                .containsPattern("(?m)^prefill 40 ");
        JsonNode result = JsonMapper.shared().readTree(json.toFile());
        assertThat(result.path("format").asString()).isEqualTo("weir-bench-engine/1");
        assertThat(result.path("machine").path("memory_bytes").asLong()).isPositive();
        assertThat(result.path("peaks").path("read_bytes_per_s").asLong()).isPositive();
        assertThat(result.path("rows").size()).isEqualTo(3);
        JsonNode row = result.path("rows").path(1);
        assertThat(row.path("kind").asString()).isEqualTo("decode");
        assertThat(row.path("sequences").asInt()).isEqualTo(2);
        double perStep =
                row.path("tokens_per_s").asDouble() * row.path("step_ms").asDouble() / 1_000;
        assertThat(perStep).isBetween(1.99, 2.01);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --batch 0                        | --batch must be 1 to 1024, not 0
            --batch 64 --step-tokens 32      | --batch 64 needs --step-tokens of at least as many
            --depth 500                      | --depth 500, with the steps that are measured, needs 759 positions; the model has 512
            --seconds 0                      | --seconds must be above 0
            --threads -1                     | --threads must be 0 to 512, not -1
            --quantize q9                    | --quantize: there is no type q9
            --speed 3                        | Unknown options: '--speed'
            """)
    void badOptionsAreRefusedByName(String options, String message) {
        assertThat(bench(options)).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(message);
    }
}
