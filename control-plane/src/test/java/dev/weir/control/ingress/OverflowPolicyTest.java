package dev.weir.control.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.configuration.ConfigurationText;
import dev.weir.control.identity.Tenant;
import dev.weir.control.identity.Tenant.DataResidency;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OverflowPolicyTest {
    private static final String TEXT = """
            overflow:
              providers:
                here: {url: "https://eu.example/v1", key-file: /keys/here, region: eu, budget-per-day: 5,
                  models: {m: {name: big, input: 1.25, cached-input: 0.125, output: 10}}}
                there: {shape: anthropic, url: "https://us.example", key-file: /keys/there, region: us, budget-per-day: 5,
                  models: {m: {name: big, input: 3, output: 15}, n: {name: small, input: 1, output: 5}}}
              tenants:
                clinic: {regions: [eu]}
            """;

    private static Stream<String> outlets(String tenant, DataResidency residency, String model) {
        Tenant who = new Tenant(tenant, tenant, 1, residency, true, Instant.EPOCH);
        return new ConfigurationText(TEXT)
                .read(OverflowPolicy::read).outlets(who, model).stream()
                        .map(outlet -> outlet.provider().ledgerName());
    }

    @Test
    void dataGoesWhereItsTenantLetsItAndNowhereElse() {
        assertThat(outlets("acme", DataResidency.LOCAL_ONLY, "m")).isEmpty();
        assertThat(outlets("acme", DataResidency.OVERFLOW_ALLOWED, "m"))
                .containsExactly("overflow:here", "overflow:there");
        assertThat(outlets("acme", DataResidency.OVERFLOW_ALLOWED, "n")).containsExactly("overflow:there");
        assertThat(outlets("acme", DataResidency.OVERFLOW_ALLOWED, "x")).isEmpty();
        assertThat(outlets("clinic", DataResidency.OVERFLOW_ALLOWED, "m")).containsExactly("overflow:here");
        assertThat(outlets("clinic", DataResidency.OVERFLOW_ALLOWED, "n")).isEmpty();
        assertThat(outlets("clinic", DataResidency.LOCAL_ONLY, "m")).isEmpty();
    }

    @Test
    void whatIsMissingOrUnsafeIsToldWithItsPlace() {
        assertThatThrownBy(() -> new ConfigurationText("""
                        overflow:
                          providers:
                            a: {url: "http://example.com/v1", key-file: k, region: eu, budget-per-day: 1,
                              models: {m: {name: x, input: 1, output: 1}}}
                            b: {url: "https://example.com/v1", models: {m: {name: x}}}
                          tenants: {clinic: {}}
                        """).read(OverflowPolicy::read))
                .hasMessageContaining("its key would travel in the clear")
                .hasMessageContaining("overflow.providers.b.key-file is missing")
                .hasMessageContaining("overflow.providers.b.region is missing")
                .hasMessageContaining("overflow.providers.b.budget-per-day is missing")
                .hasMessageContaining("overflow.providers.b.models.m.input is missing")
                .hasMessageContaining("overflow.tenants.clinic.regions must list");
    }
}
