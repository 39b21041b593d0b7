package dev.weir.control;

import dev.weir.control.storage.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Weeks of use, as they are in the database afterwards, so that every chart and every table of the interface has something to show. */
final class InterfaceHistory {
    static final String OLD = "clinic-notes-8b-2026-10";
    static final String NEW = "clinic-notes-8b-2026-11";
    static final String SMALL = "router-1b-q4";

    /** A call that another engine had to answer. */
    static final String RETRIED = "call-of-today-7";

    private static final List<String> TENANTS = List.of("acme", "umbrella-hospitals");
    private static final List<String> FEATURES = List.of("discharge-letters", "triage", "chat");
    private static final int LIVE_SECONDS = 900;
    private static final int DAYS = 30;
    private static final int DRIFT_DAYS = 36;
    private static final int WEEK_DAYS = 7;
    private static final int ITEMS = 60;

    private final Database database;
    private final Instant now;
    private final Random random = new Random(7);

    InterfaceHistory(Database database, Instant now) {
        this.database = database;
        this.now = now;
    }

    /** All of it but what has tables of its own in {@link RolloutHistory} and {@link ExperimentHistory}. */
    void write() {
        traffic();
        drift();
        reviews();
        feedback();
    }

    private OffsetDateTime ago(Duration time) {
        return now.minus(time).atOffset(ZoneOffset.UTC);
    }

    private void traffic() {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (int second = 0; second < LIVE_SECONDS; second += 2) {
            rows.add(call("call-of-today-" + second / 2, ago(Duration.ofSeconds(second + 2L)), second / 2));
        }
        for (int day = 1; day < DAYS; day++) {
            for (int i = 0; i < 20 + 3 * (day % 5); i++) {
                rows.add(call("call-" + day + "-" + i, ago(Duration.ofDays(day).plusMinutes(i)), i));
            }
        }
        database.batch(
                "insert into ledger (id, request_id, at, call_day, tenant, person, api_key, feature, endpoint, model,"
                        + " version, engine, arm, tier, reason, cache, guard, compression, tries, queue_micros,"
                        + " prefill_micros, decode_micros, stream, input_tokens, cached_tokens, output_tokens,"
                        + " usage_told, cost_nanos, first_byte_micros, total_micros, status)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                        + " ?, ?, ?, ?)",
                rows);
    }

    private @Nullable Object[] call(String id, OffsetDateTime at, int number) {
        boolean retried = id.equals(RETRIED);
        boolean known = !retried && number % 6 == 0;
        boolean failed = !retried && number % 61 == 60;
        String model = number % 3 == 0 ? OLD : number % 3 == 1 ? NEW : SMALL;
        int output = 40 + random.nextInt(260);
        int input = 300 + random.nextInt(2_000);
        int perToken = model.equals(SMALL) ? 6_000 : 21_000;
        int queue = 1_000 + random.nextInt(9_000);
        int prefill = 60 * input;
        int first = known ? 900 : queue + prefill + 4_000;
        return new @Nullable Object[] {
            id,
            "req-" + id,
            at,
            at.toLocalDate(),
            TENANTS.get(number % 2),
            null,
            "abcdefghijkl",
            FEATURES.get(number % FEATURES.size()),
            "/v1/chat/completions",
            model,
            model + "@3f9a12c07be4",
            known || failed ? null : "gpu-" + (number % 2 == 0 ? "a" : "b"),
            model.equals(SMALL) ? null : "notes-11/" + (model.equals(NEW) ? "candidate" : "baseline"),
            model.equals(SMALL) ? "fast" : "power",
            model.equals(SMALL)
                    ? "tier fast: a short question, with confidence 0.91"
                    : "alias notes, rollout notes-11 gives its new version 25 %",
            known ? (number % 12 == 0 ? "semantic" : "exact") : null,
            number % 40 == 7 ? "prompt: 2 names and a date redacted" : null,
            number % 40 == 7 ? "6100 of 9400 characters" : null,
            retried
                    ? "gpu-a: it closed the connection before the answer was complete; gpu-c: it has no room, status 503"
                    : null,
            known || failed ? null : queue,
            known || failed ? null : prefill,
            known || failed ? null : output * perToken,
            true,
            input,
            number % 4 == 0 ? 0 : input / 2,
            failed ? 0 : output,
            true,
            known || failed
                    ? 0L
                    : input * (model.equals(SMALL) ? 20L : 200L) + output * (model.equals(SMALL) ? 60L : 600L),
            failed ? null : first,
            failed ? 2_000 : first + (known ? 1_000 : output * perToken),
            failed ? "503" : "200"
        };
    }

    private void drift() {
        List<@Nullable Object[]> rows = new ArrayList<>();
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        for (int day = 0; day < DRIFT_DAYS; day++) {
            boolean lately = day <= WEEK_DAYS;
            for (String tenant : TENANTS) {
                boolean moved = lately && tenant.equals("acme");
                count(
                        rows,
                        today.minusDays(day),
                        tenant,
                        "LENGTH",
                        moved
                                ? Map.of("024", 120, "028", 260, "032", 420)
                                : Map.of("024", 380, "028", 300, "032", 120));
                count(
                        rows,
                        today.minusDays(day),
                        tenant,
                        "FINISH_REASON",
                        moved ? Map.of("stop", 610, "length", 190) : Map.of("stop", 770, "length", 30));
                count(
                        rows,
                        today.minusDays(day),
                        tenant,
                        "REFUSAL",
                        Map.of("yes", moved ? 70 : 12, "no", moved ? 730 : 788));
                count(rows, today.minusDays(day), tenant, "HALLUCINATION", Map.of("yes", moved ? 9 : 8, "no", 792));
                count(rows, today.minusDays(day), tenant, "INJECTION", Map.of("yes", lately ? 14 : 4, "no", 790));
                count(rows, today.minusDays(day), tenant, "LANGUAGE", Map.of("de", 300, "en", 500));
                count(
                        rows,
                        today.minusDays(day),
                        tenant,
                        "PROMPT_LANGUAGE",
                        lately ? Map.of("de", 460, "en", 340) : Map.of("de", 310, "en", 490));
            }
        }
        database.batch(
                "insert into drift_count (counted_on, model, tenant, query_type, topic, signal, judge_version, bin, seen_count)"
                        + " values (?, ?, ?, 'summary', 0, ?, ?, ?, ?)",
                rows);
    }

    private static void count(
            List<@Nullable Object[]> rows, LocalDate day, String tenant, String signal, Map<String, Integer> bins) {
        String judge = signal.equals("HALLUCINATION") ? "router-1b-q4@judge-3" : "";
        bins.forEach((bin, seen) -> rows.add(new @Nullable Object[] {day, NEW, tenant, signal, judge, bin, seen}));
    }

    /** Two people each, who nearly agree; a judge who nearly agrees with them. */
    private void reviews() {
        List<@Nullable Object[]> items = new ArrayList<>();
        List<@Nullable Object[]> opinions = new ArrayList<>();
        LocalDate week = LocalDate.ofInstant(now, ZoneOffset.UTC).minusDays(WEEK_DAYS);
        for (String model : List.of(OLD, NEW)) {
            for (int i = 0; i < ITEMS; i++) {
                String id = model + "-" + i;
                boolean correct = i % (model.equals(NEW) ? 15 : 9) != 8;
                items.add(new @Nullable Object[] {
                    id,
                    week,
                    model,
                    "acme",
                    "graded-" + id,
                    ago(Duration.ofDays(8)),
                    "[{\"role\":\"user\",\"content\":\"Which ward is patient %d in?\"}]".formatted(i),
                    "Ward %d.".formatted(i),
                    i / 100.0,
                    "router-1b-q4@judge-3",
                    i % 20 == 3 ? !correct : correct,
                });
                for (String person : List.of("user:anna", "user:bert")) {
                    boolean agrees = person.equals("user:anna") || i % 17 != 5;
                    opinions.add(new @Nullable Object[] {
                        id,
                        person,
                        correct == agrees ? "CORRECT" : "INCORRECT",
                        correct ? 4 + i % 2 : 2,
                        i != 12,
                        ago(Duration.ofDays(2)),
                    });
                }
            }
        }
        database.batch(
                "insert into review_item (id, week, model, tenant, call_id, at, conversation, answer, uniform_rank,"
                        + " judge_version, judge_passes, hallucinated, grades_needed)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, false, 2)",
                items);
        database.batch(
                "insert into review_opinion (item_id, reviewer, accuracy, helpfulness, safe, given_at)"
                        + " values (?, ?, ?, ?, ?, ?)",
                opinions);
    }

    private void feedback() {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            rows.add(new @Nullable Object[] {
                "call-of-today-" + i, "person-" + i % 90, ago(Duration.ofSeconds(i)), i % 8 != 0
            });
        }
        database.batch(
                "insert into feedback (call_id, person, at, thumbs_up, rewarded) values (?, ?, ?, ?, true)", rows);
    }
}
