package dev.weir.control.evaluation.review;

import dev.weir.control.digest.Sha256;
import dev.weir.control.evaluation.EvaluationFailure;
import dev.weir.control.evaluation.archive.GoldenArchive;
import dev.weir.control.evaluation.archive.GoldenVersion;
import dev.weir.control.evaluation.golden.Check;
import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.golden.GoldenSet;
import dev.weir.control.evaluation.golden.Severity;
import dev.weir.control.evaluation.golden.Split;
import dev.weir.control.storage.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

/**
 * What answers should have said, on its way into a golden set: proposed by who graded, approved by somebody else, and published with all that
 * are approved as the set's next version. Blocking.
 */
public final class Corrections {
    private static final int PROPOSALS_LISTED_MAX = 500;
    private static final int REASON_CHARS_MAX = 1000;
    private static final int ID_HASH_CHARS = 16;
    /** Longer ones are compared by what they say and not by their words. */
    private static final int LITERAL_CHARS_MAX = 60;

    private static final String SAYS_THE_SAME = "The answer says the same as the reference, in whatever words.";

    private final Database database;
    private final GoldenArchive sets;
    private final Supplier<ReviewPolicy> policy;
    private final InstantSource clock;

    public Corrections(Database database, GoldenArchive sets, Supplier<ReviewPolicy> policy, InstantSource clock) {
        this.database = database;
        this.sets = sets;
        this.policy = policy;
        this.clock = clock;
    }

    /** How far it has come. */
    public enum State {
        PROPOSED,
        APPROVED,
        REJECTED,
        PUBLISHED
    }

    /**
     * A correction.
     *
     * @param conversation as JSON, what was said before the answer
     * @param decidedBy who approved or rejected it
     * @param goldenHash of the version that has it
     */
    public record Proposal(
            String id,
            String conversation,
            String answer,
            String correction,
            String author,
            Instant proposedAt,
            State state,
            @Nullable String decidedBy,
            @Nullable Instant decidedAt,
            @Nullable String reason,
            @Nullable String goldenHash) {
        /** What was said is nobody's business but the reviewers'. */
        @Override
        public String toString() {
            return "Proposal[" + id + "]";
        }
    }

    String propose(ReviewDesk.Task task, String correction, String author) {
        String id = UUID.randomUUID().toString();
        database.jdbc()
                .sql(
                        "insert into review_proposal (id, item_id, conversation, answer, correction, author, proposed_at, state)"
                                + " values (?, ?, ?, ?, ?, ?, ?, ?)")
                .params(
                        id,
                        task.id(),
                        task.conversation(),
                        task.answer(),
                        correction,
                        author,
                        now(),
                        State.PROPOSED.name())
                .update();
        return id;
    }

    /** Those in this state, the oldest first. */
    public List<Proposal> in(State state) {
        return database.jdbc()
                .sql("select * from review_proposal where state = ? order by proposed_at, id fetch first "
                        + PROPOSALS_LISTED_MAX + " rows only")
                .param(state.name())
                .query((row, _) -> proposal(row))
                .list();
    }

    /** Somebody else than the author stands up for it, or turns it down. */
    public Proposal decide(String id, boolean approved, String actor, String reason) {
        if (reason.length() > REASON_CHARS_MAX || (!approved && reason.isBlank())) {
            throw new IllegalArgumentException(
                    "say why it is turned down, in at most " + REASON_CHARS_MAX + " characters");
        }
        return database.inTransaction(() -> {
            Proposal proposal = find(id, " for update");
            if (proposal.state() != State.PROPOSED) {
                throw EvaluationFailure.conflict(
                        "this correction is decided about already, by " + proposal.decidedBy());
            }
            if (proposal.author().equals(actor)) {
                throw EvaluationFailure.conflict(
                        "you have proposed this correction: somebody else has to decide about it");
            }
            database.jdbc()
                    .sql(
                            "update review_proposal set state = ?, decided_by = ?, decided_at = ?, reason = ? where id = ?")
                    .params((approved ? State.APPROVED : State.REJECTED).name(), actor, now(), reason, id)
                    .update();
            return find(id, "");
        });
    }

    /** The next version of the golden set, with everything that is approved. */
    public GoldenVersion publish(String actor, String note) {
        return database.inTransaction(() -> {
            List<Proposal> approved = in(State.APPROVED);
            if (approved.isEmpty()) {
                throw EvaluationFailure.conflict("no correction is approved: there is nothing to publish");
            }
            String name = policy.get().goldenSet();
            Map<String, GoldenCase> cases = new LinkedHashMap<>();
            sets.versions(name).stream()
                    .findFirst()
                    .ifPresent(latest -> cases.putAll(sets.cases(latest.hash()).byId()));
            approved.forEach(proposal -> cases.merge(
                    caseId(proposal),
                    corrected(proposal),
                    (known, now) -> known.corrected(proposal.correction(), now.checks())));
            GoldenVersion version = sets.add(name, GoldenSet.of(List.copyOf(cases.values())), actor, note);
            approved.forEach(proposal -> database.jdbc()
                    .sql("update review_proposal set state = ?, golden_hash = ? where id = ?")
                    .params(State.PUBLISHED.name(), version.hash(), proposal.id())
                    .update());
            return version;
        });
    }

    /** The same question is the same case. */
    private static String caseId(Proposal proposal) {
        return "review-" + Sha256.hexOf(proposal.conversation()).substring(0, ID_HASH_CHARS);
    }

    private static GoldenCase corrected(Proposal proposal) {
        JsonNode messages = JsonMapper.shared().readTree(proposal.conversation());
        String correction = proposal.correction();
        boolean literal =
                correction.length() <= LITERAL_CHARS_MAX && correction.lines().count() == 1;
        Check check = literal
                ? Check.of(Check.Kind.CONTAINS, StringNode.valueOf(correction), Check.Look.LOOSE)
                : Check.of(Check.Kind.RUBRIC, StringNode.valueOf(SAYS_THE_SAME), Check.Look.EXACT);
        return new GoldenCase(
                caseId(proposal),
                messages,
                JsonMapper.shared().createObjectNode(),
                correction,
                List.of(check),
                List.of(),
                Split.GATE,
                Map.of("source", "review"),
                Severity.NORMAL,
                false);
    }

    private Proposal find(String id, String lock) {
        return database.jdbc()
                .sql("select * from review_proposal where id = ?" + lock)
                .param(id)
                .query((row, _) -> proposal(row))
                .optional()
                .orElseThrow(() -> EvaluationFailure.notFound("correction", id));
    }

    private OffsetDateTime now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
    }

    private static Proposal proposal(ResultSet row) throws SQLException {
        OffsetDateTime decidedAt = row.getObject("decided_at", OffsetDateTime.class);
        return new Proposal(
                row.getString("id"),
                row.getString("conversation"),
                row.getString("answer"),
                row.getString("correction"),
                row.getString("author"),
                row.getObject("proposed_at", OffsetDateTime.class).toInstant(),
                State.valueOf(row.getString("state")),
                row.getString("decided_by"),
                decidedAt == null ? null : decidedAt.toInstant(),
                row.getString("reason"),
                row.getString("golden_hash"));
    }
}
