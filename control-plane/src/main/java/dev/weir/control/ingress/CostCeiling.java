package dev.weir.control.ingress;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.routing.RoutingPolicy;
import java.util.function.Supplier;

/**
 * What a token may cost at most, by what a request says and by its tenant's entry. Routing keeps to it where it chooses a model; this is for
 * whoever asks another model later: a fallback, a better one, a provider outside.
 */
public record CostCeiling(Supplier<RoutingPolicy> policy) {

    /** In dollars. */
    double of(CompletionRequest request) {
        return policy.get()
                .costPerTokenMax(
                        request.share().tenant(),
                        RoutingFields.read(request.body()).costPerTokenMax());
    }

    boolean allows(CompletionRequest request, String model) {
        return policy.get().costPerToken(model) <= of(request);
    }
}
