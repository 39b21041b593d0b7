package dev.weir.control.alerting;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.alerting.Alert.Severity;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AlertingTest {
    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final Duration TICK = Duration.ofSeconds(15);

    private Instant now = START;
    private final AlertBook book = new AlertBook(() -> Duration.ofMinutes(4), () -> now);

    @BeforeEach
    void somebodyIsTold() {
        book.channels(List.of("pager"));
    }

    private static Alert alert(String model) {
        return new Alert("Slow", Severity.TICKET, Map.of("model", model), "it is slow", START, null);
    }

    /** Ten requests a second, of which a share is bad; how long until a page is due. */
    private Duration untilPaged(double objective, double badShare) {
        BurnRate watch = new BurnRate("availability", objective);
        for (int i = 0; i < 4 * 60 * 24 * 2; i++) {
            now = now.plus(TICK);
            watch.saw(now, 150, 0);
            watch.judge(now, book);
        }
        assertThat(book.firing()).isEmpty();
        Instant onset = now;
        while (book.due("pager").stream().noneMatch(due -> due.severity() == Severity.PAGE)) {
            now = now.plus(TICK);
            watch.saw(now, 150, Math.round(150 * badShare));
            watch.judge(now, book);
            if (Duration.between(onset, now).toHours() > 2) {
                break;
            }
        }
        return Duration.between(onset, now);
    }

    @ParameterizedTest
    @CsvSource({"0.999, 1", "0.999, 0.1", "0.999, 0.05", "0.99, 1", "0.99, 0.5"})
    void anOnsetThatSpendsTheBudgetFastIsToldWithinFiveMinutes(double objective, double badShare) {
        assertThat(untilPaged(objective, badShare)).isLessThanOrEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void whatIsWithinTheBudgetIsNotTold() {
        assertThat(untilPaged(0.99, 0.01)).isGreaterThan(Duration.ofHours(2));
        assertThat(book.firing()).noneMatch(alert -> alert.severity() == Severity.PAGE);
    }

    @Test
    void whatIsOverIsToldToo() {
        BurnRate watch = new BurnRate("availability", 0.999);
        watch.saw(now, 1000, 500);
        watch.judge(now, book);
        assertThat(book.firing()).isNotEmpty();
        book.told("pager", book.due("pager"));
        now = now.plus(Duration.ofMinutes(10));
        watch.saw(now, 1_000_000, 0);
        watch.judge(now, book);
        assertThat(book.due("pager")).isNotEmpty().allMatch(due -> now.equals(due.endedAt()));
    }

    @Test
    void aChannelIsToldOnceAndAgainWhileItLasts() {
        book.fires(alert("a"));
        book.fires(alert("a"));
        assertThat(book.due("pager")).hasSize(1);
        book.told("pager", book.due("pager"));
        assertThat(book.due("pager")).isEmpty();
        now = now.plus(Duration.ofMinutes(4));
        assertThat(book.due("pager")).hasSize(1);
    }

    @Test
    void whatWasOverBeforeAnybodyWasToldIsNotTold() {
        book.fires(alert("a"));
        book.resolves(alert("a").key());
        assertThat(book.due("pager")).isEmpty();
        assertThat(book.ended()).hasSize(1);
    }

    @Test
    void aChannelThatFailsIsTriedAgainLessAndLessOftenWithTheLatestState() throws InterruptedException {
        List<Instant> tries = new ArrayList<>();
        List<Alert> got = new ArrayList<>();
        Herald herald = new Herald(book);
        herald.channels(List.of(new AlertChannel() {
            @Override
            public String name() {
                return "pager";
            }

            @Override
            public void tell(List<Alert> alerts) throws IOException {
                tries.add(now);
                if (tries.size() < 4) {
                    throw new IOException("not there");
                }
                got.addAll(alerts);
            }
        }));
        book.fires(alert("a"));
        book.fires(alert("b"));
        for (int i = 0; i < 60; i++) {
            herald.round();
            now = now.plusSeconds(1);
        }
        assertThat(tries).containsExactly(START, START.plusSeconds(5), START.plusSeconds(15), START.plusSeconds(35));
        assertThat(got).hasSize(2);
    }

    @Test
    void channelsThatAreReplacedAreClosed() {
        List<String> closed = new ArrayList<>();
        Herald herald = new Herald(book);
        herald.channels(List.of(named("a", closed), named("b", closed)));
        herald.channels(List.of(named("c", closed)));
        assertThat(closed).containsExactly("a", "b");
        herald.close();
        assertThat(closed).containsExactly("a", "b", "c");
    }

    private static AlertChannel named(String name, List<String> closed) {
        return new AlertChannel() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void tell(List<Alert> alerts) {}

            @Override
            public void close() {
                closed.add(name);
            }
        };
    }

    @Test
    void anAlertmanagerAndAWebhookGetTheFormsTheyKnow() {
        Alert over = alert("a").ended(START.plusSeconds(60));
        JsonNode sent = JsonMapper.shared()
                .readTree(new String(
                        AlertJson.forAlertmanager(List.of(alert("a"), over), START, Duration.ofMinutes(8)), UTF_8));
        assertThat(sent.path(0).path("labels").path("alertname").asString("")).isEqualTo("Slow");
        assertThat(sent.path(0).path("endsAt").asString("")).isEqualTo("2026-11-21T10:08:00Z");
        assertThat(sent.path(1).path("endsAt").asString("")).isEqualTo("2026-11-21T10:01:00Z");
        JsonNode hook = JsonMapper.shared().readTree(new String(AlertJson.forWebhook(List.of(over)), UTF_8));
        assertThat(hook.path("status").asString("")).isEqualTo("resolved");
        assertThat(hook.path("alerts").path(0).path("labels").path("model").asString(""))
                .isEqualTo("a");
    }
}
