package dev.weir.models.domain;

import java.util.Locale;

/** How much work a task is, in the words the router and the accuracy table use. */
public enum Difficulty {
    SIMPLE,
    MODERATE,
    COMPLEX,
    JUDGE;

    /** The name in files and tables. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Difficulty ofLabel(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
