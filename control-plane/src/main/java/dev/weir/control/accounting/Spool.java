package dev.weir.control.accounting;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Entries that the database did not take, one line of JSON each, until it does.
 *
 * <p>Thread-safety: adding and bringing away exclude each other only while a file is given another name; what is being brought away is in a
 * file of its own.
 */
final class Spool {
    private static final Logger log = LoggerFactory.getLogger(Spool.class);
    private static final int BATCH_ENTRIES = 1000;

    private final Path file;
    private final Path leaving;
    private final long bytesMax;

    Spool(Path directory, long bytesMax) {
        this.file = directory.resolve("ledger-spool.jsonl");
        this.leaving = directory.resolve("ledger-spool-leaving.jsonl");
        this.bytesMax = bytesMax;
    }

    /**
     * Appends the entries.
     *
     * @throws IOException when they cannot be kept here either
     */
    synchronized void add(Collection<LedgerEntry> entries) throws IOException {
        if (Files.exists(file) && Files.size(file) >= bytesMax) {
            throw new IOException(file + " has " + bytesMax + " bytes, the limit of weir.accounting.spool-size-max");
        }
        StringBuilder lines = new StringBuilder();
        for (LedgerEntry entry : entries) {
            lines.append(JsonMapper.shared().writeValueAsString(entry)).append('\n');
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    synchronized boolean isEmpty() {
        return Files.notExists(file) && Files.notExists(leaving);
    }

    /** Hands everything to the taker, some at a time, and forgets it once all is taken. If the taker fails, all of it stays. */
    void bringTo(Consumer<List<LedgerEntry>> taker) throws IOException {
        if (Files.notExists(leaving) && !setOff()) {
            return;
        }
        List<LedgerEntry> batch = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(leaving, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                try {
                    batch.add(JsonMapper.shared().readValue(line, LedgerEntry.class));
                } catch (JacksonException torn) {
                    // A crash in the middle of a line; what is before and behind it is whole.
                    log.warn("a line of {} cannot be read and is left out: {}", leaving, torn.getOriginalMessage());
                }
                if (batch.size() == BATCH_ENTRIES) {
                    taker.accept(List.copyOf(batch));
                    batch.clear();
                }
            }
        }
        if (!batch.isEmpty()) {
            taker.accept(batch);
        }
        Files.delete(leaving);
    }

    private synchronized boolean setOff() throws IOException {
        if (Files.notExists(file)) {
            return false;
        }
        Files.move(file, leaving, StandardCopyOption.ATOMIC_MOVE);
        return true;
    }
}
