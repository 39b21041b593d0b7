package dev.weir.control.evaluation.review;

import dev.weir.control.evaluation.QualityEvent.Scored;
import dev.weir.control.evaluation.QualityEvent.Subject;
import dev.weir.control.evaluation.live.JudgedAnswers;
import dev.weir.control.evaluation.live.LiveAnswer;
import dev.weir.control.evaluation.run.ModelServer;
import dev.weir.control.storage.Database;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The worst answers of a rollout's candidate, with the judge's reasons and with what the baseline answers to the same conversation: for whoever
 * asks after a rollback what was wrong. Only of tenants who allow people to see what was said, and for as long. Blocking.
 */
public final class BadAnswers implements JudgedAnswers {
    /** As many of a rollout are enough to look at. */
    private static final int KEPT_MAX = 20;

    private static final int CONVERSATION_CHARS_MAX = 64 << 10;
    private static final int ANSWER_TOKENS_MAX = 512;
    private static final Logger log = LoggerFactory.getLogger(BadAnswers.class);

    private final Database database;
    private final Supplier<ReviewPolicy> policy;
    private final ModelServer server;
    private final Function<String, Optional<String>> baselines;

    /**
     * Of rollouts, whichever there are.
     *
     * @param baselines from a candidate's arm to the version that its rollout would go back to; empty for any other
     */
    public BadAnswers(
            Database database,
            Supplier<ReviewPolicy> policy,
            ModelServer server,
            Function<String, Optional<String>> baselines) {
        this.database = database;
        this.policy = policy;
        this.server = server;
        this.baselines = baselines;
    }

    /**
     * An answer and what was wrong with it.
     *
     * @param conversation as JSON, what was said before
     * @param baselineAnswer to the same: in the shadow the caller's, otherwise asked for afterwards, greedily; null where there was none
     */
    public record BadAnswer(
            String callId,
            String conversation,
            String answer,
            @Nullable String baselineAnswer,
            boolean hallucinated,
            double quality,
            String judgeVersion,
            String reason) {
        /** What was said is nobody's business but the reviewers'. */
        @Override
        public String toString() {
            return "BadAnswer[" + callId + "]";
        }
    }

    /** With a verdict it is called on a judge's thread, which may wait. */
    @Override
    public void over(LiveAnswer answer, @Nullable Scored verdict) {
        String arm = answer.subject().arm();
        String tenant = answer.subject().tenant();
        if (verdict != null && arm != null && isWanted(answer, verdict, tenant)) {
            baselines
                    .apply(arm)
                    .ifPresent(baseline -> keepIfWorse(answer, arm, tenant, verdict, () -> answerOf(baseline, answer)));
        }
    }

    /**
     * What a candidate has answered in the shadow.
     *
     * @param arm the candidate's, whose answer it will be if users come to see any
     * @param baseline what was answered to the same request, whose caller's the conversation is
     */
    public void inShadow(String arm, LiveAnswer answer, Scored verdict, LiveAnswer baseline) {
        String tenant = baseline.subject().tenant();
        if (isWanted(answer, verdict, tenant)) {
            keepIfWorse(answer, arm, tenant, verdict, baseline::text);
        }
    }

    private boolean isWanted(LiveAnswer answer, Scored verdict, String tenant) {
        return (!verdict.pass() || verdict.hallucinated())
                && policy.get().tenants().contains(tenant)
                && answer.messages().toString().length() <= CONVERSATION_CHARS_MAX;
    }

    private void keepIfWorse(
            LiveAnswer answer, String arm, String tenant, Scored verdict, Supplier<@Nullable String> beside) {
        try {
            OptionalDouble best = bestKept(arm);
            if (best.isEmpty() || verdict.quality() < best.getAsDouble()) {
                keep(answer, arm, tenant, verdict, beside.get());
            }
        } catch (DataAccessException | TransactionException failure) {
            log.warn("a bad answer is not kept: {}", failure.getMessage());
        }
    }

    /** The quality that an answer has to be below to be kept; empty while there is room. */
    private OptionalDouble bestKept(String arm) {
        return database.jdbc()
                .sql("select quality from bad_answer where arm = ? order by quality, call_id offset ? rows"
                        + " fetch first 1 rows only")
                .params(arm, KEPT_MAX - 1)
                .query(Double.class)
                .optional()
                .map(OptionalDouble::of)
                .orElse(OptionalDouble.empty());
    }

    private void keep(LiveAnswer answer, String arm, String tenant, Scored verdict, @Nullable String beside) {
        Subject subject = answer.subject();
        database.<Integer>inTransaction(() -> {
            database.jdbc()
                    .sql("insert into bad_answer (call_id, arm, tenant, at, conversation, answer, baseline_answer,"
                            + " hallucinated, quality, judge_version, reason) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                            + " on conflict do nothing")
                    .param(subject.callId())
                    .param(arm)
                    .param(tenant)
                    .param(subject.at().atOffset(ZoneOffset.UTC))
                    .param(answer.messages().toString())
                    .param(answer.text())
                    .param(beside)
                    .param(verdict.hallucinated())
                    .param(verdict.quality())
                    .param(verdict.judgeVersion())
                    .param(verdict.reason())
                    .update();
            return database.jdbc()
                    .sql("delete from bad_answer where call_id in (select call_id from bad_answer where arm = ?"
                            + " order by quality, call_id offset ? rows)")
                    .params(arm, KEPT_MAX)
                    .update();
        });
    }

    private @Nullable String answerOf(String model, LiveAnswer answer) {
        ObjectNode question =
                JsonMapper.shared().createObjectNode().put("temperature", 0).put("max_tokens", ANSWER_TOKENS_MAX);
        question.set("messages", answer.messages());
        try {
            return server.chat(model, question).text();
        } catch (IOException _) {
            return null; // the judge's reasons are worth keeping without it
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** Those of an arm, the worst first. */
    public List<BadAnswer> of(String arm) {
        return database.jdbc()
                .sql("select * from bad_answer where arm = ? order by quality, call_id fetch first " + KEPT_MAX
                        + " rows only")
                .param(arm)
                .query((row, _) -> new BadAnswer(
                        row.getString("call_id"),
                        row.getString("conversation"),
                        row.getString("answer"),
                        row.getString("baseline_answer"),
                        row.getBoolean("hallucinated"),
                        row.getDouble("quality"),
                        row.getString("judge_version"),
                        row.getString("reason")))
                .list();
    }
}
