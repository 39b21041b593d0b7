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
            ModelPrice price = price(section);
            section.make(() -> price).ifPresent(read -> prices.put(model, read));
        });
        return new PriceList(prices);
    }

    /** {@code input}, {@code cached-input} and {@code output}, per million tokens. */
    public static ModelPrice price(Section section) {
        double input = section.number("input", 0, PER_MILLION_MAX, 0);
        double cached = section.number("cached-input", 0, PER_MILLION_MAX, input);
        double output = section.number("output", 0, PER_MILLION_MAX, 0);
        return new ModelPrice(nanos(input), nanos(cached), nanos(output));
    }

    private static long nanos(double perMillion) {
        return Math.round(perMillion * NANOS_PER_TOKEN);
    }
}
