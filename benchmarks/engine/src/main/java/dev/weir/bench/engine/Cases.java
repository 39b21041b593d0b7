package dev.weir.bench.engine;

import dev.weir.bench.engine.StepTimer.Times;
import dev.weir.engine.ffi.NativeLibrary;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Measures one case after the other, each between two looks at what memory gives at that moment: it swings with the neighbours. */
record Cases(
        NativeLibrary library,
        int threadCount,
        MachinePeaks peaks,
        ModelWork work,
        StepTimer timer,
        int stepTokensMax) {

    List<Row> measure(List<Integer> batches, List<Integer> depths, List<Integer> prefills, Consumer<Row> measured) {
        List<Row> rows = new ArrayList<>();
        for (int depth : depths) {
            for (int batch : batches) {
                rows.add(decode(batch, depth));
                measured.accept(rows.getLast());
            }
        }
        for (int tokens : prefills) {
            rows.add(prefill(tokens));
            measured.accept(rows.getLast());
        }
        return rows;
    }

    private Row decode(int batch, int depth) {
        Paired paired = paired(() -> timer.decode(batch, depth));
        return row(
                "decode",
                batch,
                depth,
                batch,
                paired,
                work.decodeBytes(batch, depth),
                work.decodeOperations(batch, depth));
    }

    private Row prefill(int tokens) {
        Paired paired = paired(() -> timer.prefill(tokens));
        return row(
                "prefill",
                1,
                tokens,
                tokens,
                paired,
                work.prefillBytes(tokens, stepTokensMax),
                work.prefillOperations(tokens));
    }

    private record Paired(Times times, double readBytesPerSecond) {}

    private Paired paired(Supplier<Times> measurement) {
        double before = MachinePeaks.readBytesNow(library, threadCount);
        Times times = measurement.get();
        return new Paired(times, Math.max(before, MachinePeaks.readBytesNow(library, threadCount)));
    }

    private Row row(String kind, int sequences, int tokens, int produced, Paired paired, long bytes, long operations) {
        double seconds = paired.times().seconds();
        return new Row(
                kind,
                sequences,
                tokens,
                produced / seconds,
                seconds * 1e3,
                paired.times().planMicros(),
                bytes / seconds,
                paired.readBytesPerSecond(),
                operations / seconds,
                peaks.of(work.operands()),
                paired.times().repeats());
    }
}
