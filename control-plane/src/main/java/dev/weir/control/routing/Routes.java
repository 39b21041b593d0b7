package dev.weir.control.routing;

import dev.weir.control.classification.Classifier;
import dev.weir.control.completion.JsonBody;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/** The routes as they are now: the policy that serves, the models that are ready, the sessions that are held. Thread-safe. */
public final class Routes {
    private final Router router = new Router();
    private final SessionModels sessions = new SessionModels();
    private final Supplier<RoutingPolicy> policy;
    private final ModelView view;
    private final InstantSource clock;
    private final Classifier classifier;

    public Routes(Supplier<RoutingPolicy> policy, ModelView view, InstantSource clock, Classifier classifier) {
        this.policy = policy;
        this.view = view;
        this.clock = clock;
        this.classifier = classifier;
    }

    /** The policy that serves; who asks once and keeps it sees one policy. */
    public RoutingPolicy policy() {
        return policy.get();
    }

    /** Where a request would go. Nothing is changed by asking. */
    public Route of(RequestFacts facts, RoutingPolicy now, JsonBody body) {
        Optional<String> held = facts.session().isEmpty()
                ? Optional.empty()
                : sessions.heldBy(session(facts), clock.instant(), now.sessionHold());
        return router.route(facts, now, view, () -> classifier.classify(body, now.firstOfTiers()), held);
    }

    /** It goes there, and its session with it. */
    public void went(RequestFacts facts, String model) {
        if (!facts.session().isEmpty()) {
            sessions.went(session(facts), model, clock.instant());
        }
    }

    private static String session(RequestFacts facts) {
        return facts.tenant() + '/' + facts.session();
    }
}
