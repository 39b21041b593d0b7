package dev.weir.control.ingress;

import io.netty.handler.codec.http.HttpVersion;
import java.util.Optional;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Tells what {@link WireGuard} refused, and speaks to HTTP/1.0 as it can be understood: a stream ends with its connection. */
public final class WireFilter implements WebFilter {

    /** Makes the server take in only what can be told here. */
    public static NettyServerCustomizer guarding(IngressConfig config) {
        return server -> WireGuard.guarded(server, config);
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        HttpServerRequest request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        Optional<OpenAiError> refusal = WireGuard.refusal(exchange.getRequest());
        if (refusal.isPresent() || WireGuard.isLast(request)) {
            exchange.getResponse().getHeaders().set(HttpHeaders.CONNECTION, "close");
        }
        if (refusal.isPresent()) {
            return Mono.error(new Refusal(refusal.get()));
        }
        if (request.version().equals(HttpVersion.HTTP_1_0)) {
            HttpServerResponse response = ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse());
            response.chunkedTransfer(false).keepAlive(false);
        }
        return chain.filter(exchange);
    }
}
