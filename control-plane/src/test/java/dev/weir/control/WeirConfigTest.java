package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.accounting.AccountingConfig;
import dev.weir.control.cache.CacheConfig;
import dev.weir.control.classification.ClassificationConfig;
import dev.weir.control.configuration.ConfigurationConfig;
import dev.weir.control.fleet.BreakerLimits;
import dev.weir.control.fleet.FleetConfig;
import dev.weir.control.identity.IdentityConfig;
import dev.weir.control.ingress.IngressConfig;
import dev.weir.control.quota.QuotaConfig;
import dev.weir.control.rollout.live.RolloutConfig;
import dev.weir.control.storage.StorageConfig;
import dev.weir.control.telemetry.TelemetryConfig;
import dev.weir.control.upstream.ProxySecret;
import dev.weir.control.upstream.UpstreamConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class WeirConfigTest {

    @Test
    void defaultsAreThese() {
        assertThat(bind(Map.of()))
                .isEqualTo(new WeirConfig(
                        List.of(),
                        new ConfigurationConfig(null, Duration.ofSeconds(1)),
                        new IngressConfig(
                                DataSize.ofMegabytes(16),
                                DataSize.ofKilobytes(8),
                                DataSize.ofKilobytes(32),
                                Duration.ofSeconds(60),
                                Duration.ofMinutes(5),
                                1024,
                                DataSize.ofMegabytes(1),
                                Duration.ofSeconds(15),
                                Duration.ofHours(1),
                                DataSize.ofMegabytes(64)),
                        new FleetConfig(
                                Duration.ofSeconds(1),
                                Duration.ofMillis(100),
                                Duration.ofSeconds(2),
                                3,
                                1000,
                                new BreakerLimits(5, Duration.ofSeconds(30), 3, Duration.ofMinutes(2))),
                        new UpstreamConfig(
                                Duration.ofSeconds(2),
                                Duration.ofMinutes(10),
                                Duration.ofMinutes(2),
                                Duration.ofHours(1),
                                3,
                                Duration.ofMillis(100),
                                Duration.ofSeconds(15),
                                1 << 20,
                                Duration.ofMinutes(1),
                                1024,
                                1024,
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(4),
                                null),
                        new StorageConfig(
                                Path.of(".weir"),
                                null,
                                null,
                                null,
                                8,
                                Duration.ofSeconds(5),
                                Duration.ofMinutes(1),
                                null,
                                Duration.ofSeconds(2)),
                        new IdentityConfig(
                                false,
                                Duration.ofMillis(250),
                                Duration.ofMinutes(5),
                                100_000,
                                10_000,
                                Duration.ofHours(12),
                                null),
                        new AccountingConfig(
                                Duration.ofMillis(250), 65_536, 1000, DataSize.ofGigabytes(1), Duration.ofSeconds(5)),
                        new QuotaConfig(null, 4096, 10_000, Duration.ofSeconds(10)),
                        new CacheConfig(
                                10_000,
                                DataSize.ofMegabytes(256),
                                DataSize.ofKilobytes(256),
                                100_000,
                                null,
                                null,
                                Duration.ofSeconds(1)),
                        new ClassificationConfig(null, null),
                        new TelemetryConfig(200, 200, 200, false, TelemetryConfig.TracesConfig.NONE),
                        new RolloutConfig(
                                Duration.ofSeconds(5),
                                Duration.ofMillis(100),
                                Duration.ofSeconds(3),
                                Duration.ofSeconds(5),
                                Duration.ofMinutes(5))));
    }

    @Test
    void anUnknownKeyIsRefusedByName() {
        assertThatThrownBy(() -> bind(Map.of("weir.upstream.silence-maximum", "1s")))
                .isInstanceOf(BindException.class)
                .rootCause()
                .hasMessageContaining("weir.upstream.silence-maximum");
    }

    @Test
    void aLimitOfNothingIsRefusedByName() {
        assertThatThrownBy(() -> bind(Map.of("weir.upstream.silence-max", "0s")))
                .rootCause()
                .hasMessageContaining("weir.upstream.silence-max");
    }

    @Test
    void aSecretIsNotPrintedAndNotTooShort() {
        WeirConfig config = bind(Map.of("weir.upstream.proxy-secret", "0123456789abcdef"));
        assertThat(config.upstream().proxySecret()).isEqualTo(new ProxySecret("0123456789abcdef"));
        assertThat(config.toString()).doesNotContain("0123456789abcdef");
        assertThatThrownBy(() -> bind(Map.of("weir.upstream.proxy-secret", "0123456789abcde")))
                .rootCause()
                .hasMessageContaining("at least 16 characters")
                .hasMessageNotContaining("0123456789abcde");
    }

    private static WeirConfig bind(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate(
                        "weir",
                        Bindable.of(WeirConfig.class),
                        new NoUnboundElementsBindHandler(BindHandler.DEFAULT, _ -> true));
    }
}
