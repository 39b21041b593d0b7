package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.identity.Registry;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/**
 * A control plane that asks everybody who they are, before an engine with the model {@code m}.
 *
 * @param admin the key that may do everything
 */
record KeyedWeir(ScriptedEngine engine, RunningControlPlane weir, String admin) implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    static KeyedWeir start() throws IOException {
        ScriptedEngine engine = ScriptedEngine.with("m");
        RunningControlPlane weir = new RunningControlPlane(List.of(engine), "--weir.identity.insecure-no-auth=false");
        String admin =
                weir.part(Registry.class).bootstrap(false).orElseThrow().text().reveal();
        return new KeyedWeir(engine, weir, admin);
    }

    /** A new key of the default tenant. */
    String key(String... scopes) throws IOException, InterruptedException {
        HttpResponse<String> created = weir.post(
                "/admin/keys",
                JSON.createObjectNode()
                        .put("tenant", "default")
                        .put("name", "of a test")
                        .set("scopes", JSON.valueToTree(scopes))
                        .toString(),
                "authorization",
                "Bearer " + admin);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        return JSON.readTree(created.body()).path("key").asString();
    }

    @Override
    public void close() throws IOException {
        weir.close();
        engine.close();
    }
}
