package dev.weir.control.fleet;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Up while at least one engine can be sent requests. */
public final class FleetHealth implements HealthIndicator {
    private final Fleet fleet;

    public FleetHealth(Fleet fleet) {
        this.fleet = fleet;
    }

    @Override
    public Health health() {
        FleetSnapshot snapshot = fleet.snapshot();
        int readyCount = snapshot.ready().size();
        return (readyCount > 0 ? Health.up() : Health.outOfService())
                .withDetail("engines", snapshot.engines().size())
                .withDetail("ready", readyCount)
                .build();
    }
}
