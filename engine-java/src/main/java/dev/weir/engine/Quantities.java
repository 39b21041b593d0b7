package dev.weir.engine;

import java.util.Locale;

/** Numbers as an operator reads them. */
final class Quantities {

    private Quantities() {}

    static String bytes(long bytes) {
        return scaled(bytes, 1024, "B", "KiB", "MiB", "GiB", "TiB");
    }

    static String count(long count) {
        return scaled(count, 1000, "", "thousand", "million", "billion", "trillion");
    }

    private static String scaled(long value, int step, String... units) {
        double scaled = value;
        int unit = 0;
        while (scaled >= step && unit < units.length - 1) {
            scaled /= step;
            unit++;
        }
        String number = unit == 0 ? Long.toString(value) : String.format(Locale.ROOT, "%.1f", scaled);
        return (number + " " + units[unit]).strip();
    }
}
