package dev.weir.control.admin;

import dev.weir.control.completion.JsonBody;
import dev.weir.control.configuration.InvalidConfiguration;
import dev.weir.control.routing.RequestFacts;
import dev.weir.control.routing.Route;
import dev.weir.control.routing.Routes;
import dev.weir.control.routing.RoutingPolicy;
import dev.weir.control.storage.Database;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Explains where a request would go, without sending it anywhere. */
@RestController
public final class RouteEndpoints {
    private final Routes routes;
    private final Function<String, RoutingPolicy> reader;
    private final InstantSource clock;
    private final Database database;

    /**
     * Explanations of routes.
     *
     * @param reader what a configuration's text says of them
     */
    public RouteEndpoints(
            Routes routes, Function<String, RoutingPolicy> reader, InstantSource clock, Database database) {
        this.database = database;
        this.routes = routes;
        this.reader = reader;
        this.clock = clock;
    }

    /**
     * A request that might be.
     *
     * @param operation as in conditions; {@code chat/completions} where absent
     * @param request the body, as a caller would send it
     * @param configuration a text to try in the place of the one that serves
     */
    public record Question(
            @Nullable String tenant,
            @Nullable String user,
            @Nullable String key,
            @Nullable String operation,
            @Nullable String region,
            @Nullable String session,
            @Nullable Map<String, String> headers,
            JsonNode request,
            @Nullable String configuration) {}

    /** The decision, and each step to it. */
    public record Explanation(
            @Nullable String model, @Nullable String tier, double confidence, List<String> steps) {}

    /** Not on the event loop: a text to try has as many conditions to compile as whoever asks likes. */
    @PostMapping("/admin/routes/explain")
    Mono<Explanation> explain(@RequestBody Question question) {
        return Refusals.ask(database, () -> explained(question));
    }

    private Explanation explained(Question question) {
        String json = question.request().toString();
        RoutingPolicy policy = policy(question.configuration());
        Route route =
                routes.of(facts(question, json, policy), policy, new JsonBody(json.getBytes(StandardCharsets.UTF_8)));
        return switch (route) {
            case Route.To(var model, var _, var tier, var confidence, var steps) ->
                new Explanation(model, tier.isEmpty() ? null : tier, confidence, steps);
            case Route.Nowhere(var reason, var steps) -> {
                List<String> all = new ArrayList<>(steps);
                all.add(reason);
                yield new Explanation(null, null, 1, all);
            }
        };
    }

    private RoutingPolicy policy(@Nullable String configuration) {
        try {
            return configuration == null ? routes.policy() : reader.apply(configuration);
        } catch (InvalidConfiguration invalid) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, invalid.getMessage());
        }
    }

    private RequestFacts facts(Question question, String json, RoutingPolicy policy) {
        JsonNode request = question.request();
        return new RequestFacts(
                "explained",
                orElse(question.tenant(), "default"),
                orElse(question.user(), ""),
                orElse(question.key(), ""),
                request.path("model").asString(""),
                orElse(question.operation(), "chat/completions"),
                request.path("stream").asBoolean(false),
                json.length(),
                request.path("max_completion_tokens")
                        .asLong(request.path("max_tokens").asLong(0)),
                question.headers() == null ? Map.of() : question.headers(),
                orElse(question.region(), policy.regionOf(orElse(question.tenant(), "default"))),
                orElse(question.session(), ""),
                request.path("user").asString(orElse(question.user(), "")),
                number(request.path("max_cost_per_token")),
                number(request.path("max_latency_ms")).map(Double::longValue),
                ZonedDateTime.ofInstant(clock.instant(), policy.timeZone()));
    }

    private static Optional<Double> number(JsonNode value) {
        return value.isNumber() ? Optional.of(value.doubleValue()) : Optional.empty();
    }

    private static String orElse(@Nullable String value, String absent) {
        return value == null ? absent : value;
    }
}
