package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Meanings compared by a model of an engine's, which may fail. */
class EngineEncoderTest {
    private static final String CHAT = "/v1/chat/completions";

    @TempDir
    private Path directory;

    @Test
    void anEngineMakesTheVectorsAndWhereItCannotNothingIsCompared() throws Exception {
        Path file = Files.writeString(
                directory.resolve("weir.yaml"), "cache: [{exact: {ttl: 1h}, semantic: {error-max: 0.01}}]\n");
        AtomicInteger status = new AtomicInteger(200);
        try (ScriptedEngine engine = ScriptedEngine.with("m", "embedder")) {
            engine.answers(exchange -> {
                if (!exchange.request().path().equals("/v1/embeddings")) {
                    exchange.json(
                            200,
                            "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"yes\"},\"finish_reason\":\"stop\"}]}");
                } else if (exchange.request().body().contains("bi")) {
                    exchange.json(status.get(), "{\"data\":[{\"embedding\":[3,4]}]}");
                } else {
                    exchange.json(status.get(), "{\"data\":[{\"embedding\":[-4,3]}]}");
                }
            });
            try (RunningControlPlane weir = new RunningControlPlane(
                    List.of(engine),
                    "--weir.configuration.file=" + file,
                    "--weir.cache.encoder=" + engine.url(),
                    "--weir.cache.encoder-model=embedder",
                    "--weir.cache.encoder-answer-max=20s")) {
                assertThat(cache(weir, "Can I bring my bike?")).isEqualTo("miss; nothing like it was asked before");
                // What is learnt of an answer is learnt after it; each time in other words, or it is the same request.
                AtomicInteger asked = new AtomicInteger();
                await().until(() -> cache(
                                weir, "Is it allowed to take a bike along" + "!".repeat(asked.incrementAndGet()))
                        .equals("miss; not sure enough, similarity 1.000"));
                assertThat(cache(weir, "What does a seat cost?")).isEqualTo("miss; not sure enough, similarity 0.000");
                status.set(500);
                assertThat(cache(weir, "How big is the ship?"))
                        .isEqualTo("miss; not asked before; the sentence encoder cannot be asked");
            }
        }
    }

    private static String cache(RunningControlPlane weir, String question) throws Exception {
        HttpResponse<String> answer = weir.post(
                CHAT,
                "{\"model\":\"m\",\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"" + question
                        + "\"}]}");
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.headers().firstValue("weir-cache").orElseThrow();
    }
}
