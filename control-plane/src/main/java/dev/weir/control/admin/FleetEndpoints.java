package dev.weir.control.admin;

import dev.weir.control.fleet.Engine;
import dev.weir.control.fleet.EngineLoad;
import dev.weir.control.fleet.EngineView;
import dev.weir.control.fleet.Fleet;
import dev.weir.control.fleet.ServedModel;
import dev.weir.control.identity.Caller;
import dev.weir.control.storage.Database;
import java.net.URI;
import java.time.Instant;
import java.util.List;
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
    private final Fleet fleet;
    private final EngineBook book;
    private final Database database;

    public FleetEndpoints(Fleet fleet, EngineBook book, Database database) {
        this.fleet = fleet;
        this.book = book;
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

    /** Makes an engine known to every replica, until it is forgotten. */
    @PutMapping("/admin/engines/{name}")
    Mono<EngineStatus> register(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String name,
            @RequestBody Registration registration) {
        return Refusals.ask(database, () -> {
            book.register(caller, engine(name, registration));
            return status(view(name));
        });
    }

    /** Forgets an engine that was registered; what it has under way goes on. */
    @DeleteMapping("/admin/engines/{name}")
    Mono<EngineStatus> deregister(@RequestAttribute(AdminAccess.CALLER) Caller caller, @PathVariable String name) {
        return Refusals.ask(database, () -> {
            EngineStatus before = status(view(name));
            book.deregister(caller, view(name).engine());
            return before;
        });
    }

    /** Sends it nothing new, from any replica; it is empty once {@code requestsUnderWay} is 0 on each. */
    @PostMapping("/admin/engines/{name}/drain")
    Mono<EngineStatus> drain(@RequestAttribute(AdminAccess.CALLER) Caller caller, @PathVariable String name) {
        return Refusals.ask(database, () -> drained(caller, name, true));
    }

    @PostMapping("/admin/engines/{name}/resume")
    Mono<EngineStatus> resume(@RequestAttribute(AdminAccess.CALLER) Caller caller, @PathVariable String name) {
        return Refusals.ask(database, () -> drained(caller, name, false));
    }

    private EngineStatus drained(Caller caller, String name, boolean draining) {
        book.drain(caller, view(name).engine(), draining);
        return status(view(name));
    }

    private static Engine engine(String name, Registration registration) {
        if (registration.url() == null) {
            throw refused("url is missing: say where the engine listens");
        }
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
