package dev.weir.engine.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Makes requests that are wrong in one way, each with what its refusal has to name, from requests that are right. */
final class MalformedRequests {

    /**
     * A request whose body is wrong.
     *
     * @param what is wrong with it, for a failing test's message
     * @param named what the refusal is about: the code {@code invalid_json}, or the field
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes that are sent once; nobody compares requests
    record Malformed(String what, String path, byte[] body, String named) {}

    private static final String INVALID_JSON = "invalid_json";

    /** Where each request goes. */
    private static final Map<String, String> VALID = Map.of(
            "/v1/chat/completions",
            """
            {"model":"tiny-llama","messages":[{"role":"system","content":"é"},{"role":"user","content":"hello"}],
             "max_tokens":2,"temperature":0.5,"top_p":0.9,"seed":7,"n":1,"stop":["a","b"],"stream":false,"logprobs":true,
             "top_logprobs":2,"user":"u"}""",
            "/v1/completions",
            """
            {"model":"tiny-llama","prompt":"größer","max_tokens":2,"min_p":0.1,"top_k":5,"ignore_eos":false,"logprobs":1,
             "stop_token_ids":[3],"stream":true,"stream_options":{"include_usage":true},"return_token_ids":true}""",
            "/v1/embeddings",
            """
            {"model":"tiny-llama","input":["one","zwei","três"],"dimensions":3,"encoding_format":"float"}""",
            "/tokenize",
            """
            {"model":"tiny-llama","prompt":"日本語","add_special_tokens":true}""",
            "/detokenize",
            """
            {"model":"tiny-llama","tokens":[1,2,3]}""");

    private static final List<String> PATHS = VALID.keySet().stream().sorted().toList();

    private static final List<String> NO_FLAG = List.of("1", "\"yes\"", "[]", "{}");
    private static final List<String> NO_INTEGER =
            List.of("1.5", "\"7\"", "true", "[]", "{}", "1e999", "1" + "0".repeat(30), "-1" + "0".repeat(40));
    private static final List<String> NO_NUMBER =
            List.of("\"hot\"", "true", "[0.5]", "{}", "1e999", "-1e30", "1" + "0".repeat(90));
    private static final List<String> NO_TEXT = List.of("7", "true", "[]", "{}", "\"\\ud800\"", "\"a\\udfffb\"");
    private static final List<String> NO_TEXTS = List.of("7", "true", "{}", "[1]", "[[]]", "\"\"", "[\"\\ude00\"]");
    private static final List<String> NO_IDS = List.of("7", "\"x\"", "{}", "[1.5]", "[-1]", "[\"a\"]", "[true]");

    /** Values that a field cannot have. */
    private static final Map<String, List<String>> WRONG = Map.ofEntries(
            Map.entry("model", NO_TEXT),
            Map.entry("max_tokens", NO_INTEGER),
            Map.entry("temperature", NO_NUMBER),
            Map.entry("top_p", NO_NUMBER),
            Map.entry("min_p", NO_NUMBER),
            Map.entry("top_k", NO_INTEGER),
            Map.entry("n", NO_INTEGER),
            Map.entry("stop", NO_TEXTS),
            Map.entry("stop_token_ids", NO_IDS),
            Map.entry("stream", NO_FLAG),
            Map.entry("ignore_eos", NO_FLAG),
            Map.entry("return_token_ids", NO_FLAG),
            Map.entry("add_special_tokens", NO_FLAG),
            Map.entry("top_logprobs", NO_INTEGER),
            Map.entry("dimensions", NO_INTEGER),
            Map.entry("encoding_format", NO_TEXT),
            Map.entry("tokens", NO_IDS),
            Map.entry("stream_options", List.of("7", "\"x\"", "true", "[]", "{\"include_usage\":1}")),
            Map.entry("input", List.of("7", "true", "{}", "[]", "[[]]", "[1,\"a\"]", "[{}]", "[-1]", "\"\\ud83d\"")),
            Map.entry(
                    "messages",
                    List.of(
                            "7",
                            "\"x\"",
                            "{}",
                            "[]",
                            "[7]",
                            "[{}]",
                            "[{\"role\":7,\"content\":\"x\"}]",
                            "[{\"role\":\"user\"}]",
                            "[{\"role\":\"user\",\"content\":7}]",
                            "[{\"role\":\"user\",\"content\":\"\\ud800\"}]",
                            "[{\"role\":\"user\",\"content\":[{\"type\":\"video\"}]}]",
                            "[{\"role\":\"<|im_end|>\",\"content\":\"x\"}]")));

    /** What somebody could take for JSON. */
    private static final List<String> NO_JSON = List.of(
            "NaN",
            "Infinity",
            "-Infinity",
            "0x10",
            "01",
            "+1",
            ".5",
            "1.",
            "'text'",
            "text",
            "undefined",
            "\"a\nb\"",
            "\"\u0000\"",
            "\"\\x41\"",
            "\"\\u12G4\"",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "/* */ 1",
            "1 // x",
            "\"",
            "[",
            "}",
            "",
            "1".repeat(5000));

    /** Bytes that are no UTF-8: alone, overlong, half a pair, too far, cut off. */
    private static final List<byte[]> NO_UTF8 = List.of(
            bytes(0xff),
            bytes(0x80),
            bytes(0xc0, 0x80),
            bytes(0xc1, 0xbf),
            bytes(0xe0, 0x80, 0xaf),
            bytes(0xed, 0xa0, 0x80),
            bytes(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80),
            bytes(0xf4, 0x90, 0x80, 0x80),
            bytes(0xf8, 0x88, 0x80, 0x80, 0x80),
            bytes(0xe2, 0x82));

    /** Bodies of other kinds, as a form or an old client sends them. */
    private static final List<String> OTHER_KINDS = List.of(
            "prompt=hello&max_tokens=2",
            "--b\r\ncontent-disposition: form-data; name=\"prompt\"\r\n\r\nhello\r\n--b--\r\n",
            "<?xml version=\"1.0\"?><request><prompt>hello</prompt></request>",
            "prompt: hello\nmax_tokens: 2\n",
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000",
            "null",
            "true",
            "[]",
            "\"prompt\"",
            "   ",
            "");

    private final JsonMapper mapper = JsonMapper.shared();
    private final SplittableRandom random;

    MalformedRequests(long seed) {
        random = new SplittableRandom(seed);
    }

    Malformed next() {
        String path = pick(PATHS);
        String valid = Objects.requireNonNull(VALID.get(path));
        return switch (random.nextInt(10)) {
            case 0 -> broken("cut off", path, valid.substring(0, random.nextInt(valid.length() - 1)));
            case 1 -> wrongType(path, valid);
            case 2 -> wrongType(path, valid);
            case 3 -> replaced(path, valid, pick(NO_JSON));
            case 4 -> {
                String open = pick(List.of("[", "{\"a\":", "[{\"b\":["));
                yield replaced(path, valid, open.repeat(65 + random.nextInt(100_000 / open.length())));
            }
            case 5 -> twice(path, valid);
            case 6 -> noUtf8(path, valid);
            case 7 -> broken("another kind", path, pick(OTHER_KINDS));
            case 8 ->
                broken("followed by more", path, valid + pick(List.of("{}", "]", "}", "x", "\u0000", ",{}", valid)));
            default ->
                broken(
                        "a name without end",
                        path,
                        "{\"" + "n".repeat(1025 + random.nextInt(50_000)) + "\":1,"
                                + valid.substring(valid.indexOf('{') + 1));
        };
    }

    private Malformed wrongType(String path, String valid) {
        ObjectNode request = (ObjectNode) mapper.readTree(valid);
        String field =
                pick(request.propertyNames().stream().filter(WRONG::containsKey).toList());
        String value = pick(Objects.requireNonNull(WRONG.get(field)));
        // Spelled by hand: no writer would write some of these.
        request.put(field, "PLACE");
        return new Malformed(
                field + " is " + shown(value), path, utf8(request.toString().replace("\"PLACE\"", value)), field);
    }

    /** A field's value, known or not, is none. */
    private Malformed replaced(String path, String valid, String value) {
        ObjectNode request = (ObjectNode) mapper.readTree(valid);
        String field = pick(List.copyOf(request.propertyNames()));
        request.put(random.nextBoolean() ? field : "x", "PLACE");
        return broken(shown(value), path, request.toString().replace("\"PLACE\"", value));
    }

    private Malformed twice(String path, String valid) {
        ObjectNode request = (ObjectNode) mapper.readTree(valid);
        List<String> fields = new ArrayList<>(request.propertyNames());
        String field = pick(fields);
        JsonNode value = request.get(random.nextBoolean() ? field : pick(fields));
        return broken(
                "twice " + field,
                path,
                "{\"" + field + "\":" + value + "," + request.toString().substring(1));
    }

    private Malformed noUtf8(String path, String valid) {
        byte[] bytes = utf8(valid);
        byte[] wrong = pick(NO_UTF8);
        int at = random.nextInt(bytes.length + 1);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(bytes, 0, at);
        body.writeBytes(wrong);
        body.write(bytes, at, bytes.length - at);
        return new Malformed("no UTF-8 at " + at, path, body.toByteArray(), INVALID_JSON);
    }

    private static Malformed broken(String what, String path, String body) {
        return new Malformed(what, path, utf8(body), INVALID_JSON);
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static String shown(String value) {
        return value.length() <= 80 ? value : value.substring(0, 80) + "... of " + value.length();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
