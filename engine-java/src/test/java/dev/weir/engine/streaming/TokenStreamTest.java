package dev.weir.engine.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.request.FinishReason;
import dev.weir.engine.request.TokenEvent;
import dev.weir.engine.request.TokenEvent.Finished;
import dev.weir.engine.request.TokenEvent.Times;
import dev.weir.engine.request.TokenEvent.Token;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TokenStreamTest {

    private static final Finished END = new Finished(FinishReason.LENGTH, "", 1, 0, 1, null, null, Times.NONE);

    private final AtomicInteger readable = new AtomicInteger();
    private final AtomicInteger demand = new AtomicInteger();

    @Test
    void handsOverInOrderAndThenNothingMore() {
        TokenStream stream = new TokenStream(4);
        stream.publish(token(1));
        stream.publish(token(2));
        stream.publish(END);
        assertThat(stream.poll()).isEqualTo(token(1));
        assertThat(stream.poll()).isEqualTo(token(2));
        assertThat(stream.poll()).isEqualTo(END);
        assertThat(stream.poll()).isNull();
    }

    @Test
    void isFullAtItsLimitAndTheEndStillFits() {
        TokenStream stream = new TokenStream(2);
        stream.publish(token(1));
        assertThat(stream.isFull()).isFalse();
        stream.publish(token(2));
        assertThat(stream.isFull()).isTrue();
        assertThatThrownBy(() -> stream.publish(token(3))).isInstanceOf(IllegalStateException.class);
        stream.publish(END);
        assertThatThrownBy(() -> stream.publish(END)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void callsTheConsumerOncePerTimeItHadReadEverything() {
        TokenStream stream = new TokenStream(4);
        stream.onReadable(readable::incrementAndGet);
        stream.publish(token(1));
        stream.publish(token(2));
        assertThat(readable).hasValue(1);
        stream.poll();
        stream.publish(token(3)); // not all was read: the consumer is still at it
        assertThat(readable).hasValue(1);
        while (stream.poll() != null) {}
        stream.publish(token(4));
        assertThat(readable).hasValue(2);
    }

    @Test
    void callsAConsumerThatComesLate() {
        TokenStream stream = new TokenStream(4);
        stream.publish(token(1));
        stream.onReadable(readable::incrementAndGet);
        assertThat(readable).hasValue(1);
        assertThatThrownBy(() -> stream.onReadable(() -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void tellsOnceThatTheEngineHasLetGoAlsoAfterACancellation() {
        AtomicInteger ended = new AtomicInteger();
        TokenStream stream = new TokenStream(4);
        stream.onEnd(ended::incrementAndGet);
        stream.publish(token(1));
        stream.cancel();
        assertThat(ended).hasValue(0); // the engine has not let go of it yet
        stream.publish(END);
        assertThat(ended).hasValue(1);
        assertThatThrownBy(() -> stream.onEnd(() -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void callsTheEngineWhenAFullStreamHasRoomAgain() {
        TokenStream stream = new TokenStream(2);
        stream.onDemand(demand::incrementAndGet);
        stream.publish(token(1));
        stream.poll();
        assertThat(demand).hasValue(0);
        stream.publish(token(2));
        stream.publish(token(3));
        stream.poll();
        assertThat(demand).hasValue(1);
        assertThat(stream.isFull()).isFalse();
    }

    @Test
    void cancellationDropsTokensAndKeepsTheEnd() {
        TokenStream stream = new TokenStream(2);
        stream.onDemand(demand::incrementAndGet);
        stream.publish(token(1));
        stream.cancel();
        stream.cancel();
        assertThat(demand).hasValue(1);
        assertThat(stream.isCancelled()).isTrue();
        stream.publish(token(2));
        assertThat(stream.poll()).isNull();
        stream.publish(END);
        assertThat(stream.poll()).isEqualTo(END);
    }

    @Test
    void cancellingWhatHasEndedKeepsWhatIsUnread() {
        TokenStream stream = new TokenStream(2);
        stream.publish(token(1));
        stream.publish(END);
        stream.cancel();
        assertThat(stream.isCancelled()).isFalse();
        assertThat(stream.poll()).isEqualTo(token(1));
        assertThat(stream.poll()).isEqualTo(END);
    }

    private static TokenEvent token(int tokenId) {
        return new Token(tokenId, "", null);
    }
}
