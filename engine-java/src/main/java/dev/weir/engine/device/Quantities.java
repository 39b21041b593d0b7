package dev.weir.engine.device;

import java.util.Locale;

/** Numbers as an operator reads them. */
public final class Quantities {

    private Quantities() {}

    /** In binary units. */
    public static String bytes(long bytes) {
        return scaled(bytes, 1024, "B", "KiB", "MiB", "GiB", "TiB");
    }

    /** In thousands. */
    public static String count(long count) {
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
