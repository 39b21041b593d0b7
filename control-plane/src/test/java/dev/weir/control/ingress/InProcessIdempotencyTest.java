package dev.weir.control.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.weir.control.ingress.IdempotencyStore.Held.Claimed;
import dev.weir.control.ingress.IdempotencyStore.Held.Told;
import dev.weir.control.ingress.IdempotencyStore.Held.UnderWay;
import dev.weir.control.ingress.IdempotencyStore.Name;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InProcessIdempotencyTest {
    private static final Name NAME = new Name("tenant", "key");
    private static final Told ANSWER = new Told("asked", "application/json", new byte[1]);

    private Runnable beforeAClaim = () -> {};
    private final InProcessIdempotency store =
            new InProcessIdempotency(Caffeine.newBuilder().build(), new ConcurrentHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                public @Nullable String putIfAbsent(Name name, String fingerprint) {
                    beforeAClaim.run();
                    return super.putIfAbsent(name, fingerprint);
                }
            });

    @Test
    void whatWasAnsweredWhileARetryLookedForItIsNotAnsweredAgain() {
        assertThat(store.claim(NAME, "asked").block()).isInstanceOf(Claimed.class);
        assertThat(store.claim(NAME, "asked").block()).isEqualTo(new UnderWay("asked"));
        beforeAClaim = () -> store.keep(NAME, ANSWER).block();
        assertThat(store.claim(NAME, "asked").block()).isSameAs(ANSWER);
    }
}
