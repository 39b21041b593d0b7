package dev.weir.control.identity;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What people are to Weir. Each role may do what the one before it may, and more. */
public enum Role {
    VIEWER,
    OPERATOR,
    ADMIN;

    public Set<Scope> scopes() {
        return switch (this) {
            case VIEWER -> EnumSet.of(Scope.INFERENCE, Scope.VIEW);
            case OPERATOR -> EnumSet.of(Scope.INFERENCE, Scope.VIEW, Scope.OPERATE);
            case ADMIN -> EnumSet.allOf(Scope.class);
        };
    }

    static String write(Set<Role> roles) {
        return roles.stream().sorted().map(Role::name).collect(Collectors.joining(" "));
    }

    static Set<Role> read(String written) {
        return Stream.of(written.split(" ", -1))
                .filter(name -> !name.isEmpty())
                .map(Role::valueOf)
                .collect(Collectors.toSet());
    }

    /** The role that is written so, in whatever case. */
    static Optional<Role> named(String text) {
        for (Role role : values()) {
            if (role.name().equals(text.strip().toUpperCase(Locale.ROOT))) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }
}
