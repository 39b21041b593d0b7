package dev.weir.control.routing;

import dev.weir.control.classification.Classifier;
import dev.weir.control.completion.JsonBody;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongFunction;

/** The routes as they are now: the policy that serves, the models that are ready, the sessions that are held. Thread-safe. */
public final class Routes {
    private final Router router;
    private final SessionModels sessions = new SessionModels();
    private final LongFunction<RoutingPolicy> policies;
    private final ModelView view;
    private final PrefixPrices prefixes;
    private final Versions versions;
    private final InstantSource clock;
    private final Classifier classifier;

    /**
     * Routes.
     *
     * @param policies by the number of the configuration, 0 for the one that serves
     */
    public Routes(
            LongFunction<RoutingPolicy> policies,
            ModelView view,
            PrefixPrices prefixes,
            Versions versions,
            InstantSource clock,
            Classifier classifier) {
        this.router = new Router(versions);
        this.policies = policies;
        this.view = view;
        this.prefixes = prefixes;
        this.versions = versions;
        this.clock = clock;
        this.classifier = classifier;
    }

    /** The policy that serves. */
    public RoutingPolicy policy() {
        return policy(0);
    }

    /** The policy of a configuration, which a request keeps to however often it asks. */
    public RoutingPolicy policy(long configuration) {
        return policies.apply(configuration);
    }

    /** Where a request would go. Nothing is changed by asking. */
    public Route of(RequestFacts facts, RoutingPolicy now, JsonBody body) {
        Optional<Held> held = facts.session().isEmpty()
                ? Optional.empty()
                : sessions.heldBy(session(facts), clock.instant(), now.sessionHold())
                        .map(model -> new Held(model, other -> prefixes.warmBytes(facts.tenant(), other, body)));
        return router.route(
                facts, now, view, () -> classifier.classify(body, now.firstOfTiers(), now.lookedAt(facts)), held);
    }

    /** Whether every name is a model's, and nothing has to be decided. */
    public boolean isPlain(RoutingPolicy now) {
        return now.isEmpty() && versions.names().isEmpty();
    }

    /** Names that lead to models and are none. */
    public Set<String> virtualModels() {
        Set<String> names = new TreeSet<>(policy().virtualModels());
        names.addAll(versions.names());
        return names;
    }

    /** It goes there, and its session with it. */
    public void went(RequestFacts facts, Route.To to, JsonBody body) {
        if (!facts.session().isEmpty()) {
            sessions.went(session(facts), to.model(), clock.instant());
        }
        if (!to.arm().isEmpty()) {
            versions.went(facts, to.arm(), classifier.traits(body));
        }
    }

    private static String session(RequestFacts facts) {
        return facts.tenant() + '/' + facts.session();
    }
}
