package dev.weir.engine.model.gguf;

import dev.weir.engine.model.ModelFormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a GGUF file says of itself, by key; a value of the wrong type is refused by file and key. */
public final class GgufMetadata {

    private final Path file;
    /** Long, Double, Boolean, String, or a list of one of them. */
    private final Map<String, Object> values;

    GgufMetadata(Path file, Map<String, Object> values) {
        this.file = file;
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    public Path file() {
        return file;
    }

    public boolean has(String key) {
        return values.containsKey(key);
    }

    public Optional<String> string(String key) {
        return one(key, String.class, "a string");
    }

    public String requiredString(String key) {
        return string(key).orElseThrow(() -> missing(key));
    }

    public Optional<Boolean> bool(String key) {
        return one(key, Boolean.class, "true or false");
    }

    /** An integer of 32 bits, whatever width it is stored in. */
    public Optional<Integer> integer(String key) {
        return one(key, Long.class, "an integer").map(value -> toInt(key, value));
    }

    public int requiredInt(String key) {
        return integer(key).orElseThrow(() -> missing(key));
    }

    public Optional<Double> number(String key) {
        Object value = values.get(key);
        if (value instanceof Long integer) {
            return Optional.of(integer.doubleValue());
        }
        Optional<Double> number = one(key, Double.class, "a number");
        if (number.isPresent() && !Double.isFinite(number.get())) {
            throw refused(key, "must be a finite number: " + number.get());
        }
        return number;
    }

    /** A list of strings; empty where there is none. */
    public List<String> strings(String key) {
        return list(key, String.class, "strings");
    }

    /** A list of integers, or one integer alone; empty where there is none. */
    public List<Integer> integers(String key) {
        if (values.get(key) instanceof Long) {
            return List.of(requiredInt(key));
        }
        List<Long> wide = list(key, Long.class, "integers");
        List<Integer> narrow = new ArrayList<>(wide.size());
        for (Long value : wide) {
            narrow.add(toInt(key, value));
        }
        return narrow;
    }

    /** A list of floating-point numbers; empty where there is none. */
    public List<Double> numbers(String key) {
        return list(key, Double.class, "numbers");
    }

    /** A list of flags; empty where there is none. */
    public List<Boolean> flags(String key) {
        return list(key, Boolean.class, "flags");
    }

    /** Whether a key has a list, for the few that may have one value instead. */
    public boolean isList(String key) {
        return values.get(key) instanceof List<?>;
    }

    /** Keys that begin so. */
    public List<String> keys(String prefix) {
        return values.keySet().stream().filter(key -> key.startsWith(prefix)).toList();
    }

    /** That a key's value cannot be used; {@code problem} follows its name. */
    public ModelFormatException refused(String key, String problem) {
        return new ModelFormatException(file, key + " " + problem);
    }

    private ModelFormatException missing(String key) {
        return refused(key, "is missing; convert the model again");
    }

    private int toInt(String key, long value) {
        if (value != (int) value) {
            throw refused(key, "must be an integer of 32 bits: " + value);
        }
        return (int) value;
    }

    private <T> Optional<T> one(String key, Class<T> type, String kind) {
        @Nullable Object value = values.get(key);
        if (value != null && !type.isInstance(value)) {
            throw refused(key, "must be " + kind);
        }
        return Optional.ofNullable(value).map(type::cast);
    }

    /** The reader puts one type into a list, so that its first element speaks for all. */
    @SuppressWarnings("unchecked")
    private <T> List<T> list(String key, Class<T> type, String kind) {
        @Nullable Object value = values.get(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list) || (!list.isEmpty() && !type.isInstance(list.getFirst()))) {
            throw refused(key, "must be a list of " + kind);
        }
        return (List<T>) list;
    }
}
