package dev.weir.control.alerting;

import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries what is due from the book to its channels, one round at a time; a channel that fails keeps no other waiting for the next round. */
public final class Herald implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Herald.class);

    private final AlertBook book;
    private volatile List<AlertChannel> channels = List.of();

    public Herald(AlertBook book) {
        this.book = book;
    }

    /** These are told from the next round on, and are the herald's to close. */
    public synchronized void channels(List<AlertChannel> now) {
        book.channels(now.stream().map(AlertChannel::name).toList());
        List<AlertChannel> before = channels;
        channels = List.copyOf(now);
        before.forEach(AlertChannel::close);
    }

    @Override
    public void close() {
        channels(List.of());
    }

    /** One round. Blocking. */
    public void round() throws InterruptedException {
        for (AlertChannel channel : channels) {
            List<Alert> due = book.due(channel.name());
            if (due.isEmpty()) {
                continue;
            }
            try {
                channel.tell(due);
                book.told(channel.name(), due);
            } catch (IOException failure) {
                book.failed(channel.name());
                log.warn("{} alerts wait for {}: {}", due.size(), channel.name(), failure.getMessage());
            }
        }
    }
}
