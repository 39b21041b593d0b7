package dev.weir.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.request.CacheSalt;
import dev.weir.engine.request.ServiceTerms;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.api.Test;

class TrustedProxyTest {

    private static final String SECRET = "sixteen or more chars";

    private final TrustedProxy proxy = TrustedProxy.withSecret(SECRET);

    @Test
    void aTrustedProxySaysWhoseTheRequestIs() {
        ServiceTerms terms = proxy.terms(
                headers("x-weir-tenant", "north", "x-weir-tenant-weight", "5", "x-weir-priority", "-7"),
                wishes(ServiceTerms.PRIORITY_MIN));
        assertThat(terms.tenant()).isEqualTo("north");
        assertThat(terms.tenantWeight()).isEqualTo(5);
        assertThat(terms.priority()).isEqualTo(-7);
        assertThat(terms.salt()).isNotEqualTo(CacheSalt.NONE);
    }

    @Test
    void behindAProxyABodyCanOnlyStandBack() {
        assertThat(proxy.terms(headers(), wishes(-50)).priority()).isZero();
        assertThat(proxy.terms(headers(), wishes(50)).priority()).isEqualTo(50);
        assertThat(proxy.terms(EmptyHttpHeaders.INSTANCE, wishes(-50)).priority())
                .isZero();
    }

    @Test
    void whereNobodyIsTrustedABodysPriorityIsTheRequests() {
        assertThat(TrustedProxy.none()
                        .terms(EmptyHttpHeaders.INSTANCE, wishes(-50))
                        .priority())
                .isEqualTo(-50);
    }

    @Test
    void aTenantAndASaltOfTheSameNameAreDifferentScopes() {
        assertThat(proxy.terms(headers("x-weir-tenant", "a"), wishes(0)).salt())
                .isNotEqualTo(proxy.terms(headers("x-weir-cache-salt", "a"), wishes(0))
                        .salt());
    }

    @Test
    void aSecretToAnEngineWithoutOneIsRefused() {
        assertThatThrownBy(() -> TrustedProxy.none().terms(headers(), wishes(0)))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("was given no proxy secret");
    }

    @Test
    void aSecretThatCanBeGuessedIsRefused() {
        assertThatThrownBy(() -> TrustedProxy.withSecret("short"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the proxy secret has 5 characters, at least 16 are needed");
    }

    private static ServiceWishes wishes(int priority) {
        return new ServiceWishes(priority, ServiceTerms.NO_DEADLINE);
    }

    private static HttpHeaders headers(String... namesAndValues) {
        HttpHeaders headers = new DefaultHttpHeaders().set("x-weir-proxy-secret", SECRET);
        for (int index = 0; index < namesAndValues.length; index += 2) {
            headers.set(namesAndValues[index], namesAndValues[index + 1]);
        }
        return headers;
    }
}
