package dev.weir.control.classification;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.completion.JsonBody;
import dev.weir.control.embedding.HashedEncoder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class LearnedHeadTest {
    private static final Path DEMO = Path.of("../models/demo");
    private static final List<String> MODELS = List.of("weir-demo-fast", "weir-demo-mid", "weir-demo-power");
    private static final int ROUNDS = 4;

    @Test
    void theCheapestModelThatIsAsLikelyRightAsAnyIsChosen() {
        LearnedHead strict = new LearnedHead(MODELS, List.of(List.of(0.0), List.of(0.0), List.of(0.0)), 0);
        LearnedHead lenient = new LearnedHead(MODELS, strict.weights(), 0.1);
        double[] rights = {0.85, 0.7, 0.93};
        assertThat(strict.choose(rights)).isEqualTo(2);
        assertThat(lenient.choose(rights)).isZero();
        assertThat(strict.rights(new double[] {1})).containsExactly(0.5, 0.5, 0.5);
        assertThat(strict.choose(new double[] {0.5, 0.5, 0.5})).isZero();
    }

    @Test
    void itIsReadAsItWasWrittenAndNothingElseIs(@TempDir Path directory) throws IOException {
        LearnedHead head = new LearnedHead(
                List.of("a", "b", "c"), List.of(List.of(1.5, -2.0), List.of(0.0, 0.25), List.of(3.0, 4.0)), 0.05);
        head.write(directory);
        assertThat(LearnedHead.read(directory)).isEqualTo(head);
        Files.writeString(directory.resolve(LearnedHead.FILE), "{\"models\":[]}");
        assertThatThrownBy(() -> LearnedHead.read(directory)).hasMessageContaining("is no head");
    }

    @Test
    void theShippedHeadSpeaksForTheDemoModelsAndForNoOthers() throws IOException {
        Classifier classifier = shipped();
        JsonBody greeting = body("Good morning! Where can I smoke on board?");
        assertThat(classifier.classify(greeting, MODELS, Set.of()).difficulty()).isEqualTo(Difficulty.SIMPLE);
        assertThat(classifier.classify(greeting, MODELS, Set.of()).reason())
                .startsWith("learnt from evaluation: weir-demo-fast is right with ");
        assertThat(classifier.classify(greeting, List.of("x", "y", "z"), Set.of()))
                .isEqualTo(new Classifier().classify(greeting));
    }

    /** Prints what {@code docs/classification.md} says of time; of the processor's, which others who wait for it do not make longer. */
    @Test
    void aVerdictTakesLessThanAMillisecondAndLessThanTenWithAVector() throws IOException {
        List<JsonBody> requests = new ArrayList<>();
        Files.readAllLines(DEMO.resolve("evaluation.jsonl"))
                .forEach(line -> requests.add(new JsonBody(line.getBytes(UTF_8))));
        double without = percentile99Millis(requests, new Classifier(), "without a vector");
        double with = percentile99Millis(requests, shipped(), "with a vector");
        assertThat(without).isLessThan(1);
        assertThat(with).isLessThan(10);
    }

    private static double percentile99Millis(List<JsonBody> requests, Classifier classifier, String what) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long[] nanos = new long[requests.size()];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < nanos.length; i++) {
                long begin = threads.getCurrentThreadCpuTime();
                assertThat(classifier.classify(requests.get(i), MODELS, Set.of()))
                        .isNotNull();
                nanos[i] = threads.getCurrentThreadCpuTime() - begin;
            }
        }
        Arrays.sort(nanos);
        double p99Millis = nanos[nanos.length * 99 / 100] / 1e6;
        System.out.printf(
                Locale.ROOT,
                "a verdict %s: p50 %.3f ms, p99 %.3f ms%n",
                what,
                nanos[nanos.length / 2] / 1e6,
                p99Millis);
        return p99Millis;
    }

    private static Classifier shipped() throws IOException {
        return new Classifier(
                LearnedHead.read(DEMO.resolve("weir-demo-router")),
                null,
                HashedEncoder.read(DEMO.resolve("weir-demo-encoder")));
    }

    private static JsonBody body(String question) {
        return new JsonBody(JsonMapper.shared()
                .writeValueAsBytes(Map.of("messages", List.of(Map.of("role", "user", "content", question)))));
    }
}
