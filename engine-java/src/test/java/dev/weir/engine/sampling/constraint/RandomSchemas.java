package dev.weir.engine.sampling.constraint;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Schemas by chance, each with a way to make documents for it that knows nothing of grammars. */
final class RandomSchemas {

    /** A schema and documents that are valid under it. */
    record Case(ObjectNode schema, Documents documents) {}

    /** Makes a document; the text is written as the constraint writes it, with chance in its white space. */
    interface Documents {
        String next(SplittableRandom random);
    }

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> NAMES =
            List.of("a", "b", "name", "naïve key", "x\"y", "ab", "abc", "", "a/b", "\n");
    private static final List<String> STRINGS =
            List.of("", "x", "héllo", "😀", "a\"b\\c", "tab\tnew\nline", "\u0001", "end/");

    private final SplittableRandom random;
    /** There is one list in a schema at most, for it goes on with what is called {@code #/$defs/self}. */
    private boolean listed;

    RandomSchemas(SplittableRandom random) {
        this.random = random;
    }

    /** A schema of its own, nested so deep at most. */
    Case next(int depth) {
        listed = false;
        return any(depth);
    }

    private Case any(int depth) {
        return switch (random.nextInt(depth == 0 ? 7 : 15)) {
            case 0 -> string();
            case 1 -> integer();
            case 2 -> number();
            case 3 -> fixed("boolean", List.of("true", "false"));
            case 4 -> fixed("null", List.of("null"));
            case 5 -> enumeration();
            case 6 -> pattern();
            case 7 -> array(depth);
            case 8 -> tuple(depth);
            case 9 -> anyOf(depth);
            case 10 -> listed ? string() : list();
            case 11 -> oneOf(depth);
            case 12 -> allOf(depth);
            default -> object(depth);
        };
    }

    private static ObjectNode typed(String type) {
        return NODES.objectNode().put("type", type);
    }

    private static Case fixed(String type, List<String> texts) {
        return new Case(typed(type), r -> texts.get(r.nextInt(texts.size())));
    }

    private Case string() {
        ObjectNode schema = typed("string");
        int min = random.nextInt(4);
        int max = min + random.nextInt(80);
        if (random.nextBoolean()) {
            schema.put("minLength", min).put("maxLength", max);
            return new Case(schema, r -> {
                StringBuilder text = new StringBuilder();
                int length = r.nextInt(min, max + 1);
                for (int i = 0; i < length; i++) {
                    text.append(List.of("a", "é", "😀", "\\n", "\\\"", "\\u00e9", "\\ud83d\\ude00", " ")
                            .get(r.nextInt(8)));
                }
                return '"' + text.toString() + '"';
            });
        }
        return new Case(schema, RandomSchemas::anyString);
    }

    private static String anyString(SplittableRandom r) {
        return NODES.stringNode(STRINGS.get(r.nextInt(STRINGS.size())) + STRINGS.get(r.nextInt(STRINGS.size())))
                .toString();
    }

    private Case pattern() {
        ObjectNode schema = typed("string").put("pattern", "^[A-Z]{2,4}-[0-9]+$");
        return new Case(
                schema, r -> '"' + "QWERT".substring(r.nextInt(3)).substring(0, 2) + "-" + r.nextInt(100_000) + '"');
    }

    private Case integer() {
        ObjectNode schema = typed("integer");
        int least = random.nextInt(-2_000, 2_000);
        int most = least + random.nextInt(3_000);
        int multiple = random.nextInt(1, 40);
        if (random.nextInt(3) == 0 && Math.floorDiv(most, multiple) * multiple >= least) {
            schema.put("minimum", least).put("maximum", most).put("multipleOf", multiple);
            int first = Math.ceilDiv(least, multiple);
            int last = Math.floorDiv(most, multiple);
            return new Case(schema, r -> String.valueOf(multiple * r.nextInt(first, last + 1)));
        }
        if (random.nextBoolean()) {
            schema.put("minimum", least).put("exclusiveMaximum", most + 1);
            return new Case(schema, r -> String.valueOf(r.nextInt(least, most + 1)));
        }
        return new Case(schema, r -> String.valueOf(r.nextLong(-1_000_000_000_000L, 1_000_000_000_000L)));
    }

    private Case number() {
        ObjectNode schema = typed("number");
        BigDecimal least = BigDecimal.valueOf(random.nextLong(-100_000, 100_000), random.nextInt(5));
        BigDecimal span = BigDecimal.valueOf(random.nextLong(1, 100_000), random.nextInt(4));
        if (random.nextBoolean()) {
            schema.put("exclusiveMinimum", least).put("maximum", least.add(span));
            return new Case(
                    schema,
                    r -> least.add(span.multiply(BigDecimal.valueOf(r.nextLong(1, 1001), 3)))
                            .toPlainString());
        }
        return new Case(
                schema,
                r -> List.of("0", "-0", "1.5", "-12.25e3", "7E-10", "123456789.000001", "1e+5")
                        .get(r.nextInt(7)));
    }

    private Case enumeration() {
        List<JsonNode> values = new ArrayList<>();
        values.add(NODES.stringNode("naïve \"x\""));
        values.add(NODES.numberNode(random.nextInt(-50, 50)));
        values.add(NODES.objectNode()
                .put("k", true)
                .set("l", NODES.arrayNode().add(1).add("two")));
        values.add(NODES.nullNode());
        ObjectNode schema = NODES.objectNode();
        if (random.nextBoolean()) {
            schema.set("const", values.get(random.nextInt(values.size())));
            return new Case(schema, _ -> schema.get("const").toString());
        }
        ArrayNode all = schema.putArray("enum");
        values.forEach(all::add);
        return new Case(schema, r -> values.get(r.nextInt(values.size())).toString());
    }

    private Case array(int depth) {
        Case items = any(depth - 1);
        ObjectNode schema = typed("array");
        schema.set("items", items.schema());
        int min = random.nextInt(3);
        int max = random.nextBoolean() ? min + random.nextInt(70) : 200;
        if (min > 0 || random.nextBoolean()) {
            schema.put("minItems", min);
        }
        if (max < 200) {
            schema.put("maxItems", max);
        }
        return new Case(schema, r -> {
            List<String> elements = new ArrayList<>();
            int count = r.nextInt(min, Math.min(max, min + 4) + 1);
            for (int i = 0; i < count; i++) {
                elements.add(items.documents().next(r));
            }
            return bracketed("[", elements, "]", r);
        });
    }

    private Case tuple(int depth) {
        List<Case> prefix = new ArrayList<>();
        ObjectNode schema = typed("array");
        ArrayNode items = schema.putArray("prefixItems");
        for (int i = random.nextInt(3); i >= 0; i--) {
            prefix.add(any(depth - 1));
            items.add(prefix.getLast().schema());
        }
        Case rest = any(0);
        boolean open = random.nextBoolean();
        schema.set("items", open ? rest.schema() : NODES.booleanNode(false));
        int min = random.nextInt(prefix.size() + (open ? 3 : 1));
        schema.put("minItems", min);
        return new Case(schema, r -> {
            List<String> elements = new ArrayList<>();
            int count = r.nextInt(min, Math.max(min, prefix.size() + (open ? 2 : 0)) + 1);
            for (int i = 0; i < count; i++) {
                elements.add(
                        (i < prefix.size() ? prefix.get(i) : rest).documents().next(r));
            }
            return bracketed("[", elements, "]", r);
        });
    }

    private Case anyOf(int depth) {
        Case left = any(depth - 1);
        Case right = any(depth - 1);
        ObjectNode schema = NODES.objectNode();
        schema.putArray("anyOf").add(left.schema()).add(right.schema());
        return new Case(
                schema, r -> (r.nextBoolean() ? left : right).documents().next(r));
    }

    /** Objects told apart by a constant. */
    private Case oneOf(int depth) {
        ObjectNode schema = NODES.objectNode();
        ArrayNode alternatives = schema.putArray("oneOf");
        List<Case> values = new ArrayList<>();
        int count = random.nextInt(2, 5);
        for (int i = 0; i < count; i++) {
            values.add(any(depth - 1));
            ObjectNode alternative = typed("object").put("additionalProperties", false);
            alternative.putObject("properties").set("kind", NODES.objectNode().put("const", "k" + i));
            alternative.withObject("properties").set("value", values.getLast().schema());
            alternative.putArray("required").add("kind");
            alternatives.add(alternative);
        }
        return new Case(schema, r -> {
            int chosen = r.nextInt(count);
            List<String> elements = new ArrayList<>(List.of(property("kind", "\"k" + chosen + "\"", r)));
            if (r.nextBoolean()) {
                elements.add(property("value", values.get(chosen).documents().next(r), r));
            }
            return bracketed("{", elements, "}", r);
        });
    }

    /** Bounds and properties that come from two schemas. */
    private Case allOf(int depth) {
        Case left = any(depth - 1);
        int least = random.nextInt(100);
        ObjectNode schema = NODES.objectNode();
        ObjectNode first = typed("object");
        first.putObject("properties").set("l", left.schema());
        first.withObject("properties").set("n", typed("integer").put("minimum", least));
        first.putArray("required").add("n");
        ObjectNode second = NODES.objectNode();
        second.putObject("properties")
                .set("n", NODES.objectNode().put("maximum", least + 50).put("exclusiveMinimum", least - 7));
        second.putArray("required").add("l");
        schema.putArray("allOf").add(first).add(second);
        return new Case(
                schema,
                r -> bracketed(
                        "{",
                        List.of(
                                property("l", left.documents().next(r), r),
                                property("n", String.valueOf(r.nextInt(least, least + 51)), r)),
                        "}",
                        r));
    }

    /** A list by recursion: who uses the schema defines {@code #/$defs/self} as a copy of it. */
    private Case list() {
        listed = true;
        Case value = any(0);
        ObjectNode schema = typed("object");
        ObjectNode properties = schema.putObject("properties");
        properties.set("value", value.schema());
        properties
                .putObject("next")
                .putArray("anyOf")
                .add(NODES.objectNode().put("$ref", "#/$defs/self"))
                .add(typed("null"));
        schema.putArray("required").add("value").add("next");
        schema.put("additionalProperties", false);
        return new Case(schema, r -> {
            String document = "null";
            for (int i = r.nextInt(1, 4); i > 0; i--) {
                document = bracketed(
                        "{",
                        List.of(property("value", value.documents().next(r), r), property("next", document, r)),
                        "}",
                        r);
            }
            return document;
        });
    }

    private Case object(int depth) {
        ObjectNode schema = typed("object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = schema.putArray("required");
        List<Case> cases = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<Boolean> optional = new ArrayList<>();
        for (String name : NAMES) {
            if (random.nextInt(3) == 0) {
                cases.add(any(depth - 1));
                names.add(name);
                optional.add(random.nextBoolean());
                properties.set(name, cases.getLast().schema());
                if (!optional.getLast()) {
                    required.add(name);
                }
            }
        }
        Case others = random.nextInt(3) == 0 ? any(0) : null;
        schema.set("additionalProperties", others == null ? NODES.booleanNode(false) : others.schema());
        return new Case(schema, r -> {
            List<String> elements = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                if (!optional.get(i) || r.nextBoolean()) {
                    elements.add(property(names.get(i), cases.get(i).documents().next(r), r));
                }
            }
            if (others != null && r.nextBoolean()) {
                elements.add(property("other", others.documents().next(r), r));
            }
            return bracketed("{", elements, "}", r);
        });
    }

    private static String property(String name, String value, SplittableRandom r) {
        return NODES.stringNode(name) + (r.nextBoolean() ? ":" : ": ") + value;
    }

    private static String bracketed(String open, List<String> elements, String close, SplittableRandom r) {
        List<String> spaces = List.of("", "", " ", "\n  ");
        String space = spaces.get(r.nextInt(4));
        return elements.isEmpty() ? open + close : open + space + String.join("," + space, elements) + space + close;
    }
}
