package dev.weir.control.cache;

import dev.weir.control.digest.Sha256;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * A digest of JSON values that is the same for the same value however it was written: the order of an object's keys, white space, escapes
 * and the spelling of numbers do not matter. Every value is fed with its kind and its length, so that no two sequences of values run
 * together into one.
 *
 * <p>Thread-safety: for one thread.
 */
final class CanonicalDigest {
    /** Up to here every whole number is a double of its own. */
    private static final double WHOLE_MAX = 1L << 53;

    private final Sha256 digest = new Sha256();

    CanonicalDigest add(String text) {
        addHead('s', text.length());
        byte[] units = new byte[2 * text.length()];
        for (int i = 0; i < text.length(); i++) {
            // Not as UTF-8, which has no bytes for half a character and would take one for another.
            units[2 * i] = (byte) (text.charAt(i) >> Byte.SIZE);
            units[2 * i + 1] = (byte) text.charAt(i);
        }
        digest.add(units);
        return this;
    }

    CanonicalDigest add(JsonNode value) {
        if (value.isObject()) {
            addHead('o', value.size());
            Map<String, JsonNode> sorted = new TreeMap<>();
            value.properties().forEach(field -> sorted.put(field.getKey(), field.getValue()));
            sorted.forEach((name, field) -> add(name).add(field));
        } else if (value.isArray()) {
            addHead('a', value.size());
            value.forEach(this::add);
        } else if (value.isString()) {
            add(value.stringValue());
        } else if (value.isNumber()) {
            String number = number(value);
            addHead('n', number.length());
            add(number);
        } else {
            addHead('v', 0);
            add(value.toString()); // true, false, null
        }
        return this;
    }

    private static String number(JsonNode value) {
        double number = value.doubleValue();
        boolean whole = number == Math.rint(number) && Math.abs(number) <= WHOLE_MAX;
        return whole ? Long.toString((long) number) : value.toString();
    }

    private void addHead(char kind, int length) {
        digest.add((byte) kind, (byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length);
    }

    /** In hexadecimal; begins anew. */
    String finish() {
        return digest.hex();
    }
}
