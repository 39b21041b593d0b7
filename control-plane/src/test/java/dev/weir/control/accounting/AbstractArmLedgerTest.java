package dev.weir.control.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.control.accounting.ArmLedger.ArmUser;
import dev.weir.control.accounting.ArmLedger.Opinion;
import dev.weir.control.accounting.ArmLedger.User;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.StorageConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is counted of an experiment's arms, in whichever database. */
abstract class AbstractArmLedgerTest {
    private static final Map<String, String> ARMS = Map.of("e1/a", "v1", "e1/b", "v2");
    private static final ArmUser ADA = new ArmUser("e1/b", new User("acme", "ada"));

    private Database database;
    private ArmLedger ledger;
    private int callCount;

    abstract StorageConfig storage();

    @BeforeEach
    void begin() {
        database = new Database(storage());
        ledger = new ArmLedger(database);
    }

    @AfterEach
    void end() {
        database.close();
    }

    private Instant at = Instant.EPOCH;

    /** A call of Ada's on the arm whose model is v2, that she likes. */
    private void called(String model, @Nullable String engine, String status, long outputTokens) {
        String id = "call-" + ++callCount;
        database.jdbc()
                .sql("insert into ledger (id, request_id, at, call_day, tenant, subject, endpoint, model, engine, arm,"
                        + " stream, input_tokens, cached_tokens, output_tokens, usage_told, cost_nanos, total_micros,"
                        + " status) values (?, ?, ?, current_date, 'acme', 'ada', '/v1/chat/completions', ?, ?, 'e1/b',"
                        + " false, 3, 0, ?, true, 7, 1000, ?)")
                .param(id)
                .param(id)
                .param(at.atOffset(ZoneOffset.UTC))
                .param(model)
                .param(engine)
                .param(outputTokens)
                .param(status)
                .update();
        database.jdbc()
                .sql(
                        "insert into feedback (call_id, person, at, thumbs_up, rewarded) values (?, 'ada', ?, true, false)")
                .params(id, Instant.EPOCH.atOffset(ZoneOffset.UTC))
                .update();
    }

    private ArmSums sums() {
        Map<ArmUser, ArmSums> byUser = ledger.during(ARMS, Instant.EPOCH, Instant.EPOCH.plusSeconds(1));
        assertThat(byUser).containsOnlyKeys(ADA);
        return byUser.getOrDefault(ADA, ArmSums.NONE);
    }

    @Test
    void anAnswerOfTheArmsModelIsItsOwn() {
        called("v2", "http://engine", "200", 2);
        called("v2", null, "400", 0);
        assertThat(sums()).isEqualTo(new ArmSums(1, 0, 1000, 14, 2, 2, 0, 0, 0, 0, 0));
        assertThat(ledger.takeOpinions(ARMS)).extracting(Opinion::callId).containsExactly("call-1", "call-2");
        assertThat(ledger.takeOpinions(ARMS)).isEmpty();
    }

    @Test
    void whereABetterModelOrAProviderAnsweredTheArmHasFailedAndNobodysOpinionIsOfIt() {
        called("v2", "http://engine", "200", 2);
        called("large", "http://engine", "200", 2);
        called("v2", "overflow:outside", "200", 2);
        assertThat(sums()).isEqualTo(new ArmSums(3, 2, 1000, 21, 1, 1, 0, 0, 0, 0, 0));
        assertThat(ledger.takeOpinions(ARMS)).extracting(Opinion::callId).containsExactly("call-1");
        assertThat(ledger.takeOpinions(ARMS))
                .as("the others are not asked for again")
                .isEmpty();
        assertThat(database.jdbc()
                        .sql("select count(*) from feedback where not rewarded")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void anAnswerWithNothingInItIsAFailure() {
        called("v2", "http://engine", "200", 0);
        assertThat(sums().failedCount()).isEqualTo(1);
        assertThat(sums().goodMicros()).isZero();
    }

    @Test
    void ofThePastOnlyProvidersAndFailuresAreNoAnswersOfAModel() {
        called("v2", "http://engine", "200", 2);
        called("v2", "overflow:outside", "200", 2);
        Map<User, ArmSums> before = ledger.before(ARMS.values(), Instant.EPOCH, Instant.EPOCH.plusSeconds(1));
        assertThat(before).containsOnlyKeys(ADA.user());
        assertThat(before.values()).containsExactly(new ArmSums(2, 1, 1000, 14, 1, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void whatIsSummedDayByDayIsSummedOnceAndToTheEnd() {
        for (int hour = 0; hour < 72; hour += 6) {
            at = Instant.EPOCH.plus(Duration.ofHours(hour));
            called("v2", "http://engine", "200", 2);
        }
        Instant now = Instant.EPOCH.plus(Duration.ofHours(60));
        assertThat(ledger.during(ARMS, Instant.EPOCH, now).get(ADA))
                .as("also of replicas whose clocks are ahead")
                .isEqualTo(new ArmSums(12, 0, 12_000, 84, 12, 12, 0, 0, 0, 0, 0));
        assertThat(ledger.before(ARMS.values(), Instant.EPOCH.plus(Duration.ofHours(6)), now)
                        .get(ADA.user()))
                .as("of what was before only")
                .isEqualTo(new ArmSums(9, 0, 9_000, 63, 9, 9, 0, 0, 0, 0, 0));
    }
}
