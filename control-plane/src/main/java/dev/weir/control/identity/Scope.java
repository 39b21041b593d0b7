package dev.weir.control.identity;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a caller may do. */
public enum Scope {
    /** Ask models. */
    INFERENCE("inference"),
    /** See how Weir is set up, what it does and what it costs. */
    VIEW("admin:view"),
    /** Change what runs: routes, rollouts, engines, limits. */
    OPERATE("admin:operate"),
    /** Change who may do what: tenants, users, keys. */
    ADMINISTER("admin:administer");

    private final String text;

    Scope(String text) {
        this.text = text;
    }

    /** As it is written in requests, answers and the database. */
    public String text() {
        return text;
    }

    /** The scope that is written so. */
    public static Scope of(String text) {
        return Arrays.stream(values())
                .filter(scope -> scope.text.equals(text.strip().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no scope '" + text + "': there are "
                        + Arrays.stream(values()).map(Scope::text).collect(Collectors.joining(", "))));
    }

    static String write(Set<Scope> scopes) {
        return scopes.stream().sorted().map(Scope::text).collect(Collectors.joining(" "));
    }

    static Set<Scope> read(String written) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String text : written.split(" ", -1)) {
            if (!text.isEmpty()) {
                scopes.add(of(text));
            }
        }
        return scopes;
    }
}
