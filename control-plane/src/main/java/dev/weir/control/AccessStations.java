package dev.weir.control;

import dev.weir.control.admin.AdminAccess;
import dev.weir.control.admin.IdentityEndpoints;
import dev.weir.control.identity.AuditLog;
import dev.weir.control.identity.Authenticator;
import dev.weir.control.identity.Directory;
import dev.weir.control.identity.DirectoryRefresher;
import dev.weir.control.identity.IdentityStore;
import dev.weir.control.identity.KeyCheck;
import dev.weir.control.identity.OpenDoor;
import dev.weir.control.identity.Registry;
import dev.weir.control.identity.TokenCheck;
import dev.weir.control.ingress.Doorkeeper;
import dev.weir.control.storage.Database;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import reactor.core.scheduler.Scheduler;
import reactor.netty.http.client.HttpClient;

/** Wires what stands between a caller and the engines: who asks, how much they may, and what it cost. */
@Configuration(proxyBeanMethods = false)
class AccessStations {

    /** Begins to open as soon as it is made, beside everything else that starts. */
    @Bean
    Database database(WeirConfig config) {
        return new Database(config.storage());
    }

    @Bean
    IdentityStore identityStore(Database database) {
        return new IdentityStore(database);
    }

    @Bean
    AuditLog auditLog(Database database) {
        return new AuditLog(database);
    }

    @Bean
    Directory directory(IdentityStore store, InstantSource clock, WeirConfig config) {
        return new Directory(store, clock, config.identity().staleMax());
    }

    @Bean
    DirectoryRefresher directoryRefresher(Directory directory, Database database, WeirConfig config, Scheduler timer) {
        return new DirectoryRefresher(directory, database, config.identity().refreshEvery(), timer);
    }

    @Bean
    Registry registry(
            Database database,
            IdentityStore store,
            AuditLog audit,
            Directory directory,
            InstantSource clock,
            WeirConfig config) {
        return new Registry(
                database,
                store,
                audit,
                directory,
                clock,
                new SecureRandom(),
                config.identity().keysMax());
    }

    @Bean
    Authenticator authenticator(
            Directory directory, InstantSource clock, WeirConfig config, ReactorResourceFactory resources) {
        if (config.identity().insecureNoAuth()) {
            return new OpenDoor(directory);
        }
        TokenCheck tokens = config.identity().oidc() == null
                ? null
                : new TokenCheck(
                        config.identity().oidc(),
                        config.identity().tokensCachedMax(),
                        directory,
                        clock,
                        new ReactorClientHttpConnector(
                                HttpClient.newConnection().runOn(resources.getLoopResources())));
        return new KeyCheck(directory, tokens, clock);
    }

    @Bean
    AdminAccess adminAccess(Authenticator authenticator) {
        return new AdminAccess(authenticator);
    }

    @Bean
    IdentityEndpoints identityEndpoints(Database database, Registry registry, AuditLog audit) {
        return new IdentityEndpoints(database, registry, audit);
    }

    @Bean
    Doorkeeper doorkeeper(Authenticator authenticator) {
        return new Doorkeeper(authenticator);
    }
}
