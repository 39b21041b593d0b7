package dev.weir.control.rollout.trial;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import dev.weir.control.rollout.trial.TrialReport.Estimate;
import dev.weir.control.rollout.trial.TrialReport.GoalReport;
import dev.weir.control.rollout.trial.TrialState.End;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What follows from looks, by numbers that are made up. */
class TrialJudgeTest {
    private static final Instant BEGUN = Instant.parse("2026-01-01T00:00:00Z");
    private static final TrialPlan PLAN = plan(List.of("a", "b"));

    private final SplittableRandom random = new SplittableRandom(7);

    private static TrialPlan plan(List<String> arms) {
        return new TrialPlan(
                "e1",
                "notes",
                arms.stream().map(arm -> new TrialArm(arm, "model-" + arm)).toList(),
                HashVersion.SHA256_53,
                1,
                Goal.TASK_COMPLETION,
                Duration.ofDays(14),
                1_000,
                null);
    }

    @Test
    void aBetterArmWinsWhenThereAreDaysAndUsersEnoughAndItsWordIsFinal() {
        List<UserHistory> users = users(1_200, 0.5, 0.7);
        assertThat(look(PLAN, 3, users).state().outcome().sentence())
                .isEqualTo("Running: 3 of 14 days (7 at least), 1200 of 1000 users on the smallest arm.");
        Look look = look(PLAN, 8, users);
        assertThat(look.state().outcome().end()).isEqualTo(End.WINNER);
        assertThat(look.state().outcome().arm()).isEqualTo("b");
        assertThat(look.sentences()).singleElement().asString().contains("b is better than a in task completion, by");
    }

    @Test
    void atTheHorizonArmsThatAreAlikeAreSaidToBeAlike() {
        assertThat(look(PLAN, 14, users(1_200, 0.5, 0.5)).state().outcome().end())
                .isEqualTo(End.NO_DIFFERENCE);
    }

    @Test
    void anArmThatDoesHarmIsStoppedAndTheOthersGoOn() {
        TrialPlan three = plan(List.of("a", "b", "c"));
        List<UserHistory> users = users(300, 0.7, 0.2, 0.7);
        Look look = look(three, 1, users);
        assertThat(look.state().stoppedArms()).containsExactly("b");
        assertThat(look.state().outcome().end()).isEqualTo(End.RUNNING);
        Look next = new TrialJudge(three).look(look.state(), seen(2, users));
        assertThat(next.sentences()).isEmpty();
        assertThat(next.state().stoppedArms()).containsExactly("b");
        assertThat(look(PLAN, 1, users(300, 0.7, 0.2)).state().outcome().end()).isEqualTo(End.HARMFUL);
    }

    @Test
    void nobodyWinsWhereUsersDoNotFallAsTheyShould() {
        List<UserHistory> users = users(2_400, 0.5, 0.7);
        // Every third of the treatment's users has never come.
        List<UserHistory> kept = new ArrayList<>();
        for (int i = 0; i < users.size(); i++) {
            if (users.get(i).arm().equals("a") || i % 3 > 0) {
                kept.add(users.get(i));
            }
        }
        Look look = look(PLAN, 8, kept);
        assertThat(look.state().misassigned()).isTrue();
        assertThat(look.state().outcome().end()).isEqualTo(End.RUNNING);
        assertThat(look.state().outcome().sentence()).contains("held");
        assertThat(look.report().assignmentLog10E()).isGreaterThan(look.report().assignmentLog10Needed());
    }

    @Test
    void whatIsKnownOfUsersFromBeforeTakesVarianceAway() {
        List<UserHistory> users = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            double habit = random.nextDouble();
            users.add(new UserHistory(i % 2 == 0 ? "a" : "b", tasks(20, habit), tasks(20, habit)));
        }
        GoalReport goal = look(PLAN, 8, users).report().goals().getFirst();
        assertThat(goal.varianceKept()).isLessThan(0.5);
        Estimate treatment = goal.estimates().getLast();
        assertThat(width(treatment.differenceLower(), treatment.differenceUpper()))
                .isLessThan(width(treatment.alwaysLower(), treatment.alwaysUpper()));
    }

    private static double width(@Nullable Double lower, @Nullable Double upper) {
        return requireNonNull(upper) - requireNonNull(lower);
    }

    @Test
    void aBanditForgetsNothingWhereWhatIsSaidTellsNothingOfItsGoal() {
        TrialPlan bandit = new TrialPlan(
                "e1",
                "notes",
                PLAN.arms(),
                HashVersion.SHA256_53,
                1,
                Goal.TASK_COMPLETION,
                Duration.ofDays(14),
                1_000,
                new Adaptation(new Bandit(0.05, 1, 0.5), new Reward(0, 1, 0), 60));
        TrialState learnt = opined(bandit, TrialState.begun(bandit), new Feedback(null, true, null, null, null));
        assertThat(learnt.histories().getFirst().rewardSum()).isEqualTo(1);
        TrialState judged = opined(bandit, learnt, Feedback.ofJudge(false, true));
        assertThat(judged.histories()).isEqualTo(learnt.histories());
    }

    private static TrialState opined(TrialPlan plan, TrialState state, Feedback said) {
        List<Opinion> opinions = List.of(new Opinion("call", "somebody", "e1/a", said, 0, 0));
        return new TrialJudge(plan)
                .look(state, new Seen(BEGUN, BEGUN, List.of(), opinions))
                .state();
    }

    @Test
    void aPlanThatCannotBeIsRefused() {
        assertThatThrownBy(() -> plan(List.of("a"))).hasMessageContaining("2 to 10 arms");
        assertThatThrownBy(() -> plan(List.of("a", "candidate"))).hasMessageContaining("none of");
        assertThatThrownBy(() -> plan(List.of("a", "A"))).hasMessageContaining("must match");
    }

    private List<UserHistory> users(int countPerArm, double... rates) {
        List<UserHistory> users = new ArrayList<>();
        for (int i = 0; i < countPerArm; i++) {
            for (int arm = 0; arm < rates.length; arm++) {
                users.add(new UserHistory(Character.toString('a' + arm), tasks(3, rates[arm]), ArmSums.NONE));
            }
        }
        return users;
    }

    private ArmSums tasks(int count, double rate) {
        long completed = 0;
        for (int i = 0; i < count; i++) {
            completed += random.nextDouble() < rate ? 1 : 0;
        }
        return new ArmSums(count, 0, 0, 0, 0, 0, count, completed, 0, 0, 0);
    }

    private static Look look(TrialPlan plan, int day, List<UserHistory> users) {
        return new TrialJudge(plan).look(TrialState.begun(plan), seen(day, users));
    }

    private static Seen seen(int day, List<UserHistory> users) {
        return new Seen(BEGUN.plus(Duration.ofDays(day)), BEGUN, users, List.of());
    }
}
