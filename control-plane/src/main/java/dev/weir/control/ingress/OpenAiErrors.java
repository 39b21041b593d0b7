package dev.weir.control.ingress;

import dev.weir.control.identity.IdentityRefusal;
import dev.weir.control.upstream.UpstreamFailure;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.MethodParameter;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.resource.NoResourceFoundException;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException.Reference;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.InvalidNullException;

/** Tells every failure in OpenAI's envelope, whichever station it comes from. */
public final class OpenAiErrors implements WebExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(OpenAiErrors.class);

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
        ServerHttpResponse response = exchange.getResponse();
        if (response.isCommitted()) {
            // The head is out: closing the connection is the only way left to say that the answer is not whole.
            log.warn("request {} was cut off: {}", RequestIds.of(exchange), failure.getMessage());
            return Mono.error(failure);
        }
        OpenAiError error = of(failure, exchange);
        HttpHeaders headers = response.getHeaders();
        headers.remove(HttpHeaders.CONTENT_LENGTH);
        headers.remove(HttpHeaders.CACHE_CONTROL);
        headers.setContentType(MediaType.APPLICATION_JSON);
        if (error.retryAfter() != null) {
            headers.set(
                    HttpHeaders.RETRY_AFTER, Long.toString(error.retryAfter().toSeconds()));
        }
        if (error.status() == 401) {
            headers.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        if (error.leavesRequestUnread()) {
            headers.set(HttpHeaders.CONNECTION, "close");
        }
        response.setStatusCode(HttpStatusCode.valueOf(error.status()));
        byte[] json = Dialect.of(exchange).error(error, RequestIds.of(exchange));
        headers.setContentLength(json.length);
        DataBuffer body = response.bufferFactory().wrap(json);
        return exchange.getRequest().getMethod().equals(HttpMethod.HEAD)
                ? response.setComplete()
                : response.writeWith(Mono.just(body));
    }

    /** What to say of a failure that a station meant to be said. */
    static Optional<OpenAiError> known(Throwable failure) {
        return switch (failure) {
            case Refusal refusal -> Optional.of(refusal.error());
            case UpstreamFailure upstream -> Optional.of(of(upstream));
            case FellShort fell ->
                Optional.of(OpenAiError.http(fell.status(), String.valueOf(fell.getMessage()), fell.code()));
            case IdentityRefusal identity -> Optional.of(of(identity));
            default -> Optional.empty();
        };
    }

    /** The same to a caller who has been told a part of the answer: what asking again would give is another one. */
    static Optional<OpenAiError> knownWithin(Throwable failure) {
        return failure instanceof UpstreamFailure upstream
                ? Optional.of(of(upstream.kind(), String.valueOf(upstream.getMessage())))
                : known(failure);
    }

    private static OpenAiError of(Throwable failure, ServerWebExchange exchange) {
        return known(failure).orElseGet(() -> switch (failure) {
            case MethodNotAllowedException wrongMethod -> {
                String allowed = allowed(wrongMethod);
                exchange.getResponse().getHeaders().set(HttpHeaders.ALLOW, allowed);
                yield OpenAiError.http(
                        405,
                        path(exchange) + " does not answer " + wrongMethod.getHttpMethod() + ", only " + allowed,
                        "method_not_allowed");
            }
            case NoResourceFoundException _ -> nothingAt(exchange);
            case ServerWebInputException unread -> OpenAiError.http(400, named(unread), null);
            case ResponseStatusException status -> of(status, exchange);
            default -> {
                log.error("request {} failed", RequestIds.of(exchange), failure);
                yield OpenAiError.http(500, "Weir failed on this request; its log says why.", "internal_error");
            }
        });
    }

    private static OpenAiError of(ResponseStatusException status, ServerWebExchange exchange) {
        int number = status.getStatusCode().value();
        String reason = status.getReason();
        if (number == 404) {
            return reason == null ? nothingAt(exchange) : OpenAiError.http(404, reason, "not_found");
        }
        HttpStatus known = HttpStatus.resolve(number);
        String told = reason != null ? reason : known == null ? "it is refused" : known.getReasonPhrase();
        return OpenAiError.http(number, told, null);
    }

    private static OpenAiError nothingAt(ServerWebExchange exchange) {
        return OpenAiError.http(404, "there is nothing at " + path(exchange), "unknown_url");
    }

    /** What of the question could not be read, where it is one value. */
    private static String named(ServerWebInputException unread) {
        if (unread.getCause() instanceof DecodingException decoding
                && decoding.getCause() instanceof DatabindException wrong
                && !wrong.getPath().isEmpty()) {
            return named(wrong.getPath())
                    + (wrong instanceof InvalidNullException ? " is missing" : " is not what it has to be");
        }
        MethodParameter parameter = unread.getMethodParameter();
        return parameter != null && unread.getCause() instanceof TypeMismatchException mismatch
                ? "`%s` cannot be '%s'".formatted(parameter.getParameterName(), mismatch.getValue())
                : String.valueOf(unread.getReason());
    }

    private static String named(List<Reference> path) {
        StringBuilder name = new StringBuilder();
        for (Reference step : path) {
            if (step.getPropertyName() == null) {
                name.append('[').append(step.getIndex()).append(']');
            } else {
                name.append(name.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return name.toString();
    }

    private static String path(ServerWebExchange exchange) {
        return exchange.getRequest().getURI().getPath();
    }

    private static String allowed(MethodNotAllowedException wrongMethod) {
        Set<String> methods = new TreeSet<>();
        for (HttpMethod method : wrongMethod.getSupportedMethods()) {
            methods.add(method.name());
            if (method.equals(HttpMethod.GET)) {
                methods.add(HttpMethod.HEAD.name());
            }
        }
        return String.join(", ", methods);
    }

    private static OpenAiError of(IdentityRefusal refusal) {
        String reason = String.valueOf(refusal.getMessage());
        return switch (refusal.kind()) {
            case NO_CREDENTIALS, INVALID -> OpenAiError.http(401, reason, "invalid_api_key");
            case MISSING_SCOPE -> OpenAiError.http(403, reason, "missing_scope");
            case UNAVAILABLE -> OpenAiError.http(503, reason, "identity_unavailable");
        };
    }

    private static OpenAiError of(UpstreamFailure failure) {
        String reason = String.valueOf(failure.getMessage());
        return failure.model()
                .flatMap(model -> unanswered(model, failure.kind(), reason))
                .orElseGet(() -> of(failure.kind(), reason));
    }

    /** A refusal that is over in a while, to a caller who has been told nothing. */
    private static Optional<OpenAiError> unanswered(String model, UpstreamFailure.Kind kind, String reason) {
        return switch (kind) {
            case NONE_READY ->
                Optional.of(OpenAiError.unanswered(model, "no engine is ready, " + reason, "engine_not_ready"));
            case UNREACHABLE, CONNECTIONS_EXHAUSTED ->
                Optional.of(OpenAiError.unanswered(model, reason, "engine_unavailable"));
            case BROKEN_OFF, NOT_RESUMED ->
                Optional.of(OpenAiError.unanswered(
                        model, "its engine failed, and no other could take the request: " + reason, "engine_failed"));
            case FIRST_BYTE_TIMEOUT, SILENT, PROVIDER_FAILED, PROVIDER_REFUSED, TOTAL_TIMEOUT, CLIENT_STALLED ->
                Optional.empty();
        };
    }

    private static OpenAiError of(UpstreamFailure.Kind kind, String reason) {
        return switch (kind) {
            case NONE_READY -> OpenAiError.noEngineReady(reason);
            case UNREACHABLE, CONNECTIONS_EXHAUSTED -> OpenAiError.engineUnavailable(reason);
            case BROKEN_OFF, NOT_RESUMED, PROVIDER_FAILED, PROVIDER_REFUSED -> OpenAiError.engineBroke(reason);
            case FIRST_BYTE_TIMEOUT, SILENT, TOTAL_TIMEOUT -> OpenAiError.engineTimeout(reason);
            case CLIENT_STALLED -> OpenAiError.http(408, reason, "client_stalled");
        };
    }
}
