package dev.weir.control.ingress;

import dev.weir.control.completion.Endpoint;
import dev.weir.control.identity.RequestPath;
import dev.weir.control.upstream.ServerSentEvents;
import dev.weir.control.upstream.ServerSentEvents.Event;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.springframework.web.server.ServerWebExchange;
import tools.jackson.databind.json.JsonMapper;

/** The words in which a request came, which are those in which it is answered. Stations behind ingress know OpenAI's only. */
enum Dialect {
    /** Needs no translation: bytes pass as they are. */
    OPENAI,
    /** Anthropic's messages. */
    MESSAGES,
    /** Anthropic's question how many tokens they have. */
    COUNT_TOKENS;

    static final String MESSAGES_PATH = "/v1/messages";
    static final String COUNT_PATH = MESSAGES_PATH + "/count_tokens";

    static Dialect of(ServerWebExchange exchange) {
        String path = RequestPath.of(exchange.getRequest());
        if (path.equals(COUNT_PATH)) {
            return COUNT_TOKENS;
        }
        return path.equals(MESSAGES_PATH) || path.startsWith(MESSAGES_PATH + "/") ? MESSAGES : OPENAI;
    }

    boolean translates() {
        return this != OPENAI;
    }

    /** Where a request goes that came in at this path. */
    Endpoint endpoint(String path) {
        return switch (this) {
            case OPENAI ->
                Endpoint.at(path).orElseThrow(() -> new IllegalStateException("no endpoint is mapped to " + path));
            case MESSAGES -> Endpoint.CHAT_COMPLETIONS;
            case COUNT_TOKENS -> Endpoint.TOKENIZE;
        };
    }

    /** The request in our words. */
    byte[] request(byte[] body) {
        return switch (this) {
            case OPENAI -> body;
            case MESSAGES -> MessagesRequest.toChat(body);
            case COUNT_TOKENS -> MessagesRequest.toTokenize(body);
        };
    }

    /** A whole answer in the caller's words. */
    byte[] answer(int status, byte[] body, String requestId) {
        return switch (this) {
            case OPENAI -> body;
            case MESSAGES ->
                status == 200 ? MessagesAnswer.message(body) : MessagesAnswer.error(status, body, requestId);
            case COUNT_TOKENS ->
                status == 200 ? MessagesAnswer.count(body) : MessagesAnswer.error(status, body, requestId);
        };
    }

    /** What makes a stream's events, which come whole, the caller's. */
    UnaryOperator<byte[]> events(String requestId) {
        return switch (this) {
            case OPENAI -> UnaryOperator.identity();
            case MESSAGES, COUNT_TOKENS -> new MessagesStream(requestId)::translate;
        };
    }

    byte[] error(OpenAiError error, String requestId) {
        return switch (this) {
            case OPENAI -> error.json();
            case MESSAGES, COUNT_TOKENS ->
                JsonMapper.shared().writeValueAsBytes(MessagesAnswer.error(error.status(), error.message(), requestId));
        };
    }

    /** An error as the event that ends a stream which had begun well: clients raise it. */
    byte[] errorEvent(OpenAiError error, String requestId) {
        String name = this == OPENAI ? "" : "error";
        return ServerSentEvents.bytes(new Event(name, new String(error(error, requestId), StandardCharsets.UTF_8)));
    }
}
