package dev.weir.control.admin;

import dev.weir.control.completion.JsonBody;
import dev.weir.control.routing.RequestFacts;
import dev.weir.control.routing.Route;
import dev.weir.control.routing.Routes;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Explains where a request would go, without sending it anywhere. */
@RestController
public final class RouteEndpoints {
    private final Routes routes;
    private final InstantSource clock;

    public RouteEndpoints(Routes routes, InstantSource clock) {
        this.routes = routes;
        this.clock = clock;
    }

    /**
     * A request that might be.
     *
     * @param operation as in conditions; {@code chat/completions} where absent
     * @param request the body, as a caller would send it
     */
    public record Question(
            @Nullable String tenant,
            @Nullable String user,
            @Nullable String key,
            @Nullable String operation,
            @Nullable String region,
            @Nullable String session,
            @Nullable Map<String, String> headers,
            JsonNode request) {}

    /** The decision, and each step to it. */
    public record Explanation(
            @Nullable String model, @Nullable String tier, double confidence, List<String> steps) {}

    @PostMapping("/admin/routes/explain")
    Explanation explain(@RequestBody Question question) {
        String json = question.request().toString();
        Route route =
                routes.of(facts(question, json), routes.policy(), new JsonBody(json.getBytes(StandardCharsets.UTF_8)));
        return switch (route) {
            case Route.To(var model, var tier, var confidence, var steps) ->
                new Explanation(model, tier.isEmpty() ? null : tier, confidence, steps);
            case Route.Nowhere(var reason, var steps) -> {
                List<String> all = new ArrayList<>(steps);
                all.add(reason);
                yield new Explanation(null, null, 1, all);
            }
        };
    }

    private RequestFacts facts(Question question, String json) {
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
                orElse(question.region(), ""),
                orElse(question.session(), ""),
                number(request.path("max_cost_per_token")),
                number(request.path("max_latency_ms")).map(Double::longValue),
                ZonedDateTime.ofInstant(clock.instant(), routes.policy().timeZone()));
    }

    private static Optional<Double> number(JsonNode value) {
        return value.isNumber() ? Optional.of(value.doubleValue()) : Optional.empty();
    }

    private static String orElse(@Nullable String value, String absent) {
        return value == null ? absent : value;
    }
}
