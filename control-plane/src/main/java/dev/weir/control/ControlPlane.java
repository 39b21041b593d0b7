package dev.weir.control;

import dev.weir.control.admin.ConfigurationEndpoints;
import dev.weir.control.admin.ConfigurationTextEndpoints;
import dev.weir.control.admin.EngineBook;
import dev.weir.control.admin.FleetEndpoints;
import dev.weir.control.admin.ModelEndpoints;
import dev.weir.control.admin.ProviderBook;
import dev.weir.control.admin.ProviderEndpoints;
import dev.weir.control.completion.AnswerWitness;
import dev.weir.control.configuration.FileWatch;
import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.fleet.Engine;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.fleet.FleetHealth;
import dev.weir.control.fleet.FleetPoller;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.ingress.AnthropicEndpoints;
import dev.weir.control.ingress.AsideCalls;
import dev.weir.control.ingress.CacheStation;
import dev.weir.control.ingress.Coalescing;
import dev.weir.control.ingress.CompletionPipeline;
import dev.weir.control.ingress.Doorkeeper;
import dev.weir.control.ingress.Fallbacks;
import dev.weir.control.ingress.Idempotency;
import dev.weir.control.ingress.OpenAiEndpoints;
import dev.weir.control.ingress.OpenAiErrors;
import dev.weir.control.ingress.PromptStation;
import dev.weir.control.ingress.RequestIds;
import dev.weir.control.ingress.RouteStation;
import dev.weir.control.ingress.Spillway;
import dev.weir.control.ingress.Till;
import dev.weir.control.ingress.UpgradeStation;
import dev.weir.control.ingress.WireFilter;
import dev.weir.control.rollout.live.NeededVersions;
import dev.weir.control.routing.FirstTokenTimes;
import dev.weir.control.routing.PrefixPrices;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.EventLoops;
import dev.weir.control.storage.Redis;
import dev.weir.control.telemetry.RequestTelemetry;
import dev.weir.control.upstream.EngineClient;
import dev.weir.control.upstream.Failover;
import dev.weir.control.upstream.LoopTimer;
import dev.weir.control.upstream.ProviderClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.application.AvailabilityHealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.jvm.JvmMetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.system.SystemMetricsAutoConfiguration;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.reactor.netty.autoconfigure.actuate.web.server.NettyReactiveManagementContextAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.actuate.endpoint.web.WebFluxHealthEndpointExtensionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.modulith.Modulithic;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Wires the stations. What Spring Boot brings is listed by name instead of being discovered: it starts sooner, and an unused feature
 * cannot creep in with a library.
 */
@Modulithic
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableConfigurationProperties(WeirConfig.class)
@Import({
    AccessStations.class,
    AlertStations.class,
    CacheStations.class,
    DriftStations.class,
    EvaluationStations.class,
    ExperimentStations.class,
    RolloutStations.class,
    RouteStations.class,
    TelemetryStations.class
})
@ImportAutoConfiguration({
    // The web server.
    ConfigurationPropertiesAutoConfiguration.class,
    LifecycleAutoConfiguration.class,
    NettyReactiveWebServerAutoConfiguration.class,
    HttpHandlerAutoConfiguration.class,
    WebFluxAutoConfiguration.class,
    // Health.
    ApplicationAvailabilityAutoConfiguration.class,
    AvailabilityHealthContributorAutoConfiguration.class,
    AvailabilityProbesAutoConfiguration.class,
    HealthContributorAutoConfiguration.class,
    HealthContributorRegistryAutoConfiguration.class,
    HealthEndpointAutoConfiguration.class,
    WebFluxHealthEndpointExtensionAutoConfiguration.class,
    // Metrics.
    MetricsAutoConfiguration.class,
    CompositeMeterRegistryAutoConfiguration.class,
    PrometheusMetricsExportAutoConfiguration.class,
    JvmMetricsAutoConfiguration.class,
    SystemMetricsAutoConfiguration.class,
    // The endpoints that show both.
    EndpointAutoConfiguration.class,
    JacksonEndpointAutoConfiguration.class,
    WebEndpointAutoConfiguration.class,
    ManagementContextAutoConfiguration.class,
    NettyReactiveManagementContextAutoConfiguration.class
})
public class ControlPlane {

    @Bean
    InstantSource clock() {
        return InstantSource.system();
    }

    @Bean
    Scheduler timer() {
        return Schedulers.parallel();
    }

    /** Event loops of our own, for server and client alike; they stop as soon as we do. */
    @Bean
    ReactorResourceFactory reactorResourceFactory() {
        ReactorResourceFactory resources = new ReactorResourceFactory();
        resources.setUseGlobalResources(false);
        resources.setShutdownQuietPeriod(Duration.ZERO);
        return resources;
    }

    /** For answers of stores, which come on threads of their own. */
    @Bean
    EventLoops eventLoops(ReactorResourceFactory resources) {
        return new EventLoops(resources.getLoopResources());
    }

    /** For what a request waits for; who asks for a timer and says no more gets the other one. */
    @Bean(defaultCandidate = false)
    LoopTimer loopTimer(ReactorResourceFactory resources, Scheduler timer) {
        return new LoopTimer(resources.getLoopResources(), timer);
    }

    @Bean
    EngineClient engineClient(
            WeirConfig config, ReactorResourceFactory resources, @Qualifier("loopTimer") Scheduler timer) {
        return new EngineClient(config.upstream(), resources.getLoopResources(), timer);
    }

    @Bean
    ProviderClient providerClient(
            WeirConfig config, ReactorResourceFactory resources, @Qualifier("loopTimer") Scheduler timer) {
        return new ProviderClient(config.upstream(), resources.getLoopResources(), timer);
    }

    @Bean
    Failover failover(
            EngineClient client, ProviderClient providers, WeirConfig config, @Qualifier("loopTimer") Scheduler timer) {
        return new Failover(
                client,
                providers,
                config.upstream(),
                timer,
                () -> ThreadLocalRandom.current().nextDouble());
    }

    @Bean
    LiveConfiguration<Policy> policy(WeirConfig config, InstantSource clock) {
        return new LiveConfiguration<>(config.configuration().file(), Policy::read, clock);
    }

    @Bean
    FileWatch fileWatch(LiveConfiguration<Policy> policy, WeirConfig config, Scheduler timer) {
        return new FileWatch(policy, config.configuration().lookEvery(), timer);
    }

    @Bean
    Fleet fleet(WeirConfig config, LiveConfiguration<Policy> policy, InstantSource clock) {
        List<Engine> started = config.engines().stream().map(Engine::at).toList();
        Fleet fleet = new Fleet(started, config.fleet().breaker(), clock, System::nanoTime);
        policy.follow(now -> fleet.setMembers(Fleet.Origin.CONFIGURED, now.engines()));
        return fleet;
    }

    @Bean
    ConfigurationEndpoints configurationEndpoints(
            LiveConfiguration<Policy> policy, ChangeLog changes, Database database) {
        return new ConfigurationEndpoints(policy, changes, database);
    }

    @Bean
    ConfigurationTextEndpoints configurationTextEndpoints(
            LiveConfiguration<Policy> policy, ChangeLog changes, Database database) {
        return new ConfigurationTextEndpoints(policy, changes, database);
    }

    /** Engines on other machines want the token that they were given, too. */
    @Bean
    ModelEndpoints modelEndpoints(
            Fleet fleet,
            EngineClient client,
            ChangeLog changes,
            Database database,
            NeededVersions needed,
            Environment environment) {
        return new ModelEndpoints(
                fleet, client, changes, database, needed, environment.getProperty("WEIR_ADMIN_TOKEN"));
    }

    @Bean
    EngineBook engineBook(Fleet fleet, Database database, ChangeLog changes) {
        return new EngineBook(fleet, database, changes);
    }

    @Bean
    FleetEndpoints fleetEndpoints(Fleet fleet, EngineBook book, Database database) {
        return new FleetEndpoints(fleet, book, database);
    }

    @Bean
    ProviderBook providerBook(LiveConfiguration<Policy> policy, Database database, ChangeLog changes) {
        return new ProviderBook(registered -> policy.amend(file -> file.registering(registered)), database, changes);
    }

    @Bean
    ProviderEndpoints providerEndpoints(
            ProviderBook book, LiveConfiguration<Policy> policy, Spillway spillway, Database database) {
        return new ProviderEndpoints(book, () -> policy.current().value().overflow(), spillway::isLeftAlone, database);
    }

    @Bean
    FleetPoller fleetPoller(Fleet fleet, EngineClient client, WeirConfig config, Scheduler timer) {
        return new FleetPoller(fleet, client, config.fleet(), timer);
    }

    @Bean
    FleetHealth fleetHealthIndicator(Fleet fleet) {
        return new FleetHealth(fleet);
    }

    @Bean
    NettyServerCustomizer wireGuard(WeirConfig config) {
        return WireFilter.guarding(config.ingress());
    }

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    RequestIds requestIds(InstantSource clock) {
        return new RequestIds(clock);
    }

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE + 1)
    WireFilter wireFilter() {
        return new WireFilter();
    }

    /** Before WebFlux's own handler, which would answer in its own form. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    OpenAiErrors openAiErrors() {
        return new OpenAiErrors();
    }

    @Bean
    CompletionPipeline completionPipeline(
            WeirConfig config,
            LiveConfiguration<Policy> policy,
            @Qualifier("loopTimer") Scheduler timer,
            Doorkeeper doorkeeper,
            Till till,
            CacheStation cached,
            RouteStation routes,
            PromptStation prompts,
            PrefixPrices prefixes,
            FirstTokenTimes times,
            Fleet fleet,
            Fallbacks fallbacks,
            Spillway spillway,
            UpgradeStation upgrades,
            Failover upstream,
            AnswerWitness witness,
            Coalescing coalescing,
            Idempotency idempotency,
            AsideCalls aside,
            RequestTelemetry telemetry,
            OpenAiErrors errors) {
        return new CompletionPipeline(
                config.ingress(),
                () -> policy.current().number(),
                timer,
                doorkeeper,
                till,
                cached,
                routes,
                prompts,
                prefixes,
                times,
                fleet,
                fallbacks,
                spillway,
                upgrades,
                upstream,
                witness,
                coalescing,
                idempotency,
                aside,
                telemetry,
                errors);
    }

    @Bean
    Coalescing coalescing(Failover upstream, MeterRegistry meters) {
        return new Coalescing(upstream, meters);
    }

    @Bean
    Idempotency idempotency(WeirConfig config, ObjectProvider<Redis> redis, Scheduler timer) {
        return new Idempotency(config.ingress(), redis.getIfAvailable(), timer, System::nanoTime);
    }

    @Bean
    AnthropicEndpoints anthropicEndpoints(CompletionPipeline pipeline) {
        return new AnthropicEndpoints(pipeline);
    }

    @Bean
    OpenAiEndpoints openAiEndpoints(
            Doorkeeper doorkeeper, CompletionPipeline pipeline, RouteStation routes, Fleet fleet) {
        return new OpenAiEndpoints(doorkeeper, pipeline, routes, fleet);
    }
}
