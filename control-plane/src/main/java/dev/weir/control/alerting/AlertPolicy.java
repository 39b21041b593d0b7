package dev.weir.control.alerting;

import dev.weir.control.configuration.Section;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who is told of alerts, and what was promised; {@code alerts} of the configuration.
 *
 * @param channels beside the log
 * @param availability the promised share of requests without a server's fault
 * @param repeatEvery how long a channel may go without being told again of what lasts
 */
public record AlertPolicy(List<Channel> channels, double availability, Duration repeatEvery) {
    private static final int CHANNELS_MAX = 20;
    private static final double AVAILABILITY = 0.999;
    private static final Duration REPEAT_EVERY = Duration.ofMinutes(4);

    /** A place that is told. */
    public record Channel(String name, URI url, HttpChannel.Dialect dialect) {
        public Channel {
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (!http || url.getHost() == null) {
                throw new IllegalArgumentException(
                        "a channel's address is a URL like http://alertmanager:9093, not '" + url + "'");
            }
        }
    }

    public AlertPolicy {
        channels = List.copyOf(channels);
        if (channels.size() > CHANNELS_MAX) {
            throw new IllegalArgumentException("at most " + CHANNELS_MAX + " channels can be told: " + channels.size());
        }
    }

    public static AlertPolicy read(Section root) {
        Section section = root.section("alerts");
        List<Channel> channels = new ArrayList<>();
        section.named("channels").forEach((name, channel) -> read(name, channel).ifPresent(channels::add));
        double availability = section.number("availability", 0.5, 0.99999, AVAILABILITY);
        Duration repeatEvery = section.duration("repeat-every", REPEAT_EVERY);
        return section.make(() -> new AlertPolicy(channels, availability, repeatEvery))
                .orElse(new AlertPolicy(List.of(), AVAILABILITY, REPEAT_EVERY));
    }

    private static Optional<Channel> read(String name, Section section) {
        String url = section.required("url");
        HttpChannel.Dialect dialect =
                section.choice("kind", HttpChannel.Dialect.class, HttpChannel.Dialect.ALERTMANAGER);
        return section.make(() -> new Channel(name, URI.create(url), dialect));
    }
}
