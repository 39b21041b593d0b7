package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A program of {@code src/test/node} in a process of its own, which is told by lines of JSON what to ask. */
final class NodeProgram implements AutoCloseable {
    private static final Path SOURCES = WeirProcess.HOME.resolve("control-plane/src/test/node");
    private static final Path PROJECT = WeirProcess.HOME.resolve("control-plane/target/node");
    private static final List<String> FILES =
            List.of("package.json", "package-lock.json", "openai.mjs", "anthropic.mjs");
    private static final long INSTALL_SECONDS_MAX = 240;

    private final JsonMapper mapper = JsonMapper.shared();
    private final Process node;
    private final BufferedWriter in;
    private final BufferedReader out;

    NodeProgram(String file, String... arguments) {
        List<String> command = new ArrayList<>(List.of("node", file));
        command.addAll(List.of(arguments));
        try {
            node = new ProcessBuilder(command)
                    .directory(PROJECT.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        in = node.outputWriter();
        out = node.inputReader();
    }

    /** Exactly what the lockfile says, out of npm's cache where it is there; without Node.js the tests are skipped. */
    static void install() throws IOException, InterruptedException {
        assumeTrue(
                Stream.of("node", "npm").allMatch(NodeProgram::isOnThePath),
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

    JsonNode tell(String act, Object... arguments) {
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
    public void close() {
        node.destroy();
    }
}
