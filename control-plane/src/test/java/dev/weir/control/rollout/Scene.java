package dev.weir.control.rollout;

import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Observation.JudgeReport;
import dev.weir.control.rollout.RolloutEvent.Commanded;
import dev.weir.control.rollout.RolloutEvent.Observed;
import dev.weir.control.rollout.RolloutEvent.TimePassed;
import dev.weir.control.rollout.RolloutEvent.VersionsProbed;
import dev.weir.control.statistics.ArmCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A rollout under test: plays ticks of ten seconds and keeps every event and effect. */
final class Scene {
    static final Duration TICK = Duration.ofSeconds(10);
    static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    /** Minutes instead of hours, and enough requests in each tick for small samples not to matter. */
    static final RolloutPlan PLAN = new RolloutPlan(
            "r1",
            "notes",
            "notes-v1",
            "notes-v2",
            List.of(
                    Stage.canary(0.05, Duration.ofMinutes(10), 500, 300),
                    Stage.canary(0.50, Duration.ofMinutes(10), 500, 300),
                    Stage.warm(Duration.ofMinutes(20))),
            RolloutPlan.standardGuards(),
            RolloutLimits.DEFAULT);

    final List<RolloutEvent> events = new ArrayList<>();
    final List<Effect> effects = new ArrayList<>();
    private final RolloutReducer reducer = new RolloutReducer();
    private RolloutState state;
    private Instant now = BEGIN;
    private long nextNumber;
    private int commandCount;

    Scene(RolloutPlan plan) {
        state = RolloutState.planned(plan);
    }

    static Scene started(RolloutPlan plan) {
        Scene scene = new Scene(plan);
        scene.probed(true, true);
        scene.command(Verb.START);
        return scene;
    }

    RolloutState state() {
        return state;
    }

    void send(RolloutEvent event) {
        events.add(event);
        RolloutReducer.Step step = reducer.reduce(state, event);
        state = step.state();
        effects.addAll(step.effects());
    }

    void command(Verb verb) {
        commandCount++;
        send(new Commanded(now, new Command("c" + commandCount, verb, "ada", "because")));
    }

    void probed(boolean baselineHealthy, boolean candidateHealthy) {
        send(new VersionsProbed(now, baselineHealthy, candidateHealthy));
    }

    /** The clock says something else from now on. */
    void jump(Duration by) {
        now = now.plus(by);
    }

    /** A tick in which nothing arrived. */
    void silence() {
        now = now.plus(TICK);
        send(new TimePassed(now));
        probed(true, true);
    }

    void tick(Map<Metric, ArmCounts> counts) {
        tick(counts, JudgeReport.NOTHING_ASKED);
    }

    void tick(Map<Metric, ArmCounts> counts, JudgeReport judge) {
        silence();
        send(new Observed(now, observation(counts, judge)));
    }

    Observation observation(Map<Metric, ArmCounts> counts, JudgeReport judge) {
        long units = Math.round(100 * state.stage().candidateShare());
        return new Observation(nextNumber++, TICK, counts, units, 100 - units, judge);
    }

    void healthyTicks(int count) {
        for (int i = 0; i < count; i++) {
            tick(healthy());
        }
    }

    /** 1 % of bad events on both arms. */
    Map<Metric, ArmCounts> healthy() {
        Map<Metric, ArmCounts> counts = new EnumMap<>(Metric.class);
        for (Metric metric : Metric.values()) {
            counts.put(metric, new ArmCounts(100, 1, 100, 1));
        }
        return counts;
    }

    /** As {@link #healthy()}, but for one metric, in per cent. */
    Map<Metric, ArmCounts> bad(Metric metric, long candidateBad) {
        Map<Metric, ArmCounts> counts = healthy();
        counts.put(metric, new ArmCounts(100, candidateBad, 100, 1));
        return counts;
    }

    List<Decision> decisions() {
        return effects.stream()
                .filter(Effect.Keep.class::isInstance)
                .map(effect -> ((Effect.Keep) effect).decision())
                .toList();
    }

    Decision last() {
        return decisions().getLast();
    }

    List<Double> weights() {
        return effects.stream()
                .filter(Effect.SetWeight.class::isInstance)
                .map(effect -> ((Effect.SetWeight) effect).candidateShare())
                .toList();
    }
}
