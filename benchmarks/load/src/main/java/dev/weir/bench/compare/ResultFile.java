package dev.weir.bench.compare;

import dev.weir.bench.report.JsonReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What of a result is compared. */
public record ResultFile(
        String name, String url, String model, String processor, Map<String, String> workload, List<Run> runs) {
    private static final long FILE_BYTES_MAX = 512 << 20;
    private static final String TIME_PER_TOKEN = "tpot_ms";

    /** A run of it; the columns have one entry for each complete request. */
    public record Run(
            Map<String, String> load,
            double requestsPerSecond,
            double outputTokensPerSecond,
            int failed,
            Map<String, List<Double>> columns) {

        /** The values of a latency that were measured: an answer of one token has no time per token. */
        double[] latency(String column) {
            List<Double> values = columns.getOrDefault(column, List.of());
            if (!column.equals(TIME_PER_TOKEN)) {
                return values.stream().mapToDouble(Double::doubleValue).toArray();
            }
            List<Double> outputTokens = columns.getOrDefault("output_tokens", List.of());
            return IntStream.range(0, Math.min(values.size(), outputTokens.size()))
                    .filter(i -> outputTokens.get(i) > 1)
                    .mapToDouble(values::get)
                    .toArray();
        }
    }

    public ResultFile {
        runs = List.copyOf(runs);
    }

    /** Reads a file of {@code bench serve --json}. */
    public static ResultFile read(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new IllegalArgumentException(file + " has more than " + FILE_BYTES_MAX + " bytes");
            }
            return of(file.toString(), JsonMapper.shared().readTree(file.toFile()));
        } catch (IOException e) {
            throw new IllegalArgumentException("a result cannot be read: " + e, e);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + " is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static ResultFile of(String name, JsonNode root) {
        if (!root.path("format").asString("").equals(JsonReport.FORMAT)) {
            throw new IllegalArgumentException(
                    name + " is no result of ./weir bench serve --json (its format is not " + JsonReport.FORMAT + ")");
        }
        List<Run> runs = new ArrayList<>();
        for (JsonNode run : root.path("runs")) {
            Map<String, List<Double>> columns = new LinkedHashMap<>();
            run.path("requests").forEachEntry((column, values) -> {
                List<Double> numbers = new ArrayList<>(values.size());
                values.forEach(value -> numbers.add(value.asDouble()));
                columns.put(column, numbers);
            });
            runs.add(new Run(
                    texts(run.path("load")),
                    run.path("requests_per_s").asDouble(),
                    run.path("output_tokens_per_s").asDouble(),
                    run.path("failed").asInt(),
                    columns));
        }
        return new ResultFile(
                name,
                root.path("url").asString(""),
                root.path("model").asString(""),
                root.path("machine").path("processor").asString(""),
                texts(root.path("workload")),
                runs);
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.forEachEntry((name, value) -> texts.put(name, value.asString("")));
        return texts;
    }
}
