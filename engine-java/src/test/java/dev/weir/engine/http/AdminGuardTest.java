package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may change what is served, and who only looks as if it might. */
class AdminGuardTest {

    private static final String TOKEN = "0123456789abcdef";
    private static final AdminGuard OPEN_TO_TOKEN = AdminGuard.withToken(TOKEN);

    private static Optional<String> refusal(AdminGuard guard, @Nullable String peer, String... headers) {
        HttpHeaders sent = new DefaultHttpHeaders().add("host", "localhost:8100");
        for (int i = 0; i < headers.length; i += 2) {
            sent.set(headers[i], headers[i + 1]);
        }
        try {
            return guard.refusal(sent, peer == null ? null : InetAddress.getByName(peer));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:8100", "127.0.0.1:8100", "[::1]:8100"})
    void programOfThisMachineMayWhateverItCallsIt(String host) {
        assertThat(refusal(AdminGuard.loopbackOnly(), "127.0.0.1", "host", host))
                .isEmpty();
        assertThat(refusal(AdminGuard.loopbackOnly(), "::1", "host", host)).isEmpty();
    }

    @Test
    void pageWhoseNameResolvesToThisMachineMayNot() {
        assertThat(refusal(AdminGuard.loopbackOnly(), "127.0.0.1", "host", "evil.example:8100"))
                .hasValueSatisfying(reason -> assertThat(reason).contains("evil.example"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Origin", "Sec-Fetch-Site", "X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"})
    void requestThatABrowserOrProxySentNeedsTheToken(String header) {
        assertThat(refusal(OPEN_TO_TOKEN, "127.0.0.1", header, "x"))
                .hasValueSatisfying(reason -> assertThat(reason).containsIgnoringCase(header));
        assertThat(refusal(OPEN_TO_TOKEN, "127.0.0.1", header, "x", "authorization", "Bearer " + TOKEN))
                .isEmpty();
    }

    @Test
    void callerFromElsewhereNeedsTheToken() {
        assertThat(refusal(OPEN_TO_TOKEN, "192.0.2.1"))
                .hasValueSatisfying(reason -> assertThat(reason).contains("Authorization: Bearer"));
        assertThat(refusal(OPEN_TO_TOKEN, "192.0.2.1", "authorization", "bearer " + TOKEN))
                .isEmpty();
        assertThat(refusal(AdminGuard.loopbackOnly(), "192.0.2.1")).isPresent();
        assertThat(refusal(AdminGuard.loopbackOnly(), null)).isPresent();
    }

    @Test
    void wrongTokenIsRefusedEvenFromThisMachine() {
        assertThat(refusal(OPEN_TO_TOKEN, "127.0.0.1", "authorization", "Bearer " + TOKEN + "0"))
                .isPresent();
        assertThat(refusal(AdminGuard.loopbackOnly(), "127.0.0.1", "authorization", "Bearer " + TOKEN))
                .isPresent();
    }

    @Test
    void tokenThatCanBeGuessedIsRefused() {
        assertThatThrownBy(() -> AdminGuard.withToken("short"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16");
    }
}
