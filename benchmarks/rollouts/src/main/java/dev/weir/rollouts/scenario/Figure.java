package dev.weir.rollouts.scenario;

import java.util.Locale;

/**
 * One number that came out, and what it had to be.
 *
 * @param shown with its unit
 * @param target in words; empty where there is none
 */
public record Figure(String name, double value, String shown, String target, boolean met) {

    public static Figure share(String name, double value) {
        return new Figure(name, value, percent(value), "", true);
    }

    public static Figure shareAtMost(String name, double value, double most) {
        return new Figure(name, value, percent(value), "at most " + percent(most), value <= most);
    }

    public static Figure shareAtLeast(String name, double value, double least) {
        return new Figure(name, value, percent(value), "at least " + percent(least), value >= least);
    }

    public static Figure secondsAtMost(String name, double value, double most) {
        return new Figure(name, value, seconds(value), "at most " + seconds(most), value <= most);
    }

    public static Figure seconds(String name, double value) {
        return new Figure(name, value, seconds(value), "", true);
    }

    public static Figure countAtMost(String name, double value, double most) {
        return new Figure(name, value, count(value), "at most " + count(most), value <= most);
    }

    public static Figure count(String name, double value) {
        return new Figure(name, value, count(value), "", true);
    }

    private static String percent(double value) {
        return String.format(Locale.ROOT, value < 0.1 ? "%.2f %%" : "%.1f %%", 100 * value);
    }

    private static String seconds(double value) {
        return value < 600
                ? String.format(Locale.ROOT, "%.0f s", value)
                : String.format(Locale.ROOT, "%.1f min", value / 60);
    }

    private static String count(double value) {
        return String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f" : "%.1f", value);
    }
}
