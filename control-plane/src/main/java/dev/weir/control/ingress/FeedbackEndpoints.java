package dev.weir.control.ingress;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weir.control.accounting.Feedback;
import dev.weir.control.accounting.FeedbackRules;
import dev.weir.control.accounting.FeedbackStore;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Scope;
import dev.weir.control.storage.Database;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Where applications tell what their users think of answers, by the ids that those carried. */
@RestController
public final class FeedbackEndpoints {
    /** As many characters as are kept of who says it. */
    private static final int USER_CHARS_MAX = 200;

    private final Doorkeeper doorkeeper;
    private final Database database;
    private final FeedbackStore store;
    private final Supplier<FeedbackRules> rules;
    private final InstantSource clock;

    public FeedbackEndpoints(
            Doorkeeper doorkeeper,
            Database database,
            FeedbackStore store,
            Supplier<FeedbackRules> rules,
            InstantSource clock) {
        this.doorkeeper = doorkeeper;
        this.database = database;
        this.store = store;
        this.rules = rules;
        this.clock = clock;
    }

    /**
     * What somebody thinks.
     *
     * @param requestId that the answer carried in {@code x-request-id}
     * @param user who thinks so; the caller where absent
     * @param thumbs {@code up} or {@code down}
     * @param completed whether the answer did what it was asked for
     */
    record FeedbackOrder(
            @JsonProperty("request_id") @Nullable String requestId,
            @Nullable String user,
            @Nullable String thumbs,
            @Nullable Boolean completed,
            @Nullable String comment) {}

    /** What was kept of it. */
    record FeedbackTaken(
            String object,
            @JsonProperty("request_id") String requestId,
            @JsonProperty("comment_kept") boolean commentKept) {}

    @PostMapping("/v1/feedback")
    Mono<FeedbackTaken> feedback(ServerWebExchange exchange, @RequestBody FeedbackOrder order) {
        return doorkeeper.admit(exchange, Scope.INFERENCE).flatMap(caller -> {
            String requestId = required(order.requestId());
            String user = order.user() == null || order.user().isBlank() ? caller.actor() : order.user();
            if (user.length() > USER_CHARS_MAX) {
                throw new Refusal(OpenAiError.badField("user", "must have at most " + USER_CHARS_MAX + " characters"));
            }
            Feedback said = said(order);
            return database.<FeedbackTaken>ask(() -> keep(caller, requestId, user, said));
        });
    }

    private FeedbackTaken keep(Caller caller, String requestId, String user, Feedback said) {
        String tenant = caller.tenant().id();
        Optional<String> call = store.callOf(tenant, requestId);
        if (call.isEmpty()) {
            throw new Refusal(new OpenAiError(
                    404,
                    "invalid_request_error",
                    "there is no request '" + requestId
                            + "' of yours: take the id from the answer's header x-request-id;"
                            + " it is known about a second after the answer has ended",
                    "request_id",
                    "request_not_found",
                    null));
        }
        Feedback kept = rules.get().kept(tenant, said);
        store.keep(call.get(), user, kept, clock.instant());
        return new FeedbackTaken("feedback", requestId, kept.comment() != null);
    }

    private static String required(@Nullable String requestId) {
        if (requestId == null || requestId.isBlank()) {
            throw new Refusal(
                    OpenAiError.badField("request_id", "is missing: it is in the answer's header x-request-id"));
        }
        return requestId;
    }

    private static Feedback said(FeedbackOrder order) {
        Boolean liked = switch (order.thumbs()) {
            case null -> null;
            case "up" -> true;
            case "down" -> false;
            default -> throw new Refusal(OpenAiError.badField("thumbs", "must be \"up\" or \"down\""));
        };
        if (liked == null && order.completed() == null && order.comment() == null) {
            throw new Refusal(OpenAiError.badField("thumbs", "or `completed` or `comment` must be there"));
        }
        try {
            return Feedback.ofUser(liked, order.completed(), order.comment());
        } catch (IllegalArgumentException invalid) {
            throw new Refusal(OpenAiError.badField("comment", "is too long: " + invalid.getMessage()));
        }
    }
}
