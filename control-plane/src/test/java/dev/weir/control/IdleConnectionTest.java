package dev.weir.control;

import static dev.weir.control.RunningControlPlane.readUntil;
import static dev.weir.control.RunningControlPlane.send;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Connections that nobody uses, with a control plane of their own: a client that keeps connections asks on one now and then just as it is
 * closed for being idle, which is no other test's business.
 */
class IdleConnectionTest {
    @Test
    void aConnectionThatAsksNothingIsClosedWhetherOrNotItHasBefore() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.with("m");
                RunningControlPlane weir = new RunningControlPlane(List.of(engine), "--weir.ingress.idle-max=2s");
                Socket silent = weir.connect();
                Socket served = weir.connect()) {
            send(served, "/v1/chat/completions", "", "{\"model\":\"m\"}");
            assertThat(readUntil(served, _ -> false)).startsWith("HTTP/1.1 200").endsWith("{}");
            assertThat(readUntil(silent, _ -> false)).isEmpty();
        }
    }
}
