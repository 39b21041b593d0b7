package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.classification.LearnedCheck;
import dev.weir.control.classification.LearnedHead;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where something was learnt of a model's answers, that says whether one will do; and requests are tried on cheaper models for it. */
class LearnedUpgradeTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final List<String> MODELS = List.of("small", "medium", "large");

    /** How many numbers a request is with the demo encoder, and an answer of it. */
    private static final int REQUEST = 83;

    private static final int VECTOR = REQUEST + 37;

    /** Where an answer has its least sure token. */
    private static final int LOWEST = REQUEST + 3;

    @TempDir
    private Path directory;

    private ScriptedEngine engine;

    @BeforeEach
    void start() throws IOException {
        engine = ScriptedEngine.with("small", "medium", "large");
        // Foretells of each model the same for every request: right with 0.5, 0.5, 0.88.
        new LearnedHead(MODELS, List.of(row(REQUEST, 0, 0), row(REQUEST, 0, 0), row(REQUEST, 0, 2)), 0.1)
                .write(directory);
        // Unsure of an answer with a token below about -0.1, whatever the others are; and the small model is always
        // worth a try.
        List<Double> weights = row(VECTOR, 0, -2.3);
        weights.set(LOWEST, -1.0);
        List<Double> gain = row(REQUEST, 0, 0.5);
        List<Double> none = row(REQUEST, 0, -0.5);
        // Where it will not do the middle one is worth a try, unless no token was likelier than one in e.
        List<Double> onward = row(VECTOR, LOWEST, -1.0);
        new LearnedCheck(
                        MODELS.subList(0, 2),
                        List.of(weights, weights),
                        List.of(gain, none),
                        List.of(onward, List.of()),
                        0.5)
                .write(directory);
    }

    @AfterEach
    void stop() throws Exception {
        engine.close();
    }

    @Test
    void oneTokenThatWasNotSureIsEnough() throws Exception {
        try (RunningControlPlane weir = weir("tiers: [fast, mid], to: large")) {
            says(-0.001, -0.001, -0.9, -0.001);
            HttpResponse<String> answer = ask(weir, "weir-fast", "");
            assertThat(answer.body()).contains("\"model\":\"large\"");
            assertThat(answer.headers().firstValue("x-weir-upgrade"))
                    .hasValue("large; it is right with 0.10, as learnt from evaluation");
            says(-0.02, -0.02, -0.02, -0.02);
            assertThat(ask(weir, "weir-fast", "").body())
                    .as("the plain rule would not take it: its mean is no higher than -0.02")
                    .contains("\"model\":\"small\"");
        }
    }

    @Test
    void whereTheNextModelGainsNothingTheDearestIsAskedAtOnce() throws Exception {
        try (RunningControlPlane weir = weir("tiers: [fast, mid], to: [medium, large]")) {
            says(-0.9);
            assertThat(ask(weir, "weir-fast", "").headers().firstValue("x-weir-upgrade"))
                    .hasValue("medium; it is right with 0.10, as learnt from evaluation"
                            + "; then large; it is right with 0.10, as learnt from evaluation");
            says(-1.5);
            assertThat(ask(weir, "weir-fast", "").headers().firstValue("x-weir-upgrade"))
                    .hasValue("large; it is right with 0.06, as learnt from evaluation");
        }
    }

    @Test
    void whoWantsMoreOrLessSaysSo() throws Exception {
        try (RunningControlPlane weir = weir("tiers: [fast], to: large, right-min: 0.05")) {
            says(-0.9);
            assertThat(ask(weir, "weir-fast", "").body()).contains("\"model\":\"small\"");
        }
    }

    @Test
    void ofOtherModelsThePlainRuleHolds() throws Exception {
        try (RunningControlPlane weir = weir("tiers: [fast], to: medium, logprob-min: -1")) {
            says(-0.9);
            assertThat(ask(weir, "weir-fast", "").body())
                    .as("the check was trained for answers that large would give better")
                    .contains("\"model\":\"small\"");
        }
    }

    @Test
    void whatIsLookedAtIsTriedOnACheaperModelFirst() throws Exception {
        try (RunningControlPlane weir = weir("tiers: [fast, mid], to: large")) {
            says(-0.001);
            HttpResponse<String> answer = ask(weir, "weir-auto", "");
            assertThat(answer.headers().firstValue("x-weir-model")).hasValue("small");
            assertThat(answer.headers().firstValue("x-weir-route").orElseThrow())
                    .contains("simple with confidence 0.88", "and is looked at");
            for (String notLookedAt : List.of(",\"n\":2", ",\"tools\":[]")) {
                assertThat(ask(weir, "weir-auto", notLookedAt).headers().firstValue("x-weir-model"))
                        .hasValue("large");
            }
            assertThat(ask(weir, "weir-auto", ",\"max_cost_per_token\":0.000001")
                            .headers()
                            .firstValue("x-weir-model"))
                    .as("nobody would answer instead, so the next best is asked")
                    .hasValue("medium");
        }
        try (RunningControlPlane weir = weir("tiers: [fast], to: large")) {
            assertThat(ask(weir, "weir-auto", "").headers().firstValue("x-weir-model"))
                    .as("the middle model's answers are not looked at")
                    .hasValue("large");
        }
    }

    private RunningControlPlane weir(String upgrade) throws IOException {
        Path file = Files.writeString(
                directory.resolve("weir.yaml"),
                "tiers: {fast: small, mid: medium, power: large}\nprices: {large: {output: 10}}\nupgrade: {" + upgrade
                        + "}\n");
        return new RunningControlPlane(
                List.of(engine),
                "--weir.configuration.file=" + file,
                "--weir.cache.encoder=../models/demo/weir-demo-encoder",
                "--weir.classification.head=" + directory);
    }

    private static List<Double> row(int length, int place, double weight) {
        List<Double> weights = new ArrayList<>(Collections.nCopies(length, 0.0));
        weights.set(place, weight);
        return weights;
    }

    private static HttpResponse<String> ask(RunningControlPlane weir, String model, String more) throws Exception {
        return weir.post(
                CHAT,
                "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hm\"}]" + more + "}");
    }

    private void says(double... logprobs) {
        List<String> tokens = new ArrayList<>();
        for (double logprob : logprobs) {
            tokens.add("{\"token\":\"x\",\"logprob\":" + logprob + "}");
        }
        engine.answers(exchange -> exchange.json(
                200,
                "{\"model\":\"" + (exchange.request().body().contains("\"small\"") ? "small" : "large")
                        + "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"ok\"},"
                        + "\"logprobs\":{\"content\":[" + String.join(",", tokens)
                        + "]},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":3}}"));
    }
}
