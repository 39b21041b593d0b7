package dev.weir.control.admin;

import dev.weir.control.fleet.Engine;
import dev.weir.control.fleet.EngineLoad;
import dev.weir.control.fleet.EngineView;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.fleet.Fleet.Origin;
import dev.weir.control.fleet.ServedModel;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The engines there are, and what may be done about them while we run. */
@RestController
public final class FleetEndpoints {
    private static final int REGISTERED_MAX = 1000;

    private final Fleet fleet;

    public FleetEndpoints(Fleet fleet) {
        this.fleet = fleet;
    }

    /** One engine as it is now. */
    public record EngineStatus(
            String name,
            String url,
            String region,
            boolean ready,
            @Nullable String reason,
            Instant since,
            List<String> models,
            int requestsUnderWay,
            EngineLoad load,
            String breaker,
            boolean draining) {}

    /** Where an engine is. */
    public record Registration(String url, @Nullable String region) {}

    @GetMapping("/admin/engines")
    List<EngineStatus> engines() {
        return fleet.snapshot().engines().stream().map(this::status).toList();
    }

    @GetMapping("/admin/engines/{name}")
    EngineStatus engine(@PathVariable String name) {
        return status(view(name));
    }

    /** Makes an engine known to this process, as long as it runs. */
    @PutMapping("/admin/engines/{name}")
    EngineStatus register(@PathVariable String name, @RequestBody Registration registration) {
        synchronized (fleet) {
            List<Engine> registered = new ArrayList<>(fleet.members(Origin.REGISTERED));
            registered.removeIf(engine -> engine.name().equals(name));
            if (registered.size() >= REGISTERED_MAX) {
                throw refused("at most " + REGISTERED_MAX + " engines can be registered");
            }
            registered.add(engine(name, registration));
            fleet.setMembers(Origin.REGISTERED, registered);
        }
        return status(view(name));
    }

    /** Forgets an engine that was registered; what it has under way goes on. */
    @DeleteMapping("/admin/engines/{name}")
    void deregister(@PathVariable String name) {
        synchronized (fleet) {
            List<Engine> registered = new ArrayList<>(fleet.members(Origin.REGISTERED));
            if (!registered.removeIf(engine -> engine.name().equals(name))) {
                throw refused(
                        "the engine " + name + " was not registered here: only the configuration can take it out");
            }
            fleet.setMembers(Origin.REGISTERED, registered);
        }
    }

    /** Sends it nothing new; it is empty once {@code requestsUnderWay} is 0. */
    @PostMapping("/admin/engines/{name}/drain")
    EngineStatus drain(@PathVariable String name) {
        fleet.drain(view(name).engine(), true);
        return status(view(name));
    }

    @PostMapping("/admin/engines/{name}/resume")
    EngineStatus resume(@PathVariable String name) {
        fleet.drain(view(name).engine(), false);
        return status(view(name));
    }

    private static Engine engine(String name, Registration registration) {
        try {
            return new Engine(
                    name, URI.create(registration.url()), registration.region() == null ? "" : registration.region());
        } catch (IllegalArgumentException invalid) {
            throw refused(String.valueOf(invalid.getMessage()));
        }
    }

    private EngineView view(String name) {
        return fleet.snapshot().engines().stream()
                .filter(view -> view.engine().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "there is no engine " + name));
    }

    private EngineStatus status(EngineView view) {
        Engine engine = view.engine();
        return new EngineStatus(
                engine.name(),
                engine.url().toString(),
                engine.region(),
                view.isReady(),
                view.isReady() ? null : view.whyNotReady(),
                view.since(),
                view.state().models().stream().map(ServedModel::toString).toList(),
                fleet.underWayCount(engine),
                fleet.load(engine),
                fleet.breakerState(engine),
                view.draining());
    }

    private static ResponseStatusException refused(String reason) {
        return new ResponseStatusException(HttpStatus.BAD_REQUEST, reason);
    }
}
