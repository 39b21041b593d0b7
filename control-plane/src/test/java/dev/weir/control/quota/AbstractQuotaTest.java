package dev.weir.control.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.control.accounting.ModelPrice;
import dev.weir.control.completion.CompletionRequest;
import dev.weir.control.completion.Usage;
import dev.weir.control.quota.Limit.Metric;
import dev.weir.control.quota.Limit.Period;
import dev.weir.control.quota.Limit.Subject;
import dev.weir.control.quota.Limit.Subject.Kind;
import dev.weir.control.quota.Verdict.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Limits, wherever they are counted. */
abstract class AbstractQuotaTest extends QuotaScene {

    @Test
    void withoutALimitNothingIsRefused() {
        for (int i = 0; i < 100; i++) {
            assertThat(granted(ask()).levels()).isEmpty();
        }
    }

    @Test
    void requestsPerMinuteComeBackEvenly() {
        limit(Metric.REQUESTS, Period.MINUTE, 6);
        for (int i = 0; i < 6; i++) {
            Reservation reservation = ask();
            assertThat(granted(reservation).levels().getFirst().left()).isEqualTo(5 - i);
            reservation.settle(spent(10, 10));
        }
        Refused refused = refused(ask());
        assertThat(refused.delay()).isEqualTo(Duration.ofSeconds(10));
        assertThat(refused.worthRetrying()).isTrue();
        assertThat(refused.reason()).contains("requests per minute of key abcdefghijkl");
        pass(Duration.ofSeconds(10));
        granted(ask());
        refused(ask());
    }

    @Test
    void whatWasReservedTooMuchComesBackWhenTheRequestEnds() {
        limit(Metric.OUTPUT_TOKENS, Period.MINUTE, 100);
        Reservation first = ask();
        granted(first);
        Reservation second = ask();
        granted(second);
        refused(ask());
        first.settle(spent(10, 1));
        second.settle(spent(10, 1));
        first.settle(spent(10, 1));
        assertThat(granted(ask()).levels().getFirst().left()).isEqualTo(48);
    }

    @Test
    void aRefusedRequestCostsNothingOfAnyLimit() {
        limit(Metric.REQUESTS, Period.DAY, 100);
        limit(Metric.CONCURRENCY, Period.AT_ONCE, 1);
        Reservation held = ask();
        granted(held);
        for (int i = 0; i < 200; i++) {
            Reservation refused = ask();
            refused(refused);
            refused.settle(spent(1000, 1000));
        }
        held.settle(spent(1, 1));
        for (int i = 0; i < 99; i++) {
            Reservation reservation = ask();
            granted(reservation);
            reservation.settle(spent(1, 1));
        }
        assertThat(refused(ask()).limit().metric()).isEqualTo(Metric.REQUESTS);
    }

    @Test
    void aRequestWithoutAnAnswerCostsNothing() {
        limit(Metric.REQUESTS, Period.DAY, 1);
        for (int i = 0; i < 5; i++) {
            Reservation reservation = ask();
            granted(reservation);
            reservation.settle(Amounts.nothing());
        }
    }

    @Test
    void aRequestThatNoModelIsToAnswerHasItsPlaceInTheMinuteAndNotInTheDay() {
        limit(Metric.REQUESTS, Period.MINUTE, 3);
        limit(Metric.REQUESTS, Period.DAY, 2);
        for (int i = 0; i < 3; i++) {
            Reservation turnedAway = replicas.getFirst().reserveUnanswered(caller, request("m", 200, 50));
            assertThat(granted(turnedAway).levels().getFirst().left()).isEqualTo(2 - i);
            turnedAway.settle(Amounts.spent(Usage.NONE, 0));
        }
        Reservation fourth = replicas.getFirst().reserveUnanswered(caller, request("m", 200, 50));
        assertThat(refused(fourth).limit().period()).isEqualTo(Period.MINUTE);
        pass(Duration.ofMinutes(1));
        granted(ask());
        granted(ask());
        assertThat(refused(ask()).limit().period()).isEqualTo(Period.DAY);
    }

    @Test
    void aBetterAnswerIsNoFurtherRequestButToItsModel() {
        Quota quota = replicas.getFirst();
        limit(Metric.REQUESTS, Period.DAY, 1);
        limit(Metric.CONCURRENCY, Period.AT_ONCE, 1);
        limit(Metric.OUTPUT_TOKENS, Period.DAY, 120);
        granted(ask());
        book.create(caller, KEY, "better", Metric.REQUESTS, Period.DAY, 1);
        Reservation better = quota.reserveBetter(caller, request("better", 200, 50), PRICE);
        granted(better);
        assertThat(refused(quota.reserveBetter(caller, request("better", 200, 50), PRICE))
                        .reason())
                .as("what the first answer can take stays set aside")
                .contains("of 120 are left 20");
        better.settle(spent(10, 1));
        assertThat(refused(quota.reserveBetter(caller, request("better", 200, 50), PRICE))
                        .limit()
                        .model())
                .isEqualTo("better");
    }

    @Test
    void aBudgetEndsWithItsDayAndIsNotWorthRetrying() {
        // A reservation is for 100 input tokens at 10 and 50 output tokens at 100.
        limit(Metric.COST, Period.DAY, 6000);
        Reservation reservation = ask();
        granted(reservation);
        assertThat(refused(ask()).worthRetrying()).isFalse();
        reservation.settle(spent(100, 50));
        Refused refused = refused(ask());
        assertThat(refused.reason()).contains("budget of cost per day of key abcdefghijkl is spent");
        assertThat(refused.delay()).isEqualTo(Duration.between(START, Instant.parse("2026-11-22T00:00:00Z")));
        pass(refused.delay());
        granted(ask());
    }

    @Test
    void aMonthIsACalendarMonth() {
        limit(Metric.TOKENS, Period.MONTH, 200);
        granted(ask());
        assertThat(refused(ask()).delay()).isEqualTo(Duration.between(START, Instant.parse("2026-12-01T00:00:00Z")));
    }

    @Test
    void aRequestThatCanNeverFitIsToldWhatToDo() {
        limit(Metric.OUTPUT_TOKENS, Period.MINUTE, 1000);
        Quota quota = replicas.getFirst();
        // Nobody said how long the answer may be, so it may fill the context.
        Refused refused = refused(quota.reserve(caller, request("m", 10, -1), PRICE));
        assertThat(refused.reason()).contains("4096", "send max_tokens");
        assertThat(refused.worthRetrying()).isFalse();
        granted(quota.reserve(caller, request("known", 10, -1), PRICE));
        assertThat(refused(quota.reserve(caller, request("m", 10, 1001), PRICE)).reason())
                .contains("ask for less");
    }

    @Test
    void whatIsMoreThanANumberCanSayIsRefusedAndNothingOfItIsTaken() {
        Quota quota = replicas.getFirst();
        List<CompletionRequest> huge = List.of(
                request("m", 200, Long.MAX_VALUE - 1),
                request("m", 200, 1L << 62, 2),
                request("m", 200, Long.MAX_VALUE / PRICE.outputNanos() + 1));
        for (Metric metric : List.of(Metric.OUTPUT_TOKENS, Metric.TOKENS, Metric.COST)) {
            for (Period period : List.of(Period.MINUTE, Period.DAY)) {
                Limit limit = book.create(caller, KEY, null, metric, period, 6000);
                for (CompletionRequest request : huge) {
                    Reservation reservation = quota.reserve(caller, request, PRICE);
                    assertThat(refused(reservation).reason()).contains("ask for less");
                    reservation.settle(spent(1000, 1000));
                }
                granted(ask());
                book.remove(caller, limit.id());
            }
        }
    }

    @Test
    void whatIsMoreThanANumberCanSayIsRefusedOutsideAndNothingOfItIsTaken() {
        Quota quota = replicas.getFirst();
        String provider = "overflow:" + UUID.randomUUID();
        for (CompletionRequest request : List.of(
                request("m", 200, Long.MAX_VALUE - 1),
                request("m", 200, 1L << 62, 2),
                request("m", 200, Long.MAX_VALUE / PRICE.outputNanos() + 1))) {
            Reservation reservation =
                    quota.reserveOutside(caller, request, ModelPrice.FREE, PRICE, 1, provider, Limit.AMOUNT_MAX);
            assertThat(refused(reservation).limit().subject().kind()).isEqualTo(Kind.PROVIDER);
            reservation.settle(spent(1000, 1000));
        }
        granted(quota.reserveOutside(caller, request("m", 200, 50), ModelPrice.FREE, PRICE, 1, provider, 6000));
    }

    @Test
    void forAnAnswerWithoutALimitAsMuchIsSetAsideOutsideAsTheProviderIsTold() {
        Quota quota = replicas.getFirst();
        String provider = "overflow:" + UUID.randomUUID();
        // 100 input tokens at 10 and 30 output tokens at 100; a context of 512, or 4,096, is not theirs.
        for (String model : List.of("known", "m")) {
            CompletionRequest unsaid = request(model, 200, -1);
            refused(quota.reserveOutside(caller, unsaid, ModelPrice.FREE, PRICE, 30, provider, 3999));
            Reservation reservation = quota.reserveOutside(caller, unsaid, ModelPrice.FREE, PRICE, 30, provider, 4000);
            granted(reservation);
            refused(quota.reserveOutside(caller, unsaid, ModelPrice.FREE, PRICE, 5000, provider, 400_000));
            reservation.settle(Amounts.nothing());
        }
    }

    @Test
    void nobodyCanWantLessThanNothing() {
        Limit limit = book.create(caller, KEY, null, Metric.TOKENS, Period.MINUTE, 100);
        assertThatThrownBy(() -> Claim.of(limit, -1, START)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void limitsOfKeyUserTenantModelAndEveryoneAllHold() {
        Quota quota = replicas.getFirst();
        for (Subject subject : List.of(
                KEY,
                new Subject(Kind.USER, "anna"),
                new Subject(Kind.TENANT, "acme"),
                new Subject(Kind.EVERYONE, ""))) {
            Limit limit = book.create(caller, subject, "m", Metric.REQUESTS, Period.DAY, 1);
            Reservation reservation = ask();
            granted(reservation);
            assertThat(refused(ask()).limit()).isEqualTo(limit);
            granted(quota.reserve(caller, request("other", 10, 10), PRICE));
            book.remove(caller, limit.id());
            granted(ask());
        }
        book.create(caller, new Subject(Kind.TENANT, "umbrella"), null, Metric.REQUESTS, Period.DAY, 1);
        granted(ask());
        granted(ask());
    }

    @Test
    void aLimitThatIsChangedKeepsWhatIsSpent() {
        Limit limit = book.create(caller, KEY, null, Metric.REQUESTS, Period.DAY, 1);
        Reservation first = ask();
        granted(first); // or the next might be taken before it
        first.settle(spent(1, 1));
        refused(ask());
        book.change(caller, limit.id(), 2);
        granted(ask());
        refused(ask());
    }
}
