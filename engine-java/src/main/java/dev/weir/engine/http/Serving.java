package dev.weir.engine.http;

import dev.weir.engine.lifecycle.ModelState;
import dev.weir.engine.lifecycle.ModelStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the server serves now. Written by the composition root, read by every event loop and worker: one value, replaced as a whole, so that
 * no request sees half of a change.
 */
public final class Serving {

    /** Where the process is in its life. */
    public enum Phase {
        /** The models that it was started with are being loaded. */
        STARTING,
        READY,
        /** Finishes what it has. */
        DRAINING
    }

    /** A model and where it is in its life; what serves it is null while nothing does. */
    public record Listing(ModelStatus status, @Nullable ServedModel model) {

        String name() {
            return status.name();
        }
    }

    /** Wakes a sleeping model for a request. */
    public interface Waker {

        /** Completes when the model is awake, or stays asleep for a reason that its status tells. Never fails. */
        CompletionStage<?> wake(String model);
    }

    private record State(Phase phase, List<Listing> listings, Map<String, String> aliases) {}

    private final @Nullable Waker waker;
    private volatile State state = new State(Phase.STARTING, List.of(), Map.of());

    /** Refuses requests to sleeping models. */
    public Serving() {
        this(null);
    }

    /**
     * Nothing is served yet.
     *
     * @param waker of models that are asleep when a request comes; null: such a request is refused
     */
    public Serving(@Nullable Waker waker) {
        this.waker = waker;
    }

    /** The models and their second names as they are now. */
    public synchronized void show(List<Listing> listings, Map<String, String> aliases) {
        state = new State(state.phase(), List.copyOf(listings), Map.copyOf(aliases));
    }

    /** What the process was started with is loaded. */
    public synchronized void started() {
        state = new State(Phase.READY, state.listings(), state.aliases());
    }

    /** These models are served, and no others will be. */
    public void ready(List<ServedModel> models) {
        show(
                models.stream()
                        .map(model -> new Listing(
                                new ModelStatus(model.name(), ModelState.READY, "", null, null, null, 0, List.of()),
                                model))
                        .toList(),
                Map.of());
        started();
    }

    /** Nothing new is taken. */
    public synchronized void draining() {
        state = new State(Phase.DRAINING, state.listings(), state.aliases());
    }

    Phase phase() {
        return state.phase();
    }

    /** A request to a sleeping model wakes it. */
    boolean wakesOnRequest() {
        return waker != null;
    }

    /** The models that are here, or on their way here or away. */
    List<Listing> listings() {
        return present(state);
    }

    /** What serves the models that are here. */
    List<ServedModel> models() {
        return models(state);
    }

    private static List<ServedModel> models(State now) {
        return now.listings().stream()
                .flatMap(listing -> Stream.ofNullable(listing.model()))
                .toList();
    }

    /** Whether a name is that of a model, wherever in its life, or an alias. */
    boolean isModelOrAlias(String name) {
        return isModelOrAlias(state, name);
    }

    private static boolean isModelOrAlias(State now, String name) {
        return now.aliases().containsKey(name)
                || now.listings().stream().anyMatch(listing -> listing.name().equals(name));
    }

    /** A model that is here, with its adapter of that name; models and aliases come first. */
    Optional<ServedModel> adapted(String name) {
        return adapted(state, name);
    }

    private static Optional<ServedModel> adapted(State now, String name) {
        return isModelOrAlias(now, name)
                ? Optional.empty()
                : models(now).stream()
                        .flatMap(model -> model.adapted(name).stream())
                        .findFirst();
    }

    /** Alias to model. */
    Map<String, String> aliases() {
        return state.aliases();
    }

    private static List<Listing> present(State now) {
        return now.listings().stream()
                .filter(listing -> listing.status().state() != ModelState.UNAVAILABLE)
                .toList();
    }

    /** The loops of all models live. */
    boolean isAlive() {
        return state.listings().stream()
                .map(Listing::model)
                .allMatch(model -> model == null || model.alive().getAsBoolean());
    }

    /** The listing of the model that a name or alias stands for. */
    Listing listing(String name) {
        State now = state;
        String model = now.aliases().getOrDefault(name, name);
        return now.listings().stream()
                .filter(listing -> listing.name().equals(model))
                .findFirst()
                .orElseThrow(() -> new ApiException(ApiError.modelNotFound(
                        "the model `" + name + "` does not exist; this server has " + names(present(now)))));
    }

    /**
     * The model that a request names, itself, by an alias or with an adapter; the only one there is, where it names none.
     *
     * @throws ModelAsleepException where it is being woken for this request
     */
    ServedModel model(Optional<String> name) {
        State now = state;
        if (now.phase() == Phase.DRAINING) {
            throw new ApiException(ApiError.unavailable("shutting_down", "this server is shutting down"));
        }
        Optional<ServedModel> adapted = name.flatMap(wanted -> adapted(now, wanted));
        Listing listing = adapted.map(ServedModel::parent)
                .or(() -> name)
                .map(this::listing)
                .orElseGet(() -> only(now));
        ServedModel plain = ready(now, listing); // an adapter goes where its model goes
        return adapted.orElse(plain);
    }

    private ServedModel ready(State now, Listing listing) {
        ServedModel model = listing.model();
        return switch (listing.status().state()) {
            case READY -> {
                if (model == null) {
                    throw new AssertionError(listing.name() + " is ready, and nothing serves it");
                }
                yield model;
            }
            case LOADING -> throw notYet(now, listing);
            case UNLOADING ->
                throw new ApiException(
                        ApiError.unavailable("model_unloading", listing.status().reason()));
            case SLEEPING -> throw asleep(listing);
            case UNAVAILABLE -> {
                if (now.phase() == Phase.STARTING) {
                    throw starting();
                }
                throw new ApiException(ApiError.modelNotFound("the model `" + listing.name() + "` is not loaded: "
                        + listing.status().reason() + "; this server has " + names(present(now))));
            }
        };
    }

    private static Listing only(State now) {
        List<Listing> present = present(now);
        if (present.size() > 1) {
            throw new ApiException(ApiError.badField("model", "model is missing; this server has " + names(present)));
        }
        if (present.isEmpty()) {
            throw now.phase() == Phase.STARTING
                    ? starting()
                    : new ApiException(ApiError.modelNotFound("no model is loaded"));
        }
        return present.getFirst();
    }

    private RuntimeException notYet(State now, Listing listing) {
        ApiError refusal = ApiError.unavailable(
                "model_loading", "the model `" + listing.name() + "` is being loaded; try again in a moment");
        return now.phase() == Phase.STARTING ? new ApiException(refusal) : awaited(listing, refusal);
    }

    private RuntimeException asleep(Listing listing) {
        return awaited(
                listing,
                ApiError.unavailable(
                        "model_sleeping",
                        "the model `" + listing.name() + "` is asleep ("
                                + listing.status().reason() + "); an administrator can wake it"));
    }

    /** Another request may have begun to wake it, so that waking and waiting for the one who does are the same. */
    private RuntimeException awaited(Listing listing, ApiError refusal) {
        return waker == null
                ? new ApiException(refusal)
                : new ModelAsleepException(waker.wake(listing.name()), refusal);
    }

    private static ApiException starting() {
        return new ApiException(ApiError.unavailable("starting", "the models are still being loaded"));
    }

    private static String names(List<Listing> listings) {
        return listings.isEmpty()
                ? "none"
                : listings.stream().map(Listing::name).collect(Collectors.joining(", "));
    }
}
