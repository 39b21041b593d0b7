package dev.weir.control.drift;

import dev.weir.control.drift.Comparison.Kind;
import dev.weir.control.drift.Comparison.Moved;
import dev.weir.control.drift.DriftFinding.Scope;
import dev.weir.control.drift.DriftFinding.Window;
import dev.weir.control.drift.DriftStore.Counted;
import dev.weir.control.drift.DriftStore.Days;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares the last whole day and the last seven with the 28 days before these seven, for every model, for every tenant and type of question and
 * for all together. Blocking.
 */
public final class DriftReports {
    private static final int WEEK_DAYS = 7;
    private static final int REFERENCE_DAYS = 28;
    private static final int FINDINGS_MAX = 2_000;

    private final DriftStore store;
    private final InstantSource clock;
    private LocalDate foundOn = LocalDate.MIN;
    private List<DriftFinding> found = List.of();

    public DriftReports(DriftStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** The same as {@link #all}, found once a day: only whole days are compared. */
    public synchronized List<DriftFinding> today() {
        LocalDate today = clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
        if (!today.equals(foundOn)) {
            found = all();
            foundOn = today;
        }
        return found;
    }

    /** Everything that can be compared, what has moved first and the farthest first. */
    public List<DriftFinding> all() {
        LocalDate yesterday =
                clock.instant().atZone(ZoneOffset.UTC).toLocalDate().minusDays(1);
        List<Days> periods = new ArrayList<>();
        periods.add(new Days(yesterday.minusDays(WEEK_DAYS + REFERENCE_DAYS - 1), yesterday.minusDays(WEEK_DAYS)));
        for (Window window : Window.values()) {
            periods.add(new Days(yesterday.minusDays(window.days() - 1), yesterday));
            periods.add(new Days(yesterday.minusDays(window.days()), yesterday.minusDays(1)));
        }
        Map<Scope, Map<Series, Table>> tables = new LinkedHashMap<>();
        for (Counted counted : store.counted(periods)) {
            for (String tenant : List.of(counted.tenant(), Scope.ALL)) {
                for (String queryType : List.of(counted.queryType(), Scope.ALL)) {
                    tables.computeIfAbsent(new Scope(counted.model(), tenant, queryType), _ -> new LinkedHashMap<>())
                            .computeIfAbsent(new Series(counted.signal(), counted.judgeVersion()), _ -> new Table())
                            .add(counted);
                }
            }
        }
        List<DriftFinding> findings = new ArrayList<>();
        tables.forEach((scope, all) -> all.forEach((series, table) -> {
            for (Window window : Window.values()) {
                if (table.isComparable(window.period())) {
                    findings.add(finding(scope, series, window, table));
                }
            }
        }));
        findings.sort(Comparator.comparing(DriftFinding::verdict)
                .reversed()
                .thenComparingDouble(found -> -found.all().index()));
        return List.copyOf(findings.subList(0, Math.min(FINDINGS_MAX, findings.size())));
    }

    private static DriftFinding finding(Scope scope, Series series, Window window, Table table) {
        Signal signal = series.signal();
        Comparison now = table.compare(signal, window.period());
        Moved all = now.all();
        Moved given = now.givenInput();
        boolean moved = all.hasMoved();
        boolean twice =
                moved && table.compare(signal, window.period() + 1).all().hasMoved();
        DriftFinding.Verdict verdict = !all.isTold()
                ? DriftFinding.Verdict.TOO_FEW
                : twice ? DriftFinding.Verdict.MOVED : moved ? DriftFinding.Verdict.WATCH : DriftFinding.Verdict.STEADY;
        DriftFinding.Cause cause = !moved
                ? DriftFinding.Cause.NONE
                : signal.isInput()
                        ? DriftFinding.Cause.INPUT
                        : given == null
                                ? DriftFinding.Cause.UNKNOWN
                                : given.hasMoved() ? DriftFinding.Cause.ANSWERS : DriftFinding.Cause.INPUT;
        return new DriftFinding(scope, signal, series.judgeVersion(), window, verdict, cause, all, given, now.groups());
    }

    /** What is compared with itself: what two versions of a judge say are two things. */
    private record Series(Signal signal, String judgeVersion) {}

    /** What was counted of one signal, by kind of question, value and period. */
    private static final class Table {
        private record Place(Kind kind, String bin) {}

        private final Map<Place, long[]> counts = new HashMap<>();
        private final Set<Kind> kinds = new HashSet<>();
        private final Set<String> bins = new TreeSet<>();
        private long[] totals = new long[0];

        void add(Counted counted) {
            Kind kind = new Kind(counted.queryType(), counted.topic());
            kinds.add(kind);
            bins.add(counted.bin());
            long[] sums = counts.computeIfAbsent(
                    new Place(kind, counted.bin()),
                    _ -> new long[counted.counts().size()]);
            totals = totals.length == 0 ? new long[sums.length] : totals;
            for (int i = 0; i < sums.length; i++) {
                sums[i] += counted.counts().get(i);
                totals[i] += counted.counts().get(i);
            }
        }

        /** Whether there is anything before and in the period. */
        boolean isComparable(int period) {
            return totals[0] > 0 && totals[period] > 0;
        }

        Comparison compare(Signal signal, int period) {
            return Comparison.of(signal, kinds, bins, counts(0), counts(period));
        }

        private Comparison.Counts counts(int period) {
            return (kind, bin) -> {
                long[] found = counts.get(new Place(kind, bin));
                return found == null ? 0 : found[period];
            };
        }
    }
}
