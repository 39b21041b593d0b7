package dev.weir.control.identity;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param userId the person, where it is one
 * @param keyId the key, where one was used
 * @param reason why, as they say; only who changes something is asked
 */
public record Caller(
        Tenant tenant,
        @Nullable String userId,
        @Nullable String keyId,
        Set<Scope> scopes,
        @Nullable String reason) {
    public Caller {
        scopes = Set.copyOf(scopes);
    }

    /** Somebody who gives no reason. */
    public Caller(Tenant tenant, @Nullable String userId, @Nullable String keyId, Set<Scope> scopes) {
        this(tenant, userId, keyId, scopes, null);
    }

    /** The same, with their reason. */
    public Caller because(String why) {
        return new Caller(tenant, userId, keyId, scopes, why);
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

    /** What the audit log is told: what was done, and why, where that was said. */
    Map<String, ?> explained(Map<String, ?> detail) {
        if (reason == null) {
            return detail;
        }
        Map<String, Object> all = new TreeMap<>(detail);
        all.put("reason", reason);
        return all;
    }
}
