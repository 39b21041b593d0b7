package dev.weir.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.gateway.GatewayReport.Asked;
import dev.weir.bench.gateway.GatewayReport.Row;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class GatewayReportTest {
    private static final long MILLI = 1_000_000;

    @Test
    void whatIsAddedIsTakenWithinEachRoundSoThatASlowMinuteIsNotInIt() {
        // The third round was slow for both ways.
        Asked direct = new Asked(wholes(1, 2, 40), new Rounds());
        Asked through = new Asked(wholes(3, 5, 42), new Rounds());
        String table = new GatewayReport(direct, List.of(new Row("plain", through, 100, 200 << 20))).text();
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
        Rounds some = wholes(1);
        some.next().failed(new IOException("HTTP/1.1 503"));
        Rounds directly = wholes(1);
        directly.next().failed(new IOException("the connection ended"));
        Asked direct = new Asked(directly, new Rounds());
        GatewayReport report =
                new GatewayReport(direct, List.of(new Row("plain", new Asked(some, new Rounds()), 1, 1)));
        assertThat(report.failureCount()).isEqualTo(2);
        assertThat(report.text()).contains("direct: 1 failed: the connection ended", "plain: 1 failed: HTTP/1.1 503");
    }

    private static Rounds wholes(long... millis) {
        Rounds rounds = new Rounds();
        for (long each : millis) {
            rounds.next().whole(each * MILLI);
        }
        return rounds;
    }
}
