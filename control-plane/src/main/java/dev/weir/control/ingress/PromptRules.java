package dev.weir.control.ingress;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.PromptText;
import dev.weir.control.compression.Compression;
import dev.weir.control.compression.CompressionRules;
import dev.weir.control.guard.GuardRules;
import dev.weir.control.guard.Inspection;
import dev.weir.control.guard.PersonalData;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a tenant's prompts for one model are looked at by. */
record PromptRules(Optional<GuardRules.Rule> guard, Optional<CompressionRules.Rule> shorter) {
    private static final Logger log = LoggerFactory.getLogger(PromptRules.class);

    boolean areNone() {
        return guard.isEmpty() && shorter.isEmpty();
    }

    /**
     * What a look at a prompt came to.
     *
     * @param changed the body as it goes on, where it is another
     */
    record Look(Optional<Inspection> inspection, Optional<Compression> compression, Optional<JsonBody> changed) {
        /** Of a body that no engine would take. */
        private static final Look NOTHING = new Look(Optional.empty(), Optional.empty(), Optional.empty());

        Outcome outcome(PromptRules rules) {
            return new Outcome(
                    rules,
                    inspection.flatMap(Inspection::blocked),
                    inspection.map(Inspection::note).orElse(""),
                    changed.flatMap(_ -> rules.redacted(inspection)),
                    compression.map(Look::text).orElse(""),
                    changed);
        }

        private static String text(Compression saved) {
            return String.format(
                    Locale.ROOT, "context of %d characters to %d", saved.charsBefore(), saved.charsAfter());
        }
    }

    /**
     * What is kept of a look, for every model that has the same rules.
     *
     * @param blocked why no such model may be asked
     * @param guard for the ledger
     * @param redacted what was taken out, for the caller
     * @param compression for both; empty where nothing was shortened
     * @param changed the body as it goes on, where it is another
     */
    record Outcome(
            PromptRules rules,
            Optional<String> blocked,
            String guard,
            Optional<String> redacted,
            String compression,
            Optional<JsonBody> changed) {

        /** The request as it goes on to its model. */
        CompletionRequest of(CompletionRequest request) {
            return changed.map(body -> RoutingFields.read(body)
                            .withModel(request.withModel(request.model(), body), request.model()))
                    .orElse(request);
        }
    }

    private Optional<String> redacted(Optional<Inspection> inspection) {
        return inspection
                .filter(found -> !found.personal().isEmpty())
                .filter(_ -> guard.flatMap(GuardRules.Rule::personal)
                        .filter(asked -> asked.action() == GuardRules.Action.REDACT)
                        .isPresent())
                .map(found -> PersonalData.summary(found.personal()) + " redacted");
    }

    /** Pure. */
    Look look(CompletionRequest request) {
        Optional<PromptTexts> read = PromptTexts.read(request.body());
        if (read.isEmpty()) {
            return Look.NOTHING;
        }
        List<PromptText> asked = read.get().texts();
        Optional<Inspection> inspection = guard.map(rule -> Inspection.of(asked, rule));
        if (inspection.flatMap(Inspection::blocked).isPresent()) {
            return new Look(inspection, Optional.empty(), Optional.empty());
        }
        List<PromptText> kept = inspection.map(Inspection::texts).orElse(asked);
        Optional<Compression> compression = shorter.flatMap(rule -> shortened(kept, rule, request));
        List<PromptText> goingOn = compression.map(Compression::texts).orElse(kept);
        return new Look(
                inspection,
                compression,
                goingOn.equals(asked)
                        ? Optional.empty()
                        : Optional.of(read.get().with(goingOn)));
    }

    /** Whatever goes wrong, a prompt can be answered as it came. */
    private static Optional<Compression> shortened(
            List<PromptText> texts, CompressionRules.Rule rule, CompletionRequest request) {
        try {
            return Optional.of(Compression.of(texts, rule)).filter(Compression::hasSaved);
        } catch (RuntimeException | StackOverflowError failure) {
            log.warn("request {} goes on with all its context: {}", request.id(), failure.toString());
            return Optional.empty();
        }
    }
}
