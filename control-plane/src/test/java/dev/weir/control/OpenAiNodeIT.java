package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.control.ServedModels.Running;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI's own Node client, in a process of its own that is told what to ask. */
class OpenAiNodeIT extends AbstractClientIT {

    private static final Path SOURCES = WeirProcess.HOME.resolve("control-plane/src/test/node");
    private static final Path PROJECT = WeirProcess.HOME.resolve("control-plane/target/node");
    private static final List<String> FILES = List.of("package.json", "package-lock.json", "client.mjs");
    private static final long INSTALL_SECONDS_MAX = 240;

    OpenAiNodeIT(Running weir) {
        super(weir);
    }

    /** Exactly what the lockfile says, out of npm's cache where it is there. */
    @BeforeAll
    static void install() throws IOException, InterruptedException {
        assumeTrue(
                Stream.of("node", "npm").allMatch(OpenAiNodeIT::isOnThePath),
                "skipped: there is no Node.js, put node and npm (20 or later) on the path");
        Files.createDirectories(PROJECT);
        for (String file : FILES) {
            Files.copy(SOURCES.resolve(file), PROJECT.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Process npm = new ProcessBuilder("npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund")
                .directory(PROJECT.toFile())
                .redirectErrorStream(true)
                .start();
        String says = npm.inputReader().readAllAsString();
        assertThat(npm.waitFor(INSTALL_SECONDS_MAX, TimeUnit.SECONDS)).as(says).isTrue();
        assertThat(npm.exitValue()).as(says).isZero();
    }

    private static boolean isOnThePath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    @Override
    OpenAiClient open(String baseUrl, String apiKey) {
        try {
            return new Client(new ProcessBuilder(
                            "node",
                            "client.mjs",
                            baseUrl,
                            apiKey,
                            ServedModels.MODEL,
                            ServedModels.TOOL_MODEL,
                            Integer.toString(MAX_TOKENS))
                    .directory(PROJECT.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Client implements OpenAiClient {
        private final JsonMapper mapper = JsonMapper.shared();
        private final Process node;
        private final BufferedWriter in;
        private final BufferedReader out;

        Client(Process node) {
            this.node = node;
            this.in = node.outputWriter();
            this.out = node.inputReader();
        }

        private JsonNode tell(String act, Object... arguments) {
            ObjectNode line = mapper.createObjectNode().put("act", act);
            line.set("arguments", mapper.valueToTree(arguments));
            try {
                in.write(line.toString());
                in.newLine();
                in.flush();
                String answer = out.readLine();
                assertThat(answer).as("node's answer").isNotNull();
                JsonNode read = mapper.readTree(answer);
                assertThat(read.path("error").asString("")).isEmpty();
                return read.path("result");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Answer chat(String question) {
            return mapper.treeToValue(tell("chat", question), Answer.class);
        }

        @Override
        public Answer stream(String question, Consumer<String> piece) {
            JsonNode streamed = tell("stream", question);
            streamed.path("pieces").valueStream().map(JsonNode::asString).forEach(piece);
            return mapper.treeToValue(streamed.path("answer"), Answer.class);
        }

        @Override
        public Call call(String question, Tool tool) {
            return mapper.treeToValue(tell("call", question, tool), Call.class);
        }

        @Override
        public Call streamedCall(String question, Tool tool) {
            return mapper.treeToValue(tell("streamedCall", question, tool), Call.class);
        }

        @Override
        public String chatOrCall(String question, Tool tool) {
            return tell("chatOrCall", question, tool).asString();
        }

        @Override
        public String afterCall(String question, Call call, String result) {
            return tell("afterCall", question, call, result).asString();
        }

        @Override
        public String document(String question, String schema) {
            return tell("document", question, schema).asString();
        }

        @Override
        public List<float[]> embed(List<String> texts) {
            return tell("embed", texts)
                    .valueStream()
                    .map(vector -> mapper.treeToValue(vector, float[].class))
                    .toList();
        }

        @Override
        public void close() {
            node.destroy();
        }
    }
}
