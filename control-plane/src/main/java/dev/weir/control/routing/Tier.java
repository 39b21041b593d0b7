package dev.weir.control.routing;

import dev.weir.control.classification.Difficulty;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How able a model is, among those that there are here. */
public enum Tier {
    FAST,
    MID,
    POWER;

    private static final String PREFIX = "weir-";

    /** As configuration and headers say it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Who stands in for it, the best first: those below, then those above. */
    List<Tier> standIns() {
        return switch (this) {
            case FAST -> List.of(MID, POWER);
            case MID -> List.of(FAST, POWER);
            case POWER -> List.of(MID, FAST);
        };
    }

    /** The tier of this name. */
    static Optional<Tier> of(String text) {
        for (Tier tier : values()) {
            if (tier.text().equals(text)) {
                return Optional.of(tier);
            }
        }
        return Optional.empty();
    }

    /** The tier that a caller asks for by a model of this name. */
    static Optional<Tier> ofModel(String model) {
        return model.startsWith(PREFIX) ? of(model.substring(PREFIX.length())) : Optional.empty();
    }

    static Tier fit(Difficulty difficulty) {
        return switch (difficulty) {
            case SIMPLE -> FAST;
            case MODERATE -> MID;
            case COMPLEX -> POWER;
        };
    }
}
