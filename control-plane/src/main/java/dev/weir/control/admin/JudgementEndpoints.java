package dev.weir.control.admin;

import dev.weir.control.rollout.live.ArmJudgements;
import dev.weir.control.rollout.live.LiveCounts.Judgement;
import java.util.List;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Where judges outside Weir say what they think of answers, to the replica that gave them. */
@RestController
public final class JudgementEndpoints {
    private static final int JUDGEMENTS_MAX = 1_000;

    private final ArmJudgements arms;

    public JudgementEndpoints(ArmJudgements arms) {
        this.arms = arms;
    }

    /** What is thought of the answer to a request, by the id that its answer carried. */
    public record AnswerJudgement(String requestId, boolean hallucination, boolean lowQuality) {}

    public record Judgements(List<AnswerJudgement> judgements) {}

    /** How many were of requests of a rollout that are remembered, and how many were not. */
    public record JudgementsTaken(int takenCount, int unknownCount) {}

    @PostMapping("/admin/judgements")
    JudgementsTaken judge(@RequestBody Judgements order) {
        if (order.judgements().size() > JUDGEMENTS_MAX) {
            throw Refusals.badRequest(new IllegalArgumentException(
                    "at most " + JUDGEMENTS_MAX + " judgements at once: send the rest after"));
        }
        int taken = 0;
        for (AnswerJudgement judgement : order.judgements()) {
            boolean known = arms.judged(
                    judgement.requestId(), new Judgement(judgement.hallucination(), judgement.lowQuality()));
            taken += known ? 1 : 0;
        }
        return new JudgementsTaken(taken, order.judgements().size() - taken);
    }
}
