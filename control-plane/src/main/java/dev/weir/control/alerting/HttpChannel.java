package dev.weir.control.alerting;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** An Alertmanager, or a webhook that reads what an Alertmanager sends. */
public final class HttpChannel implements AlertChannel {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);
    private static final String ALERTMANAGER_PATH = "/api/v2/alerts";

    /** What listens there. */
    public enum Dialect {
        ALERTMANAGER,
        WEBHOOK
    }

    private final String name;
    private final URI uri;
    private final Dialect dialect;
    private final Duration validFor;
    private final InstantSource clock;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_MAX)
            .build();

    /**
     * A channel.
     *
     * @param uri of the webhook, or of the Alertmanager without a path
     * @param validFor after which an Alertmanager takes what is not told again for over
     */
    public HttpChannel(String name, URI uri, Dialect dialect, Duration validFor, InstantSource clock) {
        this.name = name;
        this.uri = dialect == Dialect.ALERTMANAGER
                ? URI.create(uri.toString().replaceFirst("/$", "") + ALERTMANAGER_PATH)
                : uri;
        this.dialect = dialect;
        this.validFor = validFor;
        this.clock = clock;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void tell(List<Alert> alerts) throws IOException, InterruptedException {
        byte[] body = switch (dialect) {
            case ALERTMANAGER -> AlertJson.forAlertmanager(alerts, clock.instant(), validFor);
            case WEBHOOK -> AlertJson.forWebhook(alerts);
        };
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(ANSWER_MAX)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        if (status < 200 || status >= 300) {
            throw new IOException(name + " answered " + status);
        }
    }

    @Override
    public void close() {
        http.shutdown();
    }
}
