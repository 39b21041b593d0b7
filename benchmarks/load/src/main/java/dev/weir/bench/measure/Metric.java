package dev.weir.bench.measure;

import java.util.Locale;
import java.util.Optional;

/** What is measured, under vLLM's names. */
public enum Metric {
    TTFT("time to first token", "from when the request was due until the first chunk with text had arrived"),
    TPOT(
            "time per output token",
            "of each request with 2 tokens or more: (last chunk - first chunk) / (output tokens - 1)"),
    ITL(
            "inter-token latency",
            "every gap between two chunks with text; a server may put several tokens into one chunk"),
    E2EL("end-to-end latency", "from when the request was due until its last chunk with text had arrived"),
    LATE("lateness of the harness", "from when the request was due until it was handed to the network");

    private final String words;
    private final String definition;

    Metric(String words, String definition) {
        this.words = words;
        this.definition = definition;
    }

    /** In results and options. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String words() {
        return words;
    }

    public String definition() {
        return definition;
    }

    static Optional<Metric> of(String key) {
        for (Metric metric : values()) {
            if (metric.key().equals(key)) {
                return Optional.of(metric);
            }
        }
        return Optional.empty();
    }
}
