package dev.weir.control;

import dev.weir.control.admin.RouteEndpoints;
import dev.weir.control.classification.Classifier;
import dev.weir.control.classification.LearnedCheck;
import dev.weir.control.classification.LearnedHead;
import dev.weir.control.classification.SecondLook;
import dev.weir.control.configuration.ConfigurationText;
import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.embedding.HashedEncoder;
import dev.weir.control.fleet.EngineState;
import dev.weir.control.fleet.EngineView;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.ingress.CostCeiling;
import dev.weir.control.ingress.Fallbacks;
import dev.weir.control.ingress.PromptStation;
import dev.weir.control.ingress.RouteStation;
import dev.weir.control.ingress.Spillway;
import dev.weir.control.ingress.Till;
import dev.weir.control.ingress.UpgradeStation;
import dev.weir.control.quota.Quota;
import dev.weir.control.routing.FirstTokenTimes;
import dev.weir.control.routing.ModelView;
import dev.weir.control.routing.PrefixPrices;
import dev.weir.control.routing.Routes;
import dev.weir.control.routing.Versions;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.EventLoops;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalDouble;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the stations that choose models and engines. */
@Configuration(proxyBeanMethods = false)
class RouteStations {
    /** What an engine is taken to keep of prompts at most, or where it does not tell: 65,536 chunks of 256 bytes, or 16 MiB of text. */
    private static final int WARM_CHUNKS_PER_ENGINE_MAX = 1 << 16;

    @Bean
    FirstTokenTimes firstTokenTimes(InstantSource clock) {
        return new FirstTokenTimes(clock);
    }

    @Bean
    PrefixPrices prefixPrices(Fleet fleet) {
        PrefixPrices prices = new PrefixPrices(WARM_CHUNKS_PER_ENGINE_MAX, fleet::requestCount, fleet::kvCacheTokens);
        fleet.changes()
                .map(now -> now.engines().stream()
                        .filter(view -> !(view.state() instanceof EngineState.Unready unready && unready.gone()))
                        .map(EngineView::engine)
                        .toList())
                .subscribe(prices::retain);
        return prices;
    }

    @Bean
    Routes routes(
            LiveConfiguration<Policy> policy,
            Fleet fleet,
            FirstTokenTimes times,
            PrefixPrices prefixes,
            Versions versions,
            InstantSource clock,
            Classifier classifier) {
        return new Routes(
                number -> policy.at(number).value().routing(),
                new FleetModels(fleet, times),
                prefixes,
                versions,
                clock,
                classifier);
    }

    /** With a head where there is one, and an encoder of ours: heads know no others. */
    @Bean
    Learnt learnt(WeirConfig config, CacheStations.Encoder encoder) {
        if (!(encoder.sentences() instanceof HashedEncoder sentences)) {
            return new Learnt(new Classifier(), Optional.empty());
        }
        Path named = config.classification().head();
        Path directory = named != null
                ? named
                : Path.of(System.getProperty("weir.home", "."), "models", "demo", "weir-demo-router");
        try {
            LearnedHead read = LearnedHead.read(directory);
            Double sacrifice = config.classification().sacrificeMax();
            LearnedHead head = sacrifice == null ? read : read.sacrificing(sacrifice);
            Optional<LearnedCheck> check =
                    LearnedCheck.isIn(directory) ? Optional.of(LearnedCheck.read(directory)) : Optional.empty();
            return new Learnt(
                    new Classifier(head, check.orElse(null), sentences),
                    check.map(known -> new SecondLook(head, known, sentences)));
        } catch (IOException missing) {
            if (named != null) {
                throw new StartFailure("weir.classification.head cannot be used: " + missing.getMessage());
            }
            return new Learnt(new Classifier(), Optional.empty());
        }
    }

    /** What was learnt from evaluation: of requests, and of answers that are there. */
    record Learnt(Classifier classifier, Optional<SecondLook> look) {}

    @Bean
    Classifier classifier(Learnt learnt) {
        return learnt.classifier();
    }

    @Bean
    RouteStation routeStation(Routes routes, InstantSource clock) {
        return new RouteStation(routes, clock);
    }

    @Bean
    CostCeiling costCeiling(LiveConfiguration<Policy> policy) {
        return new CostCeiling(number -> policy.at(number).value().routing());
    }

    @Bean
    PromptStation promptStation(LiveConfiguration<Policy> policy, MeterRegistry meters, EventLoops loops) {
        return new PromptStation(
                number -> policy.at(number).value().guards(),
                number -> policy.at(number).value().compression(),
                meters,
                loops);
    }

    @Bean
    Fallbacks fallbacks(LiveConfiguration<Policy> policy, CostCeiling ceiling) {
        return new Fallbacks(number -> policy.at(number).value().detours(), ceiling);
    }

    @Bean
    Spillway spillway(
            LiveConfiguration<Policy> policy,
            CostCeiling ceiling,
            Quota quota,
            WeirConfig config,
            MeterRegistry meters) {
        return new Spillway(
                number -> policy.at(number).value().overflow(),
                ceiling,
                quota,
                config.fleet().breaker(),
                System::nanoTime,
                meters);
    }

    @Bean
    UpgradeStation upgradeStation(
            LiveConfiguration<Policy> policy,
            CostCeiling ceiling,
            Fleet fleet,
            PromptStation prompts,
            Till till,
            Learnt learnt) {
        return new UpgradeStation(
                number -> policy.at(number).value().upgrade(),
                ceiling,
                model -> isReady(fleet, model),
                prompts,
                till,
                learnt.look());
    }

    @Bean
    RouteEndpoints routeEndpoints(
            Routes routes, LiveConfiguration<Policy> policy, InstantSource clock, Database database) {
        return new RouteEndpoints(
                routes, text -> policy.read(new ConfigurationText(text)).routing(), clock, database);
    }

    private static boolean isReady(Fleet fleet, String model) {
        return fleet.snapshot().ready().stream().anyMatch(engine -> engine.has(model));
    }

    private record FleetModels(Fleet fleet, FirstTokenTimes times) implements ModelView {
        @Override
        public boolean isReady(String model) {
            return RouteStations.isReady(fleet, model);
        }

        @Override
        public Optional<Long> firstTokenMillis(String model) {
            return times.expectedMillis(model);
        }

        @Override
        public OptionalDouble tokenMillis(String model) {
            return times.tokenMillis(model);
        }
    }
}
