package dev.weir.control.rollout.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.control.accounting.ArmLedger.Opinion;
import dev.weir.control.accounting.ArmSums;
import dev.weir.control.accounting.Feedback;
import dev.weir.control.rollout.assignment.HashVersion;
import dev.weir.control.rollout.experiment.Bandit;
import dev.weir.control.rollout.experiment.Reward;
import dev.weir.control.rollout.trial.GoalMeans.UserHistory;
import dev.weir.control.rollout.trial.TrialJudge.Look;
import dev.weir.control.rollout.trial.TrialJudge.Seen;
import dev.weir.control.rollout.trial.TrialPlan.Adaptation;
import dev.weir.control.rollout.trial.TrialPlan.TrialArm;
import dev.weir.control.rollout.trial.TrialState.End;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Trials of which anything may be said, in any order and however late, at looks whose clock jumps; whoever looks dies after every one of them, and
 * the next begins from what was kept.
 */
class TrialFuzzTest {
    private static final Instant BEGUN = Instant.parse("2026-01-01T00:00:00Z");
    private static final int LOOK_COUNT = 45;
    private static final JsonMapper JSON = JsonMapper.shared();

    private static TrialPlan plan(int armCount, @Nullable Adaptation adaptation) {
        return new TrialPlan(
                "e1",
                "notes",
                IntStream.range(0, armCount)
                        .mapToObj(arm -> new TrialArm(name(arm), "model-" + name(arm)))
                        .toList(),
                HashVersion.SHA256_53,
                1,
                Goal.TASK_COMPLETION,
                Duration.ofDays(14),
                1_000,
                adaptation);
    }

    private static String name(int arm) {
        return Character.toString('a' + arm);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void whateverIsSeenTheLawsOfAnExperimentHold(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        TrialPlan plan = plan(2 + random.nextInt(3), null);
        double[] rates = rates(random, plan.arms().size());
        List<UserHistory> users = new ArrayList<>();
        List<String> told = new ArrayList<>();
        TrialState state = TrialState.begun(plan);
        Instant now = BEGUN;
        for (int look = 0; look < LOOK_COUNT && !state.outcome().ended(); look++) {
            arrive(random, plan, rates, users);
            if (random.nextInt(4) == 0) {
                Collections.shuffle(users, new Random(seed + look)); // The database promises no order.
            }
            now = now.plus(Duration.ofHours(random.nextInt(8) == 0 ? random.nextInt(-48, 96) : 12));
            Seen seen = new Seen(now, users.isEmpty() ? null : BEGUN, List.copyOf(users), List.of());
            Look first = new TrialJudge(plan).look(state, seen);
            check(plan, state, first, seen, "seed %d, look %d".formatted(seed, look));
            told.addAll(first.sentences());
            state = reborn(first.state());
        }
        assertThat(told).as("seed %d", seed).doesNotHaveDuplicates();
    }

    private static double[] rates(SplittableRandom random, int armCount) {
        double[] rates = new double[armCount];
        for (int arm = 0; arm < armCount; arm++) {
            rates[arm] = random.nextInt(3) == 0 ? 0.4 + 0.2 * random.nextDouble() : 0.5;
        }
        return rates;
    }

    /** New users come, and old ones ask again; some of what was said of earlier answers arrives only now. */
    private static void arrive(SplittableRandom random, TrialPlan plan, double[] rates, List<UserHistory> users) {
        for (int arm = 0; arm < rates.length; arm++) {
            int newcomers = random.nextInt(140);
            for (int i = 0; i < newcomers; i++) {
                users.add(new UserHistory(plan.armNames().get(arm), tasks(random, rates[arm]), ArmSums.NONE));
            }
        }
        for (int i = 0; i < users.size() / 8; i++) {
            int at = random.nextInt(users.size());
            UserHistory user = users.get(at);
            double rate = rates[plan.armNames().indexOf(user.arm())];
            users.set(at, new UserHistory(user.arm(), user.during().plus(tasks(random, rate)), user.before()));
        }
    }

    private static ArmSums tasks(SplittableRandom random, double rate) {
        int asked = 1 + random.nextInt(3);
        long said = random.nextInt(asked + 1);
        long completed = random.doubles(said).filter(draw -> draw < rate).count();
        return new ArmSums(asked, 0, 0, 0, 0, 0, said, completed, 0, 0, 0);
    }

    private static void check(TrialPlan plan, TrialState before, Look look, Seen seen, String where) {
        TrialState after = look.state();
        assertThat(new TrialJudge(plan).look(before, seen))
                .as("%s: another replica says the same", where)
                .isEqualTo(look);
        assertThat(reborn(after)).as("%s: what is kept is what was", where).isEqualTo(after);
        assertThat(after.stoppedArms()).as(where).containsAll(before.stoppedArms());
        assertThat(after.stoppedArms()).as(where).doesNotContain(plan.control().name());
        assertThat(after.misassigned() || !before.misassigned()).as(where).isTrue();
        assertThat(after.outcome().sentence()).as(where).isNotBlank().doesNotContain("NaN", "null");
        if (after.outcome().end() == End.WINNER || after.outcome().end() == End.NO_DIFFERENCE) {
            assertThat(Duration.between(BEGUN, seen.at())).as(where).isGreaterThanOrEqualTo(Duration.ofDays(7));
            assertThat(after.misassigned()).as(where).isFalse();
            assertThat(after.stoppedArms())
                    .as(where)
                    .doesNotContain(String.valueOf(after.outcome().arm()));
        }
        if (!after.outcome().ended() && after.stoppedArms().equals(before.stoppedArms())) {
            Look again = new TrialJudge(plan).look(after, seen);
            assertThat(again.state())
                    .as("%s: looking twice changes nothing", where)
                    .isEqualTo(after);
            assertThat(again.sentences()).as(where).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whatABanditLearnsDoesNotDependOnWhenItHearsOfIt(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        TrialPlan plan = plan(3, new Adaptation(new Bandit(0.05, 100, 1), new Reward(0, 1, 0), 60));
        List<Opinion> opinions = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            int arm = random.nextInt(3);
            opinions.add(new Opinion(
                    "call-" + i,
                    "ada",
                    plan.text(name(arm)),
                    Feedback.ofUser(null, random.nextDouble() < 0.6 + 0.1 * arm, null),
                    0,
                    0));
        }
        TrialState prompt = learned(plan, opinions, random);
        Collections.shuffle(opinions, new Random(seed));
        TrialState late = learned(plan, opinions, random);
        assertThat(late.histories()).isEqualTo(prompt.histories());
        assertThat(late.shares()).isEqualTo(prompt.shares());
    }

    /** In batches of any size, some of them empty; each look is one's last. */
    private static TrialState learned(TrialPlan plan, List<Opinion> opinions, SplittableRandom random) {
        TrialState state = TrialState.begun(plan);
        int taken = 0;
        while (taken < opinions.size()) {
            int end = Math.min(opinions.size(), taken + (random.nextInt(4) == 0 ? 0 : random.nextInt(300)));
            TrialState before = state;
            Seen seen = new Seen(BEGUN, BEGUN, List.of(), List.copyOf(opinions.subList(taken, end)));
            state = reborn(new TrialJudge(plan).look(state, seen).state());
            if (taken == end) {
                assertThat(state.histories()).as("nothing new was said").isEqualTo(before.histories());
                assertThat(state.shares()).isEqualTo(before.shares());
            }
            assertThat(state.shares().stream().mapToDouble(Double::doubleValue).sum())
                    .isCloseTo(1, within(1e-9));
            assertThat(state.shares()).allMatch(share -> share >= 0.05 - 1e-12);
            taken = end;
        }
        return state;
    }

    /** As the next one finds it in the database. */
    private static TrialState reborn(TrialState state) {
        return JSON.readValue(JSON.writeValueAsString(state), TrialState.class);
    }
}
