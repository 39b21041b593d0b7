package dev.weir.control.routing;

import dev.weir.control.configuration.Section;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What becomes of requests for a model that are not answered, or not soon: the configuration's {@code models}.
 *
 * @param models by name; what is not in it has no detours
 */
public record Detours(Map<String, OfModel> models) {

    /** Why a model did not answer. */
    public enum Cause {
        /** There is no room, or no engine that is ready. */
        BUSY,
        /** An engine failed the request. */
        FAILED,
        /** It took too long to begin. */
        TIMEOUT,
        /** The prompt does not fit its context. */
        CONTEXT_LENGTH;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Another model, for some causes. */
    public record Fallback(String model, Set<Cause> causes) {
        public Fallback {
            causes = Set.copyOf(causes);
        }
    }

    /**
     * Of one model.
     *
     * @param fallbacks in the order in which they are asked
     * @param hedged whether a second engine is asked when the first takes longer than nearly all others did
     */
    public record OfModel(List<Fallback> fallbacks, boolean hedged) {
        static final OfModel NONE = new OfModel(List.of(), false);

        public OfModel {
            fallbacks = List.copyOf(fallbacks);
        }
    }

    public Detours {
        models = Map.copyOf(models);
    }

    public static Detours read(Section root) {
        Map<String, OfModel> models = new LinkedHashMap<>();
        root.named("models").forEach((name, section) -> {
            List<Fallback> fallbacks = section.list("fallbacks").stream()
                    .flatMap(fallback -> fallback(name, fallback).stream())
                    .toList();
            models.put(name, new OfModel(fallbacks, section.flag("hedge", false)));
        });
        return new Detours(models);
    }

    private static Optional<Fallback> fallback(String model, Section section) {
        String to = section.required("to");
        if (to.equals(model)) {
            section.problem("to", "must be another model");
        }
        Set<Cause> causes = EnumSet.noneOf(Cause.class);
        for (String text : section.texts("for")) {
            Arrays.stream(Cause.values())
                    .filter(cause -> cause.text().equals(text))
                    .findFirst()
                    .ifPresentOrElse(
                            causes::add,
                            () -> section.problem(
                                    "for", "may be busy, failed, timeout or context_length, not '" + text + "'"));
        }
        if (!section.has("for")) {
            section.problem("for", "is missing: busy, failed, timeout, context_length, or a list of these");
        }
        return section.make(() -> new Fallback(to, causes));
    }

    public OfModel of(String model) {
        return models.getOrDefault(model, OfModel.NONE);
    }

    /** What is asked next: of the fallbacks behind those tried the first that is meant for this cause and may be asked. */
    public Optional<Fallback> next(String model, List<String> tried, Cause cause, Predicate<String> mayBeAsked) {
        return of(model).fallbacks().stream()
                .filter(fallback ->
                        !tried.contains(fallback.model()) && fallback.causes().contains(cause))
                .filter(fallback -> mayBeAsked.test(fallback.model()))
                .findFirst();
    }
}
