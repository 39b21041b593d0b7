package dev.weir.control.routing;

import dev.weir.control.configuration.Section;
import java.util.Optional;

/** Where requests go that meet a condition. */
record Rule(String name, Condition when, Aim aim) {

    static Optional<Rule> read(Section section) {
        String name = section.required("name");
        String when = section.required("when");
        Optional<Aim> aim = Aim.read(section);
        if (when.isEmpty() || aim.isEmpty()) {
            return Optional.empty();
        }
        try {
            Condition condition = Condition.of(when);
            return section.make(() -> new Rule(name, condition, aim.get()));
        } catch (IllegalArgumentException invalid) {
            section.problem("when", String.valueOf(invalid.getMessage()));
            return Optional.empty();
        }
    }
}
