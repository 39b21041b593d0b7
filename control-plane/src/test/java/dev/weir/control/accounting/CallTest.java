package dev.weir.control.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Demand;
import dev.weir.control.completion.Endpoint;
import dev.weir.control.completion.JsonBody;
import dev.weir.control.completion.Share;
import dev.weir.control.identity.Caller;
import dev.weir.control.identity.Tenant;
import dev.weir.control.identity.Tenant.DataResidency;
import io.micrometer.core.instrument.Clock;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whose word an answer is, for those who look at answers as they pass. */
class CallTest {
    private final Call call = call("v2");

    private static Call call(String model) {
        return new Call(
                "call",
                new Caller(
                        new Tenant("acme", "Acme", 1, DataResidency.LOCAL_ONLY, true, Instant.EPOCH),
                        null,
                        null,
                        Set.of()),
                request(model),
                null,
                ModelPrice.FREE,
                Instant.EPOCH,
                Clock.SYSTEM);
    }

    private static CompletionRequest request(String model) {
        return new CompletionRequest(
                "request",
                new Share("acme", 1),
                Endpoint.CHAT_COMPLETIONS,
                model,
                false,
                new Demand(1, OptionalLong.of(1), 1),
                false,
                new JsonBody("{}".getBytes(StandardCharsets.UTF_8)),
                Map.of());
    }

    private @Nullable String armOfAnswerFrom(String engine) {
        call.takes(new Call.Course(engine, "v2", "r1/candidate", null, null));
        return call.served().arm();
    }

    @Test
    void anAnswerIsOfTheArmWhoseOwnVersionGaveIt() {
        assertThat(armOfAnswerFrom("http://engine")).isEqualTo("r1/candidate");
        assertThat(armOfAnswerFrom("overflow:outside")).as("in its place").isNull();
    }

    @Test
    void whatABetterModelSaysIsOfNoArmUnlessItSaysNothing() {
        Call row = call("v2");
        row.takes(new Call.Course("http://engine", "v2", "r1/candidate", null, null));
        call.goesUp(row, request("large"), ModelPrice.FREE);
        assertThat(armOfAnswerFrom("http://engine")).isNull();
        call.comesBack();
        assertThat(call.served().arm()).isEqualTo("r1/candidate");
    }
}
