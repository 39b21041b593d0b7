package dev.weir.control;

import static java.util.Objects.requireNonNull;

import dev.weir.control.accounting.CostReports;
import dev.weir.control.accounting.Ledger;
import dev.weir.control.accounting.LedgerSearch;
import dev.weir.control.accounting.LedgerStore;
import dev.weir.control.accounting.LedgerTotals;
import dev.weir.control.accounting.TrafficReports;
import dev.weir.control.admin.AdminAccess;
import dev.weir.control.admin.CostEndpoints;
import dev.weir.control.admin.DocumentEndpoint;
import dev.weir.control.admin.IdentityEndpoints;
import dev.weir.control.admin.InterfaceFiles;
import dev.weir.control.admin.LimitEndpoints;
import dev.weir.control.admin.LiveEndpoints;
import dev.weir.control.admin.RequestEndpoints;
import dev.weir.control.admin.RequiredFields;
import dev.weir.control.admin.SessionEndpoints;
import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.fleet.ServedModel;
import dev.weir.control.identity.AuditLog;
import dev.weir.control.identity.Authenticator;
import dev.weir.control.identity.BrowserSignIn;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.identity.Directory;
import dev.weir.control.identity.IdentityConfig;
import dev.weir.control.identity.IdentityConfig.OidcConfig;
import dev.weir.control.identity.IdentityStore;
import dev.weir.control.identity.KeyCheck;
import dev.weir.control.identity.Mirror;
import dev.weir.control.identity.OpenDoor;
import dev.weir.control.identity.OwnMachine;
import dev.weir.control.identity.People;
import dev.weir.control.identity.Registry;
import dev.weir.control.identity.SessionCheck;
import dev.weir.control.identity.Sessions;
import dev.weir.control.identity.TokenCheck;
import dev.weir.control.ingress.Doorkeeper;
import dev.weir.control.ingress.Till;
import dev.weir.control.quota.LimitBook;
import dev.weir.control.quota.Quota;
import dev.weir.control.routing.Routes;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.EventLoops;
import dev.weir.control.storage.Redis;
import dev.weir.control.storage.Rounds;
import dev.weir.control.storage.StorageConfig;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.codec.json.JacksonJsonDecoder;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import reactor.core.scheduler.Scheduler;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.json.JsonMapper;

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
    Rounds mirroring(List<Mirror> mirrors, WeirConfig config) {
        return Rounds.of(
                        "the mirror of keys and other settings",
                        config.identity().refreshEvery(),
                        () -> Mirror.refreshAll(mirrors))
                .beginningAtOnce();
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
            Directory directory,
            Sessions sessions,
            Database database,
            EventLoops loops,
            InstantSource clock,
            WeirConfig config,
            ReactorResourceFactory resources) {
        IdentityConfig identity = config.identity();
        if (identity.insecureNoAuth()) {
            return new OpenDoor(directory);
        }
        OidcConfig oidc = identity.oidc();
        People people = oidc == null ? null : new People(oidc, directory);
        TokenCheck tokens = oidc == null || people == null
                ? null
                : new TokenCheck(oidc, identity.tokensCachedMax(), people, clock, toIssuer(resources));
        return new SessionCheck(new KeyCheck(directory, tokens, clock), people, sessions, database, loops);
    }

    /** Apart from the connections to engines: an issuer is asked now and then, and each time anew. */
    private static ReactorClientHttpConnector toIssuer(ReactorResourceFactory resources) {
        return new ReactorClientHttpConnector(HttpClient.newConnection().runOn(resources.getLoopResources()));
    }

    @Bean
    Sessions sessions(Database database, InstantSource clock, WeirConfig config) {
        return new Sessions(
                database, clock, new SecureRandom(), config.identity().sessionMax());
    }

    @Bean
    @ConditionalOnProperty("weir.identity.insecure-no-auth")
    OwnMachine ownMachine() {
        return new OwnMachine();
    }

    @Bean
    AdminAccess adminAccess(Authenticator authenticator) {
        return new AdminAccess(authenticator);
    }

    @Bean
    SessionEndpoints sessionEndpoints(
            Authenticator authenticator,
            Directory directory,
            Sessions sessions,
            Database database,
            InstantSource clock,
            WeirConfig config,
            ReactorResourceFactory resources) {
        OidcConfig oidc = config.identity().oidc();
        BrowserSignIn issuer = oidc == null || oidc.browser() == null
                ? null
                : new BrowserSignIn(oidc, new People(oidc, directory), clock, new SecureRandom(), toIssuer(resources));
        return new SessionEndpoints(authenticator, issuer, sessions, database);
    }

    @Bean
    InterfaceFiles interfaceFiles() {
        return new InterfaceFiles();
    }

    @Bean
    IdentityEndpoints identityEndpoints(Database database, Registry registry, AuditLog audit) {
        return new IdentityEndpoints(database, registry, audit);
    }

    @Bean
    LedgerStore ledgerStore(Database database) {
        return new LedgerStore(database);
    }

    @Bean
    Ledger ledger(
            LedgerStore store,
            WeirConfig config,
            LiveConfiguration<Policy> policy,
            InstantSource clock,
            MeterRegistry meters,
            Clock ticker) {
        return new Ledger(
                store,
                config.storage().directory(),
                config.accounting(),
                number -> policy.at(number).value().prices(),
                clock,
                meters,
                ticker);
    }

    @Bean
    CostReports costReports(Database database, LiveConfiguration<Policy> policy) {
        return new CostReports(database, () -> policy.current().value().prices());
    }

    @Bean
    CostEndpoints costEndpoints(Database database, CostReports reports, InstantSource clock) {
        return new CostEndpoints(database, reports, clock);
    }

    @Bean
    RequestEndpoints requestEndpoints(Database database) {
        return new RequestEndpoints(database, new LedgerSearch(database));
    }

    @Bean
    LiveEndpoints liveEndpoints(Database database, InstantSource clock, Scheduler timer) {
        return new LiveEndpoints(database, new TrafficReports(database), clock, timer);
    }

    @Bean
    ChangeLog changeLog(Database database, IdentityStore store, AuditLog audit, InstantSource clock) {
        return new ChangeLog(database, store, audit, clock);
    }

    @Bean
    LimitBook limitBook(Database database, ChangeLog changes, WeirConfig config) {
        return new LimitBook(database, changes, config.quota().limitsMax());
    }

    /** Absent where nobody named one. */
    @Bean
    @ConditionalOnProperty("weir.storage.redis")
    Redis redis(WeirConfig config, EventLoops loops) {
        StorageConfig storage = config.storage();
        return new Redis(requireNonNull(storage.redis()), storage.redisAnswerMax(), loops);
    }

    @Bean
    Quota quota(
            LimitBook limits,
            ObjectProvider<Redis> redis,
            Database database,
            EventLoops loops,
            WeirConfig config,
            InstantSource clock,
            Scheduler timer,
            Fleet fleet,
            MeterRegistry meters) {
        Quota quota = new Quota(
                limits,
                redis.getIfAvailable(),
                new LedgerTotals(database),
                database,
                loops,
                config.quota(),
                clock,
                timer,
                model -> contextTokens(fleet, model));
        Gauge.builder("weir.quota.held", quota, Quota::heldCount)
                .description("Requests that hold slots of concurrency limits")
                .register(meters);
        return quota;
    }

    private static OptionalLong contextTokens(Fleet fleet, String model) {
        return fleet.snapshot().models().stream()
                .filter(served -> served.id().equals(model))
                .map(ServedModel::contextTokensMax)
                .filter(Objects::nonNull)
                .mapToLong(Number::longValue)
                .findFirst();
    }

    /** Orders are looked at as they are read. */
    @Bean
    WebFluxConfigurer requiredFields() {
        return new WebFluxConfigurer() {
            @Override
            public void configureHttpMessageCodecs(ServerCodecConfigurer configurer) {
                configurer
                        .defaultCodecs()
                        .jacksonJsonDecoder(
                                new JacksonJsonDecoder(JsonMapper.builder().addModule(new RequiredFields())));
            }
        };
    }

    @Bean
    DocumentEndpoint documentEndpoint() {
        return new DocumentEndpoint();
    }

    @Bean
    LimitEndpoints limitEndpoints(Database database, LimitBook limits, Quota quota, Routes routes) {
        return new LimitEndpoints(database, limits, quota, routes);
    }

    @Bean
    Till till(Quota quota, Ledger ledger) {
        return new Till(quota, ledger);
    }

    @Bean
    Doorkeeper doorkeeper(Authenticator authenticator) {
        return new Doorkeeper(authenticator);
    }
}
