package dev.weir.models.domain;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** A seeded source of everything a scene is made of, confined to the names and sentence forms of one split. */
public final class Draw {
    private static final List<String> PORT_STARTS = List.of(
            "Bor", "Tal", "Nor", "Vik", "Sel", "Mar", "Ost", "Lun", "Kar", "Dra", "Fen", "Hal", "Jor", "Kel", "Lor",
            "Mol", "Ner", "Pel", "Ras", "Sor", "Tor", "Ul", "Var", "Wes", "Yar", "Zan", "Bre", "Cor", "Dun", "Es");
    private static final List<String> PORT_MIDDLES =
            List.of("", "a", "e", "i", "o", "an", "en", "in", "or", "al", "er");
    private static final List<String> PORT_ENDS = List.of(
            "vik", "holm", "sund", "port", "haven", "mouth", "dal", "nes", "mar", "ford", "wick", "stad", "lund",
            "borg", "ton");
    private static final List<String> SHIP_STARTS = List.of(
            "Aur", "Sil", "Cor", "Bel", "Mel", "Ther", "Gal", "Vol", "Ner", "Cal", "Dor", "Hel", "Ir", "Lys", "Ori",
            "Pel", "Ros", "Sab", "Tam", "Vir", "Xan", "Zel", "Cel", "Fal");
    private static final List<String> SHIP_MIDDLES = List.of("", "an", "el", "in", "or", "id", "al", "em");
    private static final List<String> SHIP_ENDS =
            List.of("ia", "ana", "ora", "ion", "aris", "ette", "ine", "una", "ella", "is", "eus", "ara");
    private static final List<String> FIRST_STARTS = List.of(
            "Mi", "Ta", "Lo", "Ka", "Ja", "Ne", "Ri", "So", "Ve", "El", "An", "Or", "Is", "Da", "Be", "Fa", "Gi", "Ha",
            "Pe", "Zu");
    private static final List<String> FIRST_ENDS = List.of(
            "ra", "na", "lin", "mir", "vek", "dan", "sa", "la", "ren", "to", "ko", "rik", "nia", "do", "mas", "rel");
    private static final List<String> LAST_STARTS = List.of(
            "Tal", "Brun", "Ost", "Kov", "Lind", "Mar", "Sten", "Var", "Hol", "Gran", "Pet", "Rosk", "Ferr", "Dahl",
            "Wint", "Cast", "Nord", "Elk", "Bar", "Zim");
    private static final List<String> LAST_ENDS = List.of(
            "ov", "en", "berg", "strom", "er", "ini", "ez", "man", "sen", "ado", "quist", "ell", "ak", "ic", "ham",
            "ley");
    private static final String CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    private static final String CODE_SHAPES = "LDLDL LLDDL LDDLL LDLLD LLDLD";
    /** Each split owns at least a twentieth of the names, so this many misses in a row mean a list is broken. */
    private static final int ATTEMPTS_MAX = 10_000;

    private final Split split;
    private final SplittableRandom random;

    public Draw(Split split, SplittableRandom random) {
        this.split = split;
        this.random = random;
    }

    public Split split() {
        return split;
    }

    /** A whole number from {@code low} to {@code high}, both included. */
    public int between(int low, int high) {
        return random.nextInt(low, high + 1);
    }

    /** A multiple of {@code step} from {@code low} to {@code high}, both included and both multiples themselves. */
    public int multiple(int step, int low, int high) {
        return step * between(low / step, high / step);
    }

    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    public <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** The given choices in random order. */
    public <T> List<T> shuffled(List<T> choices) {
        List<T> order = new ArrayList<>(choices);
        for (int i = order.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            T swapped = order.get(i);
            order.set(i, order.get(other));
            order.set(other, swapped);
        }
        return order;
    }

    /** As many different values as asked for. */
    public <T> List<T> distinct(int count, Supplier<T> source) {
        Set<T> values = new LinkedHashSet<>();
        for (int attempt = 0; values.size() < count; attempt++) {
            if (attempt == ATTEMPTS_MAX) {
                throw new IllegalStateException("cannot draw " + count + " different values");
            }
            values.add(source.get());
        }
        return List.copyOf(values);
    }

    /** A value other than the given one. */
    public <T> T other(T unlike, Supplier<T> source) {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            T value = source.get();
            if (!value.equals(unlike)) {
                return value;
            }
        }
        throw new IllegalStateException("cannot draw anything but " + unlike);
    }

    public Phrase phrase(Phrasing phrasing) {
        return phrasing.draw(this);
    }

    public String port() {
        return owned(() -> pick(PORT_STARTS) + pick(PORT_MIDDLES) + pick(PORT_ENDS));
    }

    public String ship() {
        return owned(() -> pick(SHIP_STARTS) + pick(SHIP_MIDDLES) + pick(SHIP_ENDS));
    }

    public String person() {
        return owned(() -> pick(FIRST_STARTS) + pick(FIRST_ENDS)) + " " + surname();
    }

    public String surname() {
        return owned(() -> pick(LAST_STARTS) + pick(LAST_ENDS));
    }

    public String bookingCode() {
        return owned(() -> {
            StringBuilder code = new StringBuilder();
            for (char kind : pick(List.of(CODE_SHAPES.split(" "))).toCharArray()) {
                code.append(
                        kind == 'L'
                                ? CODE_LETTERS.charAt(random.nextInt(CODE_LETTERS.length()))
                                : (char) ('1' + random.nextInt(9)));
            }
            return code.toString();
        });
    }

    /** A clock time on the five-minute grid between the two hours. */
    public Clock clock(int hourLow, int hourHigh) {
        return new Clock(between(hourLow, hourHigh) * 60 + multiple(5, 0, 55));
    }

    private String owned(Supplier<String> source) {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            String name = source.get();
            if (Split.of(name) == split) {
                return name;
            }
        }
        throw new IllegalStateException("no name belongs to " + split);
    }

    /** A time of day. */
    public record Clock(int minuteOfDay) {
        public Clock {
            if (minuteOfDay < 0 || minuteOfDay >= 24 * 60) {
                throw new IllegalArgumentException("minuteOfDay must be in [0, 1440): " + minuteOfDay);
            }
        }

        public int hour() {
            return minuteOfDay / 60;
        }

        public int minute() {
            return minuteOfDay % 60;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%02d:%02d", hour(), minute());
        }
    }
}
