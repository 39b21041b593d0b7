package dev.weir.control.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.configuration.ConfigurationText;
import dev.weir.control.configuration.Section;
import dev.weir.control.routing.RoutingPolicy;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UpgradePolicyTest {
    private static UpgradePolicy read(String upgrade) {
        return new ConfigurationText(
                        "tiers: {fast: small, mid: [medium, other], power: large}\nupgrade: {" + upgrade + "}")
                .read(UpgradePolicyTest::read)
                .orElseThrow();
    }

    private static Optional<UpgradePolicy> read(Section root) {
        RoutingPolicy routing = RoutingPolicy.read(root);
        return UpgradePolicy.read(root, routing);
    }

    @Test
    void whatComesAfterAModelAnswersInItsPlace() {
        UpgradePolicy steps = read("tiers: [fast, mid], to: [medium, large]");
        assertThat(steps.above("small")).containsExactly("medium", "large");
        assertThat(steps.above("medium")).containsExactly("large");
        assertThat(steps.above("large")).isEmpty();
        assertThat(steps.lookedAt()).containsExactly("medium");
        assertThat(steps.last()).isEqualTo("large");
    }

    @Test
    void oneModelAloneIsTheOnlyStep() {
        UpgradePolicy one = read("tiers: [fast, mid], to: large");
        assertThat(one.above("small")).containsExactly("large");
        assertThat(one.above("medium")).containsExactly("large");
        assertThat(one.lookedAt()).isEmpty();
    }

    @Test
    void whatLeadsNowhereIsTold() {
        assertThatThrownBy(() -> read("tiers: [], to: []"))
                .hasMessageContaining("upgrade.tiers names none")
                .hasMessageContaining("upgrade.to names none");
        assertThatThrownBy(() -> read("tiers: [fast]")).hasMessageContaining("upgrade.to names none");
        assertThatThrownBy(() -> read("tiers: [fast, mid], to: [medium, medium, large]"))
                .hasMessageContaining("upgrade.to names medium twice");
        assertThatThrownBy(() -> read("tiers: [fast], to: [medium, large]"))
                .hasMessageContaining("upgrade.to leads nowhere after medium, whose answers are not looked at");
    }
}
