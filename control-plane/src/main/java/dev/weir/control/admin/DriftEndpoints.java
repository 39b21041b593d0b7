package dev.weir.control.admin;

import dev.weir.control.drift.Comparison.Group;
import dev.weir.control.drift.Comparison.Moved;
import dev.weir.control.drift.DriftFinding;
import dev.weir.control.drift.DriftReports;
import dev.weir.control.drift.RateWatch;
import dev.weir.control.drift.RateWatch.Rate;
import dev.weir.control.drift.Signal;
import dev.weir.control.storage.Database;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** Whether answers, and questions, are what they were. */
@RestController
public final class DriftEndpoints {
    private static final int LIMIT_MAX = 2_000;

    private final Database database;
    private final DriftReports reports;
    private final RateWatch rates;

    public DriftEndpoints(Database database, DriftReports reports, RateWatch rates) {
        this.database = database;
        this.reports = reports;
        this.rates = rates;
    }

    /**
     * A distance of two distributions.
     *
     * @param index the population stability index; {@code indexByChance} is exceeded once in a hundred times though nothing has moved
     * @param jensenShannon the Jensen-Shannon distance, from 0 to 1
     */
    public record DriftDistance(
            double index,
            double indexByChance,
            double jensenShannon,
            double jensenShannonByChance,
            long referenceCount,
            long count) {
        static @Nullable DriftDistance of(@Nullable Moved moved) {
            return moved == null
                    ? null
                    : new DriftDistance(
                            moved.index(),
                            moved.indexByChance(),
                            moved.jensenShannon(),
                            moved.jensenShannonByChance(),
                            moved.referenceCount(),
                            moved.count());
        }
    }

    /** The share of values that are looked at together, before and now. */
    public record DriftGroup(String name, double referenceShare, double share) {
        static DriftGroup of(Group group) {
            return new DriftGroup(group.name(), group.referenceShare(), group.share());
        }
    }

    /**
     * What has become of a signal; {@code *} stands for every tenant and every type of question.
     *
     * @param judgeVersion who says so; null but for what a judge says, which is compared with what the same one said
     * @param givenInput what is left when as many questions of each kind are asked as before; null for inputs, and where it cannot be told
     */
    public record DriftSignal(
            String model,
            String tenant,
            String queryType,
            Signal signal,
            @Nullable String judgeVersion,
            boolean input,
            DriftFinding.Window window,
            DriftFinding.Verdict verdict,
            DriftFinding.Cause cause,
            @Nullable DriftDistance distance,
            @Nullable DriftDistance givenInput,
            List<DriftGroup> groups) {
        static DriftSignal of(DriftFinding finding) {
            return new DriftSignal(
                    finding.scope().model(),
                    finding.scope().tenant(),
                    finding.scope().queryType(),
                    finding.signal(),
                    judge(finding.judgeVersion()),
                    finding.signal().isInput(),
                    finding.window(),
                    finding.verdict(),
                    finding.cause(),
                    DriftDistance.of(finding.all()),
                    DriftDistance.of(finding.givenInput()),
                    finding.groups().stream().map(DriftGroup::of).toList());
        }
    }

    /** A rate since Monday beside that of the four weeks before; from {@code log10E} of 3 it has moved, if by enough to matter. */
    public record DriftRate(
            String model,
            String tenant,
            Signal signal,
            @Nullable String judgeVersion,
            RateWatch.Verdict verdict,
            double log10E,
            double referenceRate,
            long referenceCount,
            double rate,
            long count) {
        static DriftRate of(Rate rate) {
            return new DriftRate(
                    rate.scope().model(),
                    rate.scope().tenant(),
                    rate.signal(),
                    judge(rate.judgeVersion()),
                    rate.verdict(),
                    rate.log10E(),
                    rate.reference().share(),
                    rate.reference().count(),
                    rate.now().share(),
                    rate.now().count());
        }
    }

    private static @Nullable String judge(String version) {
        return version.isEmpty() ? null : version;
    }

    /** What has moved first, and the farthest first. */
    @GetMapping("/admin/drift")
    Mono<List<DriftSignal>> drift(
            @RequestParam Optional<String> model,
            @RequestParam Optional<String> tenant,
            @RequestParam Optional<String> queryType,
            @RequestParam Optional<DriftFinding.Verdict> verdict,
            @RequestParam(defaultValue = "200") int limit) {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw Refusals.badRequest(new IllegalArgumentException("`limit` is from 1 to " + LIMIT_MAX + ": " + limit));
        }
        return Refusals.ask(
                database,
                () -> reports.all().stream()
                        .filter(finding -> model.filter(
                                        name -> !name.equals(finding.scope().model()))
                                .isEmpty())
                        .filter(finding -> tenant.filter(
                                        name -> !name.equals(finding.scope().tenant()))
                                .isEmpty())
                        .filter(finding -> queryType
                                .filter(name -> !name.equals(finding.scope().queryType()))
                                .isEmpty())
                        .filter(finding -> verdict.filter(wanted -> wanted != finding.verdict())
                                .isEmpty())
                        .limit(limit)
                        .map(DriftSignal::of)
                        .toList());
    }

    /** Refusals, injections and hallucinations, as far as they are looked for. */
    @GetMapping("/admin/drift/rates")
    Mono<List<DriftRate>> driftRates() {
        return Refusals.ask(
                database, () -> rates.all().stream().map(DriftRate::of).toList());
    }
}
