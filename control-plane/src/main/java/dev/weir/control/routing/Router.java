package dev.weir.control.routing;

import dev.weir.control.classification.Classification;
import dev.weir.control.classification.Difficulty;
import dev.weir.control.routing.Aim.OfModels;
import dev.weir.control.routing.Aim.OfScores;
import dev.weir.control.routing.Aim.OfTier;
import dev.weir.control.routing.Scoring.Scored;
import dev.weir.control.routing.TenantRoutes.Own;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a model. Pure: the same facts, policy and view give the same route, and its steps say why.
 *
 * <p>A name of a model that exists is taken at its word. Names that lead elsewhere are followed in this order: what the tenant's own
 * entry says, the first rule whose condition holds, the name's own meaning (another name, a tier), and for {@code weir-auto} the
 * classification, by which a tier is taken or, where there are weights, all models are weighed. A name that has versions then becomes the version that this request falls on, and limits of cost and time take out what is
 * above them.
 */
public final class Router {
    private final Versions versions;

    /** A router to which every name of a model is one model. */
    public Router() {
        this(Versions.NONE);
    }

    public Router(Versions versions) {
        this.versions = versions;
    }

    /** What has been decided up to now. */
    private static final class Decision {
        private final List<String> steps = new ArrayList<>();
        private double confidence = 1;

        void step(String what) {
            steps.add(what);
        }
    }

    /**
     * The route.
     *
     * @param classification is asked for where it matters, since it has to read the prompt
     * @param held what the request's session has been with
     */
    public Route route(
            RequestFacts facts,
            RoutingPolicy policy,
            ModelView view,
            Supplier<Classification> classification,
            Optional<Held> held) {
        Decision decision = new Decision();
        if (!facts.region().isEmpty()) {
            decision.step("engines in " + facts.region() + " are preferred");
        }
        Optional<Own> own =
                policy.tenants().getOrDefault(facts.tenant(), TenantRoutes.NONE).own(facts.operation(), facts.model());
        if (own.isEmpty() && !policy.virtualModels().contains(facts.model())) {
            decision.step("the caller names the model");
            return within(facts, policy, view, List.of(facts.model()), null, decision);
        }
        Aim aim = aim(facts, policy, own, classification, decision);
        return switch (aim) {
            case OfModels models -> {
                String model = models.pick(facts.session().isEmpty() ? facts.id() : facts.session());
                if (models.weights().size() > 1) {
                    decision.step("arm " + model);
                }
                yield within(facts, policy, view, List.of(model), null, decision);
            }
            case OfScores(var difficulty, var scoring) ->
                scored(facts, policy, view, difficulty, scoring, held, decision);
            case OfTier(Tier tier) -> {
                List<String> models = policy.tiers().getOrDefault(tier, List.of());
                Optional<Held> able = held.filter(session -> isAbleEnough(session.model(), tier, policy));
                yield within(
                        facts, policy, view, withSession(able, models, facts, policy, view, decision), tier, decision);
            }
        };
    }

    /** The models by their scores; a session may stay with one that is as good as the best. */
    private Route scored(
            RequestFacts facts,
            RoutingPolicy policy,
            ModelView view,
            Difficulty difficulty,
            Scoring scoring,
            Optional<Held> held,
            Decision decision) {
        List<Scored> ranked =
                scoring.rank(scoring.candidates(difficulty, policy, view, facts.outputTokensMax()), difficulty);
        ranked.forEach(scored -> decision.step(scored.why()));
        List<String> models = ranked.stream().map(Scored::model).toList();
        double best = ranked.isEmpty() ? 0 : ranked.getFirst().candidate().quality();
        Optional<Held> able = held.filter(session -> ranked.stream()
                .anyMatch(scored -> scored.model().equals(session.model())
                        && scored.candidate().quality() >= best));
        Route route =
                within(facts, policy, view, withSession(able, models, facts, policy, view, decision), null, decision);
        return route instanceof Route.To to
                ? to.ofTier(policy.tierOf(to.model()).map(Tier::text).orElse(""))
                : route;
    }

    /**
     * The models, with the session's before them where that pays: where the answer costs no more with what is warm there than with the first of
     * the others, which has to compute the prompt.
     */
    private List<String> withSession(
            Optional<Held> held,
            List<String> models,
            RequestFacts facts,
            RoutingPolicy policy,
            ModelView view,
            Decision decision) {
        Predicate<String> comesIntoQuestion = model ->
                view.isReady(model) && fault(model, facts, policy, view).isEmpty();
        if (held.isEmpty() || !comesIntoQuestion.test(held.get().model())) {
            return models;
        }
        String model = held.get().model();
        Optional<String> other = models.stream()
                .map(name -> Candidate.of(name, versions, facts).model())
                .filter(comesIntoQuestion)
                .findFirst()
                .filter(first -> !first.equals(model));
        double staying = policy.cost(model, facts, held.get().warmBytes().applyAsLong(model));
        double leaving = other.map(
                        next -> policy.cost(next, facts, held.get().warmBytes().applyAsLong(next)))
                .orElse(staying);
        String compared = leaving == staying
                ? ""
                : String.format(Locale.ROOT, ": about $%.6f there, $%.6f with %s", staying, leaving, other.orElse(""));
        if (staying > leaving) {
            decision.step("the session leaves " + model + compared);
            return models;
        }
        decision.step("the session stays with " + model + compared);
        return Stream.concat(Stream.of(model), models.stream()).distinct().toList();
    }

    private Aim aim(
            RequestFacts facts,
            RoutingPolicy policy,
            Optional<Own> own,
            Supplier<Classification> classification,
            Decision decision) {
        if (own.isPresent()) {
            decision.step(
                    "tenant " + facts.tenant() + " has its own " + own.get().name());
            return own.get().aim();
        }
        for (Rule rule : policy.rules()) {
            if (rule.when().holds(facts)) {
                decision.step("rule " + rule.name());
                return rule.aim();
            }
        }
        if (versions.names().contains(facts.model())) {
            decision.step("alias " + facts.model());
            return OfModels.only(facts.model()); // whatever the configuration said before
        }
        Aim alias = policy.aliases().get(facts.model());
        if (alias != null) {
            decision.step("alias " + facts.model());
            return alias;
        }
        Optional<Tier> asked = Tier.ofModel(facts.model());
        if (asked.isPresent()) {
            decision.step("the caller names the tier");
            return new OfTier(asked.get());
        }
        return classified(policy, classification.get(), decision);
    }

    private static Aim classified(RoutingPolicy policy, Classification classified, Decision decision) {
        decision.confidence = classified.confidence();
        decision.step(String.format(
                Locale.ROOT,
                "%s with confidence %.2f: %s",
                classified.difficulty().name().toLowerCase(Locale.ROOT),
                classified.confidence(),
                classified.reason()));
        if (classified.confidence() < policy.confidenceMin()) {
            decision.step("below " + policy.confidenceMin() + ", so the middle tier");
            return new OfTier(Tier.MID);
        }
        return policy.scoring()
                .<Aim>map(scoring -> new OfScores(classified.difficulty(), scoring))
                .orElseGet(() -> new OfTier(Tier.fit(classified.difficulty())));
    }

    private static boolean isAbleEnough(String model, Tier wanted, RoutingPolicy policy) {
        return policy.tierOf(model).filter(tier -> tier.compareTo(wanted) >= 0).isPresent();
    }

    /** Of the models the first that is ready and within limits, else one of the tiers below, else above where no limit forbids it. */
    private Route within(
            RequestFacts facts,
            RoutingPolicy policy,
            ModelView view,
            List<String> models,
            @Nullable Tier tier,
            Decision decision) {
        List<String> names = new ArrayList<>(models);
        if (tier != null) {
            tier.standIns().forEach(other -> names.addAll(policy.tiers().getOrDefault(other, List.of())));
        }
        List<Candidate> allowed = names.stream()
                .map(name -> Candidate.of(name, versions, facts))
                .filter(candidate -> isWithin(candidate.model(), facts, policy, view, decision))
                .toList();
        if (allowed.isEmpty()) {
            return new Route.Nowhere("no model is within the limits of this request", decision.steps);
        }
        Candidate chosen = allowed.stream()
                .filter(candidate -> view.isReady(candidate.model()))
                .findFirst()
                .orElse(allowed.getFirst());
        if (!models.contains(chosen.name())) {
            decision.step(chosen.name() + " instead of " + String.join(", ", models));
        }
        if (!chosen.model().equals(chosen.name())) {
            decision.step(
                    chosen.name() + " is " + chosen.model() + (chosen.arm().isEmpty() ? "" : ", " + chosen.arm()));
        }
        return new Route.To(
                chosen.model(), chosen.arm(), tier == null ? "" : tier.text(), decision.confidence, decision.steps);
    }

    /** A name, and what it means for a request. */
    private record Candidate(String name, String model, String arm) {
        static Candidate of(String name, Versions versions, RequestFacts facts) {
            return versions.of(name, facts)
                    .map(version -> new Candidate(name, version.model(), version.arm()))
                    .orElseGet(() -> new Candidate(name, name, ""));
        }
    }

    private static boolean isWithin(
            String model, RequestFacts facts, RoutingPolicy policy, ModelView view, Decision decision) {
        Optional<String> fault = fault(model, facts, policy, view);
        fault.ifPresent(why -> decision.step(model + " " + why));
        return fault.isEmpty();
    }

    /** Which limit takes the model out. */
    private static Optional<String> fault(String model, RequestFacts facts, RoutingPolicy policy, ModelView view) {
        if (policy.costPerToken(model) > policy.costPerTokenMax(facts.tenant(), facts.costPerTokenMax())) {
            return Optional.of("costs more than is allowed");
        }
        Optional<Long> millis = view.firstTokenMillis(model);
        boolean late = facts.firstTokenMaxMillis().isPresent()
                && millis.isPresent()
                && millis.get() > facts.firstTokenMaxMillis().get();
        return late ? Optional.of("takes longer than is allowed") : Optional.empty();
    }
}
