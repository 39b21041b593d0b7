package dev.weir.control.ingress;

import dev.weir.control.accounting.Call;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.identity.Caller;
import dev.weir.control.routing.RequestFacts;
import dev.weir.control.routing.Route;
import dev.weir.control.routing.Routes;
import dev.weir.control.routing.RoutingPolicy;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;

/** Stations 4 and 5 at the door: finds out what a model's name leads to, and tells the caller why. */
public final class RouteStation {
    static final String MODEL_HEADER = "x-weir-model";
    static final String ROUTE_HEADER = "x-weir-route";
    static final String TIER_HEADER = "x-weir-tier";
    /** Which side of a rollout or an experiment it fell on. */
    static final String ARM_HEADER = "x-weir-arm";

    /** Which of the models that have or had the name it was, as an engine tells it. */
    static final String VERSION_HEADER = "x-weir-model-version";

    /** Of an exchange: whom it is for, where that is known. */
    private static final String SUBJECT = "weir.subject";

    private static final String REGION_HEADER = "weir-region";
    private static final String SESSION_HEADER = "weir-session";
    private static final int HEADER_CHARS_MAX = 512;
    /** As many as the ledger keeps. */
    private static final int SUBJECT_CHARS_MAX = 200;

    private static final Set<String> SECRET = Set.of("authorization", "x-api-key", "cookie", "proxy-authorization");

    private final Routes routes;
    private final InstantSource clock;

    public RouteStation(Routes routes, InstantSource clock) {
        this.routes = routes;
        this.clock = clock;
    }

    /** Names that lead to models and are none. */
    Set<String> virtualModels() {
        return routes.virtualModels();
    }

    /** The request as it goes on, with the model that was chosen for it. */
    CompletionRequest choose(Caller caller, CompletionRequest request, ServerWebExchange exchange) {
        RoutingPolicy now = routes.policy(request.configuration());
        if (routes.isPlain(now)) {
            return request;
        }
        RoutingFields fields = RoutingFields.read(request.body());
        RequestFacts facts = facts(caller, request, fields, exchange, now.timeZone());
        if (!facts.subject().isEmpty()) {
            exchange.getAttributes().put(SUBJECT, facts.subject());
        }
        Route route = routes.of(facts, now, request.body());
        HttpHeaders headers = exchange.getResponse().getHeaders();
        headers.set(ROUTE_HEADER, shortened(route.reason()));
        return switch (route) {
            case Route.To to -> {
                headers.set(MODEL_HEADER, to.model());
                if (!to.tier().isEmpty()) {
                    headers.set(TIER_HEADER, to.tier());
                }
                if (!to.arm().isEmpty()) {
                    headers.set(ARM_HEADER, to.arm());
                }
                routes.went(facts, to, request.body());
                yield to.model().equals(request.model()) ? request : fields.withModel(request, to.model());
            }
            case Route.Nowhere(var reason, var _) ->
                throw new Refusal(OpenAiError.refused(400, reason + ": " + route.reason(), "no_model_within_limits"));
        };
    }

    /** What was decided, as the answer's headers tell it, for the ledger. */
    static Call.Course course(@Nullable String engine, HttpHeaders headers) {
        String arm = headers.getFirst(ARM_HEADER);
        return new Call.Course(
                engine,
                arm == null ? null : headers.getFirst(MODEL_HEADER),
                arm,
                headers.getFirst(TIER_HEADER),
                headers.getFirst(ROUTE_HEADER));
    }

    /** Whom it is for, for the ledger. */
    static Optional<String> subject(ServerWebExchange exchange) {
        return Optional.ofNullable(exchange.getAttribute(SUBJECT));
    }

    /** The region whose engines a request prefers, or an empty text. */
    String region(Caller caller, CompletionRequest request, ServerWebExchange exchange) {
        String asked = exchange.getRequest().getHeaders().getFirst(REGION_HEADER);
        return asked != null
                ? asked
                : routes.policy(request.configuration())
                        .regionOf(caller.tenant().id());
    }

    private RequestFacts facts(
            Caller caller, CompletionRequest request, RoutingFields fields, ServerWebExchange exchange, ZoneId zone) {
        HttpHeaders sent = exchange.getRequest().getHeaders();
        Map<String, String> headers = new HashMap<>();
        sent.forEach((name, values) -> {
            String small = name.toLowerCase(Locale.ROOT);
            if (!SECRET.contains(small) && !values.isEmpty()) {
                headers.put(small, values.getFirst());
            }
        });
        String session = headers.getOrDefault(SESSION_HEADER, fields.session());
        String subject =
                fields.subject().isEmpty() ? Objects.requireNonNullElse(caller.userId(), "") : fields.subject();
        return new RequestFacts(
                request.id(),
                caller.tenant().id(),
                Optional.ofNullable(caller.userId()).orElse(""),
                Optional.ofNullable(caller.keyId()).orElse(""),
                request.model(),
                request.endpoint().operation(),
                request.stream(),
                request.body().byteCount(),
                fields.outputTokensMax(),
                headers,
                region(caller, request, exchange),
                session.substring(0, Math.min(session.length(), HEADER_CHARS_MAX)),
                subject.substring(0, Math.min(subject.length(), SUBJECT_CHARS_MAX)),
                fields.costPerTokenMax(),
                fields.firstTokenMaxMillis(),
                ZonedDateTime.ofInstant(clock.instant(), zone));
    }

    private static String shortened(String reason) {
        return reason.substring(0, Math.min(reason.length(), HEADER_CHARS_MAX));
    }
}
