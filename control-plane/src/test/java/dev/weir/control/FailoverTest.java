package dev.weir.control;

import static dev.weir.control.RunningControlPlane.readUntil;
import static dev.weir.control.RunningControlPlane.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.control.ScriptedEngine.Received;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Engines that fail a request at every moment of it, and others that take over. */
class FailoverTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASK = "{\"model\":\"m\",\"messages\":[]}";
    private static final String ASK_STREAM = "{\"model\":\"m\",\"stream\":true,\"messages\":[] }\n";
    private static final String TICKET = "chatcmpl-1 1795219200 -7";

    private ScriptedEngine first;
    private ScriptedEngine second;
    private RunningControlPlane weir;

    @BeforeEach
    void start() throws IOException {
        first = ScriptedEngine.with("m");
        second = ScriptedEngine.with("m");
        weir = new RunningControlPlane(
                List.of(first, second), "--weir.fleet.probe-every=1h", "--weir.upstream.resume-wait-max=1s");
    }

    @AfterEach
    void stop() throws IOException {
        weir.close();
        first.close();
        second.close();
    }

    @Test
    void aStreamWhoseEngineDiesIsToldToItsEndByAnotherAndTheClientSeesOneAnswer() throws Exception {
        first.answers(exchange -> {
            beginResumable(exchange);
            exchange.chunk("data: 1\n\n: tokens 11 12\n\ndata: 2\n\n: tok");
            exchange.chunk("ens 13\n\ndata: never cou");
            exchange.die();
        });
        second.answers(exchange -> {
            beginResumable(exchange);
            exchange.chunk("data: 3\n\n: tokens 14\n\ndata: end\n\ndata: [DONE]\n\n");
            exchange.end();
        });
        HttpResponse<String> answer = weir.post(CHAT, ASK_STREAM);
        assertThat(answer.body()).isEqualTo("data: 1\n\ndata: 2\n\ndata: 3\n\ndata: end\n\ndata: [DONE]\n\n");
        assertThat(answer.headers().map()).doesNotContainKey("x-weir-resume-ticket");
        assertThat(first.nextRequest().headers()).containsEntry("x-weir-resumable", "true");
        Received resumed = second.nextRequest();
        assertThat(resumed.headers()).containsEntry("x-weir-resume-ticket", TICKET);
        assertThat(resumed.body())
                .isEqualTo("{\"stream_options\":{\"include_usage\":true},"
                        + "\"model\":\"m\",\"stream\":true,\"messages\":[] ,\"resume_token_ids\":[11,12,13]}\n");
        await().until(weir::underWayCount, count -> count == 0);
    }

    /** Its events have names and numbers, and it ends with one of them. */
    @Test
    void aResponseWhoseEngineDiesGoesOnBehindTheEventsThatWereTold() throws Exception {
        first.answers(exchange -> {
            beginResumable(exchange);
            exchange.chunk(
                    event("response.created", 0) + event("response.output_text.delta", 1) + ": tokens 11 12\n\n");
            exchange.chunk(event("response.output_text.delta", 2) + event("error", 3));
            exchange.end();
        });
        second.answers(exchange -> {
            beginResumable(exchange);
            exchange.chunk(
                    event("response.output_text.delta", 2) + ": tokens 13\n\n" + event("response.incomplete", 3));
            exchange.end();
        });
        String ask = "{\"model\":\"m\",\"stream\":true,\"input\":\"x\"}";
        HttpResponse<String> answer = weir.post("/v1/responses", ask);
        assertThat(answer.body())
                .isEqualTo(event("response.created", 0)
                        + event("response.output_text.delta", 1)
                        + event("response.output_text.delta", 2)
                        + event("response.incomplete", 3));
        assertThat(first.nextRequest().body())
                .as("a response tells what it took unasked")
                .isEqualTo(ask);
        Received resumed = second.nextRequest();
        assertThat(resumed.path()).isEqualTo("/v1/responses");
        assertThat(resumed.headers())
                .containsEntry("x-weir-resume-ticket", TICKET)
                .containsEntry("x-weir-resume-events", "2");
        assertThat(resumed.body()).endsWith(",\"resume_token_ids\":[11,12]}");
        await().until(weir::underWayCount, count -> count == 0);
    }

    private static String event(String name, int number) {
        return "event: " + name + "\ndata: {\"type\":\"" + name + "\",\"sequence_number\":" + number + "}\n\n";
    }

    @Test
    void anErrorInTheMiddleAndAnEndWithoutDoneAreFailuresToo() throws Exception {
        for (String broken : List.of("data: {\"error\":{\"message\":\"shutting down\"}}\n\n", "")) {
            first.answers(exchange -> {
                beginResumable(exchange);
                exchange.chunk("data: 1\n\n: tokens 11\n\n" + broken);
                exchange.end();
            });
            second.answers(exchange -> {
                beginResumable(exchange);
                exchange.chunk("data: 2\n\ndata: [DONE]\n\n");
                exchange.end();
            });
            assertThat(weir.post(CHAT, ASK_STREAM).body()).isEqualTo("data: 1\n\ndata: 2\n\ndata: [DONE]\n\n");
        }
    }

    @Test
    void aStreamThatNobodyCanGoOnWithEndsWithAnErrorAndWithoutDone() throws Exception {
        first.answers(exchange -> {
            beginResumable(exchange);
            exchange.chunk("data: 1\n\n: tokens 11\n\n");
            first.leave();
        });
        second.answers(exchange -> exchange.json(400, "{\"error\":{\"message\":\"what is resume_token_ids?\"}}"));
        String body = weir.post(CHAT, ASK_STREAM).body();
        assertThat(body).startsWith("data: 1\n\ndata: {\"error\"").doesNotContain("[DONE]");
    }

    @Test
    void anEngineThatBeginsAnewInsteadOfGoingOnIsLetGoAtOnceAndAnotherGoesOn() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        first.answers(exchange -> {
            if (exchange.request().headers().containsKey("x-weir-resume-ticket")) {
                beginResumable(exchange);
                exchange.chunk("data: 2\n\ndata: [DONE]\n\n");
                exchange.end();
                return;
            }
            beginResumable(exchange);
            exchange.chunk("data: 1\n\n: tokens 11\n\n");
            exchange.die();
        });
        second.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: a new answer\n\n");
            exchange.awaitGone(gone);
        });
        assertThat(weir.post(CHAT, ASK_STREAM).body()).isEqualTo("data: 1\n\ndata: 2\n\ndata: [DONE]\n\n");
        assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
        await().until(weir::underWayCount, count -> count == 0);
    }

    @Test
    void aStreamThatCannotBeResumedIsNotGuessedAt() throws Exception {
        first.answers(exchange -> {
            exchange.beginEvents();
            exchange.chunk("data: 1\n\n");
            exchange.die();
        });
        String body = weir.post(CHAT, ASK_STREAM).body();
        assertThat(body).startsWith("data: 1\n\ndata: {\"error\"");
        assertThat(second.hasRequest()).isFalse();
    }

    @Test
    void whatFailsBeforeTheFirstPieceIsAskedOfAnother() throws Exception {
        List<ScriptedEngine.Script> failures = List.of(
                ScriptedEngine.Exchange::die,
                exchange -> exchange.json(503, "{\"error\":{\"code\":\"starting\"}}"),
                exchange -> exchange.json(429, "{\"error\":{\"code\":\"engine_overloaded\"}}"),
                exchange -> exchange.json(500, "{}"));
        for (ScriptedEngine.Script failure : failures) {
            first.answers(failure);
            second.answers(exchange -> exchange.json(200, "{\"fine\":1}"));
            HttpResponse<String> answer = weir.post(CHAT, ASK);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("{\"fine\":1}");
            assertThat(answer.headers().firstValue("x-weir-engine")).hasValue(second.name());
            // Or the first would be the busier, and not be asked first.
            await().until(weir::underWayCount, count -> count == 0);
        }
        await().untilAsserted(() -> assertThat(weir.get("/admin/requests").body())
                .contains(
                        first.name() + ": it answered 500",
                        first.name() + ": it has no room, status 429",
                        first.name() + ": it has no room, status 503"));
    }

    @Test
    void whatTheCallerDidWrongIsToldByTheFirstEngineAsked() throws Exception {
        first.answers(exchange -> exchange.json(400, "{\"error\":{\"code\":\"context_length_exceeded\"}}"));
        assertThat(weir.post(CHAT, ASK).body()).contains("context_length_exceeded");
        assertThat(second.hasRequest()).isFalse();
    }

    @Test
    void whereAllFailTheLastOnesWordsAreTold() throws Exception {
        first.answers(ScriptedEngine.Exchange::die);
        second.answers(exchange -> exchange.json(429, "{\"error\":{\"code\":\"engine_overloaded\"}}"));
        HttpResponse<String> answer = weir.post(CHAT, ASK);
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).contains("engine_overloaded");
    }

    @Test
    void whereNoMoreEnginesMayBeAskedTheLastOnesWordsAreToldToo() throws Exception {
        first.answers(exchange -> exchange.json(503, "{\"error\":{\"code\":\"starting\"}}"));
        try (RunningControlPlane once = new RunningControlPlane(
                List.of(first), "--weir.fleet.probe-every=1h", "--weir.upstream.failures-max=0")) {
            HttpResponse<String> answer = once.post(CHAT, ASK);
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("starting");
        }
    }

    @Test
    void aClientThatLeavesWhileAnotherEngineGoesOnFreesThatOneToo() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        first.answers(exchange -> {
            beginResumable(exchange);
            exchange.chunk("data: 1\n\n: tokens 11\n\n");
            exchange.die();
        });
        second.answers(exchange -> {
            beginResumable(exchange);
            exchange.chunk("data: 2\n\n: tokens 12\n\n");
            exchange.awaitGone(gone);
        });
        try (Socket client = weir.connect()) {
            send(client, CHAT, "", ASK_STREAM);
            readUntil(client, text -> text.contains("data: 2\n\n"));
        }
        assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
        await().until(weir::underWayCount, count -> count == 0);
    }

    @Test
    void manyStreamsOfAnEngineThatDiesAreAllToldOnceAndWhole() throws Exception {
        int streams = 20;
        CountDownLatch allBegun = new CountDownLatch(streams);
        CountDownLatch dead = new CountDownLatch(1);
        for (ScriptedEngine engine : List.of(first, second)) {
            engine.answers(exchange -> {
                beginResumable(exchange);
                if (!exchange.request().headers().containsKey("x-weir-resume-ticket")) {
                    exchange.chunk("data: 1\n\n: tokens 11\n\ndata: half");
                    allBegun.countDown();
                    assertThat(dead.await(20, TimeUnit.SECONDS)).isTrue();
                    exchange.chunk(" of it\n\ndata: [DONE]\n\n");
                } else {
                    exchange.chunk("data: half of it\n\ndata: [DONE]\n\n");
                }
                exchange.end();
            });
        }
        List<CompletableFuture<String>> bodies = new ArrayList<>();
        for (int stream = 0; stream < streams; stream++) {
            CompletableFuture<String> body = new CompletableFuture<>();
            bodies.add(body);
            Thread.ofVirtual().start(() -> {
                try {
                    body.complete(weir.post(CHAT, ASK_STREAM).body());
                } catch (IOException | InterruptedException failure) {
                    body.completeExceptionally(failure);
                }
            });
        }
        assertThat(allBegun.await(20, TimeUnit.SECONDS)).isTrue();
        first.leave();
        dead.countDown();
        for (CompletableFuture<String> body : bodies) {
            assertThat(body.join()).isEqualTo("data: 1\n\ndata: half of it\n\ndata: [DONE]\n\n");
        }
        await().until(weir::underWayCount, count -> count == 0);
    }

    private static void beginResumable(ScriptedEngine.Exchange exchange) throws IOException {
        exchange.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-weir-resume-ticket: " + TICKET
                + "\r\ntransfer-encoding: chunked\r\n\r\n");
    }
}
