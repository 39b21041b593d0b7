package dev.weir.control.admin;

import dev.weir.control.evaluation.archive.GoldenVersion;
import dev.weir.control.evaluation.judge.Agreement;
import dev.weir.control.evaluation.judge.CorrectedAccuracy;
import dev.weir.control.evaluation.review.Corrections;
import dev.weir.control.evaluation.review.Corrections.Proposal;
import dev.weir.control.evaluation.review.Opinion;
import dev.weir.control.evaluation.review.ReviewDesk;
import dev.weir.control.evaluation.review.ReviewReport;
import dev.weir.control.evaluation.review.ReviewReports;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Scope;
import dev.weir.control.statistics.Interval;
import dev.weir.control.statistics.Proportion;
import dev.weir.control.storage.Database;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * What people think of answers. Whoever may operate Weir may grade and decide, though never about a correction of their own; who may only look
 * sees figures and no conversations.
 */
@RestController
public final class ReviewEndpoints {
    private static final double Z = 1.96;

    private final Database database;
    private final ReviewDesk desk;
    private final Corrections corrections;
    private final ReviewReports reports;

    public ReviewEndpoints(Database database, ReviewDesk desk, Corrections corrections, ReviewReports reports) {
        this.database = database;
        this.desk = desk;
        this.corrections = corrections;
        this.reports = reports;
    }

    /** A message of a conversation. */
    public record ReviewMessage(String role, String content) {}

    /** An answer to be graded, and nothing of who gave it. */
    public record ReviewTask(String id, List<ReviewMessage> messages, String answer) {}

    /** What waits for who asks; {@code tasks} are the first of {@code waitingCount}. */
    public record ReviewQueue(List<ReviewTask> tasks, long waitingCount) {}

    /**
     * A grade.
     *
     * @param code three keys: {@code c}orrect, {@code i}ncorrect or {@code u}nsure; how helpful, 1 to 5; {@code s}afe, or {@code x}
     *     where it is not
     * @param correction what an incorrect answer should have said
     */
    public record NewGrade(
            String code,
            @Nullable String correction,
            @Nullable String note) {}

    /** A grade as it was understood, and the correction that is proposed by it. */
    public record GradeTaken(
            Opinion.Accuracy accuracy,
            int helpfulness,
            boolean safe,
            @Nullable String proposalId) {}

    /** A share, with the bounds that it is between with 95 %. */
    public record ReviewShare(double share, double low, double high, long count) {
        static @Nullable ReviewShare of(@Nullable Proportion proportion) {
            if (proportion == null) {
                return null;
            }
            Interval interval = proportion.wilson(Z);
            return new ReviewShare(proportion.share(), interval.lower(), interval.upper(), proportion.count());
        }
    }

    /** How far one rater agrees with another on passed and failed; the rates are those of the first, where the second is believed. */
    public record RaterAgreement(double kappa, double truePositiveRate, double trueNegativeRate, int count) {
        static RaterAgreement of(Agreement agreement) {
            return new RaterAgreement(
                    agreement.kappa(), agreement.truePositiveRate(), agreement.trueNegativeRate(), agreement.count());
        }
    }

    /**
     * A judge beside people; {@code trustworthy} where it may stand in for them.
     *
     * @param accuracy of the model, by the judge's verdicts on all answers, which people's put right; null where there are too few of either
     */
    public record JudgeCalibration(
            String judgeVersion,
            RaterAgreement agreement,
            boolean trustworthy,
            @Nullable CorrectedAccuracy accuracy) {}

    /**
     * What people found out about a model, over the last four weeks and this one.
     *
     * @param correct of the uniform half of the samples; null where none is graded
     * @param helpfulnessKappa of two people, weighed by the square of the difference
     */
    public record ReviewSummary(
            String model,
            int drawnCount,
            int gradedCount,
            int disputedCount,
            int unsafeCount,
            @Nullable ReviewShare correct,
            @Nullable Double meanHelpfulness,
            RaterAgreement accuracyBetweenPeople,
            RaterAgreement safetyBetweenPeople,
            double helpfulnessKappa,
            List<JudgeCalibration> judges) {
        static ReviewSummary of(ReviewReport report) {
            return new ReviewSummary(
                    report.model(),
                    report.drawnCount(),
                    report.gradedCount(),
                    report.disputedCount(),
                    report.unsafeCount(),
                    ReviewShare.of(report.correct()),
                    report.meanHelpfulness(),
                    RaterAgreement.of(report.people().accuracy()),
                    RaterAgreement.of(report.people().safety()),
                    report.people().helpfulness().value(),
                    report.judges().entrySet().stream()
                            .map(judge -> new JudgeCalibration(
                                    judge.getKey(),
                                    RaterAgreement.of(judge.getValue().agreement()),
                                    judge.getValue().agreement().isTrustworthy(),
                                    judge.getValue().accuracy()))
                            .toList());
        }
    }

    /** A correction on its way into the golden set. */
    public record Correction(
            String id,
            List<ReviewMessage> messages,
            String answer,
            String correction,
            String author,
            Instant proposedAt,
            Corrections.State state,
            @Nullable String decidedBy,
            @Nullable Instant decidedAt,
            @Nullable String reason,
            @Nullable String goldenHash) {
        static Correction of(Proposal proposal) {
            return new Correction(
                    proposal.id(),
                    conversation(proposal.conversation()),
                    proposal.answer(),
                    proposal.correction(),
                    proposal.author(),
                    proposal.proposedAt(),
                    proposal.state(),
                    proposal.decidedBy(),
                    proposal.decidedAt(),
                    proposal.reason(),
                    proposal.goldenHash());
        }
    }

    /** What becomes of a correction, and why; a rejection has to say. */
    public record CorrectionDecision(
            boolean approved, @Nullable String reason) {}

    /** What waits for a grade of who asks. */
    @GetMapping("/admin/reviews")
    Mono<ReviewQueue> reviewQueue(@RequestAttribute(AdminAccess.CALLER) Caller caller) {
        return Refusals.ask(database, () -> {
            caller.require(Scope.OPERATE);
            List<ReviewTask> tasks = desk.waitingFor(reviewer(caller)).stream()
                    .map(task -> new ReviewTask(task.id(), conversation(task.conversation()), task.answer()))
                    .toList();
            return new ReviewQueue(tasks, desk.waitingCount(reviewer(caller)));
        });
    }

    /** A person with several keys is one person. */
    private static String reviewer(Caller caller) {
        return caller.userId() == null ? caller.actor() : "user:" + caller.userId();
    }

    static List<ReviewMessage> conversation(String json) {
        return json.isEmpty() ? List.of() : List.of(JsonMapper.shared().readValue(json, ReviewMessage[].class));
    }

    @PostMapping("/admin/reviews/{id}")
    Mono<GradeTaken> grade(
            @RequestAttribute(AdminAccess.CALLER) Caller caller, @PathVariable String id, @RequestBody NewGrade grade) {
        return Refusals.ask(database, () -> {
            ReviewDesk.Given given =
                    desk.give(id, reviewer(caller), Opinion.of(grade.code(), grade.correction(), grade.note()));
            Opinion opinion = given.opinion();
            return new GradeTaken(opinion.accuracy(), opinion.helpfulness(), opinion.safe(), given.proposalId());
        });
    }

    /** How often each model is right, and how far people and judges agree. */
    @GetMapping("/admin/reviews/summary")
    Mono<List<ReviewSummary>> reviewSummary() {
        return Refusals.ask(
                database, () -> reports.all().stream().map(ReviewSummary::of).toList());
    }

    @GetMapping("/admin/reviews/corrections")
    Mono<List<Correction>> corrections(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @RequestParam(defaultValue = "PROPOSED") Corrections.State state) {
        return Refusals.ask(database, () -> {
            caller.require(Scope.OPERATE);
            return corrections.in(state).stream().map(Correction::of).toList();
        });
    }

    /** Somebody else than its author decides. */
    @PostMapping("/admin/reviews/corrections/{id}/decision")
    Mono<Correction> decideCorrection(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String id,
            @RequestBody CorrectionDecision decision) {
        String reason = decision.reason() == null ? "" : decision.reason();
        return Refusals.ask(
                database, () -> Correction.of(corrections.decide(id, decision.approved(), reviewer(caller), reason)));
    }

    /** The next version of the golden set, with all corrections that are approved. */
    @PostMapping("/admin/reviews/corrections/publication")
    Mono<GoldenVersion> publishCorrections(
            @RequestAttribute(AdminAccess.CALLER) Caller caller, @RequestParam(defaultValue = "") String note) {
        return Refusals.ask(database, () -> corrections.publish(caller.actor(), note));
    }
}
