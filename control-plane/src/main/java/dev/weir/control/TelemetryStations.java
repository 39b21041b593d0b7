package dev.weir.control;

import dev.weir.control.fleet.EngineLoad;
import dev.weir.control.fleet.EngineView;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.identity.Authenticator;
import dev.weir.control.telemetry.EngineMeters;
import dev.weir.control.telemetry.MetricsAccess;
import dev.weir.control.telemetry.RequestTelemetry;
import dev.weir.control.telemetry.Traces;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/** Wires what tells of requests and engines. */
@Configuration(proxyBeanMethods = false)
class TelemetryStations {
    private static final Duration ENGINES_READ_EVERY = Duration.ofSeconds(1);

    @Bean
    Traces traces(WeirConfig config) {
        return new Traces(config.telemetry().traces());
    }

    @Bean
    RequestTelemetry requestTelemetry(
            MeterRegistry meters, Clock clock, WeirConfig config, Traces traces, Fleet fleet) {
        return new RequestTelemetry(
                meters,
                clock,
                config.telemetry(),
                traces,
                model -> fleet.snapshot().knows(model));
    }

    @Bean
    EngineMeters engineMeters(MeterRegistry meters, WeirConfig config, Fleet fleet) {
        return new EngineMeters(
                meters,
                config.telemetry(),
                () -> fleet.snapshot().engines().stream()
                        .map(view -> reading(fleet, view))
                        .toList());
    }

    private static EngineMeters.Reading reading(Fleet fleet, EngineView view) {
        EngineLoad.Gpu gpu = fleet.load(view.engine()).gpu();
        return new EngineMeters.Reading(
                view.engine().name(),
                view.isReady(),
                fleet.breakerState(view.engine()),
                fleet.underWayCount(view.engine()),
                gpu.freeBytes(),
                gpu.totalBytes());
    }

    @Bean
    DisposableBean engineReadings(EngineMeters engines, Scheduler timer) {
        Disposable reading = Flux.interval(Duration.ZERO, ENGINES_READ_EVERY, timer)
                .onBackpressureDrop()
                .subscribe(_ -> engines.refresh());
        return reading::dispose;
    }

    /** Who can reach a loopback address is on this machine, and may know what happens there. */
    @Bean
    MetricsAccess metricsAccess(
            Authenticator authenticator, WeirConfig config, @Value("${server.address}") String listensOn)
            throws UnknownHostException {
        boolean open = config.telemetry().metricsOpen()
                || config.identity().insecureNoAuth()
                || InetAddress.getByName(listensOn).isLoopbackAddress();
        return new MetricsAccess(authenticator, open);
    }
}
