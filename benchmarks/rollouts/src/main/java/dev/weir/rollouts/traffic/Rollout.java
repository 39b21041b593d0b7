package dev.weir.rollouts.traffic;

import dev.weir.control.rollout.Command;
import dev.weir.control.rollout.Command.Verb;
import dev.weir.control.rollout.Decision;
import dev.weir.control.rollout.Effect;
import dev.weir.control.rollout.Hold;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.Observation;
import dev.weir.control.rollout.Phase;
import dev.weir.control.rollout.RolloutEvent;
import dev.weir.control.rollout.RolloutEvent.Commanded;
import dev.weir.control.rollout.RolloutEvent.Observed;
import dev.weir.control.rollout.RolloutEvent.TimePassed;
import dev.weir.control.rollout.RolloutEvent.VersionsProbed;
import dev.weir.control.rollout.RolloutPlan;
import dev.weir.control.rollout.RolloutReducer;
import dev.weir.control.rollout.RolloutState;
import dev.weir.control.rollout.Stage;
import dev.weir.control.statistics.ArmCounts;
import dev.weir.rollouts.traffic.Traffic.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** One rollout in virtual time, decided by the control plane's own reducer. */
public final class Rollout {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final int LATE_SECONDS = 60;
    /** Disturbances begin so long after a stage did, and last so long. */
    private static final double DISTURBED_FROM_SECONDS = 300;

    private static final double DISTURBED_UNTIL_SECONDS = 900;

    private final RolloutReducer reducer = new RolloutReducer();
    private final RolloutPlan plan;
    private final Traffic traffic;
    private final Duration tick;
    private final Disturbance disturbance;
    private final Deque<Observation> onTheWay = new ArrayDeque<>();
    private final List<RolloutEvent> events = new ArrayList<>();

    private RolloutState state;
    private double seconds;
    private double stageSinceSeconds;
    private long number;
    private long failedSinceHarmCount;
    private long unitCount;
    private int unseenPromotionCount;
    private int divergentReplayCount;
    private int killedInStage = -1;

    public Rollout(RolloutPlan plan, Traffic traffic, Duration tick, Disturbance disturbance) {
        this.plan = plan;
        this.traffic = traffic;
        this.tick = tick;
        this.disturbance = disturbance;
        this.state = RolloutState.planned(plan);
    }

    /**
     * How it went.
     *
     * @param seconds it took
     * @param harmSeconds from the first harm to the end; NaN where there was none
     * @param failedSinceHarmCount requests of users that failed on the candidate since then
     * @param unitCount conversations that were assigned
     * @param unseenPromotionCount promotions while the data had been disturbed for longer than a minute
     */
    public record Outcome(
            RolloutState end,
            double seconds,
            double harmSeconds,
            long failedSinceHarmCount,
            long unitCount,
            int unseenPromotionCount,
            int divergentReplayCount) {

        public boolean rolledBack() {
            return end.phase() == Phase.ROLLED_BACK;
        }

        public boolean serves() {
            return end.stage().kind() == Stage.Kind.WARM;
        }

        public boolean held(Hold.Reason reason) {
            return end.holds().stream().anyMatch(hold -> hold.reason() == reason);
        }
    }

    /** Runs until everything is served, it is rolled back, a person would have to decide, or the time or the patience is over. */
    public Outcome run(Duration secondsMax, Predicate<RolloutState> enough) {
        send(new VersionsProbed(BEGIN, true, true));
        send(new Commanded(BEGIN, new Command("start", Verb.START, "scenario", "to see what happens")));
        while (seconds < secondsMax.toSeconds()
                && !state.phase().isTerminal()
                && state.phase() != Phase.INCONCLUSIVE
                && state.stage().kind() != Stage.Kind.WARM
                && !enough.test(state)) {
            step();
        }
        return new Outcome(
                state,
                seconds,
                seconds - traffic.harmSinceSeconds(),
                failedSinceHarmCount,
                unitCount,
                unseenPromotionCount,
                divergentReplayCount);
    }

    private void step() {
        double inStage = seconds - stageSinceSeconds;
        boolean disturbed = inStage >= DISTURBED_FROM_SECONDS && inStage < DISTURBED_UNTIL_SECONDS;
        Observation observation =
                traffic.next(new Position(number++, seconds, state.stageIndex(), inStage, state.candidateShare()));
        seconds += tick.toMillis() / 1e3;
        count(observation);
        Instant now = BEGIN.plusMillis(Math.round(seconds * 1e3));
        if (disturbed && disturbance == Disturbance.CLOCK_JUMPS) {
            now = now.plus(Duration.ofHours(inStage < (DISTURBED_FROM_SECONDS + DISTURBED_UNTIL_SECONDS) / 2 ? 1 : -1));
        }
        int stageBefore = state.stageIndex();
        send(new TimePassed(now));
        send(new VersionsProbed(now, true, true));
        deliver(observation, now, disturbed);
        if (state.stageIndex() != stageBefore) {
            boolean blind = disturbed && inStage >= DISTURBED_FROM_SECONDS + LATE_SECONDS + tick.toSeconds();
            unseenPromotionCount += blind && loses() ? 1 : 0;
            stageSinceSeconds = seconds;
        }
        if (disturbed && disturbance == Disturbance.CONTROLLER_KILLED && killedInStage != state.stageIndex()) {
            killedInStage = state.stageIndex();
            replay();
        }
    }

    private boolean loses() {
        return disturbance == Disturbance.METRIC_UNREADABLE
                || disturbance == Disturbance.NO_DATA
                || disturbance == Disturbance.JUDGE_AWAY;
    }

    private void count(Observation observation) {
        unitCount += observation.candidateUnitCount() + observation.baselineUnitCount();
        ArmCounts errors = observation.counts().get(Metric.ERROR);
        if (errors != null && !Double.isNaN(traffic.harmSinceSeconds())) {
            failedSinceHarmCount += errors.candidateBadCount();
        }
    }

    private void deliver(Observation observation, Instant now, boolean disturbed) {
        switch (disturbance) {
            case NONE, CLOCK_JUMPS, CONTROLLER_KILLED -> send(new Observed(now, observation));
            case METRIC_UNREADABLE -> send(new Observed(now, disturbed ? without(observation) : observation));
            case JUDGE_AWAY -> send(new Observed(now, disturbed ? unjudged(observation) : observation));
            case NO_DATA -> {
                if (!disturbed) {
                    send(new Observed(now, observation));
                }
            }
            case LATE -> {
                onTheWay.add(observation);
                if (onTheWay.size() * tick.toSeconds() > LATE_SECONDS) {
                    send(new Observed(now, onTheWay.remove()));
                }
            }
        }
    }

    private static Observation without(Observation observation) {
        Map<Metric, ArmCounts> counts = new EnumMap<>(observation.counts());
        counts.remove(Metric.END_TO_END);
        return with(observation, counts, observation.judge());
    }

    private static Observation unjudged(Observation observation) {
        Map<Metric, ArmCounts> counts = new EnumMap<>(observation.counts());
        counts.replaceAll((metric, before) -> metric.isJudged() ? ArmCounts.NONE : before);
        return with(observation, counts, new Observation.JudgeReport(false, 0, 0, 0, 0));
    }

    private static Observation with(
            Observation observation, Map<Metric, ArmCounts> counts, Observation.JudgeReport judge) {
        return new Observation(
                observation.number(),
                observation.covered(),
                counts,
                observation.candidateUnitCount(),
                observation.baselineUnitCount(),
                judge);
    }

    private void send(RolloutEvent event) {
        if (disturbance == Disturbance.CONTROLLER_KILLED) {
            events.add(event);
        }
        state = reducer.reduce(state, event).state();
    }

    private void replay() {
        RolloutState replayed = RolloutState.planned(plan);
        long decisionCount = 0;
        for (RolloutEvent event : events) {
            RolloutReducer.Step step = reducer.reduce(replayed, event);
            replayed = step.state();
            for (Effect effect : step.effects()) {
                decisionCount = effect instanceof Effect.Keep(Decision decision) ? decision.number() : decisionCount;
            }
        }
        divergentReplayCount += replayed.equals(state) && decisionCount == state.decisionCount() ? 0 : 1;
        state = replayed;
    }
}
