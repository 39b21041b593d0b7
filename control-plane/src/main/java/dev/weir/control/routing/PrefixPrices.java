package dev.weir.control.routing;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.fleet.Engine;
import dev.weir.control.fleet.EnginePrice;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/**
 * What it would cost to send a request to each engine, in bytes of prompt to compute: what is cold of this prompt there, what is cold of
 * those that wait there before it, and something for each request that runs there, since it slows the others. So a warm prefix draws
 * requests to an engine until its queue costs more than computing the prefix elsewhere, and where nothing is warm the least busy engine is
 * the cheapest.
 */
public final class PrefixPrices {
    /** What a request that runs costs those that come: about a chunk of prefill between two steps of decoding. */
    private static final long REQUEST_BYTES = 512;

    /** What it costs to be in another region than the one that is preferred: about what 128 requests that run there do. */
    private static final long ELSEWHERE_BYTES = 1 << 16;

    /** What a token is taken to be of text, as the ledger takes it. */
    private static final int TOKEN_BYTES = 4;

    private final int chunksPerEngineMax;
    private final ToIntFunction<Engine> requestCount;
    private final ToLongFunction<Engine> cacheTokens;
    private final Map<Engine, WarmPrefixes> engines = new ConcurrentHashMap<>();

    /**
     * Nothing is warm yet.
     *
     * @param chunksPerEngineMax what an engine is taken to keep at most, or where it does not tell, in chunks of 256 bytes
     * @param requestCount how many requests an engine has
     * @param cacheTokens how many tokens an engine's cache holds, or 0
     */
    public PrefixPrices(
            int chunksPerEngineMax, ToIntFunction<Engine> requestCount, ToLongFunction<Engine> cacheTokens) {
        this.chunksPerEngineMax = chunksPerEngineMax;
        this.requestCount = requestCount;
        this.cacheTokens = cacheTokens;
    }

    /**
     * One request's prompt, and where it was sent.
     *
     * @param region whose engines are preferred, or an empty text
     */
    public Prompt prompt(CompletionRequest request, String region) {
        return new Prompt(PromptChunks.of(request), region);
    }

    Prompt prompt(PromptChunks chunks) {
        return prompt(chunks, "");
    }

    Prompt prompt(PromptChunks chunks, String region) {
        return new Prompt(chunks, region);
    }

    /** How much of a prompt is warm for a model, at the engine that has most of it. */
    long warmBytes(String tenant, String model, JsonBody body) {
        PromptChunks chunks = PromptChunks.of(tenant, model, body);
        return engines.values().stream()
                .mapToLong(warm -> chunks.promptBytes() - warm.coldBytes(chunks))
                .max()
                .orElse(0);
    }

    /** Forgets engines that have left. */
    public void retain(Collection<Engine> members) {
        engines.keySet().retainAll(members);
    }

    private WarmPrefixes at(Engine engine) {
        WarmPrefixes warm = engines.computeIfAbsent(engine, _ -> new WarmPrefixes(chunksPerEngineMax));
        warm.keep(chunksMax(engine));
        return warm;
    }

    private int chunksMax(Engine engine) {
        long tokens = cacheTokens.applyAsLong(engine);
        return tokens == 0
                ? chunksPerEngineMax
                : (int) Math.min(chunksPerEngineMax, tokens / (PromptChunks.CHUNK_BYTES / TOKEN_BYTES));
    }

    /** A prompt to be placed. */
    public final class Prompt implements EnginePrice {
        private final PromptChunks chunks;
        private final String region;

        private Prompt(PromptChunks chunks, String region) {
            this.chunks = chunks;
            this.region = region;
        }

        @Override
        public double of(Engine engine) {
            WarmPrefixes warm = at(engine);
            long far = region.isEmpty() || region.equals(engine.region()) ? 0 : ELSEWHERE_BYTES;
            return far + warm.coldBytes(chunks) + warm.pendingBytes() + REQUEST_BYTES * requestCount.applyAsInt(engine);
        }

        /** It goes there; returns what to call once it is answered, or has ended otherwise. Calling that twice is calling it once. */
        public Runnable sentTo(Engine engine) {
            WarmPrefixes warm = at(engine);
            long coldBytes = warm.coldBytes(chunks);
            warm.sent(chunks, coldBytes);
            AtomicBoolean over = new AtomicBoolean();
            return () -> {
                if (over.compareAndSet(false, true)) {
                    warm.begunToAnswer(coldBytes);
                }
            };
        }
    }
}
