package dev.weir.control.ingress;

import dev.weir.control.accounting.ModelPrice;
import dev.weir.control.accounting.PriceList;
import dev.weir.control.configuration.Section;
import dev.weir.control.identity.Tenant;
import dev.weir.control.upstream.Provider;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who outside may be asked when there is no room here, as the configuration's {@code overflow} says it, and whoever was registered beside it.
 *
 * @param outlets in the order in which they are asked
 * @param regions of tenants that may overflow into these only; others that may overflow may into any
 */
public record OverflowPolicy(List<Outlet> outlets, Map<String, Set<String>> regions) {
    public static final OverflowPolicy NONE = new OverflowPolicy(List.of(), Map.of());

    private static final double DOLLARS_MAX = 1_000_000;
    private static final double NANOS_PER_DOLLAR = 1e9;
    private static final int OUTPUT_TOKENS_UNSAID = 4096;
    private static final int OUTPUT_TOKENS_MAX = 1_000_000;

    public OverflowPolicy {
        outlets = List.copyOf(outlets);
        regions = Map.copyOf(regions);
    }

    /**
     * A provider, and what it may be used for.
     *
     * @param region where it keeps what it is sent
     * @param budgetNanosPerDay that all replicas may spend there together
     * @param models of ours that it can stand in for
     */
    public record Outlet(Provider provider, String region, long budgetNanosPerDay, Map<String, StandIn> models) {
        public Outlet {
            models = Map.copyOf(models);
        }
    }

    /**
     * A provider's model.
     *
     * @param name that the provider calls it by
     * @param outputTokensUnsaid the limit of an answer for which the caller set none
     */
    public record StandIn(String name, ModelPrice price, int outputTokensUnsaid) {}

    public static OverflowPolicy read(Section root) {
        Section overflow = root.section("overflow");
        List<Outlet> outlets = new ArrayList<>();
        overflow.named("providers")
                .forEach((name, section) -> outlet(name, section).ifPresent(outlets::add));
        Map<String, Set<String>> regions = new LinkedHashMap<>();
        overflow.named("tenants").forEach((tenant, section) -> {
            List<String> allowed = section.texts("regions");
            if (allowed.isEmpty()) {
                section.problem("regions", "must list the regions into which this tenant may overflow");
            }
            regions.put(tenant, Set.copyOf(allowed));
        });
        return new OverflowPolicy(outlets, regions);
    }

    private static Optional<Outlet> outlet(String name, Section section) {
        Provider.Shape shape = section.choice("shape", Provider.Shape.class, Provider.Shape.OPENAI);
        String url = section.required("url");
        section.required("key-file");
        Path keyFile = section.file("key-file").orElse(Path.of(""));
        String region = section.required("region");
        double budget = section.number("budget-per-day", 0, DOLLARS_MAX, 0);
        if (!section.has("budget-per-day")) {
            section.problem("budget-per-day", "is missing: say how many dollars may be spent there in a day");
        }
        Map<String, StandIn> models = new LinkedHashMap<>();
        section.named("models")
                .forEach((model, standIn) -> standIn(standIn).ifPresent(read -> models.put(model, read)));
        if (models.isEmpty()) {
            section.problem("models", "must say which models it stands in for");
        }
        return section.make(() -> new Outlet(
                new Provider(name, shape, URI.create(url), keyFile),
                region,
                Math.round(budget * NANOS_PER_DOLLAR),
                models));
    }

    private static Optional<StandIn> standIn(Section section) {
        String name = section.required("name");
        for (String price : List.of("input", "output")) {
            if (!section.has(price)) {
                section.problem(price, "is missing: say what a million tokens cost, in dollars");
            }
        }
        ModelPrice price = PriceList.price(section);
        int unsaid = section.integer("output-tokens-unsaid", 1, OUTPUT_TOKENS_MAX, OUTPUT_TOKENS_UNSAID);
        return section.make(() -> new StandIn(name, price, unsaid));
    }

    /** With these, too: behind the others, or in the place of the one that is called the same. */
    public OverflowPolicy with(List<Outlet> registered) {
        Map<String, Outlet> all = new LinkedHashMap<>();
        outlets.forEach(outlet -> all.put(outlet.provider().name(), outlet));
        registered.forEach(outlet -> all.put(outlet.provider().name(), outlet));
        return new OverflowPolicy(List.copyOf(all.values()), regions);
    }

    /** The outlets that this tenant's requests for this model may leave by. Of a tenant whose data stays here there are none. */
    List<Outlet> outlets(Tenant tenant, String model) {
        return switch (tenant.dataResidency()) {
            case LOCAL_ONLY -> List.of();
            case OVERFLOW_ALLOWED -> {
                Set<String> allowed = regions.get(tenant.id());
                yield outlets.stream()
                        .filter(outlet -> outlet.models().containsKey(model))
                        .filter(outlet -> allowed == null || allowed.contains(outlet.region()))
                        .toList();
            }
        };
    }
}
