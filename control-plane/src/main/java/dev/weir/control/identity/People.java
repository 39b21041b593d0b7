package dev.weir.control.identity;

import dev.weir.control.identity.IdentityConfig.OidcConfig;
import dev.weir.control.identity.IdentityRefusal.Kind;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.security.oauth2.jwt.Jwt;

/** Those whom an issuer vouches for, and what they may do here: the issuer says who they are, the directory whether they still may. */
public final class People {
    private final OidcConfig config;
    private final Directory directory;

    public People(OidcConfig config, Directory directory) {
        this.config = config;
        this.directory = directory;
    }

    /** Whom a token that was verified is about. */
    Person in(Jwt jwt) {
        String subject = Optional.ofNullable(jwt.getSubject())
                .orElseThrow(() -> new IdentityRefusal(Kind.INVALID, "the token has no subject"));
        // One row of the ledger that no database takes would keep all others out of it.
        if (subject.length() > User.ID_CHARS_MAX || subject.chars().anyMatch(Character::isISOControl)) {
            throw new IdentityRefusal(
                    Kind.INVALID,
                    "the token's subject has at most " + User.ID_CHARS_MAX
                            + " characters, none of them a control character");
        }
        Set<Role> roles =
                roles(jwt).stream().flatMap(name -> Role.named(name).stream()).collect(Collectors.toSet());
        return new Person(subject, jwt.getClaimAsString(config.tenantClaim()), roles);
    }

    /** A list, or a text with spaces between: issuers do either. */
    private List<String> roles(Jwt jwt) {
        Object claim = jwt.getClaim(config.rolesClaim());
        return switch (claim) {
            case Collection<?> many -> many.stream().map(String::valueOf).toList();
            case String text -> List.of(text.split(" ", -1));
            case null, default -> List.of();
        };
    }

    /** What they may do now. */
    public Caller callerOf(Person person) {
        if (directory.isStale()) {
            throw new IdentityRefusal(
                    Kind.UNAVAILABLE, "tokens cannot be checked now: the database does not say who is disabled");
        }
        Optional<User> user = directory.user(person.subject());
        if (user.isPresent() && !user.get().enabled()) {
            throw new IdentityRefusal(Kind.INVALID, "the user " + person.subject() + " is disabled");
        }
        // Who is known here belongs where it is known to belong, whatever the token says.
        String tenantId = user.map(User::tenantId)
                .or(() -> Optional.ofNullable(person.tenantId()))
                .orElseThrow(() -> new IdentityRefusal(
                        Kind.INVALID,
                        "the token has no claim `" + config.tenantClaim() + "` and its user is not known here"));
        Tenant tenant = directory
                .tenant(tenantId)
                .filter(Tenant::enabled)
                .orElseThrow(() ->
                        new IdentityRefusal(Kind.INVALID, "the token's tenant does not exist here or is disabled"));
        Set<Scope> scopes = EnumSet.of(Scope.INFERENCE);
        user.map(User::role).ifPresent(role -> scopes.addAll(role.scopes()));
        person.roles().forEach(role -> scopes.addAll(role.scopes()));
        return new Caller(tenant, person.subject(), null, scopes);
    }
}
