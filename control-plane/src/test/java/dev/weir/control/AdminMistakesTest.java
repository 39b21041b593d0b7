package dev.weir.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is wrong with a question to the administration is said, and is no failure of Weir's. */
class AdminMistakesTest {
    private static KeyedWeir keyed;

    @BeforeAll
    static void start() throws IOException {
        keyed = KeyedWeir.start();
    }

    @AfterAll
    static void stop() throws IOException {
        keyed.close();
    }

    private static String[] headers() {
        return new String[] {"authorization", "Bearer " + keyed.admin(), "weir-reason", "a%20test"};
    }

    private static String refused(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode error = JsonMapper.shared().readTree(answer.body()).path("error");
        return error.path("message").asString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/admin/tenants | {'name':'x'} | id is missing",
                "/admin/users | {'id':'x','tenant':'default','name':null} | name is missing",
                "/admin/keys | {'tenant':'default','name':'x'} | scopes is missing",
                "/admin/keys | {'tenant':'default','name':'x','scopes':[null]} | scopes[0] is missing",
                "/admin/limits | {'metric':'REQUESTS','period':'MINUTE'} | max is missing",
                "/admin/limits | {'metric':'SMILES','period':'MINUTE','max':1} | metric is not what it has to be",
                "/admin/judgements | {'judgements':[{'hallucination':true,'lowQuality':true}]} | judgements[0].requestId is missing",
                "/admin/routes/explain | {} | request is missing",
                "/admin/models | {'engine':'x','model':'m'} | verb is missing",
                "/admin/experiments | {'alias':'x','primary':'THUMBS','reason':'x'} | arms is missing",
                "/admin/rollouts | {'alias':'x','candidate':'m'} | reason is missing",
                "/ui/session | {} | key is missing",
                "/admin/evaluations | {'model':'m'} | goldenSet is missing"
            })
    void whatAnOrderLeavesOutIsNamed(String path, String body, String named) throws Exception {
        assertThat(refused(keyed.weir().post(path, body.replace('\'', '"'), headers()), 400))
                .isEqualTo(named);
    }

    @Test
    void whatIsNotThereIsNamed() throws Exception {
        assertThat(refused(
                        keyed.weir()
                                .post("/admin/users", "{\"id\":\"x\",\"tenant\":\"nope\",\"name\":\"x\"}", headers()),
                        404))
                .isEqualTo("there is no tenant 'nope'");
        assertThat(refused(keyed.weir().get("/admin/engines/nope", headers()), 404))
                .isEqualTo("there is no engine nope");
        assertThat(refused(keyed.weir().get("/admin/nope", headers()), 404))
                .isEqualTo("there is nothing at /admin/nope");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e20000000", "1e-20000000", "1e999999999", "1.5"})
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void aLimitThatNoNumberCanSayIsRefusedAtOnce(String max) throws Exception {
        String order = "{\"metric\":\"REQUESTS\",\"period\":\"MINUTE\",\"max\":" + max + "}";
        assertThat(refused(keyed.weir().post("/admin/limits", order, headers()), 400))
                .startsWith("max is a whole number");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/admin/requests?before=%2B1000000000-12-31T23:59:59Z",
                "/admin/costs?from=-1000000000-01-01T00:00:00Z",
                "/admin/costs.csv?from=-1000000000-01-01T00:00:00Z",
                "/admin/costs/savings?model=m&from=2026-01-01T00:00:00Z&to=%2B1000000000-12-31T23:59:59Z"
            })
    void aTimeThatNoDatabaseHasIsRefused(String path) throws Exception {
        assertThat(refused(keyed.weir().get(path, headers()), 400)).contains("from the year 1 to the year 9999");
    }

    @Test
    void aKeyMayNotLastUntilATimeThatNoDatabaseHas() throws Exception {
        String order = "{\"tenant\":\"default\",\"name\":\"x\",\"scopes\":[\"inference\"],"
                + "\"expiresAt\":\"+1000000000-12-31T23:59:59Z\"}";
        assertThat(refused(keyed.weir().post("/admin/keys", order, headers()), 400))
                .contains("from the year 1 to the year 9999");
    }

    @Test
    void anEnginesAddressHasNoPassword() throws Exception {
        String order = "{\"url\":\"http://user:hunter2@127.0.0.1:1\"}";
        assertThat(refused(keyed.weir().put("/admin/engines/x", order, headers()), 400))
                .contains("no password")
                .doesNotContain("hunter2");
    }

    @Test
    void theTenantOfAdministratorsStays() throws Exception {
        assertThat(refused(keyed.weir().patch("/admin/tenants/default", "{\"enabled\":false}", headers()), 409))
                .contains("default");
        assertThat(keyed.weir().get("/admin/whoami", headers()).statusCode()).isEqualTo(200);
    }
}
