package dev.weir.control.identity;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

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
