package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.TestEngine;
import dev.weir.engine.TestModels;
import dev.weir.engine.http.ApiClient.Answer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What callers and a trusted proxy may say about how a request is treated, seen in the tokens that it finds computed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceTermsApiTest {

    private static final String PATH = "/v1/completions";
    private static final int PROMPT_TOKENS = 40;
    private static final int FULL_BLOCK_TOKENS = 32;

    private final TestEngine engine = TestEngine.start(TestModels.TINY_LLAMA);
    private final ApiClient client = new ApiClient(engine);

    @AfterAll
    void close() {
        client.close();
        engine.close();
    }

    @Test
    void theSecondOfTwoEqualPromptsIsFoundInWholeBlocksAndAnsweredTheSame() {
        Answer first = client.post(PATH, request(10, ""));
        Answer second = client.post(PATH, request(10, ""));
        assertThat(cachedTokens(first)).isZero();
        assertThat(cachedTokens(second)).isEqualTo(FULL_BLOCK_TOKENS);
        assertThat(second.json().path("choices")).isEqualTo(first.json().path("choices"));
        assertThat(client.text("/metrics"))
                .contains("vllm:prefix_cache_hits_total{", "vllm:prefix_cache_queries_total{");
    }

    @Test
    void tenantsOfATrustedProxyFindOnlyTheirOwnUnlessTheyAreGivenOneSalt() {
        assertThat(cachedTokens(trusted(11, "x-weir-tenant", "north"))).isZero();
        assertThat(cachedTokens(trusted(11, "x-weir-tenant", "south"))).isZero();
        assertThat(cachedTokens(trusted(11, "x-weir-tenant", "north"))).isEqualTo(FULL_BLOCK_TOKENS);
        assertThat(cachedTokens(client.post(PATH, request(11, "")))).isZero();
        assertThat(cachedTokens(trusted(11, "x-weir-tenant", "east", "x-weir-cache-salt", "s")))
                .isZero();
        assertThat(cachedTokens(trusted(11, "x-weir-tenant", "west", "x-weir-cache-salt", "s")))
                .isEqualTo(FULL_BLOCK_TOKENS);
    }

    @Test
    void whatACallerSaysAboutItselfWithoutTheSecretMeansNothing() {
        assertThat(cachedTokens(client.post(PATH, request(12, "")))).isZero();
        assertThat(cachedTokens(client.post(PATH, request(12, ""), "x-weir-tenant", "north", "x-weir-cache-salt", "s")))
                .isEqualTo(FULL_BLOCK_TOKENS);
    }

    @Test
    void aWrongSecretIsRefusedRatherThanIgnored() {
        Answer answer = client.post(PATH, request(13, ""), "x-weir-proxy-secret", "a guess of a secret");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.error().path("code").asString()).isEqualTo("proxy_not_trusted");
    }

    @Test
    void choicesOfOnePromptShareItsBlocks() {
        Answer answer = client.post(PATH, request(14, ",\"n\":4"));
        assertThat(answer.json().path("choices").size()).isEqualTo(4);
        assertThat(answer.json().path("usage").path("prompt_tokens").asInt()).isEqualTo(PROMPT_TOKENS);
        assertThat(cachedTokens(answer)).isZero();
    }

    @Test
    void termsOutOfRangeAreRefusedByName() {
        assertRefused(client.post(PATH, request(15, ",\"priority\":101")), "priority");
        assertRefused(client.post(PATH, request(15, ",\"service_tier\":\"gold\"")), "service_tier");
        assertRefused(client.post(PATH, request(15, ",\"first_token_deadline_ms\":0")), "first_token_deadline_ms");
        assertRefused(trusted(15, "x-weir-tenant-weight", "0"), "x-weir-tenant-weight");
        assertRefused(trusted(15, "x-weir-priority", "high"), "x-weir-priority");
        assertThat(client.post(PATH, request(15, ",\"service_tier\":\"flex\",\"first_token_deadline_ms\":60000"))
                        .status())
                .isEqualTo(200);
    }

    private static void assertRefused(Answer answer, String param) {
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asString()).isEqualTo(param);
    }

    private Answer trusted(int firstToken, String... headers) {
        String[] all = IntStream.range(0, headers.length + 2)
                .mapToObj(index -> switch (index) {
                    case 0 -> "x-weir-proxy-secret";
                    case 1 -> TestEngine.PROXY_SECRET;
                    default -> headers[index - 2];
                })
                .toArray(String[]::new);
        return client.post(PATH, request(firstToken, ""), all);
    }

    private static String request(int firstToken, String fields) {
        String prompt = IntStream.range(0, PROMPT_TOKENS)
                .mapToObj(index -> Integer.toString(firstToken + index))
                .collect(Collectors.joining(","));
        return "{\"prompt\":[" + prompt + "],\"max_tokens\":4,\"seed\":7" + fields + "}";
    }

    private static int cachedTokens(Answer answer) {
        assertThat(answer.status()).as(answer.http().body()).isEqualTo(200);
        return answer.json()
                .path("usage")
                .path("prompt_tokens_details")
                .path("cached_tokens")
                .asInt();
    }
}
