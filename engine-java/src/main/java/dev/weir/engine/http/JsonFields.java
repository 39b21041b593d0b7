package dev.weir.engine.http;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Typed reading of a request's fields. A field that is null counts as absent, as SDKs send them; one of the wrong type or out of range
 * is refused by its name.
 *
 * @param prefix of the names in messages, for nested objects: empty or ending in a dot
 */
record JsonFields(ObjectNode json, String prefix) {

    static JsonFields of(ObjectNode json) {
        return new JsonFields(json, "");
    }

    /** The field's value; null where it is absent or null. */
    @Nullable
    JsonNode get(String name) {
        JsonNode value = json.get(name);
        return value == null || value.isNull() ? null : value;
    }

    boolean has(String name) {
        return get(name) != null;
    }

    boolean flag(String name, boolean absent) {
        JsonNode value = get(name);
        if (value == null) {
            return absent;
        }
        if (!value.isBoolean()) {
            throw refuse(name, "must be true or false");
        }
        return value.booleanValue();
    }

    long integer(String name, long min, long max, long absent) {
        JsonNode value = get(name);
        return value == null ? absent : integer(value, name, min, max);
    }

    int integer(String name, int min, int max, int absent) {
        return (int) integer(name, (long) min, max, absent);
    }

    private long integer(JsonNode value, String name, long min, long max) {
        if (!value.isIntegralNumber()) {
            throw refuse(name, "must be an integer");
        }
        BigInteger number = value.bigIntegerValue();
        boolean below = number.compareTo(BigInteger.valueOf(min)) < 0;
        if (below || number.compareTo(BigInteger.valueOf(max)) > 0) {
            throw refuse(name, "must be " + range(min, max, below) + ": " + value);
        }
        return value.longValue();
    }

    /** The bound that was crossed; both where both mean something to a caller. */
    private static String range(long min, long max, boolean below) {
        if (max != Long.MAX_VALUE && max != Integer.MAX_VALUE) {
            return "in [" + min + ", " + max + "]";
        }
        return below ? "at least " + min : "at most " + max;
    }

    float number(String name, double min, double max, double absent) {
        JsonNode value = get(name);
        if (value == null) {
            return (float) absent;
        }
        if (!value.isNumber()) {
            throw refuse(name, "must be a number");
        }
        double number = value.doubleValue();
        if (!(number >= min && number <= max)) {
            throw refuse(name, "must be in [" + plain(min) + ", " + plain(max) + "]: " + value);
        }
        return (float) number;
    }

    private static String plain(double bound) {
        return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }

    Optional<String> text(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isString()) {
            throw refuse(name, "must be a string");
        }
        return Optional.of(value.stringValue());
    }

    Optional<JsonFields> object(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof ObjectNode object)) {
            throw refuse(name, "must be an object");
        }
        return Optional.of(new JsonFields(object, prefix + name + "."));
    }

    /** A list of strings, or one string in its place. */
    List<String> texts(String name, int countMax) {
        JsonNode value = get(name);
        return switch (value) {
            case null -> List.of();
            case ArrayNode array -> {
                requireCount(name, array, countMax);
                List<String> texts = new ArrayList<>(array.size());
                for (JsonNode element : array) {
                    if (!element.isString()) {
                        throw refuse(name, "must be a string or a list of strings");
                    }
                    texts.add(element.stringValue());
                }
                yield texts;
            }
            default -> List.of(text(name).orElseThrow());
        };
    }

    /** A list of ids; empty where the field is absent. */
    int[] ids(String name, int countMax) {
        JsonNode value = get(name);
        if (value == null) {
            return new int[0];
        }
        if (!(value instanceof ArrayNode array)) {
            throw refuse(name, "must be a list of token ids");
        }
        requireCount(name, array, countMax);
        return ids(array, name);
    }

    int[] ids(ArrayNode array, String name) {
        int[] ids = new int[array.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) integer(array.get(i), name, 0, Integer.MAX_VALUE);
        }
        return ids;
    }

    void requireCount(String name, ArrayNode array, int countMax) {
        if (array.size() > countMax) {
            throw refuse(name, "has " + array.size() + " elements, the limit is " + countMax);
        }
    }

    /** Refuses a field that is none of these, as one that is misspelled would be. */
    void requireOnly(List<String> names) {
        json.propertyNames().forEach(name -> {
            if (!names.contains(name)) {
                throw refuse(name, "is unknown here: there are " + String.join(", ", names));
            }
        });
    }

    /** The refusal of a field's value. */
    ApiException refuse(String name, String reason) {
        return new ApiException(ApiError.badField(prefix + name, prefix + name + " " + reason));
    }
}
