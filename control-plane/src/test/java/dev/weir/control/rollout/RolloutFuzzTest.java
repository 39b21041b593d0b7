package dev.weir.control.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Decision.Kind;
import dev.weir.control.rollout.Effect.Keep;
import dev.weir.control.rollout.Effect.Release;
import dev.weir.control.rollout.Effect.SetWeight;
import dev.weir.control.rollout.RolloutEvent.Commanded;
import dev.weir.control.rollout.RolloutEvent.Observed;
import dev.weir.control.rollout.RolloutEvent.TimePassed;
import dev.weir.control.rollout.RolloutEvent.VersionsProbed;
import dev.weir.control.rollout.RolloutReducer.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rollouts to which anything happens, in any order: what must hold then, whatever it was. A failure names its seed, and a prefix of events that suffices. */
class RolloutFuzzTest {
    private static final RolloutPlan PLAN = RandomEvents.PLAN;
    private static final int EVENT_COUNT = 400;

    private final RolloutReducer reducer = new RolloutReducer();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void whateverHappensTheLawsHold(int block) {
        for (long seed = block * 75L; seed < block * 75L + 75; seed++) {
            List<RolloutEvent> events = RandomEvents.of(seed, EVENT_COUNT);
            RolloutState state = RolloutState.planned(PLAN);
            Laws laws = new Laws();
            for (int i = 0; i < events.size(); i++) {
                Step step = reducer.reduce(state, events.get(i));
                int last = i;
                long failing = seed;
                laws.check(
                        state,
                        step,
                        () -> "seed %d, the first %d events, the last of them %s"
                                .formatted(failing, last + 1, events.get(last)));
                state = step.state();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 2000, 3000, 4000})
    void aCrashAfterAnyEventChangesNothing(int firstSeed) {
        for (long seed = firstSeed; seed < firstSeed + 2; seed++) {
            List<RolloutEvent> events = RandomEvents.of(seed, EVENT_COUNT);
            RolloutState survivor = RolloutState.planned(PLAN);
            for (int crashAt = 0; crashAt < events.size(); crashAt++) {
                survivor = reducer.reduce(survivor, events.get(crashAt)).state();
                RolloutState restarted = RolloutState.planned(PLAN);
                RolloutReducer another = new RolloutReducer();
                for (RolloutEvent event : events.subList(0, crashAt + 1)) {
                    restarted = another.reduce(restarted, event).state();
                }
                assertThat(restarted)
                        .as("seed %d, crash after %d events", seed, crashAt + 1)
                        .isEqualTo(survivor);
                survivor = restarted;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 20, 30, 40})
    void observationsMayComeTwiceOrLateOrInAnotherOrder(int firstSeed) {
        for (long seed = firstSeed; seed < firstSeed + 10; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            boolean harmful = seed % 2 == 0;
            List<Observation> inOrder = new ArrayList<>();
            for (int i = 0; i < 90; i++) {
                inOrder.add(RandomEvents.observation(random, i, harmful && i > 40 ? 0.2 : 0.01));
            }
            // Each is delayed by up to three places, and some come again later still.
            List<Observation> disturbed = new ArrayList<>();
            IdentityHashMap<Observation, Integer> places = new IdentityHashMap<>();
            inOrder.forEach(observation -> places.put(observation, (int) observation.number() + random.nextInt(4)));
            inOrder.stream().sorted(Comparator.comparing(places::get)).forEach(observation -> {
                disturbed.add(observation);
                if (random.nextInt(3) == 0) {
                    disturbed.add(inOrder.get(random.nextInt((int) observation.number() + 1)));
                }
            });
            List<String> expected = decisionsOver(inOrder);
            assertThat(expected).hasSizeGreaterThan(harmful ? 2 : 3);
            assertThat(decisionsOver(disturbed)).as("seed %d", seed).isEqualTo(expected);
        }
    }

    private List<String> decisionsOver(List<Observation> observations) {
        RolloutState state = RolloutState.planned(PLAN);
        List<String> decisions = new ArrayList<>();
        List<RolloutEvent> events = new ArrayList<>();
        events.add(new VersionsProbed(Scene.BEGIN, true, true));
        events.add(new Commanded(Scene.BEGIN, new Command("start", Verb.START, "ada", "it is time")));
        Set<Long> seen = new HashSet<>();
        for (Observation observation : observations) {
            if (seen.add(observation.number())) {
                events.add(new TimePassed(Scene.BEGIN));
            }
            events.add(new VersionsProbed(Scene.BEGIN, true, true));
            events.add(new Observed(Scene.BEGIN, observation));
        }
        for (RolloutEvent event : events) {
            Step step = reducer.reduce(state, event);
            state = step.state();
            step.effects().forEach(effect -> {
                switch (effect) {
                    case Keep(var decision) -> decisions.add(decision.kind() + " " + decision.sentence());
                    case SetWeight weight ->
                        decisions.add("weight " + weight.revision() + " " + weight.candidateShare());
                    case Effect.Alert _, Release _, Effect.StartPostMortem _ -> {}
                }
            });
        }
        return decisions;
    }

    /** What is true of every step of every rollout. */
    private static final class Laws {
        private double share;
        private long revision;
        private long decisionCount;

        void check(RolloutState before, Step step, Supplier<String> where) {
            RolloutState after = step.state();
            for (Effect effect : step.effects()) {
                switch (effect) {
                    case SetWeight weight -> checkWeight(weight, after, where);
                    case Keep(var decision) -> checkDecision(before, after, decision, where);
                    case Release _ ->
                        assertThat(after.heldFor())
                                .as(where)
                                .isGreaterThanOrEqualTo(PLAN.stages().getLast().hold());
                    case Effect.Alert _, Effect.StartPostMortem _ -> {}
                }
            }
            if (before.phase().isTerminal()) {
                assertThat(after.phase()).as(where).isEqualTo(before.phase());
                assertThat(after.candidateShare()).as(where).isEqualTo(before.candidateShare());
            }
            if (after.phase() == Phase.ROLLED_BACK) {
                assertThat(after.candidateShare()).as(where).isZero();
            }
            assertThat(after.intake().waiting().size())
                    .as(where)
                    .isLessThanOrEqualTo(PLAN.limits().reorderTickCount());
        }

        private void checkWeight(SetWeight weight, RolloutState after, Supplier<String> where) {
            assertThat(weight.revision()).as(where).isEqualTo(++revision);
            assertThat(weight.candidateShare()).as(where).isIn(0.0, 0.05, 0.5, 1.0);
            if (after.phase() == Phase.ROLLED_BACK) {
                assertThat(weight.candidateShare()).as(where).isZero();
            } else {
                assertThat(weight.candidateShare()).as(where).isGreaterThanOrEqualTo(share);
            }
            share = weight.candidateShare();
        }

        private void checkDecision(RolloutState before, RolloutState after, Decision decision, Supplier<String> where) {
            assertThat(decision.number()).as(where).isEqualTo(++decisionCount);
            assertThat(decision.sentence()).as(where).isNotBlank().doesNotContain("NaN", "null");
            if (decision.kind() == Kind.PROMOTED && decision.actor().equals(Decision.CONTROLLER)) {
                assertThat(before.phase()).as(where).isEqualTo(Phase.RUNNING);
                assertThat(before.vitals().candidateHealthy()).as(where).isTrue();
                assertThat(before.vitals().baselineHealthy()).as(where).isTrue();
                assertThat(decision.readings())
                        .as(where)
                        .allSatisfy(reading ->
                                assertThat(reading.inStage().candidateCount()).isPositive());
            }
            if (decision.kind() == Kind.ROLLED_BACK && before.phase() != Phase.PLANNED) {
                assertThat(after.vitals().baselineHealthy()).as(where).isTrue();
            }
        }
    }
}
