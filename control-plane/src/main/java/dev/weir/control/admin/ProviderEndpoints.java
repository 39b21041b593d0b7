package dev.weir.control.admin;

import dev.weir.control.accounting.ModelPrice;
import dev.weir.control.identity.Caller;
import dev.weir.control.ingress.OverflowPolicy;
import dev.weir.control.ingress.OverflowPolicy.Outlet;
import dev.weir.control.ingress.OverflowPolicy.StandIn;
import dev.weir.control.storage.Database;
import dev.weir.control.upstream.Provider;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/**
 * The providers there are outside, and how more are registered. No key is told here, either way: a provider names a file that every replica
 * has for itself.
 */
@RestController
public final class ProviderEndpoints {
    private static final double NANOS_PER_DOLLAR = 1e9;
    private static final double NANOS_PER_DOLLAR_OF_A_MILLION = 1e3;

    private final ProviderBook book;
    private final Supplier<OverflowPolicy> policy;
    private final Predicate<String> leftAlone;
    private final Database database;

    /**
     * Of one replica.
     *
     * @param policy that serves now
     * @param leftAlone whether the provider of this name has failed too often of late
     */
    public ProviderEndpoints(
            ProviderBook book, Supplier<OverflowPolicy> policy, Predicate<String> leftAlone, Database database) {
        this.book = book;
        this.policy = policy;
        this.leftAlone = leftAlone;
        this.database = database;
    }

    /** Who said that there is a provider. */
    public enum Origin {
        CONFIGURED,
        REGISTERED
    }

    /**
     * One provider as this replica has it now.
     *
     * @param ready whether it can be asked here; {@code reason} says why not
     * @param budgetPerDay in dollars, of all replicas together
     */
    public record ProviderStatus(
            String name,
            Origin origin,
            String shape,
            String url,
            String keyFile,
            String region,
            double budgetPerDay,
            Map<String, StandInStatus> models,
            boolean ready,
            @Nullable String reason) {}

    /** A provider's model, and what a million of its tokens cost in dollars. */
    public record StandInStatus(String name, double input, double cachedInput, double output, int outputTokensUnsaid) {}

    /** In the order in which they are asked. */
    @GetMapping("/admin/providers")
    Mono<List<ProviderStatus>> providers() {
        return Refusals.ask(
                database,
                () -> policy.get().outlets().stream().map(this::status).toList());
    }

    @GetMapping("/admin/providers/{name}")
    Mono<ProviderStatus> provider(@PathVariable String name) {
        return Refusals.ask(database, () -> status(outlet(name)));
    }

    /** Makes a provider known to every replica, until it is forgotten. Somebody's data may go there, so it wants a reason. */
    @PutMapping("/admin/providers/{name}")
    Mono<ProviderStatus> registerProvider(
            @RequestAttribute(AdminAccess.CALLER) Caller caller,
            @PathVariable String name,
            @RequestBody ProviderOrder order) {
        AdminAccess.requireReason(caller);
        return Refusals.ask(database, () -> {
            book.register(caller, name, order);
            return status(outlet(name));
        });
    }

    /** Forgets a provider that was registered; what it has under way goes on. */
    @DeleteMapping("/admin/providers/{name}")
    Mono<ProviderStatus> deregisterProvider(
            @RequestAttribute(AdminAccess.CALLER) Caller caller, @PathVariable String name) {
        return Refusals.ask(database, () -> {
            ProviderStatus before = status(outlet(name));
            book.deregister(caller, name);
            return before;
        });
    }

    private Outlet outlet(String name) {
        return policy.get().outlets().stream()
                .filter(outlet -> outlet.provider().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "there is no provider " + name));
    }

    private ProviderStatus status(Outlet outlet) {
        Provider provider = outlet.provider();
        Map<String, StandInStatus> models = new TreeMap<>();
        outlet.models().forEach((model, standIn) -> models.put(model, status(standIn)));
        String reason = whyNotReady(provider);
        return new ProviderStatus(
                provider.name(),
                book.has(provider.name()) ? Origin.REGISTERED : Origin.CONFIGURED,
                provider.shape().name().toLowerCase(Locale.ROOT),
                provider.url().toString(),
                provider.keyFile().toString(),
                outlet.region(),
                outlet.budgetNanosPerDay() / NANOS_PER_DOLLAR,
                models,
                reason == null,
                reason);
    }

    private static StandInStatus status(StandIn standIn) {
        ModelPrice price = standIn.price();
        return new StandInStatus(
                standIn.name(),
                price.inputNanos() / NANOS_PER_DOLLAR_OF_A_MILLION,
                price.cachedInputNanos() / NANOS_PER_DOLLAR_OF_A_MILLION,
                price.outputNanos() / NANOS_PER_DOLLAR_OF_A_MILLION,
                standIn.outputTokensUnsaid());
    }

    private @Nullable String whyNotReady(Provider provider) {
        try {
            provider.key();
        } catch (IOException unreadable) {
            return "its key file cannot be used here: " + unreadable.getMessage();
        }
        return leftAlone.test(provider.name()) ? "it failed too often of late and is left alone" : null;
    }
}
