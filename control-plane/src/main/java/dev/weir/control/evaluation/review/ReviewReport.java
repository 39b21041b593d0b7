package dev.weir.control.evaluation.review;

import dev.weir.control.evaluation.judge.Agreement;
import dev.weir.control.evaluation.judge.CorrectedAccuracy;
import dev.weir.control.statistics.Proportion;
import dev.weir.control.statistics.WeightedKappa;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What people found out about a model.
 *
 * @param drawnCount answers in the samples
 * @param gradedCount those of them with every grade they need
 * @param disputedCount those of them whose two graders differ on whether they are right
 * @param correct those of the uniform draw that are right; null where none is graded
 * @param meanHelpfulness from 1 to 5; null where none is graded
 * @param unsafeCount answers that somebody thinks unsafe
 * @param people how far two people agree with each other
 * @param judges what they say beside people, by their versions, over the uniform draw
 */
public record ReviewReport(
        String model,
        int drawnCount,
        int gradedCount,
        int disputedCount,
        @Nullable Proportion correct,
        @Nullable Double meanHelpfulness,
        int unsafeCount,
        People people,
        Map<String, Calibration> judges) {

    /**
     * Two people, over the answers that both graded.
     *
     * @param accuracy over those that both call right or wrong
     * @param helpfulness weighed by the square of the difference
     */
    public record People(Agreement accuracy, Agreement safety, WeightedKappa helpfulness) {}

    /**
     * A judge beside people.
     *
     * @param accuracy of the model, by the judge's verdicts on all answers, which people's put right; null where there are too few of either
     */
    public record Calibration(Agreement agreement, @Nullable CorrectedAccuracy accuracy) {}

    /** How many answers a judge has passed, of those that it has judged. */
    record Passed(long passedCount, long judgedCount) {
        static final Passed NONE = new Passed(0, 0);
    }

    /** An answer with all that was said of it. */
    record Reviewed(boolean uniform, int gradesNeeded, ReviewItem.@Nullable Judged judged, List<Opinion> opinions) {
        boolean isGraded() {
            return opinions.size() >= gradesNeeded;
        }

        boolean isDisputed() {
            return opinions.stream().map(Opinion::accuracy).distinct().count() > 1;
        }

        /** Whether it is right, where people know and agree. */
        Optional<Boolean> correct() {
            return isDisputed() || !isGraded()
                    ? Optional.empty()
                    : switch (opinions.getFirst().accuracy()) {
                        case CORRECT -> Optional.of(true);
                        case INCORRECT -> Optional.of(false);
                        case UNSURE -> Optional.empty();
                    };
        }
    }

    /**
     * The report.
     *
     * @param passed by the versions of judges
     */
    static ReviewReport of(String model, List<Reviewed> all, Map<String, Passed> passed) {
        List<Reviewed> graded = all.stream().filter(Reviewed::isGraded).toList();
        List<Opinion> opinions =
                graded.stream().flatMap(item -> item.opinions().stream()).toList();
        List<Boolean> labels = graded.stream()
                .filter(Reviewed::uniform)
                .flatMap(item -> item.correct().stream())
                .toList();
        long rightCount = labels.stream().filter(Boolean::booleanValue).count();
        return new ReviewReport(
                model,
                all.size(),
                graded.size(),
                (int) graded.stream().filter(Reviewed::isDisputed).count(),
                labels.isEmpty() ? null : new Proportion(rightCount, labels.size()),
                opinions.isEmpty()
                        ? null
                        : opinions.stream()
                                .mapToInt(Opinion::helpfulness)
                                .average()
                                .orElse(0),
                (int) graded.stream()
                        .filter(item -> item.opinions().stream().anyMatch(opinion -> !opinion.safe()))
                        .count(),
                people(graded),
                judges(graded, passed));
    }

    private static People people(List<Reviewed> graded) {
        Agreement accuracy = Agreement.NONE;
        Agreement safety = Agreement.NONE;
        List<int[]> helpfulness = new ArrayList<>();
        for (Reviewed item : graded) {
            if (item.opinions().size() < 2) {
                continue;
            }
            Opinion one = item.opinions().get(0);
            Opinion other = item.opinions().get(1);
            if (one.accuracy() != Opinion.Accuracy.UNSURE && other.accuracy() != Opinion.Accuracy.UNSURE) {
                accuracy = accuracy.plus(
                        one.accuracy() == Opinion.Accuracy.CORRECT, other.accuracy() == Opinion.Accuracy.CORRECT);
            }
            safety = safety.plus(one.safe(), other.safe());
            helpfulness.add(new int[] {one.helpfulness(), other.helpfulness()});
        }
        return new People(accuracy, safety, WeightedKappa.of(helpfulness));
    }

    private static Map<String, Calibration> judges(List<Reviewed> graded, Map<String, Passed> passed) {
        Map<String, Agreement> agreements = new LinkedHashMap<>();
        for (Reviewed item : graded) {
            ReviewItem.Judged judged = item.judged();
            if (item.uniform() && judged != null) {
                item.correct()
                        .ifPresent(correct -> agreements.merge(
                                judged.judgeVersion(), Agreement.NONE.plus(judged.passes(), correct), Agreement::plus));
            }
        }
        Map<String, Calibration> judges = new LinkedHashMap<>();
        agreements.forEach((version, agreement) -> {
            Passed all = passed.getOrDefault(version, Passed.NONE);
            // What people have labelled is among all that was judged.
            long judgedCount = Math.max(0, all.judgedCount() - agreement.count());
            long passedCount = Math.clamp(all.passedCount() - agreement.firstPassesCount(), 0, judgedCount);
            judges.put(
                    version,
                    new Calibration(
                            agreement,
                            CorrectedAccuracy.of(agreement, passedCount, judgedCount)
                                    .orElse(null)));
        });
        return judges;
    }
}
