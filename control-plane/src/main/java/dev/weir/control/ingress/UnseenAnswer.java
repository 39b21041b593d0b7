package dev.weir.control.ingress;

import dev.weir.control.upstream.EngineAnswer;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Flux;

/** An answer that nobody has seen yet, gathered as a whole; written and read by one chain. */
final class UnseenAnswer {
    private static final int ANSWER_BYTES_MAX = 1 << 22;

    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    private @Nullable EngineAnswer answer;

    Publisher<Void> take(EngineAnswer taken) {
        answer = taken;
        return taken.content().doOnNext(this::append).then();
    }

    private void append(byte[] piece) {
        if (gathered.size() + piece.length > ANSWER_BYTES_MAX) {
            throw new Refusal(OpenAiError.engineBroke(
                    "its answer is larger than " + ANSWER_BYTES_MAX + " bytes, which is what can be checked"));
        }
        gathered.writeBytes(piece);
    }

    /** What came of it. */
    byte[] bytes() {
        return gathered.toByteArray();
    }

    /** The answer without its content, which was read. */
    EngineAnswer head() {
        if (answer == null) {
            throw new IllegalStateException("an exchange that ended in order had an answer");
        }
        return answer;
    }

    EngineAnswer asItCame() {
        return with(bytes());
    }

    /** The same head with other content, whose length is another. */
    EngineAnswer with(byte[] content) {
        EngineAnswer taken = head();
        HttpHeaders headers = new HttpHeaders();
        taken.headers().forEach(headers::put);
        headers.remove(HttpHeaders.CONTENT_LENGTH);
        return new EngineAnswer(taken.from(), taken.status(), headers, Flux.just(content));
    }
}
