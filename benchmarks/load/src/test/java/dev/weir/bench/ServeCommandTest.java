package dev.weir.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.server.HttpScript;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ServeCommandTest {
    @TempDir
    Path folder;

    private final HttpScript server = new HttpScript();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @AfterEach
    void close() {
        server.close();
    }

    private int bench(String... arguments) {
        CommandLine line = Main.commandLine(List.of(arguments));
        return line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
    }

    private int serve(String options) {
        return bench(("serve --url " + server.url() + " " + options).split(" ", -1));
    }

    private List<JsonNode> completions() {
        return server.asked().stream().filter(body -> body.has("messages")).toList();
    }

    @Test
    void aRunIsMeasuredAndReportedInThreeForms() throws Exception {
        server.asAServer();
        Path json = folder.resolve("results/a.json");
        Path html = folder.resolve("a.html");
        int exitCode = serve("--rate 200,400 --requests 20 --warmup 3 --prompt-tokens 12 --output-tokens uniform:2-4"
                + " --goodput ttft:30s --json " + json + " --html " + html);

        assertThat(err.toString()).isEmpty();
        assertThat(exitCode).isZero();
        assertThat(completions()).hasSize(43);
        assertThat(completions())
                .allSatisfy(body -> assertThat(body.path("messages")
                                .path(0)
                                .path("content")
                                .asString()
                                .split(" ", -1))
                        .hasSize(12));
        assertThat(out.toString())
                .contains(
                        "tiny at " + server.url(),
                        "exact, by the server's /tokenize",
                        "20 requests complete, 0 failed");
        JsonNode result = JsonMapper.shared().readTree(json.toFile());
        assertThat(result.path("runs").size()).isEqualTo(2);
        JsonNode run = result.path("runs").path(0);
        assertThat(run.path("output_tokens").asLong())
                .isEqualTo(run.path("chunks").asLong());
        assertThat(run.path("goodput_requests_per_s").asDouble())
                .isEqualTo(run.path("requests_per_s").asDouble());
        assertThat(run.path("requests").path("ttft_ms").size()).isEqualTo(20);
        assertThat(Files.readString(html)).startsWith("<!DOCTYPE html>");
        assertThat(bench("compare", json.toString(), json.toString())).isZero();
    }

    @Test
    void turnsCountAsRequests() {
        server.asAServer();

        assertThat(serve("--concurrency 2 --requests 12 --warmup 0 --workload multi-turn --turns 3 --prompt-tokens 5"
                        + " --output-tokens 2"))
                .isZero();
        assertThat(completions()).hasSize(12);
    }

    @Test
    void someFailedRequestsAreAnExitCodeOfTheirOwn() {
        server.on("/v1/models", (exchange, _) -> {
            byte[] body = "{\"data\": [{\"id\": \"tiny\"}]}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        });

        // There is no completion endpoint at all: everything fails.
        assertThat(serve("--concurrency 2 --requests 4 --warmup 0")).isEqualTo(Main.NOT_MEASURED);
        assertThat(out.toString()).contains("4 x refused (4xx)");
        assertThat(err.toString()).contains("no request was answered");
    }

    @Test
    void aServerThatIsNotThereIsSaidClearly() {
        server.close();

        assertThat(serve("--concurrency 2")).isEqualTo(Main.NOT_MEASURED);
        assertThat(err.toString())
                .contains("nothing answers at " + server.url(), "is the server running, and is --url right?");
    }

    @Test
    void aModelThatIsNotServedIsNamedBesideThoseThatAre() {
        server.asAServer();

        assertThat(serve("--concurrency 2 --model huge")).isEqualTo(Main.NOT_MEASURED);
        assertThat(err.toString()).contains("does not serve 'huge', but [tiny]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --requests 5                                    | say either --rate (open loop) or --concurrency (closed loop)
            --rate 1 --concurrency 2                        | say either --rate (open loop) or --concurrency (closed loop)
            --concurrency 2 --arrivals poisson              | --arrivals belongs to --rate
            --rate 0                                        | a rate must be above 0
            --concurrency 0                                 | the concurrency must be 1 to
            --rate x                                        | Invalid value for option '--rate'
            --rate 1 --requests 0                           | --requests must be 1 to 1000000, not 0
            --rate 1 --turns 3                              | --turns means nothing to --workload synthetic
            --rate 1 --workload shared-prefix               | --workload shared-prefix needs --prefix-tokens
            --rate 1 --workload file                        | --workload file needs --prompts
            --rate 1 --workload file --prompts /nowhere     | the prompts cannot be read
            --rate 1 --prompt-tokens many                   | --prompt-tokens: lengths are N, uniform
            --rate 1 --goodput fast                         | goodput limits are
            --rate 1 --timeout 0                            | the time of an answer must be above 0
            --rate 1 --api-key-env NO_SUCH_VARIABLE_HERE    | the environment has no NO_SUCH_VARIABLE_HERE
            --rate 1 --speed 3                              | Unknown options: '--speed'
            """)
    void badOptionsAreRefusedByName(String options, String message) {
        server.asAServer();

        assertThat(serve(options)).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(message);
        assertThat(completions()).isEmpty();
    }
}
