package dev.weir.models.domain;

import java.util.LinkedHashMap;
import java.util.Map;

/** Who travels at what fare, with the sum written out as a person would write it. */
record Fares(int adults, int adultEuros, int children, int childEuros) {
    static Fares draw(Draw draw) {
        return new Fares(draw.between(1, 4), draw.multiple(10, 20, 50), draw.between(1, 3), draw.multiple(2, 4, 18));
    }

    Map<String, String> lines() {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("Adults", adults + " at " + adultEuros + " euros");
        lines.put("Children", children + " at " + childEuros + " euros");
        return lines;
    }

    int total() {
        return adults * adultEuros + children * childEuros;
    }

    String sum() {
        return "%d x %d = %d; %d x %d = %d; %d + %d = %d"
                .formatted(
                        adults,
                        adultEuros,
                        adults * adultEuros,
                        children,
                        childEuros,
                        children * childEuros,
                        adults * adultEuros,
                        children * childEuros,
                        total());
    }
}
