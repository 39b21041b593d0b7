package dev.weir.control;

import dev.weir.control.admin.RouteEndpoints;
import dev.weir.control.configuration.ConfigurationText;
import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.fleet.EngineView;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.ingress.RouteStation;
import dev.weir.control.ingress.Spillway;
import dev.weir.control.quota.Quota;
import dev.weir.control.routing.FirstTokenTimes;
import dev.weir.control.routing.ModelView;
import dev.weir.control.routing.PrefixPrices;
import dev.weir.control.routing.Routes;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the stations that choose models and engines. */
@Configuration(proxyBeanMethods = false)
class RouteStations {
    /** What an engine is taken to keep of prompts: 65,536 chunks of 256 bytes, or 16 MiB of text. */
    private static final int WARM_CHUNKS_PER_ENGINE_MAX = 1 << 16;

    @Bean
    FirstTokenTimes firstTokenTimes() {
        return new FirstTokenTimes();
    }

    @Bean
    PrefixPrices prefixPrices(Fleet fleet) {
        PrefixPrices prices = new PrefixPrices(WARM_CHUNKS_PER_ENGINE_MAX, fleet::requestCount);
        fleet.changes()
                .map(now -> now.engines().stream().map(EngineView::engine).toList())
                .subscribe(prices::retain);
        return prices;
    }

    @Bean
    Routes routes(LiveConfiguration<Policy> policy, Fleet fleet, FirstTokenTimes times, InstantSource clock) {
        return new Routes(() -> policy.current().value().routing(), new FleetModels(fleet, times), clock);
    }

    @Bean
    RouteStation routeStation(Routes routes, InstantSource clock) {
        return new RouteStation(routes, clock);
    }

    @Bean
    Spillway spillway(LiveConfiguration<Policy> policy, Quota quota, WeirConfig config, MeterRegistry meters) {
        return new Spillway(
                () -> policy.current().value().overflow(), quota, config.fleet().breaker(), System::nanoTime, meters);
    }

    @Bean
    RouteEndpoints routeEndpoints(Routes routes, LiveConfiguration<Policy> policy, InstantSource clock) {
        return new RouteEndpoints(
                routes, text -> policy.read(new ConfigurationText(text)).routing(), clock);
    }

    private record FleetModels(Fleet fleet, FirstTokenTimes times) implements ModelView {
        @Override
        public boolean isReady(String model) {
            return fleet.snapshot().ready().stream().anyMatch(engine -> engine.has(model));
        }

        @Override
        public Optional<Long> firstTokenMillis(String model) {
            return times.expectedMillis(model);
        }
    }
}
