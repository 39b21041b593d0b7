package dev.weir.control.evaluation.live;

import dev.weir.control.completion.AnswerWitness;
import dev.weir.control.completion.ServedExchange;
import dev.weir.control.evaluation.QualityEvent.Subject;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Hears the sampled answers to their end. What is longer than its limit is not shown to anybody. */
public final class LiveAnswers implements AnswerWitness {
    private static final int ANSWER_BYTES_MAX = 256 << 10;
    private static final int REQUEST_BYTES_MAX = 256 << 10;

    private final Predicate<ServedExchange> wanted;
    private final Consumer<LiveAnswer> taker;

    /**
     * A witness.
     *
     * @param wanted whether somebody wants to see an answer; must not wait
     * @param taker of whole answers; must not wait
     */
    public LiveAnswers(Predicate<ServedExchange> wanted, Consumer<LiveAnswer> taker) {
        this.wanted = wanted;
        this.taker = taker;
    }

    @Override
    public Optional<Hearing> of(ServedExchange exchange) {
        boolean heard = exchange.request().endpoint().isGeneration()
                && exchange.request().body().byteCount() <= REQUEST_BYTES_MAX
                && wanted.test(exchange);
        return heard ? Optional.of(new Collected(exchange)) : Optional.empty();
    }

    private final class Collected implements Hearing {
        private final ServedExchange exchange;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean tooLong;

        Collected(ServedExchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public void piece(byte[] piece) {
            tooLong |= bytes.size() + piece.length > ANSWER_BYTES_MAX;
            if (!tooLong) {
                bytes.writeBytes(piece);
            }
        }

        @Override
        public void over(boolean whole) {
            if (!whole || tooLong) {
                return;
            }
            ByteBuffer body = exchange.request().body().bytes();
            byte[] request = new byte[body.remaining()];
            body.get(request);
            Subject subject = new Subject(
                    exchange.callId(),
                    exchange.request().id(),
                    exchange.tenant(),
                    exchange.request().model(),
                    exchange.arm(),
                    exchange.at());
            AnswerText.conversation(request)
                    .flatMap(said -> AnswerText.of(bytes.toByteArray())
                            .map(answer -> new LiveAnswer(subject, said, answer.text(), answer.finishReason())))
                    .ifPresent(taker);
        }
    }
}
