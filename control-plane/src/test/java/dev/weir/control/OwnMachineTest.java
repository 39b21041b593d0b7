package dev.weir.control;

import static dev.weir.control.RunningControlPlane.readUntil;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Without keys, a browser on this machine must not be anybody's way in. */
class OwnMachineTest {
    private static ScriptedEngine engine;
    private static RunningControlPlane open;
    private static RunningControlPlane keyed;

    @BeforeAll
    static void start() throws IOException {
        engine = ScriptedEngine.with("m");
        open = new RunningControlPlane(List.of(engine));
        keyed = new RunningControlPlane(List.of(engine), "--weir.identity.insecure-no-auth=false");
    }

    @AfterAll
    static void stop() throws IOException {
        keyed.close();
        open.close();
        engine.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/admin/tenants, rebound.example, ,",
        "/admin/tenants, rebound.example:8080, ,",
        "/v1/models, rebound.example, ,",
        "/v1/models, localhost.rebound.example, ,",
        "/actuator/prometheus, rebound.example, ,",
        "/ui/, rebound.example, ,",
        "/admin/tenants, localhost:8080, https://elsewhere.example",
        "/v1/models, 127.0.0.1, http://localhost.elsewhere.example:8080",
        "/v1/models, 127.0.0.1, null",
        "/v1/models, 127.0.0.1, not an address",
    })
    void aPageOfElsewhereIsRefused(String path, String host, String origin) throws IOException {
        assertThat(get(open, path, host, origin))
                .startsWith("HTTP/1.1 403")
                .contains("start Weir without --insecure-no-auth");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, ,",
        "LOCALHOST:8080, ,",
        "127.0.0.1:8080, http://127.0.0.1:8080",
        "'[::1]:8080', 'http://[::1]:8080'",
        "127.0.0.1:8080, http://localhost:5173",
    })
    void thisMachinesOwnCallersAreServed(String host, String origin) throws IOException {
        assertThat(get(open, "/admin/tenants", host, origin)).startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @CsvSource({"weir.example, ,", "weir.example, https://elsewhere.example"})
    void whereKeysAreAskedForTheyDecide(String host, String origin) throws IOException {
        assertThat(get(keyed, "/v1/models", host, origin)).startsWith("HTTP/1.1 401");
    }

    private static String get(RunningControlPlane weir, String path, String host, String origin) throws IOException {
        String from = origin == null ? "" : "origin: " + origin + "\r\n";
        try (Socket client = weir.connect()) {
            client.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nhost: " + host + "\r\n" + from + "connection: close\r\n\r\n")
                            .getBytes(ISO_8859_1));
            return readUntil(client, _ -> false);
        }
    }
}
