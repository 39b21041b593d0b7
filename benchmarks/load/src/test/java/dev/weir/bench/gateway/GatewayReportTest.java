package dev.weir.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.gateway.GatewayReport.Asked;
import dev.weir.bench.gateway.GatewayReport.Quiet;
import dev.weir.bench.gateway.GatewayReport.Row;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GatewayReportTest {
    private static final long MILLI = 1_000_000;
    private static final Rounds NONE = new Rounds(List.of(), List.of());

    @Test
    void whatIsAddedIsTakenWithinEachRoundSoThatASlowMinuteIsNotInIt() {
        // The third round was slow for both ways.
        Asked direct = new Asked(wholes(1, 2, 40), NONE);
        Asked through = new Asked(wholes(3, 5, 42), NONE);
        String table = new GatewayReport(direct, List.of(new Row("plain", through, 100, 200 << 20)), List.of()).text();
        assertThat(table.lines().filter(line -> line.startsWith("| direct")))
                .singleElement()
                .asString()
                .startsWith("| direct | 2.0");
        assertThat(table.lines().filter(line -> line.startsWith("| added: plain")))
                .singleElement()
                .asString()
                .startsWith("| added: plain | 2.0")
                .endsWith("| 100 | 200 |");
    }

    @Test
    void failuresAreCountedAndTold() {
        Latencies some = new Latencies();
        some.failed(new IOException("HTTP/1.1 503"));
        Latencies directly = new Latencies();
        directly.failed(new IOException("the connection ended"));
        Asked direct = new Asked(new Rounds(List.of(directly), List.of(new Latencies())), NONE);
        // In a round that does not count, but it failed.
        Asked through = new Asked(new Rounds(List.of(new Latencies()), List.of(some)), NONE);
        GatewayReport report = new GatewayReport(direct, List.of(new Row("plain", through, 1, 1)), List.of());
        assertThat(report.failureCount()).isEqualTo(2);
        assertThat(report.text()).contains("direct: 1 failed: the connection ended", "plain: 1 failed: HTTP/1.1 503");
    }

    @Test
    void thoseRoundsCountOfWhichTheHostTookLeastAndWhatItTookIsTold() {
        List<Turn> turns = Stream.of(0.02, 0.001, 0.006, 0.004)
                .map(stolen -> new Turn(List.of(), List.of(), stolen))
                .toList();
        assertThat(Turn.quietest(turns, 2)).extracting(Turn::stolenShare).containsExactly(0.001, 0.004);
        assertThat(turns).filteredOn(Turn::quiet).hasSize(2);
        GatewayReport report = new GatewayReport(
                new Asked(wholes(1), NONE),
                List.of(),
                List.of(new Quiet("requests", 4, 2, 0.004), new Quiet("streams", 9, 3, 0.0123)));
        assertThat(report.text())
                .contains("requests: 2 of 4 rounds count, of which the machine's host took up to 0.40 % for others\n")
                .contains("streams: 3 of 9 rounds count", "up to 1.23 % for others: too much (0.5 %)");
    }

    @Test
    void whatTheRoundsSaidThatDoNotCountIsToldToo() {
        Asked direct = new Asked(new Rounds(of(1), of(1, 1)), NONE);
        Asked through = new Asked(new Rounds(of(2), of(9, 9)), NONE);
        String text = new GatewayReport(direct, List.of(new Row("plain", through, 1, 1)), List.of()).text();
        assertThat(text).contains("| added: plain | 1.0", "with the rounds that do not count, plain; whole p50 8.0");
    }

    private static Rounds wholes(long... millis) {
        return new Rounds(of(millis), List.of());
    }

    private static List<Latencies> of(long... millis) {
        return Arrays.stream(millis)
                .mapToObj(each -> {
                    Latencies round = new Latencies();
                    round.whole(each * MILLI);
                    return round;
                })
                .toList();
    }
}
