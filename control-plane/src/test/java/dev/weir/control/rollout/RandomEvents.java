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
import java.util.SplittableRandom;

/** Anything that may happen to a rollout, from a seed: repetitions, delays, what never comes, clocks that jump, dead versions, commands. */
public final class RandomEvents {
    /** What they happen to. */
    public static final RolloutPlan PLAN = new RolloutPlan(
            "r1",
            "notes",
            "v1",
            "v2",
            List.of(
                    Stage.shadow(Duration.ofMinutes(1), 100),
                    Stage.canary(0.05, Duration.ofMinutes(3), 200, 50),
                    Stage.canary(0.5, Duration.ofMinutes(3), 200, 50),
                    Stage.warm(Duration.ofMinutes(4))),
            RolloutPlan.standardGuards(),
            RolloutLimits.DEFAULT);

    private RandomEvents() {}

    /** The same for the same seed. */
    public static List<RolloutEvent> of(long seed, int eventCount) {
        SplittableRandom random = new SplittableRandom(seed);
        List<RolloutEvent> events = new ArrayList<>();
        Instant now = Scene.BEGIN;
        double harm = random.nextInt(3) == 0 ? 0.15 : 0.01;
        events.add(new VersionsProbed(now, true, random.nextInt(10) > 0));
        events.add(new Commanded(now, new Command("c0", Verb.START, "ada", "it is time")));
        int number = 0;
        while (events.size() < eventCount) {
            now = now.plusSeconds(random.nextInt(50) == 0 ? random.nextInt(-4_000, 4_000) : 10);
            events.add(
                    switch (random.nextInt(20)) {
                        case 0 -> new Commanded(now, command(random, events.size()));
                        case 1, 2, 3 -> new TimePassed(now);
                        case 4 -> new VersionsProbed(now, random.nextInt(8) > 0, random.nextInt(8) > 0);
                        case 5, 6, 7, 8 -> new VersionsProbed(now, true, true);
                        case 9 -> new Observed(now, observation(random, Math.max(0, number - random.nextInt(4)), harm));
                        case 10 -> new Observed(now, observation(random, number += random.nextInt(8), harm));
                        default -> new Observed(now, observation(random, number++, events.size() > 100 ? harm : 0.01));
                    });
        }
        return events;
    }

    private static Command command(SplittableRandom random, int index) {
        Verb[] verbs = {
            Verb.PAUSE, Verb.RESUME, Verb.RESUME, Verb.EXTEND, Verb.PROMOTE_ONE, Verb.PROMOTE_FULL, Verb.START
        };
        Verb verb = random.nextInt(40) == 0 ? Verb.ROLL_BACK : verbs[random.nextInt(verbs.length)];
        return new Command("c" + (index - random.nextInt(3)), verb, "ada", "because");
    }

    /** @param harm the candidate's share of bad events */
    static Observation observation(SplittableRandom random, int number, double harm) {
        Map<Metric, ArmCounts> counts = new EnumMap<>(Metric.class);
        for (Metric metric : Metric.values()) {
            if (random.nextInt(60) > 0) {
                counts.put(metric, new ArmCounts(50, bad(random, 50, harm), 200, bad(random, 200, 0.01)));
            }
        }
        JudgeReport judge = new JudgeReport(random.nextInt(60) > 0, 50, 50, 200, 200);
        long misplaced = random.nextInt(40) == 0 ? 20 : 0;
        return new Observation(number, Scene.TICK, counts, misplaced, 0, judge);
    }

    private static long bad(SplittableRandom random, int count, double share) {
        return random.doubles(count).filter(draw -> draw < share).count();
    }
}
