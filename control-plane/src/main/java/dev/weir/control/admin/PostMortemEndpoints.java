package dev.weir.control.admin;

import dev.weir.control.admin.ReviewEndpoints.ReviewMessage;
import dev.weir.control.evaluation.review.BadAnswers;
import dev.weir.control.evaluation.review.BadAnswers.BadAnswer;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Scope;
import dev.weir.control.rollout.Metric;
import dev.weir.control.rollout.Phase;
import dev.weir.control.rollout.journal.RolloutRecord;
import dev.weir.control.rollout.journal.SliceStore.Sample;
import dev.weir.control.rollout.live.Arm;
import dev.weir.control.rollout.live.RolloutStore;
import dev.weir.control.rollout.postmortem.Finding;
import dev.weir.control.rollout.postmortem.PostMortem;
import dev.weir.control.rollout.postmortem.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/** Where a candidate was worse that was rolled back: a function of what is kept, so it is there as soon as somebody asks. */
@RestController
public final class PostMortemEndpoints {
    private static final int SAMPLES_MAX = 20;
    private static final String OF = " of ";

    private final RolloutStore store;
    private final BadAnswers worst;

    public PostMortemEndpoints(RolloutStore store, BadAnswers worst) {
        this.store = store;
        this.worst = worst;
    }

    /** A slice in which the candidate was worse; shares and differences with 95 %. */
    public record FindingView(
            Metric metric,
            String dimension,
            String value,
            long candidateCount,
            long candidateBadCount,
            long baselineCount,
            long baselineBadCount,
            double candidateLower,
            double candidateUpper,
            double differenceLower,
            double differenceUpper,
            double log10E) {
        static FindingView of(Finding finding) {
            String[] question = finding.slice().dimension().split(OF, 2);
            return new FindingView(
                    Metric.valueOf(question[1]),
                    question[0],
                    finding.slice().value(),
                    finding.counts().candidateCount(),
                    finding.counts().candidateBadCount(),
                    finding.counts().baselineCount(),
                    finding.counts().baselineBadCount(),
                    finding.candidateShare().lower(),
                    finding.candidateShare().upper(),
                    finding.difference().lower(),
                    finding.difference().upper(),
                    finding.log10E());
        }
    }

    /** A bad answer, by its names: the text is where its tenant keeps texts, if anywhere. */
    public record SampleView(String requestId, String callId, Metric metric, String tenant, String queryType) {
        static SampleView of(Sample sample) {
            return new SampleView(
                    sample.requestId(), sample.callId(), sample.metric(), sample.tenant(), sample.queryType());
        }
    }

    /**
     * An answer that the judge found bad, of a tenant who allows people to see it.
     *
     * @param baselineAnswer what the baseline says to the same conversation: in the shadow what its caller saw, otherwise asked afterwards
     * @param quality from 0 to 1
     * @param reason in the judge's words
     */
    public record WorstAnswer(
            String callId,
            List<ReviewMessage> messages,
            String answer,
            @Nullable String baselineAnswer,
            boolean hallucinated,
            double quality,
            String judgeVersion,
            String reason) {
        static WorstAnswer of(BadAnswer bad) {
            return new WorstAnswer(
                    bad.callId(),
                    ReviewEndpoints.conversation(bad.conversation()),
                    bad.answer(),
                    bad.baselineAnswer(),
                    bad.hallucinated(),
                    bad.quality(),
                    bad.judgeVersion(),
                    bad.reason());
        }
    }

    /**
     * What was found.
     *
     * @param findings those with most evidence first; at most one in twenty is expected to be false
     * @param worst the candidate's, as the judge sees it; null for callers who may not see what was said
     */
    public record PostMortemView(
            String rolloutId,
            List<FindingView> findings,
            List<SampleView> candidate,
            List<SampleView> baseline,
            @Nullable List<WorstAnswer> worst) {}

    @GetMapping("/admin/rollouts/{id}/post-mortem")
    Mono<PostMortemView> rolloutPostMortem(
            @RequestAttribute(AdminAccess.CALLER) Caller caller, @PathVariable String id) {
        return Refusals.ask(store.database(), () -> {
            RolloutRecord kept = store.journal()
                    .find(id)
                    .orElseThrow(() ->
                            new ResponseStatusException(HttpStatus.NOT_FOUND, "there is no rollout '" + id + "'"));
            if (kept.report().phase() != Phase.ROLLED_BACK) {
                throw new ResponseStatusException(
                        HttpStatus.CONFLICT, "the rollout was not rolled back, so there is nothing to find out");
            }
            PostMortem postMortem = new PostMortem();
            // One family over all metrics: the share of false findings is bounded over everything that is shown.
            store.slices()
                    .slices(id)
                    .forEach(sliced -> postMortem.add(
                            new Slice(
                                    sliced.slice().dimension()
                                            + OF
                                            + sliced.metric().name(),
                                    sliced.slice().value()),
                            sliced.counts()));
            return new PostMortemView(
                    id,
                    postMortem.findings().stream().map(FindingView::of).toList(),
                    samples(id, true),
                    samples(id, false),
                    caller.may(Scope.OPERATE)
                            ? worst.of(new Arm(id, true).text()).stream()
                                    .map(WorstAnswer::of)
                                    .toList()
                            : null);
        });
    }

    private List<SampleView> samples(String id, boolean candidate) {
        return store.slices().samples(id, candidate, SAMPLES_MAX).stream()
                .map(SampleView::of)
                .toList();
    }
}
