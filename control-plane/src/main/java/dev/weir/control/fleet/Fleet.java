package dev.weir.control.fleet;

import dev.weir.control.fleet.Assignment.Assigned;
import dev.weir.control.fleet.Assignment.NoneReady;
import dev.weir.control.fleet.Assignment.UnknownModel;
import dev.weir.control.fleet.EngineState.Unready;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * The engines, their state, and how many of our requests each is busy with.
 *
 * <p>Thread-safety: readers take one immutable snapshot; writers replace it whole, one at a time.
 */
public final class Fleet {
    private static final Logger log = LoggerFactory.getLogger(Fleet.class);
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    /** Who said that there is an engine. Where two have the same name or address, the later of these counts. */
    public enum Origin {
        /** The command line, or a setting. */
        STARTED,
        /** The configuration. */
        CONFIGURED,
        /** Somebody, while we run. */
        REGISTERED
    }

    private final InstantSource clock;
    private final LongSupplier ticker;
    private final BreakerLimits breakerLimits;
    private final Map<Origin, List<Engine>> members = new EnumMap<>(Origin.class);
    private final AtomicReference<FleetSnapshot> current = new AtomicReference<>(new FleetSnapshot(List.of()));
    private volatile Map<Engine, EngineAccount> accounts = Map.of();
    private Set<String> drained = Set.of();
    private final Sinks.Many<FleetSnapshot> changes = Sinks.many().replay().latest();

    public Fleet(List<Engine> engines, BreakerLimits breakerLimits, InstantSource clock, LongSupplier ticker) {
        this.clock = clock;
        this.ticker = ticker;
        this.breakerLimits = breakerLimits;
        changes.tryEmitNext(current.get());
        setMembers(Origin.STARTED, engines);
    }

    /** The fleet now. */
    public FleetSnapshot snapshot() {
        return current.get();
    }

    /** Every fleet that is different from the one before it, beginning with the latest. */
    public Flux<FleetSnapshot> changes() {
        return changes.asFlux();
    }

    /** How many of our requests the engine is busy with. */
    public int underWayCount(Engine engine) {
        return account(engine).underWay().get();
    }

    /** What the engine last said of its load. */
    public EngineLoad load(Engine engine) {
        return account(engine).load();
    }

    /** Whether requests are kept from the engine because it failed too many. */
    public String breakerState(Engine engine) {
        return account(engine).breaker().state().name().toLowerCase(Locale.ROOT);
    }

    /** The engines of one origin. */
    public synchronized List<Engine> members(Origin origin) {
        return members.getOrDefault(origin, List.of());
    }

    /**
     * From now on these are the engines of one origin. What is known of an engine stays where it stays; one that leaves is sent nothing
     * more and finishes what it has.
     */
    public synchronized void setMembers(Origin origin, List<Engine> engines) {
        members.put(origin, List.copyOf(engines));
        List<Engine> all =
                distinct(members.values().stream().flatMap(List::stream).toList());
        Map<Engine, EngineAccount> kept = new HashMap<>();
        all.forEach(engine -> kept.put(
                engine,
                Optional.ofNullable(accounts.get(engine))
                        .orElseGet(() -> new EngineAccount(new CircuitBreaker(breakerLimits, ticker)))));
        // Whoever sees an engine in a snapshot, the old one or the new, finds its account.
        Map<Engine, EngineAccount> both = new HashMap<>(accounts);
        both.putAll(kept);
        accounts = Map.copyOf(both);
        Map<Engine, EngineView> before =
                current.get().engines().stream().collect(Collectors.toMap(EngineView::engine, view -> view));
        publish(new FleetSnapshot(all.stream()
                .map(engine -> Optional.ofNullable(before.get(engine)).orElseGet(() -> unasked(engine)))
                .toList()));
        accounts = Map.copyOf(kept);
    }

    private EngineView unasked(Engine engine) {
        return new EngineView(
                engine,
                new Unready("it was not asked yet", List.of()),
                clock.instant(),
                drained.contains(engine.name()));
    }

    /** One engine for each name and each address. */
    private static List<Engine> distinct(List<Engine> engines) {
        Map<String, Engine> byName = new LinkedHashMap<>();
        engines.forEach(engine -> byName.put(engine.name(), engine));
        Map<Object, Engine> byAddress = new LinkedHashMap<>();
        byName.values().forEach(engine -> byAddress.put(engine.url(), engine));
        return List.copyOf(byAddress.values());
    }

    /** Sends the engine nothing new, or again; what it has under way goes on. */
    public synchronized void drain(Engine engine, boolean draining) {
        Set<String> names = new HashSet<>(drained);
        if (draining) {
            names.add(engine.name());
        } else {
            names.remove(engine.name());
        }
        drainAll(names);
    }

    /** Of the engines that others send requests to, too, these are sent nothing new, and no others; so are those of these names that come later. */
    public synchronized void drainShared(Set<String> names) {
        Set<String> all = new HashSet<>(names);
        for (Engine own : members(Origin.STARTED)) {
            if (isOwn(own)) {
                all.remove(own.name());
                if (drained.contains(own.name())) {
                    all.add(own.name());
                }
            }
        }
        drainAll(all);
    }

    /** Whether another process knows another engine by this name: one that stands beside each of us has the same address everywhere. */
    public boolean isOwn(Engine engine) {
        return members(Origin.STARTED).contains(engine)
                && LOOPBACK.matcher(engine.url().getHost()).matches();
    }

    private void drainAll(Set<String> names) {
        drained = Set.copyOf(names);
        publish(new FleetSnapshot(current.get().engines().stream()
                .map(view -> view.withDraining(drained.contains(view.engine().name())))
                .toList()));
    }

    /**
     * Of the ready engines that have the model the least busy one where it is ready, else one where it wakes, else any: it knows best
     * why the model cannot be asked, and by the time that it is asked it may be otherwise.
     */
    public Assignment assign(String modelId) {
        return assign(modelId, _ -> true, this::requestCount);
    }

    /** As above, among the engines that come into question, by a price of somebody else's. */
    public Assignment assign(String modelId, Predicate<Engine> inQuestion, EnginePrice price) {
        FleetSnapshot fleet = snapshot();
        Optional<EngineView> best = fleet.ready().stream()
                .filter(view -> view.has(modelId) && inQuestion.test(view.engine()))
                .filter(view -> isTrusted(view.engine()))
                .min(Comparator.comparingInt((EngineView view) -> view.distance(modelId))
                        .thenComparingDouble(view -> price.of(view.engine())));
        if (best.isPresent()) {
            EngineAccount account = accounts.get(best.get().engine());
            return account == null // it has just left
                    ? assign(modelId, inQuestion, price)
                    : new Assigned(new EngineLease(best.get().engine(), account, breakerLimits));
        }
        if (fleet.ready().isEmpty() || fleet.knows(modelId)) {
            return new NoneReady(whyNotReady(fleet, modelId));
        }
        return new UnknownModel(fleet.models().stream().map(ServedModel::id).toList());
    }

    /** How many requests the engine has, ours and others'. */
    public int requestCount(Engine engine) {
        EngineAccount account = accounts.get(engine);
        return account == null ? 0 : account.requestCount();
    }

    /** How many tokens the engine's KV blocks hold; 0 where it did not tell. */
    public long kvCacheTokens(Engine engine) {
        EngineAccount account = accounts.get(engine);
        return account == null ? 0 : account.load().kvCacheTokens();
    }

    private boolean isTrusted(Engine engine) {
        EngineAccount account = accounts.get(engine);
        return account == null || account.breaker().letsThrough();
    }

    /** What a request found out before the next probe would: there is nobody at this address. */
    public void unreachable(Engine engine) {
        stateOf(engine)
                .ifPresent(state -> update(engine, new Unready("it could not be reached", state.models(), true)));
    }

    synchronized void update(Engine engine, EngineState state) {
        EngineAccount account = accounts.get(engine);
        if (account != null) {
            account.isNow(state);
        }
        publish(current.get().with(engine, state, clock.instant()));
    }

    void report(Engine engine, EngineLoad load) {
        EngineAccount account = accounts.get(engine);
        if (account != null) {
            account.report(load);
        }
    }

    private void publish(FleetSnapshot after) {
        FleetSnapshot before = current.getAndSet(after);
        if (!after.equals(before)) {
            logChanges(before, after);
            changes.tryEmitNext(after);
        }
    }

    /** Empty where the engine has left the fleet. */
    Optional<EngineState> stateOf(Engine engine) {
        return snapshot().engines().stream()
                .filter(view -> view.engine().equals(engine))
                .findFirst()
                .map(EngineView::state);
    }

    private EngineAccount account(Engine engine) {
        EngineAccount account = accounts.get(engine);
        if (account == null) {
            throw new IllegalArgumentException("not of this fleet: " + engine);
        }
        return account;
    }

    private String whyNotReady(FleetSnapshot fleet, String modelId) {
        return fleet.engines().stream()
                .filter(view -> view.has(modelId) || fleet.ready().isEmpty())
                .map(view -> "engine " + view.engine().name() + ": " + whyNot(view))
                .collect(Collectors.joining("; "));
    }

    private String whyNot(EngineView view) {
        if (!view.isReady()) {
            return view.whyNotReady();
        }
        return isTrusted(view.engine()) ? "it failed this request" : "it failed too often";
    }

    private static void logChanges(FleetSnapshot before, FleetSnapshot after) {
        Map<Engine, EngineView> known =
                before.engines().stream().collect(Collectors.toMap(EngineView::engine, view -> view));
        for (EngineView view : after.engines()) {
            EngineView old = known.remove(view.engine());
            if (old == null || view.equals(old)) {
                continue;
            }
            if (view.isReady()) {
                log.info(
                        "engine {} is ready with {}",
                        view.engine().name(),
                        view.state().models());
            } else {
                log.info("engine {} is not ready: {}", view.engine().name(), view.whyNotReady());
            }
        }
        known.keySet().forEach(engine -> log.info("engine {} has left the fleet", engine.name()));
    }
}
