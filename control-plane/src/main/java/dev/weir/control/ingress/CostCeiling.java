package dev.weir.control.ingress;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.routing.RoutingPolicy;
import java.util.function.LongFunction;

/**
 * What a token may cost at most, by what a request says and by its tenant's entry. Routing keeps to it where it chooses a model; this is for
 * whoever asks another model later: a fallback, a better one, a provider outside.
 */
public record CostCeiling(LongFunction<RoutingPolicy> policies) {

    /** In dollars. */
    double of(CompletionRequest request) {
        return policy(request)
                .costPerTokenMax(
                        request.share().tenant(),
                        RoutingFields.read(request.body()).costPerTokenMax());
    }

    boolean allows(CompletionRequest request, String model) {
        return policy(request).costPerToken(model) <= of(request);
    }

    private RoutingPolicy policy(CompletionRequest request) {
        return policies.apply(request.configuration());
    }
}
