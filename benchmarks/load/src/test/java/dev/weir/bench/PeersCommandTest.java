package dev.weir.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.server.HttpScript;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PeersCommandTest {
    @TempDir
    Path folder;

    private final HttpScript ours = new HttpScript();
    private final HttpScript peer = new HttpScript();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @AfterEach
    void close() {
        ours.close();
        peer.close();
    }

    private int peers(String options) {
        String[] arguments = ("peers --url " + ours.url() + " --peer " + peer.url()
                        + " --prompt-tokens 9 --output-tokens 3 " + options)
                .split(" ", -1);
        CommandLine line = Main.commandLine(List.of(arguments));
        return line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
    }

    private static List<String> prompts(HttpScript server) {
        return server.asked().stream()
                .filter(body -> body.has("messages"))
                .map(body -> body.path("messages").path(0).path("content").asString())
                .toList();
    }

    @Test
    void bothAreAskedTheSameInEachRoundAndNothingTwice() {
        ours.asAServer();
        peer.asAServer();
        Path json = folder.resolve("peers.json");

        assertThat(peers("--concurrency 1,2 --requests 4 --warmup 1 --rounds 3 --json " + json))
                .as(err.toString())
                .isZero();
        assertThat(prompts(ours))
                .hasSize(1 + 2 * 3 * 4)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(prompts(peer));
        assertThat(out.toString())
                .contains("loop closed, concurrency 1, 3 rounds", "loop closed, concurrency 2, 3 rounds")
                .containsPattern("output tokens/s +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ to [0-9.]+");
        JsonNode result = JsonMapper.shared().readTree(json.toFile());
        assertThat(result.path("loads").size()).isEqualTo(2);
        JsonNode rates = result.path("loads").path(0).path("output_tokens_per_s");
        assertThat(rates.path("this").size()).isEqualTo(3);
        assertThat(rates.path("peer").size()).isEqualTo(3);
        assertThat(rates.path("median_ratio").asDouble()).isPositive();
    }

    @Test
    void aPeerThatIsNotThereIsSaidClearly() {
        ours.asAServer();
        peer.close();

        assertThat(peers("--concurrency 1")).isEqualTo(Main.NOT_MEASURED);
        assertThat(err.toString()).contains("nothing answers at " + peer.url());
    }

    @Test
    void badOptionsAreRefusedByName() {
        ours.asAServer();
        peer.asAServer();

        assertThat(peers("--concurrency 1 --rounds 0")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("--rounds must be 1 to 100, not 0");
        assertThat(prompts(ours)).isEmpty();
    }
}
