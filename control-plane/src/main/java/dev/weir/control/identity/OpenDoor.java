package dev.weir.control.identity;

import java.util.Set;
import reactor.core.publisher.Mono;

/** Everybody is the administrator of the default tenant. The command line sees to it that nobody but this machine can reach us then. */
public final class OpenDoor implements Authenticator {
    private final Directory directory;

    public OpenDoor(Directory directory) {
        this.directory = directory;
    }

    @Override
    public Mono<Caller> authenticate(Credentials credentials) {
        Tenant tenant = directory
                .tenant(Tenant.DEFAULT)
                .orElseThrow(() -> new IdentityRefusal(IdentityRefusal.Kind.UNAVAILABLE, "Weir is starting"));
        return Mono.just(new Caller(tenant, null, null, Set.of(Scope.values())));
    }
}
