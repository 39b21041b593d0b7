package dev.weir.control.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.accounting.AccountingConfig;
import dev.weir.control.accounting.Call;
import dev.weir.control.accounting.Ledger;
import dev.weir.control.accounting.LedgerStore;
import dev.weir.control.accounting.PriceList;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Demand;
import dev.weir.control.completion.Endpoint;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.Share;
import dev.weir.control.compression.CompressionRules;
import dev.weir.control.guard.GuardRules;
import dev.weir.control.guard.GuardRules.Action;
import dev.weir.control.guard.GuardRules.OfPersonal;
import dev.weir.control.guard.PersonalKind;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Scope;
import dev.weir.control.identity.Tenant;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.EventLoops;
import dev.weir.control.storage.TestDatabases;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoop;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.util.unit.DataSize;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/** Where texts are looked at: an event loop serves others, too. */
class PromptStationTest {
    private static final int WAIT_SECONDS_MAX = 20;
    private static final Instant START = Instant.parse("2025-06-01T00:00:00Z");
    private static final int LONG = 70_000;

    private final LoopResources resources = LoopResources.create("prompt-station-test", 1, true);
    private final EventLoop loop =
            resources.onClient(LoopResources.DEFAULT_NATIVE).next();
    private final OfPersonal mail = new OfPersonal(Action.REDACT, Set.of(PersonalKind.EMAIL));
    private final GuardRules guards = new GuardRules(
            List.of(new GuardRules.Rule(List.of(), List.of(), Optional.empty(), Optional.of(mail), Optional.of(mail))));
    private final PromptStation station = new PromptStation(
            _ -> guards, _ -> CompressionRules.NONE, new SimpleMeterRegistry(), new EventLoops(resources));
    private final Caller caller = new Caller(
            new Tenant("acme", "ACME", 1, Tenant.DataResidency.LOCAL_ONLY, true, START),
            null,
            null,
            Set.of(Scope.INFERENCE));

    @TempDir
    private Path directory;

    private Database database;

    @BeforeEach
    void start() {
        database = new Database(TestDatabases.embedded());
    }

    @AfterEach
    void stop() {
        database.close();
        resources.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).block();
    }

    /** Where something came, and whether whoever asked for it had gone on by then. */
    private record Arrival<T>(T what, boolean onTheLoop, boolean later) {}

    @Test
    void aLongPromptIsLookedAtElsewhereAndComesBack() throws Exception {
        Arrival<CompletionRequest> arrived = arrival(prepared(LONG));
        assertThat(arrived.later()).as("others' turn came before").isTrue();
        assertThat(arrived.onTheLoop()).isTrue();
        assertThat(text(arrived.what())).endsWith("x [EMAIL]\"}");
    }

    @Test
    void aShortPromptIsLookedAtWhereItIsRead() throws Exception {
        Arrival<CompletionRequest> arrived = arrival(prepared(1_000));
        assertThat(arrived.later()).isFalse();
        assertThat(text(arrived.what())).endsWith("x [EMAIL]\"}");
    }

    @Test
    void aLongAnswerIsLookedAtElsewhereAndComesBack() throws Exception {
        Arrival<byte[]> arrived = arrival(answered(LONG));
        assertThat(arrived.later()).as("others' turn came before").isTrue();
        assertThat(arrived.onTheLoop()).isTrue();
        assertThat(new String(arrived.what(), UTF_8)).contains("x [EMAIL]\"");
        assertThat(arrival(answered(1_000)).later()).as("a short one").isFalse();
    }

    private Mono<CompletionRequest> prepared(int chars) {
        return Mono.defer(() ->
                station.prepare(caller, request(chars), MockServerWebExchange.from(MockServerHttpRequest.post("/"))));
    }

    private Mono<byte[]> answered(int chars) {
        Ledger ledger = new Ledger(
                new LedgerStore(database),
                directory,
                new AccountingConfig(Duration.ofMillis(20), 100, 100, DataSize.ofMegabytes(1), Duration.ofSeconds(5)),
                _ -> new PriceList(Map.of()),
                () -> START,
                new SimpleMeterRegistry(),
                Clock.SYSTEM);
        Call call = ledger.begin(caller, request(1), null);
        String answer = "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"" + mailBehind(chars) + "\"}}]}";
        return station.whole(call, Flux.just(answer.getBytes(UTF_8))).single();
    }

    private static CompletionRequest request(int chars) {
        byte[] body = ("{\"model\":\"m\",\"prompt\":\"" + mailBehind(chars) + "\"}").getBytes(UTF_8);
        return new CompletionRequest(
                "r",
                new Share("acme", 1),
                Endpoint.CHAT_COMPLETIONS,
                "m",
                false,
                new Demand(body.length, OptionalLong.empty(), 1),
                false,
                new JsonBody(body),
                Map.of());
    }

    private static String mailBehind(int chars) {
        return "x ".repeat(chars / 2) + "anna@example.org";
    }

    private static String text(CompletionRequest request) {
        return UTF_8.decode(request.body().bytes()).toString();
    }

    private <T> Arrival<T> arrival(Mono<T> step) throws Exception {
        CompletableFuture<Arrival<T>> arrived = new CompletableFuture<>();
        loop.submit(() -> {
                    boolean[] later = new boolean[1];
                    step.subscribe(
                            what -> arrived.complete(new Arrival<>(what, loop.inEventLoop(), later[0])),
                            arrived::completeExceptionally);
                    later[0] = true;
                })
                .get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        return arrived.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
    }
}
