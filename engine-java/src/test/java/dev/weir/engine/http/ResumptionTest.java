package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A stream that broke off is told to its end by another engine, which has seen nothing of it, and nobody can see where. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResumptionTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String TEXT = "/v1/completions";
    private static final String RESPONSES = "/v1/responses";
    private static final String HELLO =
            "\"model\":\"tiny-llama\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]";
    private static final String TICKET = "x-weir-resume-ticket";

    /** What every token's draw depends on, beside the tokens before it. */
    private static final String SHIFTED =
            ",\"presence_penalty\":1.1,\"frequency_penalty\":0.7,\"repetition_penalty\":1.3,"
                    + "\"logit_bias\":{\"7\":4.5,\"9\":-3},\"min_tokens\":9";

    private final TestEngine engine = TestEngine.start(TestModels.TINY_LLAMA);
    private final TestEngine other = TestEngine.start(TestModels.TINY_LLAMA);
    private final ApiClient client = new ApiClient(engine);
    private final ApiClient otherClient = new ApiClient(other);

    @AfterAll
    void close() {
        client.close();
        otherClient.close();
        engine.close();
        other.close();
    }

    /** A path and a request whose answers end in different ways, with text that lags behind its tokens in different ways. */
    record Case(String path, String fields) {
        static Case chat(String fields) {
            return new Case(CHAT, HELLO + fields);
        }

        String request(String more) {
            return "{" + fields + more + ",\"stream\":true,\"return_token_ids\":true}";
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                Case.chat(",\"max_tokens\":12,\"ignore_eos\":true,\"stream_options\":{\"include_usage\":true}"),
                Case.chat(",\"max_tokens\":40,\"temperature\":0.7,\"seed\":5,\"logprobs\":true,\"top_logprobs\":2"),
                Case.chat(",\"max_tokens\":60,\"seed\":3,\"stop\":[\"e\",\"tt\"],\"ignore_eos\":true"),
                Case.chat(",\"max_tokens\":60,\"seed\":4,\"guided_regex\":\"[a-f]{5,9}[0-9]{3}\""),
                Case.chat(",\"max_tokens\":24,\"temperature\":0" + SHIFTED),
                Case.chat(",\"max_tokens\":24,\"temperature\":1.5,\"seed\":8,\"logprobs\":true" + SHIFTED),
                new Case(
                        TEXT,
                        "\"prompt\":\"hello there\",\"echo\":true,\"logprobs\":2,\"max_tokens\":10,\"seed\":9,"
                                + "\"ignore_eos\":true"),
                new Case(
                        TEXT,
                        "\"prompt\":[5,6,7],\"max_tokens\":10,\"seed\":9,\"ignore_eos\":true,\"logprobs\":2,"
                                + "\"first_token_deadline_ms\":60000,\"stream_options\":{\"include_usage\":true}"));
    }

    /** What a client has been told, and what stands behind it. */
    private record Told(String ticket, List<JsonNode> events, List<Integer> ids, boolean done) {}

    @ParameterizedTest
    @MethodSource("cases")
    void anotherEngineTellsTheRestOfTheSameAnswer(Case asked) {
        HttpResponse<String> first = send(client, asked.path(), asked.request(""), "x-weir-resumable", "true");
        String ticket = first.headers().firstValue(TICKET).orElseThrow();
        Told whole = told(ticket, first.body(), Integer.MAX_VALUE);
        assertThat(whole.done()).isTrue();
        List<Integer> allIds = tokenIds(whole.events());
        assertThat(allIds).hasSizeGreaterThan(3);
        for (int groups = 1; groups < groupCount(first.body()); groups++) {
            Told part = told(ticket, first.body(), groups);
            assertThat(part.ids()).isEqualTo(allIds.subList(0, part.ids().size()));
            List<JsonNode> joined = new ArrayList<>(part.events());
            joined.addAll(resume(asked, ticket, part.ids()));
            assertThat(answer(joined)).isEqualTo(answer(whole.events()));
        }
    }

    /** However the first engine's tokens fell into groups: behind each of them. */
    @ParameterizedTest
    @MethodSource("cases")
    void theRestBehindEveryTokenIsTheEndOfTheWhole(Case asked) {
        HttpResponse<String> first = send(client, asked.path(), asked.request(""), "x-weir-resumable", "true");
        String ticket = first.headers().firstValue(TICKET).orElseThrow();
        Told whole = told(ticket, first.body(), Integer.MAX_VALUE);
        List<Integer> ids = tokenIds(whole.events());
        ObjectNode expected = answer(whole.events());
        String text = expected.path("text").asString();
        for (int told = 1; told < ids.size(); told++) {
            List<JsonNode> rest = resume(asked, ticket, ids.subList(0, told));
            ObjectNode answer = answer(rest);
            assertThat(tokenIds(rest)).as("behind %s tokens", told).isEqualTo(ids.subList(told, ids.size()));
            assertThat(text).endsWith(answer.path("text").asString());
            assertThat(answer.path("finish_reason")).isEqualTo(expected.path("finish_reason"));
            assertThat(answer.path("stop_reason")).isEqualTo(expected.path("stop_reason"));
            assertThat(answer.path("usage")).isEqualTo(expected.path("usage"));
            assertThat(answer.has("roles")).as("a role is told once").isFalse();
            text = answer.path("text").asString(); // the next is an end of this one
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anAnswerOfWhichOnlyTheEndIsMissingIsEnded(Case asked) {
        HttpResponse<String> first = send(client, asked.path(), asked.request(""), "x-weir-resumable", "true");
        String ticket = first.headers().firstValue(TICKET).orElseThrow();
        Told whole = told(ticket, first.body(), Integer.MAX_VALUE);
        List<JsonNode> end = resume(asked, ticket, tokenIds(whole.events()));
        assertThat(answer(end).path("finish_reason"))
                .isEqualTo(answer(whole.events()).path("finish_reason"));
        assertThat(answer(end).path("usage")).isEqualTo(answer(whole.events()).path("usage"));
        assertThat(tokenIds(end)).isEmpty();
    }

    /** Their events are numbered, and the last ones repeat all that was said. */
    @Test
    void aResponseGoesOnWithTheNextNumberAndEndsAsAWhole() {
        String fields =
                "{\"model\":\"tiny-llama\",\"input\":\"hello\",\"max_output_tokens\":14,\"seed\":5,\"ignore_eos\":true,"
                        + "\"stream\":true";
        HttpResponse<String> first = send(client, RESPONSES, fields + "}", "x-weir-resumable", "true");
        String ticket = first.headers().firstValue(TICKET).orElseThrow();
        List<JsonNode> whole = named(first.body(), Integer.MAX_VALUE);
        String end = whole.getLast().path("type").asString();
        assertThat(end).isEqualTo("response.incomplete");
        for (int groups = 1; groups < groupCount(first.body()); groups++) {
            List<JsonNode> told = named(first.body(), groups);
            HttpResponse<String> rest = send(
                    otherClient,
                    RESPONSES,
                    fields + ",\"resume_token_ids\":" + ids(first.body(), groups) + "}",
                    TICKET,
                    ticket,
                    "x-weir-resume-events",
                    String.valueOf(told.size()),
                    "x-weir-resumable",
                    "true");
            assertThat(rest.statusCode()).as(rest.body()).isEqualTo(200);
            List<JsonNode> joined = new ArrayList<>(told);
            joined.addAll(named(rest.body(), Integer.MAX_VALUE));
            assertThat(joined.stream()
                            .map(event -> event.path("sequence_number").asInt()))
                    .isEqualTo(IntStream.range(0, joined.size()).boxed().toList());
            assertThat(deltas(joined)).isEqualTo(deltas(whole));
            assertThat(response(joined)).isEqualTo(response(whole));
        }
    }

    @Test
    void aResponseWithLogProbabilitiesIsNotResumable() {
        String body = "{\"model\":\"tiny-llama\",\"input\":\"hello\",\"max_output_tokens\":2,\"stream\":true,"
                + "\"include\":[\"message.output_text.logprobs\"]}";
        HttpResponse<String> answer = send(client, RESPONSES, body, "x-weir-resumable", "true");
        assertThat(answer.headers().firstValue(TICKET)).isEmpty();
        assertThat(answer.body()).contains("response.incomplete").doesNotContain(": tokens");
    }

    private static String deltas(List<JsonNode> events) {
        return events.stream()
                .filter(event -> event.path("type").asString().endsWith(".delta"))
                .map(event -> event.path("delta").asString())
                .collect(Collectors.joining());
    }

    private static JsonNode response(List<JsonNode> events) {
        ObjectNode response = events.getLast().path("response").asObject();
        response.path("usage").asObject().remove("input_tokens_details");
        return response;
    }

    /** The named events of the first groups; all, where there are no more groups. */
    private static List<JsonNode> named(String body, int groups) {
        List<JsonNode> events = new ArrayList<>();
        String[] parts = body.split(": tokens[^\n]*\n\n", -1);
        for (int part = 0; part < Math.min(groups, parts.length); part++) {
            for (String block : parts[part].split("\n\n", -1)) {
                if (!block.isBlank()) {
                    assertThat(block).startsWith("event: ");
                    events.add(ApiClient.parse(block.substring(block.indexOf("data: ") + "data: ".length())));
                }
            }
        }
        return events;
    }

    private static List<Integer> ids(String body, int groups) {
        return Pattern.compile(": tokens([^\n]*)")
                .matcher(body)
                .results()
                .limit(groups)
                .flatMap(comment -> Stream.of(comment.group(1).strip().split(" ", -1)))
                .map(Integer::valueOf)
                .toList();
    }

    @Test
    void commentsAreToldToWhoAsksOnlyAndNeverBehindTheLastGroup() {
        Case asked = cases().findFirst().orElseThrow();
        HttpResponse<String> unasked = send(client, asked.path(), asked.request(""), "accept", "text/event-stream");
        assertThat(unasked.headers().firstValue(TICKET)).isEmpty();
        ApiClient.events(unasked.body()); // nothing but data
        HttpResponse<String> several =
                send(client, asked.path(), asked.request(",\"n\":2"), "x-weir-resumable", "true");
        assertThat(several.headers().firstValue(TICKET)).isEmpty();
        String body = send(client, asked.path(), asked.request(""), "x-weir-resumable", "true")
                .body();
        assertThat(body.substring(Math.max(0, body.lastIndexOf(": tokens"))))
                .contains("finish_reason\":\"length\"", "[DONE]");
    }

    @Test
    void whatCannotBeResumedIsRefusedByName() {
        String several = "{" + HELLO + ",\"n\":2,\"resume_token_ids\":[5]}";
        assertThat(client.post(CHAT, several).error().path("param").asString()).isEqualTo("resume_token_ids");
        assertThat(client.post(CHAT, "{" + HELLO + "}", TICKET, "forged")
                        .error()
                        .path("param")
                        .asString())
                .isEqualTo(TICKET);
        String unknown = "{" + HELLO + ",\"resume_token_ids\":[99999999]}";
        assertThat(client.post(CHAT, unknown).status()).isEqualTo(400);
        String behindItsEnd = "{" + HELLO + ",\"max_tokens\":1,\"resume_token_ids\":[5,6]}";
        assertThat(client.post(CHAT, behindItsEnd).error().path("message").asString())
                .contains("the answer ends with token 1 of the 2");
    }

    @Test
    void anAnswerThatIsNoStreamIsResumedAsAWhole() {
        String fields = HELLO + ",\"max_tokens\":9,\"seed\":6,\"ignore_eos\":true,\"return_token_ids\":true";
        JsonNode whole = client.post(CHAT, "{" + fields + "}").json();
        String ids = whole.path("choices")
                .path(0)
                .path("token_ids")
                .valueStream()
                .limit(4)
                .map(JsonNode::asString)
                .collect(Collectors.joining(","));
        JsonNode resumed = otherClient
                .post(CHAT, "{" + fields + ",\"resume_token_ids\":[" + ids + "]}")
                .json();
        assertThat(resumed.path("choices")).isEqualTo(whole.path("choices"));
        assertThat(resumed.path("prompt_token_ids")).isEqualTo(whole.path("prompt_token_ids"));
        assertThat(usage(resumed)).isEqualTo(usage(whole));
    }

    private List<JsonNode> resume(Case asked, String ticket, List<Integer> ids) {
        HttpResponse<String> rest = send(
                otherClient,
                asked.path(),
                asked.request(",\"resume_token_ids\":" + ids),
                TICKET,
                ticket,
                "x-weir-resumable",
                "true");
        assertThat(rest.statusCode()).as(rest.body()).isEqualTo(200);
        assertThat(rest.headers().firstValue(TICKET)).hasValue(ticket);
        Told told = told(ticket, rest.body(), Integer.MAX_VALUE);
        assertThat(told.done()).isTrue();
        return told.events();
    }

    private static HttpResponse<String> send(ApiClient client, String path, String body, String... headers) {
        return client.send(client.request(path)
                .headers(headers)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private static int groupCount(String body) {
        return body.split(": tokens", -1).length - 1;
    }

    /** The events of the first groups, those that a comment follows; all, where there are no more groups. */
    private static Told told(String ticket, String body, int groups) {
        List<JsonNode> events = new ArrayList<>();
        List<JsonNode> group = new ArrayList<>();
        List<Integer> ids = new ArrayList<>();
        int groupCount = 0;
        for (String block : body.split("\n\n", -1)) {
            if (block.startsWith(": tokens")) {
                Stream.of(block.substring(": tokens".length()).strip().split(" "))
                        .map(Integer::valueOf)
                        .forEach(ids::add);
                events.addAll(group);
                group.clear();
                if (++groupCount == groups) {
                    return new Told(ticket, events, ids, false);
                }
            } else if (block.equals("data: [DONE]")) {
                events.addAll(group);
                return new Told(ticket, events, ids, true);
            } else if (!block.isEmpty()) {
                group.add(ApiClient.parse(block.substring("data: ".length())));
            }
        }
        return new Told(ticket, events, ids, false);
    }

    private static List<Integer> tokenIds(List<JsonNode> events) {
        return events.stream()
                .flatMap(
                        event -> event.path("choices").path(0).path("token_ids").valueStream())
                .map(JsonNode::asInt)
                .toList();
    }

    /** All that a client can see, however it was cut into chunks. */
    private static ObjectNode answer(List<JsonNode> events) {
        ObjectNode answer = Json.object();
        StringBuilder text = new StringBuilder();
        for (JsonNode event : events) {
            answer.set("id", event.path("id"));
            answer.set("created", event.path("created"));
            answer.withArray("ids").add(event.path("id").asString() + event.path("created"));
            if (event.path("usage").isObject()) {
                answer.set("usage", usage(event));
            }
            event.path("choices").forEach(choice -> {
                text.append(choice.path("text").asString(""));
                text.append(choice.path("delta").path("content").asString(""));
                if (choice.path("delta").has("role")) {
                    answer.withArray("roles").add(choice.path("delta").path("role"));
                }
                choice.path("token_ids")
                        .forEach(id -> answer.withArray("token_ids").add(id));
                choice.path("logprobs")
                        .properties()
                        .forEach(list -> list.getValue()
                                .forEach(
                                        entry -> answer.withArray(list.getKey()).add(entry)));
                if (!choice.path("finish_reason").isNull()) {
                    answer.withArray("finish_reason").add(choice.path("finish_reason"));
                    answer.set("stop_reason", choice.path("stop_reason"));
                }
            });
        }
        long names = answer.withArray("ids").valueStream().distinct().count();
        assertThat(names).as("names of one answer").isEqualTo(1);
        answer.remove("ids");
        return answer.put("text", text.toString());
    }

    /** Without what was found computed, which each engine knows for itself. */
    private static ObjectNode usage(JsonNode event) {
        ObjectNode usage = (ObjectNode) event.path("usage").deepCopy();
        usage.remove("prompt_tokens_details");
        return usage;
    }
}
