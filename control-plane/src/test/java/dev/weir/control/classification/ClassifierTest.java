package dev.weir.control.classification;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.completion.JsonBody;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ClassifierTest {
    private static final Path DEMO = Path.of("../models/demo");

    private final Classifier classifier = new Classifier();

    @Test
    void whatAsksForMoreIsTakenForHarder() {
        assertThat(difficulty("What is the capital of France?")).isEqualTo(Difficulty.SIMPLE);
        assertThat(difficulty("Give me the name and the address as json")).isNotEqualTo(Difficulty.SIMPLE);
        assertThat(difficulty("Compare these offers and explain step by step which is the cheapest"))
                .isEqualTo(Difficulty.COMPLEX);
    }

    @Test
    void theStrongestReasonIsTold() {
        assertThat(classify("Why is the sky blue?").reason()).startsWith("it asks to reason");
        assertThat(classify("Hello").reason()).startsWith("nothing asks for more than a look");
    }

    @Test
    void contextToCombineAndTheAnswerThatIsExpectedCount() {
        Classification two = classify("Bookings:\n- Gisa Lysanette\nGates:\n- Lysanette 1\n\nWhich gate?");
        assertThat(two.difficulty()).as("two lines alone are no records").isEqualTo(Difficulty.SIMPLE);
        Classification combined = classify("Bookings:\n- Gisa Lysanette\n- Harik Doremeus\nGates:\n- Lysanette 1\n"
                + "- Doremeus 12\n\nWhich gate will Gisa use?");
        assertThat(combined.difficulty()).isEqualTo(Difficulty.MODERATE);
        assertThat(combined.reason()).startsWith("it brings several contexts to combine");
        assertThat(classify("Write a poem.").reason()).isEqualTo("it asks for a text (score 0.5)");
        assertThat(classify("Write a poem of 400 words.").difficulty()).isEqualTo(Difficulty.MODERATE);
        String record = "Gate: 7\nSeat: 3\n" + "x".repeat(5000) + "\nWhich gate? ";
        assertThat(classify(record).difficulty()).isEqualTo(Difficulty.MODERATE);
        assertThat(classify(record + "Only the number.").difficulty())
                .as("looked up in a long text")
                .isEqualTo(Difficulty.SIMPLE);
    }

    @Test
    void partsAndTextPromptsAreReadAndWhatCannotBeReadIsSimple() {
        String parts =
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"explain why\"}]}]}";
        assertThat(classifier.classify(body(parts)).difficulty()).isEqualTo(Difficulty.COMPLEX);
        assertThat(classifier.classify(body("{\"prompt\":\"explain why\"}")).difficulty())
                .isEqualTo(Difficulty.COMPLEX);
        for (String odd :
                List.of("{}", "[]", "{\"messages\":3}", "{\"messages\":[1,{\"content\":{}}]}", "{\"messages\":[")) {
            assertThat(classifier.classify(body(odd)).difficulty()).isEqualTo(Difficulty.SIMPLE);
        }
    }

    @Test
    void aLongPromptTakesNoLongerThanAFewMilliseconds() {
        String text = "the ship leaves at 10:45 and ".repeat(20_000);
        String request = JsonMapper.shared()
                .writeValueAsString(Map.of("messages", List.of(Map.of("role", "user", "content", text))));
        assertThat(classifier.classify(body(request)).difficulty()).isNotNull();
    }

    /**
     * What routing is worth on the demo models' evaluation set, in expected answers: a case counts for the part of its type that a model
     * gets right, as {@code accuracy.json} has it. A model costs what it has parameters.
     */
    @Test
    void routingIsComparedWithAlwaysOneModelWithChanceAndWithAnOracle() throws IOException {
        Map<String, double[]> accuracies = accuracies();
        double[] cost = {0.5, 1.2, 2.6};
        List<JsonNode> cases = cases();
        double[] right = new double[3];
        double[] random = new double[2];
        double[] oracle = new double[2];
        double[] routed = new double[2];
        Map<Difficulty, Integer> verdicts = new EnumMap<>(Difficulty.class);
        for (JsonNode one : cases) {
            double[] accuracy =
                    Objects.requireNonNull(accuracies.get(one.path("type").asString()));
            Classification verdict = classifier.classify(body(one.toString()));
            verdicts.merge(verdict.difficulty(), 1, Integer::sum);
            int model = verdict.confidence() < 0.7
                    ? 1
                    : switch (verdict.difficulty()) {
                        case SIMPLE -> 0;
                        case MODERATE -> 1;
                        case COMPLEX -> 2;
                    };
            int best = accuracy[0] >= accuracy[2] - 0.01 ? 0 : accuracy[1] >= accuracy[2] - 0.01 ? 1 : 2;
            add(routed, accuracy[model], cost[model]);
            add(oracle, accuracy[best], cost[best]);
            for (int m = 0; m < 3; m++) {
                right[m] += accuracy[m];
                add(random, accuracy[m] / 3, cost[m] / 3);
            }
        }
        int n = cases.size();
        double mixed = (right[0] + (right[2] - right[0]) * (routed[1] / n - cost[0]) / (cost[2] - cost[0])) / n;
        System.out.printf("verdicts %s%n", verdicts);
        System.out.printf(
                "accuracy and cost against always power: fast %.1f %% %.0f %%, mid %.1f %% %.0f %%, power %.1f %% 100 %%,"
                        + " random %.1f %% %.0f %%, routed %.1f %% %.0f %%, oracle %.1f %% %.0f %%;"
                        + " fast and power mixed by chance at the cost of routed %.1f %%%n",
                100 * right[0] / n,
                100 * cost[0] / cost[2],
                100 * right[1] / n,
                100 * cost[1] / cost[2],
                100 * right[2] / n,
                100 * random[0] / n,
                100 * random[1] / n / cost[2],
                100 * routed[0] / n,
                100 * routed[1] / n / cost[2],
                100 * oracle[0] / n,
                100 * oracle[1] / n / cost[2],
                100 * mixed);
        assertThat(routed[0] / n)
                .as("accuracy, routed against chance at that cost")
                .isGreaterThan(mixed + 0.02);
        assertThat(routed[1] / n).as("cost, routed against always power").isLessThan(0.8 * cost[2]);
    }

    private static void add(double[] sums, double accuracy, double cost) {
        sums[0] += accuracy;
        sums[1] += cost;
    }

    private static List<JsonNode> cases() throws IOException {
        return Files.readAllLines(DEMO.resolve("evaluation.jsonl")).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .collect(Collectors.toList());
    }

    /** By type: of fast, mid and power. */
    private static Map<String, double[]> accuracies() throws IOException {
        Map<String, double[]> accuracies = new HashMap<>();
        JsonNode models = JsonMapper.shared()
                .readTree(Files.readString(DEMO.resolve("accuracy.json")))
                .path("models");
        for (int m = 0; m < models.size(); m++) {
            for (Map.Entry<String, JsonNode> type : models.get(m).path("types").properties()) {
                accuracies.computeIfAbsent(type.getKey(), _ -> new double[3])[m] =
                        type.getValue().path("accuracy").asDouble();
            }
        }
        return accuracies;
    }

    private Difficulty difficulty(String question) {
        return classify(question).difficulty();
    }

    private Classification classify(String question) {
        return classifier.classify(body(JsonMapper.shared()
                .writeValueAsString(Map.of("messages", List.of(Map.of("role", "user", "content", question))))));
    }

    private static JsonBody body(String json) {
        return new JsonBody(json.getBytes(UTF_8));
    }
}
