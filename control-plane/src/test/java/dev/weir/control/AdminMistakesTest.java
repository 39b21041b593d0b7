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
    @ValueSource(strings = {"1e20000000", "1e-20000000", "1e999999999", "1.5"})
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void aLimitThatNoNumberCanSayIsRefusedAtOnce(String max) throws Exception {
        String order = "{\"metric\":\"REQUESTS\",\"period\":\"MINUTE\",\"max\":" + max + "}";
        assertThat(refused(keyed.weir().post("/admin/limits", order, headers()), 400))
                .startsWith("max is a whole number");
    }

    @Test
    void theTenantOfAdministratorsStays() throws Exception {
        assertThat(refused(keyed.weir().patch("/admin/tenants/default", "{\"enabled\":false}", headers()), 409))
                .contains("default");
        assertThat(keyed.weir().get("/admin/whoami", headers()).statusCode()).isEqualTo(200);
    }
}
