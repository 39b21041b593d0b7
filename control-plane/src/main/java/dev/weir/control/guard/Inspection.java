package dev.weir.control.guard;

import dev.weir.control.completion.PromptText;
import dev.weir.control.guard.GuardRules.Action;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a look at a prompt came to. Only texts from outside are looked at: what the application says to its model itself is its own.
 *
 * @param blocked why the request is refused, if it is
 * @param texts of the prompt as they go on, one for each that was looked at
 * @param injection the highest score of all texts, where it was asked for
 * @param personal what was found, by kind
 * @param note for the ledger, without anything of the prompt; empty where there is nothing to say
 */
public record Inspection(
        Optional<String> blocked,
        List<PromptText> texts,
        Optional<Injection> injection,
        Map<PersonalKind, Integer> personal,
        String note) {
    public Inspection {
        texts = List.copyOf(texts);
        personal = Map.copyOf(personal);
    }

    /** Looks at a prompt by a rule. Pure. */
    public static Inspection of(List<PromptText> texts, GuardRules.Rule rule) {
        Optional<Injection> injection = rule.injection().map(_ -> worst(texts));
        boolean attempt = injection
                .filter(found -> found.score() >= rule.injection().orElseThrow().scoreMin())
                .isPresent();
        Map<PersonalKind, Integer> personal = new EnumMap<>(PersonalKind.class);
        List<PromptText> goingOn =
                rule.personal().map(asked -> examined(texts, asked, personal)).orElse(texts);
        List<String> notes = new ArrayList<>();
        List<String> blocked = new ArrayList<>();
        if (attempt) {
            boolean blocks = rule.injection().orElseThrow().action() == Action.BLOCK;
            String what = String.format(
                    Locale.ROOT, "injection %.2f", injection.orElseThrow().score());
            notes.add(what + (blocks ? " blocked" : " counted") + ": "
                    + String.join(", ", injection.orElseThrow().signals()));
            if (blocks) {
                blocked.add(
                        "it looks like an attempt to override instructions"); // by which signs, attackers need not know
            }
        }
        if (!personal.isEmpty()) {
            Action action = rule.personal().orElseThrow().action();
            String found = PersonalData.summary(personal);
            notes.add(found
                    + switch (action) {
                        case COUNT -> " counted";
                        case REDACT -> " redacted";
                        case BLOCK -> " blocked";
                    });
            if (action == Action.BLOCK) {
                blocked.add("it has personal data (" + found + ")");
            }
        }
        return new Inspection(
                blocked.stream().reduce((one, other) -> one + ", and " + other),
                goingOn,
                injection,
                personal,
                String.join("; ", notes));
    }

    private static Injection worst(List<PromptText> texts) {
        Injection worst = new Injection(0, List.of());
        for (PromptText text : texts) {
            if (text.isFromOutside()) {
                Injection found = Injection.of(text.text());
                worst = found.score() > worst.score() ? found : worst;
            }
        }
        return worst;
    }

    private static List<PromptText> examined(
            List<PromptText> texts, GuardRules.OfPersonal asked, Map<PersonalKind, Integer> counts) {
        List<PromptText> goingOn = new ArrayList<>();
        for (PromptText text : texts) {
            if (!text.isFromOutside()) {
                goingOn.add(text);
                continue;
            }
            PersonalData.Redacted redacted = PersonalData.redact(text.text(), asked.kinds());
            redacted.counts().forEach((kind, count) -> counts.merge(kind, count, Integer::sum));
            goingOn.add(asked.action() == Action.REDACT ? new PromptText(text.role(), redacted.text()) : text);
        }
        return goingOn;
    }
}
