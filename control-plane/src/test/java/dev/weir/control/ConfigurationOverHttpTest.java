package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The configuration's text, tried and replaced over HTTP. */
class ConfigurationOverHttpTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String TEXT = "/admin/configuration/text";
    private static final String BEFORE = "aliases:\n  a: {use: m}\n";
    private static final String AFTER = "aliases:\n  a: {use: n}\n";

    @TempDir
    Path directory;

    private Path file;
    private ScriptedEngine engine;
    private RunningControlPlane weir;

    @BeforeEach
    void start() throws IOException {
        Path real = Files.writeString(directory.resolve("real.yaml"), BEFORE);
        file = Files.createSymbolicLink(directory.resolve("weir.yaml"), real);
        engine = ScriptedEngine.with("m", "n");
        weir = new RunningControlPlane(
                List.of(engine), "--weir.configuration.file=" + file, "--weir.configuration.look-every=1h");
    }

    @AfterEach
    void stop() throws IOException {
        weir.close();
        engine.close();
    }

    private JsonNode text() throws IOException, InterruptedException {
        return JSON.readTree(weir.get(TEXT).body());
    }

    private HttpResponse<String> put(String text, String expected) throws IOException, InterruptedException {
        ObjectNode order = JSON.createObjectNode().put("text", text).put("expected", expected);
        return weir.put(TEXT, order.toString(), "weir-reason", "because");
    }

    private String modelOf(String configuration) throws IOException, InterruptedException {
        ObjectNode question = JSON.createObjectNode();
        question.putObject("request").put("model", "a");
        if (!configuration.isEmpty()) {
            question.put("configuration", configuration);
        }
        HttpResponse<String> answer = weir.post("/admin/routes/explain", question.toString());
        return answer.statusCode() == 200
                ? JSON.readTree(answer.body()).path("model").asString()
                : answer.body();
    }

    @Test
    void aTextIsTriedBeforeItServesAndReplacesTheFileItWasMadeFrom() throws Exception {
        assertThat(modelOf("")).isEqualTo("m");
        assertThat(modelOf(AFTER)).isEqualTo("n");
        assertThat(modelOf("")).as("trying changes nothing").isEqualTo("m");
        JsonNode before = text();
        assertThat(before.path("text").asString()).isEqualTo(BEFORE);
        HttpResponse<String> put = put(AFTER, before.path("fingerprint").asString());
        assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
        assertThat(modelOf("")).isEqualTo("n");
        assertThat(file).isSymbolicLink().hasContent(AFTER);
        String versions = weir.get("/admin/configuration/versions").body();
        assertThat(JSON.readTree(versions).size()).isEqualTo(2);
        assertThat(versions).contains("because", "as it was before the first change", "use: m", "use: n");
        assertThat(weir.get("/admin/audit?limit=1000").body()).contains("configuration.replace", "because");
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void aTextThatIsTriedTellsNothingOfTheFilesThatItNames() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "hunter2isTheKey\n");
        assertThat(checkedWithCanaries(secret)).contains("line 1 is not JSON").doesNotContain("hunter2");
        assertThat(checkedWithCanaries(Path.of("/dev/zero"))).contains("is no file of at most");
    }

    private String checkedWithCanaries(Path canaries) throws IOException, InterruptedException {
        return weir.post("/admin/configuration/check", "evaluation: {live: {canaries: " + canaries + "}}\n")
                .body();
    }

    @Test
    void nobodysChangeIsLost() throws Exception {
        String expected = text().path("fingerprint").asString();
        Files.writeString(file, BEFORE + "# by hand\n");
        HttpResponse<String> put = put(AFTER, expected);
        assertThat(put.statusCode()).isEqualTo(409);
        assertThat(put.body()).contains("was changed meanwhile");
        assertThat(file).content().contains("by hand");
        assertThat(weir.get("/admin/configuration/versions").body()).isEqualTo("[]");
    }

    @Test
    void aTextThatCannotBeUsedStaysOutside() throws Exception {
        HttpResponse<String> put =
                put("alaises: {}\n", text().path("fingerprint").asString());
        assertThat(put.statusCode()).isEqualTo(422);
        assertThat(put.body()).contains("line 1", "did you mean 'aliases'");
        assertThat(file).hasContent(BEFORE);
        assertThat(modelOf("alaises: {}\n")).contains("did you mean 'aliases'");
    }
}
