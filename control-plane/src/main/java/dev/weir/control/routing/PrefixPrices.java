package dev.weir.control.routing;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.Usage;
import dev.weir.control.fleet.Engine;
import dev.weir.control.fleet.EnginePrice;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/**
 * What it would cost to send a request to each engine, in bytes of prompt to compute: what is cold of this prompt there, what is cold of
 * those that wait there before it, what of others' would be given up there for it and have to be computed again, and something for each
 * request that runs there, since it slows the others. So a warm prefix draws requests to an engine until its queue costs more than computing
 * the prefix elsewhere, and where nothing is warm the least busy engine is the cheapest.
 */
public final class PrefixPrices {
    /** What a request that runs costs those that come: about a chunk of prefill between two steps of decoding. */
    private static final long REQUEST_BYTES = 512;

    /** What it costs to be in another region than the one that is preferred: about what 128 requests that run there do. */
    private static final long ELSEWHERE_BYTES = 1 << 16;

    private final int chunksPerEngineMax;
    private final ToIntFunction<Engine> requestCount;
    private final ToLongFunction<Engine> cacheTokens;
    private final Map<Engine, WarmPrefixes> engines = new ConcurrentHashMap<>();
    private final TokenBytes tokenBytes = new TokenBytes();

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
        return prompt(request.model(), PromptChunks.of(request), region);
    }

    Prompt prompt(String model, PromptChunks chunks, String region) {
        return new Prompt(model, chunks, region);
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
        long tokens = cacheTokens.applyAsLong(engine);
        warm.keep(tokens == 0 ? Double.POSITIVE_INFINITY : tokens);
        return warm;
    }

    /** A prompt to be placed. */
    public final class Prompt implements EnginePrice {
        private final String model;
        private final PromptChunks chunks;
        private final String region;
        private final double bytesPerToken;

        private Prompt(String model, PromptChunks chunks, String region) {
            this.model = model;
            this.chunks = chunks;
            this.region = region;
            this.bytesPerToken = tokenBytes.of(model);
        }

        @Override
        public double of(Engine engine) {
            WarmPrefixes warm = at(engine);
            long far = region.isEmpty() || region.equals(engine.region()) ? 0 : ELSEWHERE_BYTES;
            long cold = warm.coldBytes(chunks);
            double displaced = bytesPerToken * warm.displacedTokens(cold / bytesPerToken);
            return far + cold + displaced + warm.pendingBytes() + REQUEST_BYTES * requestCount.applyAsInt(engine);
        }

        long coldBytes(Engine engine) {
            return at(engine).coldBytes(chunks);
        }

        /** It goes there. */
        public Sent sentTo(Engine engine) {
            return new Sent(at(engine));
        }

        /** A prompt at an engine. */
        public final class Sent {
            private final WarmPrefixes warm;
            private final WarmPrefixes.Stay stay;
            private final AtomicBoolean over = new AtomicBoolean();

            private Sent(WarmPrefixes warm) {
                this.warm = warm;
                this.stay = warm.sent(chunks, bytesPerToken);
            }

            /** The engine has the prompt behind it. */
            public void computed() {
                warm.begunToAnswer(stay);
            }

            /** The engine did not take it. */
            public void refused() {
                warm.refused(stay);
            }

            /**
             * It is answered, or has ended otherwise. Saying so twice is saying it once.
             *
             * @param usage what it took, where the engine told
             */
            public void over(Optional<Usage> usage) {
                if (over.compareAndSet(false, true)) {
                    usage.ifPresent(took -> tokenBytes.learn(model, chunks.promptBytes(), took));
                    warm.ended(stay, usage.map(Usage::outputTokens).orElse(0L));
                }
            }
        }
    }
}
