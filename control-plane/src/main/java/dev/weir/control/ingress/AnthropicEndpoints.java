package dev.weir.control.ingress;

import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Anthropic's endpoints, which take the same way as OpenAI's: only their words differ. */
@RestController
public final class AnthropicEndpoints {
    private final CompletionPipeline pipeline;

    public AnthropicEndpoints(CompletionPipeline pipeline) {
        this.pipeline = pipeline;
    }

    @PostMapping({Dialect.MESSAGES_PATH, Dialect.COUNT_PATH})
    Mono<Void> message(ServerWebExchange exchange) {
        return pipeline.handle(exchange);
    }
}
