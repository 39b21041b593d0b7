package dev.weir.control.identity;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param userId the person, where it is one
 * @param keyId the key, where one was used
 */
public record Caller(
        Tenant tenant, @Nullable String userId, @Nullable String keyId, Set<Scope> scopes) {
    public Caller {
        scopes = Set.copyOf(scopes);
    }

    public boolean may(Scope scope) {
        return scopes.contains(scope);
    }

    /** Ends what needs the scope for callers who do not have it. */
    public void require(Scope scope) {
        if (!may(scope)) {
            throw new IdentityRefusal(
                    IdentityRefusal.Kind.MISSING_SCOPE,
                    "this needs the scope `" + scope.text() + "`, which " + (keyId == null ? "you do" : "this key does")
                            + " not have");
        }
    }

    /** Who did it, for the audit log. */
    public String actor() {
        return keyId != null ? "key:" + keyId : userId != null ? "user:" + userId : "anonymous";
    }
}
