package dev.weir.control.identity;

import reactor.core.publisher.Mono;

/** Tells who a caller is, or fails with {@link IdentityRefusal}. */
public interface Authenticator {
    Mono<Caller> authenticate(Credentials credentials);
}
