package dev.weir.engine.sampling.constraint.schema;

import dev.weir.engine.sampling.constraint.ConstraintException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A subschema and where it stands.
 *
 * @param pointer a JSON pointer with a leading {@code #}
 */
record SchemaNode(JsonNode json, String pointer) {

    /** How long bounds may be; beyond that nobody means a number. */
    private static final int NUMBER_DIGITS_MAX = 40;

    ObjectNode object() {
        if (!(json instanceof ObjectNode object)) {
            throw new ConstraintException("the schema at " + pointer + " must be an object, true or false");
        }
        return object;
    }

    /** A keyword's value; null where it is absent. */
    @Nullable
    JsonNode get(String keyword) {
        return json.get(keyword);
    }

    boolean has(String keyword) {
        return json.has(keyword);
    }

    /** A subschema below a keyword. */
    SchemaNode child(String keyword) {
        JsonNode value = json.get(keyword);
        if (value == null) {
            throw new IllegalArgumentException(keyword);
        }
        return new SchemaNode(value, pointer + "/" + keyword);
    }

    SchemaNode child(String keyword, int index) {
        return new SchemaNode(array(keyword).get(index), pointer + "/" + keyword + "/" + index);
    }

    SchemaNode child(String keyword, String name, JsonNode value) {
        return new SchemaNode(
                value, pointer + "/" + keyword + "/" + name.replace("~", "~0").replace("/", "~1"));
    }

    ArrayNode array(String keyword) {
        if (!(json.get(keyword) instanceof ArrayNode array)) {
            throw refuse(keyword, "must be a list");
        }
        return array;
    }

    ArrayNode schemas(String keyword) {
        ArrayNode array = array(keyword);
        if (array.isEmpty()) {
            throw refuse(keyword, "must have at least one schema");
        }
        return array;
    }

    ObjectNode objectOf(String keyword) {
        if (!(json.get(keyword) instanceof ObjectNode object)) {
            throw refuse(keyword, "must be an object");
        }
        return object;
    }

    String text(String keyword) {
        JsonNode value = json.get(keyword);
        if (value == null || !value.isString()) {
            throw refuse(keyword, "must be a string");
        }
        return value.stringValue();
    }

    /** A count; {@code absent} where there is none. */
    int count(String keyword, int absent) {
        JsonNode value = json.get(keyword);
        if (value == null) {
            return absent;
        }
        if (!value.isNumber()
                || value.decimalValue().signum() < 0
                || value.decimalValue().stripTrailingZeros().scale() > 0) {
            throw refuse(keyword, "must be an integer of at least 0");
        }
        return value.decimalValue()
                .min(BigDecimal.valueOf(Integer.MAX_VALUE - 1))
                .intValue();
    }

    @Nullable
    BigDecimal number(String keyword) {
        JsonNode value = json.get(keyword);
        if (value == null) {
            return null;
        }
        if (!value.isNumber()) {
            throw refuse(keyword, "must be a number");
        }
        BigDecimal number = value.decimalValue();
        if (number.precision() > NUMBER_DIGITS_MAX || Math.abs(number.scale()) > NUMBER_DIGITS_MAX) {
            throw refuse(keyword, "has more than " + NUMBER_DIGITS_MAX + " digits");
        }
        return number;
    }

    boolean flag(String keyword) {
        JsonNode value = json.get(keyword);
        if (value != null && !value.isBoolean()) {
            throw refuse(keyword, "must be true or false");
        }
        return value != null && value.booleanValue();
    }

    ConstraintException refuse(String keyword, String reason) {
        return new ConstraintException("the schema's \"" + keyword + "\" at " + pointer + " " + reason);
    }

    ConstraintException unsupported(String keyword, String remedy) {
        return refuse(keyword, "is not supported" + remedy);
    }
}
