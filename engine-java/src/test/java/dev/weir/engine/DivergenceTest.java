package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DivergenceTest {

    private static final Path DEMO =
            Path.of("..", "models", "demo").toAbsolutePath().normalize();
    private static final Pattern ROW =
            Pattern.compile("\\| `(\\w+)` (weights|keys).*\\| ([0-9.]+) ± ([0-9.]+) \\| ([0-9.]+) % \\|");

    @Test
    void equalDistributionsDoNotDiverge() {
        Divergence divergence = new Divergence();
        divergence.add(new float[] {1, 2, 3}, new float[] {11, 12, 13}); // logits are free up to a constant
        assertThat(divergence.mean()).isCloseTo(0, within(1e-12));
        assertThat(divergence.topAgreement()).isEqualTo(1);
    }

    @Test
    void divergenceIsTheFormula() {
        Divergence divergence = new Divergence();
        float[] threeToOne = {(float) Math.log(3), 0};
        float[] oneToThree = {0, (float) Math.log(3)};
        divergence.add(threeToOne, oneToThree);
        divergence.add(threeToOne, threeToOne);
        double first = 0.75 * Math.log(3) + 0.25 * Math.log(1.0 / 3);
        assertThat(divergence.mean()).isCloseTo(first / 2, within(1e-7));
        assertThat(divergence.standardError()).isCloseTo(first / 2 / Math.sqrt(2), within(1e-7));
        assertThat(divergence.topAgreement()).isEqualTo(0.5);
        assertThat(divergence.positions()).isEqualTo(2);
    }

    /** The error of each format, by the command that docs/models.md gives, over a part of the texts. */
    @Test
    void quantizedDemoModelKeepsToItsBounds() {
        Map<String, Double> means = means(
                "divergence",
                "--model",
                DEMO.resolve("weir-demo-power").toString(),
                "--text",
                DEMO.resolve("evaluation.jsonl").toString(),
                "--limit",
                "12",
                "--threads",
                "1");
        assertThat(means.get("q8_0 weights")).isLessThan(0.002);
        assertThat(means.get("q6_k weights")).isLessThan(0.005);
        assertThat(means.get("q5_k weights")).isLessThan(0.01);
        assertThat(means.get("q4_k weights")).isLessThan(0.03);
        assertThat(means.get("q4_0 weights")).isLessThan(0.06);
        assertThat(means.get("float16 keys")).isLessThan(1e-4);
        assertThat(means.get("bfloat16 keys")).isLessThan(1e-3);
        assertThat(means.get("q8_0 keys")).isLessThan(1e-3);
    }

    @Test
    void plainTextIsComparedInPieces(@TempDir Path folder) throws IOException {
        Path text = Files.writeString(folder.resolve("a.txt"), "The ship leaves at noon. ".repeat(100));
        Map<String, Double> means = means(
                "divergence",
                "--model",
                DEMO.resolve("weir-demo-fast").toString(),
                "--text",
                text.toString(),
                "--limit",
                "1",
                "--threads",
                "1");
        assertThat(means).hasSize(8).allSatisfy((_, mean) -> assertThat(mean).isBetween(0.0, 1.0));
    }

    @Test
    void aFileWithoutTextIsRefused(@TempDir Path folder) throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.txt"));
        StringWriter err = new StringWriter();
        int exitCode = Main.commandLine()
                .setErr(new PrintWriter(err))
                .execute(
                        "divergence", "--model", DEMO.resolve("weir-demo-fast").toString(), "--text", empty.toString());
        assertThat(exitCode).isNotZero();
        assertThat(err.toString()).contains("empty.txt holds no text");
    }

    private static Map<String, Double> means(String... arguments) {
        StringWriter out = new StringWriter();
        CommandLine command = Main.commandLine().setOut(new PrintWriter(out));
        assertThat(command.execute(arguments)).isZero();
        Map<String, Double> means = new TreeMap<>();
        for (String line : List.of(out.toString().split("\n"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                means.put(row.group(1) + " " + row.group(2), Double.valueOf(row.group(3)));
            }
        }
        return means;
    }
}
