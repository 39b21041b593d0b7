package dev.weir.control.admin;

import dev.weir.control.fleet.Engine;
import dev.weir.control.fleet.EngineLoad;
import dev.weir.control.fleet.EngineView;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.fleet.Fleet.Origin;
import dev.weir.control.fleet.ServedModel;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.storage.Database;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/** The engines there are, and what may be done about them while we run. Each change is an entry of the audit log. */
@RestController
public final class FleetEndpoints {
    private static final int REGISTERED_MAX = 1000;

    private final Fleet fleet;
    private final ChangeLog changes;
    private final Database database;

    public FleetEndpoints(Fleet fleet, ChangeLog changes, Database database) {
        this.fleet = fleet;
        this.changes = changes;
        this.database = database;
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
    Mono<EngineStatus> register(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String name,
            @RequestBody Registration registration) {
        return noted(caller, "engine.register", name, () -> registered(name, registration));
    }

    /** Forgets an engine that was registered; what it has under way goes on. */
    @DeleteMapping("/admin/engines/{name}")
    Mono<EngineStatus> deregister(@RequestAttribute(AdminAccess.CALLER) Caller caller, @PathVariable String name) {
        return noted(caller, "engine.deregister", name, () -> forgotten(name));
    }

    /** Sends it nothing new; it is empty once {@code requestsUnderWay} is 0. */
    @PostMapping("/admin/engines/{name}/drain")
    Mono<EngineStatus> drain(@RequestAttribute(AdminAccess.CALLER) Caller caller, @PathVariable String name) {
        return noted(caller, "engine.drain", name, () -> drained(name, true));
    }

    @PostMapping("/admin/engines/{name}/resume")
    Mono<EngineStatus> resume(@RequestAttribute(AdminAccess.CALLER) Caller caller, @PathVariable String name) {
        return noted(caller, "engine.resume", name, () -> drained(name, false));
    }

    private Mono<EngineStatus> noted(Caller caller, String action, String name, Supplier<EngineStatus> work) {
        return Refusals.ask(
                database,
                () -> changes.change(caller, action, name, status -> Map.of("url", status.url()), _ -> work.get()));
    }

    private EngineStatus registered(String name, Registration registration) {
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

    /** As it was. */
    private EngineStatus forgotten(String name) {
        synchronized (fleet) {
            List<Engine> registered = new ArrayList<>(fleet.members(Origin.REGISTERED));
            if (!registered.removeIf(engine -> engine.name().equals(name))) {
                throw refused(
                        "the engine " + name + " was not registered here: only the configuration can take it out");
            }
            EngineStatus before = status(view(name));
            fleet.setMembers(Origin.REGISTERED, registered);
            return before;
        }
    }

    private EngineStatus drained(String name, boolean draining) {
        fleet.drain(view(name).engine(), draining);
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
