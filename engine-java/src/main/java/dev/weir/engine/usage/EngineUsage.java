package dev.weir.engine.usage;

import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.TokenEvent.Finished;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One engine's metrics. Written by the engine thread; safe to scrape from any. */
public final class EngineUsage implements AutoCloseable {

    private static final double NANOS_PER_SECOND = 1e9;

    private final MeterRegistry registry;
    private final Tags tags;
    private final Map<Meter.Id, Meter> meters = new ConcurrentHashMap<>();
    private final Counter promptTokens;
    private final Counter generationTokens;
    private final Counter preemptions;
    private final Counter prefixQueries;
    private final Counter prefixHits;
    private final Counter recomputed;
    private final Counter offloaded;
    private final Counter restored;
    private final Map<FinishReason, Counter> finished = new EnumMap<>(FinishReason.class);
    private final DistributionSummary stepTokens;
    private final DistributionSummary timeToFirstToken;
    private final DistributionSummary interTokenLatency;
    private final DistributionSummary requestLatency;
    private final DistributionSummary queueTime;
    private final DistributionSummary prefillTime;
    private final DistributionSummary decodeTime;
    private final DistributionSummary requestPromptTokens;
    private final DistributionSummary requestGenerationTokens;

    /**
     * Registers the meters of one model.
     *
     * @param engineIndex of engines that serve the same model in this process; 0 for the first
     * @param contextTokensMax bounds the buckets of token counts
     */
    public EngineUsage(MeterRegistry registry, String modelName, int engineIndex, int contextTokensMax) {
        this.registry = registry;
        tags = Tags.of("model_name", modelName, "engine", Integer.toString(engineIndex));
        promptTokens = counter("vllm:prompt_tokens_total", "Prompt tokens processed.", tags);
        generationTokens = counter("vllm:generation_tokens_total", "Tokens generated.", tags);
        preemptions = counter("vllm:num_preemptions_total", "Sequences that gave up their KV blocks.", tags);
        prefixQueries = counter("vllm:prefix_cache_queries_total", "Prompt tokens looked for in KV blocks.", tags);
        prefixHits = counter("vllm:prefix_cache_hits_total", "Prompt tokens found in KV blocks.", tags);
        recomputed = counter("weir.recomputed.tokens", "Tokens computed again after a preemption.", tags);
        offloaded = counter("weir.kv.offloaded.blocks", "KV blocks brought to the machine's memory.", tags);
        restored = counter("weir.kv.restored.tokens", "Tokens brought back after a preemption.", tags);
        for (FinishReason reason : FinishReason.values()) {
            finished.put(
                    reason,
                    counter(
                            "vllm:request_success_total",
                            "Requests ended.",
                            tags.and("finished_reason", label(reason))));
        }
        stepTokens = histogram("vllm:iteration_tokens_total", "Tokens computed per step.", Buckets.stepTokens());
        timeToFirstToken = histogram(
                "vllm:time_to_first_token_seconds", "From submission to first token.", Buckets.timeToFirstToken());
        interTokenLatency = histogram(
                "vllm:inter_token_latency_seconds", "From each token to the next.", Buckets.interTokenLatency());
        requestLatency =
                histogram("vllm:e2e_request_latency_seconds", "From submission to end.", Buckets.requestLatency());
        queueTime = histogram(
                "vllm:request_queue_time_seconds", "From submission to first step.", Buckets.requestLatency());
        prefillTime = histogram(
                "vllm:request_prefill_time_seconds", "From first step to first token.", Buckets.requestLatency());
        decodeTime =
                histogram("vllm:request_decode_time_seconds", "From first token to last.", Buckets.requestLatency());
        requestPromptTokens = histogram(
                "vllm:request_prompt_tokens", "Prompt tokens per request.", Buckets.tokenCounts(contextTokensMax));
        requestGenerationTokens = histogram(
                "vllm:request_generation_tokens",
                "Generated tokens per request.",
                Buckets.tokenCounts(contextTokensMax));
    }

    /** Lets scrapes read the engine's present state. The suppliers are called from any thread. */
    public void watch(Supplier<Number> running, Supplier<Number> waiting, Supplier<Number> kvCacheUsage) {
        gauge("vllm:num_requests_running", "Requests that are being computed.", running, tags);
        gauge("vllm:num_requests_waiting", "Requests that wait for their turn.", waiting, tags);
        gauge("vllm:kv_cache_usage_perc", "Share of the KV blocks in use; 1 is all.", kvCacheUsage, tags);
    }

    /** Tells how the KV cache is cut; a gauge of 1 with the facts as labels. */
    public void kvCache(int blockTokens, int blockCount) {
        Tags facts = Tags.of("block_size", Integer.toString(blockTokens))
                .and("num_gpu_blocks", Integer.toString(blockCount));
        registry.find("vllm:cache_config_info").tags(tags).meters().forEach(this::remove); // cut otherwise, perhaps
        gauge("vllm:cache_config_info", "How the KV cache is cut.", () -> 1, tags.and(facts));
    }

    /** A step was computed. */
    public void stepped(int tokenCount) {
        stepTokens.record(tokenCount);
    }

    /** Sequences lost their blocks. */
    public void preempted(String reason, long count) {
        preemptions.increment((double) count);
        counter("weir.preemptions", "Sequences that gave up their KV blocks, by reason.", tags.and("reason", reason))
                .increment((double) count);
    }

    /** Preempted sequences came back. */
    public void recomputed(long tokenCount) {
        recomputed.increment((double) tokenCount);
    }

    /** Blocks of preempted sequences were brought to the machine's memory, tokens brought back. */
    public void offloaded(long blockCount, long restoredTokenCount) {
        offloaded.increment((double) blockCount);
        restored.increment((double) restoredTokenCount);
    }

    /** Prompt tokens were looked for among computed ones. */
    public void prefixCache(long queriedTokens, long hitTokens) {
        prefixQueries.increment((double) queriedTokens);
        prefixHits.increment((double) hitTokens);
    }

    /** Lets scrapes read how many requests were turned away for a reason. */
    public void watchRefusals(String reason, Supplier<Number> count) {
        String name = "weir.requests.refused";
        Tags labels = tags.and("reason", reason);
        forget(registry.find(name).tags(labels).functionCounter());
        kept(FunctionCounter.builder(name, count, watched -> watched.get().doubleValue())
                .description("Requests that were turned away, by reason.")
                .tags(labels)
                .register(registry));
    }

    /** A request got its next token. */
    public void token(RequestTimeline timeline, int requestPromptTokenCount, long nowNanos) {
        boolean first = !timeline.hasToken();
        double sinceSeconds = timeline.token(nowNanos) / NANOS_PER_SECOND;
        generationTokens.increment();
        if (first) {
            promptTokens.increment(requestPromptTokenCount);
            timeToFirstToken.record(sinceSeconds);
        } else {
            interTokenLatency.record(sinceSeconds);
        }
    }

    /** A request's prompt became a vector: it has no first token to count the prompt with. */
    public void embedded(int requestPromptTokenCount) {
        promptTokens.increment(requestPromptTokenCount);
    }

    /** A request ended. What it never reached (a first step, a first token) is not recorded. */
    public void finished(Finished end, RequestTimeline timeline, long nowNanos) {
        Objects.requireNonNull(finished.get(end.reason())).increment();
        requestLatency.record(timeline.sinceSubmissionNanos(nowNanos) / NANOS_PER_SECOND);
        requestPromptTokens.record(end.promptTokens());
        requestGenerationTokens.record(end.outputTokens());
        if (timeline.hasBegun()) {
            queueTime.record(timeline.queueNanos() / NANOS_PER_SECOND);
        }
        if (timeline.hasToken()) {
            prefillTime.record(timeline.prefillNanos() / NANOS_PER_SECOND);
            decodeTime.record(timeline.decodeNanos() / NANOS_PER_SECOND);
        }
    }

    private static String label(FinishReason reason) {
        return switch (reason) {
            case STOP -> "stop";
            case LENGTH -> "length";
            case CANCELLED, EXPIRED -> "abort";
            case OUT_OF_MEMORY, ERROR -> "error";
        };
    }

    private Counter counter(String name, String description, Tags labels) {
        return kept(Counter.builder(name).description(description).tags(labels).register(registry));
    }

    private void gauge(String name, String description, Supplier<Number> value, Tags labels) {
        forget(registry.find(name).tags(labels).gauge());
        kept(Gauge.builder(name, value).description(description).tags(labels).register(registry));
    }

    /** A model that woke is watched where it is now, while the registry would go on asking where it was before. */
    private void forget(@Nullable Meter before) {
        if (before != null) {
            remove(before);
        }
    }

    private <M extends Meter> M kept(M meter) {
        meters.put(meter.getId(), meter);
        return meter;
    }

    private void remove(Meter meter) {
        meters.remove(meter.getId());
        registry.remove(meter);
    }

    /** Takes all of the model's meters out of the registry. */
    @Override
    public void close() {
        List.copyOf(meters.values()).forEach(this::remove);
    }

    private DistributionSummary histogram(String name, String description, double[] buckets) {
        return kept(DistributionSummary.builder(name)
                .description(description)
                .serviceLevelObjectives(buckets)
                .minimumExpectedValue(buckets[0])
                .maximumExpectedValue(Arrays.stream(buckets).max().orElseThrow())
                .tags(tags)
                .register(registry));
    }
}
