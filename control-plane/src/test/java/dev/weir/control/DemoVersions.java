package dev.weir.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Versions of a demo model to be rolled out, and questions whose right answers are known. */
final class DemoVersions {
    static final Path MODELS = WeirProcess.HOME.resolve("models/demo");
    /** The one of the demo models that answers nearly everything. */
    static final String GOOD = "weir-demo-power";

    private DemoVersions() {}

    /** A question whose right answer is known. */
    record Task(JsonNode messages, String expected) {
        /** Whether an answer comes to the same, however it gets there. */
        boolean isRight(String answer) {
            return conclusion(answer).equals(conclusion(expected));
        }

        private static String conclusion(String answer) {
            return answer.substring(answer.lastIndexOf("Answer:") + 1).strip();
        }
    }

    /** The tasks of the demo models' evaluation that are so difficult. */
    static List<Task> tasks(String difficulty) throws IOException {
        try (Stream<String> lines = Files.lines(MODELS.resolve("evaluation.jsonl"))) {
            return lines.map(JsonMapper.shared()::readTree)
                    .filter(task -> task.path("difficulty").asString().equals(difficulty))
                    .map(task -> new Task(
                            task.path("messages"), task.path("expected").asString()))
                    .toList();
        }
    }

    /** The good model with its weights spoilt: it answers fast, and nonsense. */
    static Path damaged(Path directory) throws IOException {
        Path copy = Files.createDirectory(directory.resolve("damaged"));
        try (Stream<Path> files = Files.list(MODELS.resolve(GOOD))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        Path weights = copy.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        SplittableRandom random = new SplittableRandom(3);
        int header = Math.toIntExact(Long.reverseBytes(ByteBuffer.wrap(bytes).getLong())) + Long.BYTES;
        for (int at = header; at < bytes.length; at += 2) {
            bytes[at] = (byte) random.nextInt(256); // The lower half of each number: it stays finite, and means little.
        }
        for (int at = header + 1; at < bytes.length; at += 400) {
            bytes[at] ^= 1; // An exponent here and there.
        }
        Files.write(weights, bytes);
        return copy;
    }
}
