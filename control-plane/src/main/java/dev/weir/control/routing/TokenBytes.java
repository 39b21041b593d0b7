package dev.weir.control.routing;

import dev.weir.control.completion.Usage;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many bytes of a prompt on the wire a token stands for, of each model, as its answers tell: vocabularies and languages differ, and a
 * template and JSON's own characters count, too. The last hundred thousand tokens or so weigh. Thread-safe.
 */
final class TokenBytes {
    /** Of ordinary text, as the ledger takes it, until a model's answers tell. */
    static final double UNKNOWN = 4;

    /** Whatever answers say: a picture in a prompt is a few tokens, and a text of single bytes has no more of them than bytes. */
    private static final double MIN = 1;

    private static final double MAX = 16;
    private static final double TOKENS_MAX = 100_000;
    private static final int MODELS_MAX = 10_000;

    private final Map<String, Seen> models = new ConcurrentHashMap<>();

    private record Seen(double bytes, double tokens) {
        Seen and(Seen next) {
            double share = Math.min(1, Math.max(0, TOKENS_MAX - next.tokens) / tokens);
            return new Seen(share * bytes + next.bytes, share * tokens + next.tokens);
        }
    }

    double of(String model) {
        Seen seen = models.get(model);
        return seen == null ? UNKNOWN : Math.clamp(seen.bytes / seen.tokens, MIN, MAX);
    }

    /** An answer told what a prompt was. */
    void learn(String model, long promptBytes, Usage usage) {
        if (promptBytes > 0 && usage.inputTokens() > 0 && (models.containsKey(model) || models.size() < MODELS_MAX)) {
            models.merge(model, new Seen(promptBytes, usage.inputTokens()), Seen::and);
        }
    }
}
