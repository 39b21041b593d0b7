package dev.weir.control.accounting;

import dev.weir.control.configuration.Section;
import java.util.LinkedHashMap;
import java.util.Map;

/** What models cost. One that is not in it costs nothing. */
public record PriceList(Map<String, ModelPrice> prices) {
    public static final PriceList FREE = new PriceList(Map.of());

    /** A price is per million tokens and has three decimals: a thousandth per million is a billionth per token. */
    private static final double NANOS_PER_TOKEN = 1000;

    private static final double PER_MILLION_MAX = 1_000_000;

    public PriceList {
        prices = Map.copyOf(prices);
    }

    public ModelPrice of(String model) {
        return prices.getOrDefault(model, ModelPrice.FREE);
    }

    /** What the configuration has under {@code prices}: by model, per million tokens. */
    public static PriceList read(Section root) {
        Map<String, ModelPrice> prices = new LinkedHashMap<>();
        root.named("prices").forEach((model, section) -> {
            double input = section.number("input", 0, PER_MILLION_MAX, 0);
            double cached = section.number("cached-input", 0, PER_MILLION_MAX, input);
            double output = section.number("output", 0, PER_MILLION_MAX, 0);
            section.make(() -> new ModelPrice(nanos(input), nanos(cached), nanos(output)))
                    .ifPresent(price -> prices.put(model, price));
        });
        return new PriceList(prices);
    }

    private static long nanos(double perMillion) {
        return Math.round(perMillion * NANOS_PER_TOKEN);
    }
}
