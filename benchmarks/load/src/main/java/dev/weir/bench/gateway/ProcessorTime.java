package dev.weir.bench.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What became of the time of this machine's processors since it started, in the kernel's ticks (proc(5), "/proc/stat"). Where the machine is a
 * virtual one, its host takes some of that for others: "steal".
 */
record ProcessorTime(long ticks, long stolenTicks) {
    private static final Path STAT = Path.of("/proc/stat");
    private static final int STOLEN_AT = 7;

    /** Behind it the time of guests, which is in that of users already. */
    private static final int KINDS = 8;

    /** Of this moment; no time at all on a system that does not tell. */
    static ProcessorTime now() {
        if (!Files.isReadable(STAT)) {
            return new ProcessorTime(0, 0);
        }
        try {
            return of(Files.readString(STAT, US_ASCII));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static ProcessorTime of(String stat) {
        String[] kinds =
                stat.lines().findFirst().orElse("").replaceFirst("^cpu\\s+", "").split(" ", -1);
        long all = 0;
        long stolen = 0;
        for (int kind = 0; kind < Math.min(KINDS, kinds.length); kind++) {
            long ticks = Long.parseLong(kinds[kind]);
            all += ticks;
            stolen += kind == STOLEN_AT ? ticks : 0;
        }
        return new ProcessorTime(all, stolen);
    }

    /** The part of what all processors had since then that the host took. */
    double stolenShareSince(ProcessorTime earlier) {
        return (double) (stolenTicks - earlier.stolenTicks) / Math.max(1, ticks - earlier.ticks);
    }
}
