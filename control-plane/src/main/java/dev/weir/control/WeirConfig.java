package dev.weir.control;

import dev.weir.control.accounting.AccountingConfig;
import dev.weir.control.cache.CacheConfig;
import dev.weir.control.classification.ClassificationConfig;
import dev.weir.control.configuration.ConfigurationConfig;
import dev.weir.control.fleet.FleetConfig;
import dev.weir.control.identity.IdentityConfig;
import dev.weir.control.ingress.IngressConfig;
import dev.weir.control.quota.QuotaConfig;
import dev.weir.control.rollout.live.RolloutConfig;
import dev.weir.control.storage.StorageConfig;
import dev.weir.control.telemetry.TelemetryConfig;
import dev.weir.control.upstream.UpstreamConfig;
import java.net.URI;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is settled when the control plane starts. Unknown keys are refused, so that a misspelt limit is not a limit that silently does not exist.
 *
 * @param engines where the engines are
 */
@ConfigurationProperties(prefix = "weir", ignoreUnknownFields = false)
public record WeirConfig(
        @DefaultValue List<URI> engines,
        @DefaultValue ConfigurationConfig configuration,
        @DefaultValue IngressConfig ingress,
        @DefaultValue FleetConfig fleet,
        @DefaultValue UpstreamConfig upstream,
        @DefaultValue StorageConfig storage,
        @DefaultValue IdentityConfig identity,
        @DefaultValue AccountingConfig accounting,
        @DefaultValue QuotaConfig quota,
        @DefaultValue CacheConfig cache,
        @DefaultValue ClassificationConfig classification,
        @DefaultValue TelemetryConfig telemetry,
        @DefaultValue RolloutConfig rollout) {
    public WeirConfig {
        engines = List.copyOf(engines);
    }
}
