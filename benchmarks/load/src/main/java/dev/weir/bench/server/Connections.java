package dev.weir.bench.server;

import java.net.http.HttpClient;
import java.time.Duration;

/** Connections to a server: HTTP/1.1, kept and reused, as many as there are requests at once. */
final class Connections {
    /**
     * A server may close a kept connection just as it is used again. Then nothing was answered and nothing is lost but the time, so the request
     * goes out once more, as clients of such servers have it. Java's client does so for GET; this has it do so for POST. It reads the property at
     * its first request.
     */
    private static final String RESEND_WHERE_CLOSED = "jdk.httpclient.enableAllMethodRetry";

    private Connections() {}

    static HttpClient open(Duration connectTimeMax) {
        System.setProperty(RESEND_WHERE_CLOSED, "true");
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(connectTimeMax)
                .build();
    }
}
