package dev.weir.control.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.classification.Classification;
import dev.weir.control.classification.Difficulty;
import dev.weir.control.configuration.ConfigurationText;
import dev.weir.control.configuration.InvalidConfiguration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RouterTest {
    private static final String TEXT = """
            tiers:
              fast: small
              mid: [medium, medium-2]
              power: [large]
            aliases:
              support:
                arms: {small: 90, large: 10}
            rules:
              - name: night
                when: hour >= 22 && tenant != 'hospital'
                use: fast
              - name: judges
                when: headers['weir-feature'] == 'judge' || prompt_bytes > 100000
                use: power
            tenants:
              clinic:
                models:
                  weir-auto: {use: medium}
                operations:
                  completions:
                    weir-auto: {use: small}
                    old-name: {use: fast}
              thrifty:
                max-cost-per-token: 0.000002
            prices:
              small: {input: 1, output: 0.5}
              medium: {input: 1, output: 3}
              medium-2: {output: 3}
              large: {input: 2, output: 10, cached-input: 1}
            """;

    private static final String WEIGHED = """
            routing:
              weights:
                simple: {quality: 0.3, cost: 0.5, latency: 0.2}
                complex: {quality: 1}
              qualities:
                small: {simple: 0.9}
            """;

    private final RoutingPolicy policy = policy(TEXT);
    private final Router router = new Router();
    private final Set<String> ready = new HashSet<>(Set.of("small", "medium", "medium-2", "large", "other"));
    private final Map<String, Long> millis = new HashMap<>();
    private final Map<String, Double> tokenMillis = new HashMap<>();
    private Classification classified = new Classification(Difficulty.SIMPLE, 0.9, "so it seems");

    private final ModelView view = new ModelView() {
        @Override
        public boolean isReady(String model) {
            return ready.contains(model);
        }

        @Override
        public Optional<Long> firstTokenMillis(String model) {
            return Optional.ofNullable(millis.get(model));
        }

        @Override
        public OptionalDouble tokenMillis(String model) {
            Double known = tokenMillis.get(model);
            return known == null ? OptionalDouble.empty() : OptionalDouble.of(known);
        }
    };

    @Test
    void aModelThatIsNamedIsTakenAtItsWord() {
        Route route = route(facts("other"));
        assertThat(model(route)).isEqualTo("other");
        assertThat(route.reason()).isEqualTo("the caller names the model");
        ready.clear(); // whoever asks for it shall hear why it is not there
        assertThat(model(route(facts("other")))).isEqualTo("other");
    }

    @Test
    void whatIsLeftToUsGoesToTheTierThatItsDifficultyNeeds() {
        assertThat(model(route(facts("weir-auto")))).isEqualTo("small");
        classified = new Classification(Difficulty.MODERATE, 0.8, "a form");
        assertThat(model(route(facts("weir-auto")))).isEqualTo("medium");
        classified = new Classification(Difficulty.COMPLEX, 0.8, "several steps");
        Route.To route = (Route.To) route(facts("weir-auto"));
        assertThat(route.model()).isEqualTo("large");
        assertThat(route.tier()).isEqualTo("power");
        assertThat(route.reason()).isEqualTo("complex with confidence 0.80: several steps");
    }

    @Test
    void whoeverIsNotSureTakesTheMiddle() {
        classified = new Classification(Difficulty.SIMPLE, 0.69, "hardly");
        Route.To route = (Route.To) route(facts("weir-auto"));
        assertThat(route.model()).isEqualTo("medium");
        assertThat(route.confidence()).isEqualTo(0.69);
        assertThat(route.reason()).contains("below 0.7, so the middle tier");
    }

    @Test
    void theFirstRuleThatHoldsComesBeforeTiersAndNotBeforeTheTenantsOwnNames() {
        RequestFacts judge = new Facts().header("weir-feature", "judge").of("weir-auto");
        assertThat(model(route(judge))).isEqualTo("large");
        assertThat(route(judge).reason()).isEqualTo("rule judges");
        RequestFacts both = new Facts().header("weir-feature", "judge").hour(23).of("weir-power");
        assertThat(route(both).reason()).isEqualTo("rule night");
        RequestFacts own =
                new Facts().header("weir-feature", "judge").tenant("clinic").of("weir-auto");
        assertThat(model(route(own))).isEqualTo("medium");
        assertThat(route(own).reason()).isEqualTo("tenant clinic has its own weir-auto");
    }

    @Test
    void aTenantsOwnNameOfAnOperationComesBeforeItsNameOfAll() {
        Facts clinic = new Facts().tenant("clinic");
        assertThat(model(route(clinic.of("weir-auto")))).isEqualTo("medium");
        Route ofCompletions = route(clinic.operation("completions").of("weir-auto"));
        assertThat(model(ofCompletions)).isEqualTo("small");
        assertThat(ofCompletions.reason()).isEqualTo("tenant clinic has its own weir-auto for completions");
        assertThat(model(route(clinic.of("old-name")))).isEqualTo("small");
        assertThatThrownBy(() -> policy("tenants: {a: {operations: {complete: {x: {use: fast}}}}}"))
                .hasMessageContaining("tenants.a.operations.complete is unknown: known here are")
                .hasMessageContaining("chat/completions");
    }

    @Test
    void aConditionOnSomethingThatIsNotThereDoesNotHold() {
        assertThat(route(facts("weir-fast")).reason()).isEqualTo("the caller names the tier");
    }

    @Test
    void weightsAreKeptOverManyAndASessionStaysInItsArm() {
        int large = 0;
        for (int request = 0; request < 10_000; request++) {
            large += model(route(new Facts().id("r" + request).of("support"))).equals("large") ? 1 : 0;
        }
        assertThat(large).isBetween(900, 1100);
        String arm = model(route(new Facts().id("a").session("s").of("support")));
        for (int request = 0; request < 100; request++) {
            assertThat(model(route(new Facts().id("b" + request).session("s").of("support"))))
                    .isEqualTo(arm);
        }
    }

    @Test
    void limitsTakeOutWhatIsAboveThemAndAnotherTierStandsIn() {
        Route route = route(new Facts().cost(5e-6).of("weir-power"));
        assertThat(model(route)).isEqualTo("medium");
        assertThat(route.steps())
                .containsExactly(
                        "the caller names the tier", "large costs more than is allowed", "medium instead of large");
        assertThat(model(route(new Facts().tenant("thrifty").of("weir-power")))).isEqualTo("small");
        millis.put("large", 900L);
        assertThat(model(route(new Facts().millis(500).of("weir-power")))).isEqualTo("medium");
        assertThat(model(route(new Facts().millis(1000).of("weir-power")))).isEqualTo("large");
        assertThat(route(new Facts().cost(0).of("weir-power"))).isInstanceOf(Route.Nowhere.class);
        assertThat(route(new Facts().cost(5e-6).of("large"))).isInstanceOf(Route.Nowhere.class);
    }

    @Test
    void aModelThatIsNotReadyIsStoodInForByItsTierAndThenByOthers() {
        ready.remove("medium");
        assertThat(model(route(facts("weir-mid")))).isEqualTo("medium-2");
        ready.remove("medium-2");
        assertThat(model(route(facts("weir-mid")))).isEqualTo("small");
        ready.remove("small");
        assertThat(model(route(facts("weir-mid")))).isEqualTo("large");
    }

    @Test
    void aSessionStaysWithAModelThatIsAbleEnough() {
        RoutingPolicy free = policy(TEXT.substring(0, TEXT.indexOf("prices:")));
        classified = new Classification(Difficulty.SIMPLE, 0.9, "short");
        assertThat(model(route(facts("weir-auto"), free, "large", 0))).isEqualTo("large");
        ready.remove("large");
        assertThat(model(route(facts("weir-auto"), free, "large", 0))).isEqualTo("small");
        ready.add("large");
        classified = new Classification(Difficulty.COMPLEX, 0.9, "long");
        assertThat(model(route(facts("weir-auto"), free, "small", 0))).isEqualTo("large");
    }

    @Test
    void aSessionStaysWhileWhatIsWarmIsWorthMoreThanAnotherModelSaves() {
        RoutingPolicy priced = policy("""
                tiers: {fast: small, mid: medium, power: large}
                prices:
                  small: {input: 1, output: 2}
                  large: {input: 4, cached-input: 0.4, output: 8}
                """);
        RequestFacts longOne = new Facts().prompt(40_000).output(500).of("weir-fast");
        Route stays = route(longOne, priced, "large", 40_000);
        assertThat(model(stays)).isEqualTo("large");
        assertThat(stays.steps())
                .containsExactly(
                        "the caller names the tier",
                        "the session stays with large: about $0.008000 there, $0.011000 with small");
        Route leaves = route(longOne, priced, "large", 20_000);
        assertThat(model(leaves)).isEqualTo("small");
        assertThat(leaves.reason()).contains("the session leaves large: about $0.026000 there, $0.011000 with small");
        RequestFacts shortOne = new Facts().prompt(400).output(500).of("weir-fast");
        assertThat(model(route(shortOne, priced, "large", 400))).isEqualTo("small");
        RequestFacts thrifty = new Facts().prompt(40_000).output(500).cost(5e-6).of("weir-mid");
        assertThat(model(route(thrifty, priced, "large", 40_000)))
                .as("what limits take out leaves the tier's own")
                .isEqualTo("medium");
    }

    @Test
    void mistakesInRulesAreFoundWhenTheyAreRead() {
        String wrong = """
                tiers: {fats: a}
                rules:
                  - {name: one, when: tenat == 'a', use: fast}
                  - {name: two, when: prompt_bytes > 'a', use: fast}
                  - {name: three, when: tenant, use: fast}
                  - {name: four, when: stream, use: fast, arms: {a: 100}}
                  - {name: five, when: stream, arms: {a: 50, b: 49}}
                """;
        assertThatThrownBy(() -> policy(wrong))
                .isInstanceOfSatisfying(
                        InvalidConfiguration.class,
                        invalid -> assertThat(invalid.problems())
                                .extracting(Object::toString)
                                .satisfiesExactly(
                                        line -> assertThat(line).contains("line 1: tiers.fats", "did you mean 'fast'?"),
                                        line -> assertThat(line)
                                                .contains("line 3: rules[0].when is no condition", "tenat"),
                                        line -> assertThat(line).contains("line 4: rules[1].when is no condition"),
                                        line -> assertThat(line).contains("line 5: rules[2].when is no condition"),
                                        line -> assertThat(line).contains("line 6: rules[3].use"),
                                        line -> assertThat(line).contains("line 7: rules[4]", "99 together, not 100")));
    }

    @Test
    void withWeightsTheModelThatWeighsMostIsTakenAndEverySumIsTold() {
        RoutingPolicy weighed = policy(TEXT + WEIGHED);
        millis.putAll(Map.of("small", 100L, "medium", 200L, "large", 1000L));
        tokenMillis.put("large", 5.0);
        Route.To simple =
                (Route.To) router.route(facts("weir-auto"), weighed, view, () -> classified, Optional.empty());
        assertThat(simple.model()).isEqualTo("small");
        assertThat(simple.tier()).isEqualTo("fast");
        assertThat(simple.steps())
                .contains("small 0.910 = 0.90 quality x 0.30 + 0.90 thrift x 0.50 + 0.95 speed x 0.20")
                .contains("large 0.270 = 0.90 quality x 0.30 + 0.00 thrift x 0.50 + 0.00 speed x 0.20");
        classified = new Classification(Difficulty.COMPLEX, 0.9, "long");
        assertThat(model(router.route(facts("weir-auto"), weighed, view, () -> classified, Optional.empty())))
                .isEqualTo("large");
        assertThat(model(route(facts("weir-auto"), weighed, "small", 100)))
                .as("a session does not stay with what is not as good")
                .isEqualTo("large");
        assertThat(model(router.route(
                        new Facts().cost(5e-6).of("weir-auto"), weighed, view, () -> classified, Optional.empty())))
                .as("limits come after")
                .isIn("medium", "medium-2");
        classified = new Classification(Difficulty.SIMPLE, 0.9, "short");
        assertThat(model(route(facts("weir-auto"), weighed, "large", 100)))
                .as("for what is warm of a short prompt nothing dearer is kept")
                .isEqualTo("small");
        RoutingPolicy cached =
                policy((TEXT + WEIGHED).replace("output: 10, cached-input: 1", "output: 1, cached-input: 0.1"));
        assertThat(model(route(new Facts().prompt(40_000).of("weir-auto"), cached, "large", 40_000)))
                .as("a session stays with what is as good as the best")
                .isEqualTo("large");
        ready.remove("small");
        assertThat(model(router.route(facts("weir-auto"), weighed, view, () -> classified, Optional.empty())))
                .as("what was not measured is tried")
                .isEqualTo("medium-2");
    }

    private Route route(RequestFacts facts) {
        return router.route(facts, policy, view, () -> classified, Optional.empty());
    }

    /** With so much of the prompt warm for the model that the session has been with, and nothing for others. */
    private Route route(RequestFacts facts, RoutingPolicy policy, String held, long warmBytes) {
        return router.route(
                facts,
                policy,
                view,
                () -> classified,
                Optional.of(new Held(held, model -> model.equals(held) ? warmBytes : 0)));
    }

    private static String model(Route route) {
        return ((Route.To) route).model();
    }

    private static RequestFacts facts(String model) {
        return new Facts().of(model);
    }

    private static RoutingPolicy policy(String text) {
        return new ConfigurationText(text).read(RoutingPolicy::read);
    }

    /** A request like any other, but for what is said. */
    private static final class Facts {
        private String id = "r";
        private String tenant = "default";
        private String session = "";
        private final Map<String, String> headers = new HashMap<>();
        private Optional<Double> cost = Optional.empty();
        private Optional<Long> millis = Optional.empty();
        private int hour = 12;
        private String operation = "chat/completions";
        private long promptBytes = 100;
        private long outputTokensMax;

        Facts operation(String value) {
            operation = value;
            return this;
        }

        Facts prompt(long bytes) {
            promptBytes = bytes;
            return this;
        }

        Facts output(long tokensMax) {
            outputTokensMax = tokensMax;
            return this;
        }

        Facts id(String value) {
            id = value;
            return this;
        }

        Facts tenant(String value) {
            tenant = value;
            return this;
        }

        Facts session(String value) {
            session = value;
            return this;
        }

        Facts header(String name, String value) {
            headers.put(name, value);
            return this;
        }

        Facts cost(double value) {
            cost = Optional.of(value);
            return this;
        }

        Facts millis(long value) {
            millis = Optional.of(value);
            return this;
        }

        Facts hour(int value) {
            hour = value;
            return this;
        }

        RequestFacts of(String model) {
            return new RequestFacts(
                    id,
                    tenant,
                    "",
                    "",
                    model,
                    operation,
                    false,
                    promptBytes,
                    outputTokensMax,
                    headers,
                    "",
                    session,
                    "",
                    cost,
                    millis,
                    ZonedDateTime.of(2026, 11, 21, hour, 0, 0, 0, ZoneOffset.UTC));
        }
    }
}
