package dev.weir.engine.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An object of a JSON file, read field by field; a field of the wrong type is refused by file and name. Null counts as absent. */
record JsonFields(Path file, String prefix, ObjectNode object) {

    static JsonFields of(Path file) {
        return new JsonFields(file, "", JsonFile.readObject(file));
    }

    boolean has(String name) {
        return present(name) != null;
    }

    /** Whether the field is there, be it null. */
    boolean mentions(String name) {
        return object.has(name);
    }

    Optional<JsonFields> objectField(String name) {
        JsonNode node = present(name);
        if (node == null) {
            return Optional.empty();
        }
        if (node instanceof ObjectNode fields) {
            return Optional.of(new JsonFields(file, prefix + name + ".", fields));
        }
        throw refused(name, "must be an object");
    }

    Optional<String> string(String name) {
        JsonNode node = present(name);
        if (node != null && !node.isString()) {
            throw refused(name, "must be a string");
        }
        return Optional.ofNullable(node).map(JsonNode::stringValue);
    }

    Optional<Boolean> bool(String name) {
        JsonNode node = present(name);
        if (node != null && !node.isBoolean()) {
            throw refused(name, "must be true or false");
        }
        return Optional.ofNullable(node).map(JsonNode::booleanValue);
    }

    boolean flag(String name) {
        return bool(name).orElse(false);
    }

    int requiredInt(String name) {
        return integer(name).orElseThrow(() -> refused(name, "is missing; the model cannot be laid out without it"));
    }

    Optional<Integer> integer(String name) {
        JsonNode node = present(name);
        return node == null ? Optional.empty() : Optional.of(toInt(name, node));
    }

    Optional<Double> number(String name) {
        JsonNode node = present(name);
        if (node == null) {
            return Optional.empty();
        }
        return Optional.of(toNumber(name, node));
    }

    /** A list of integers, or one integer alone. */
    List<Integer> integers(String name) {
        JsonNode node = present(name);
        if (node == null) {
            return List.of();
        }
        if (!node.isArray()) {
            return List.of(toInt(name, node));
        }
        List<Integer> values = new ArrayList<>();
        for (JsonNode element : node) {
            values.add(toInt(name, element));
        }
        return values;
    }

    List<Double> numbers(String name) {
        JsonNode node = present(name);
        if (node == null) {
            return List.of();
        }
        List<Double> values = new ArrayList<>();
        for (JsonNode element : node) {
            values.add(toNumber(name, element));
        }
        if (!node.isArray()) {
            throw refused(name, "must be a list of numbers");
        }
        return values;
    }

    List<String> strings(String name) {
        JsonNode node = present(name);
        if (node == null) {
            return List.of();
        }
        List<String> values = new ArrayList<>();
        for (JsonNode element : node) {
            if (!element.isString()) {
                throw refused(name, "must be a list of strings");
            }
            values.add(element.stringValue());
        }
        if (!node.isArray()) {
            throw refused(name, "must be a list of strings");
        }
        return values;
    }

    @Nullable
    JsonNode present(String name) {
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? null : node;
    }

    ModelFormatException refused(String name, String problem) {
        return new ModelFormatException(file, prefix + name + " " + problem);
    }

    private double toNumber(String name, JsonNode node) {
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw refused(name, "must be a finite number: " + node);
        }
        return node.doubleValue();
    }

    private int toInt(String name, JsonNode node) {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw refused(name, "must be an integer of 32 bits: " + node);
        }
        return node.intValue();
    }
}
