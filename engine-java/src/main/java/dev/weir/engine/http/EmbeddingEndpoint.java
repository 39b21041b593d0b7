package dev.weir.engine.http;

import dev.weir.engine.http.Arrival.WireRequest;
import java.util.function.Supplier;

/** Answers {@code /v1/embeddings}: decode, then leave it to a relay. */
record EmbeddingEndpoint(EmbeddingDecoder decoder, Workers workers, Supplier<String> ids) implements Router.Endpoint {

    @Override
    public void handle(WireRequest request, Exchange exchange) {
        workers.run(exchange, () -> {
            EmbeddingCall call = decoder.decode(request.body(), request.headers());
            return new EmbeddingRelay(exchange, call, "embd-" + ids.get(), workers)::start;
        });
    }
}
