package dev.weir.control.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.control.identity.IdentityRefusal.Kind;
import dev.weir.control.identity.Registry.KeyOrder;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.Rounds;
import dev.weir.control.storage.StorageConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who there is, in whichever database, and on two replicas. */
abstract class AbstractIdentityTest {
    private static final Instant START = Instant.parse("2026-11-21T10:00:00.123Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final InstantSource clock = now::get;
    private Database database;
    private Replica one;
    private Replica other;

    /** What one process has. */
    private record Replica(Directory directory, AuditLog audit, Registry registry, KeyCheck check) {
        Kind refusal(KeyText key) {
            try {
                caller(key);
                throw new AssertionError("the key was let in");
            } catch (IdentityRefusal refusal) {
                return refusal.kind();
            }
        }

        Caller caller(KeyText key) {
            Caller caller = check.authenticate(new Credentials("Bearer " + key.reveal(), null))
                    .block();
            assertThat(caller).isNotNull();
            return caller;
        }
    }

    abstract StorageConfig storage();

    @BeforeEach
    void start() {
        database = new Database(storage());
        one = replica(1);
        other = replica(2);
    }

    @AfterEach
    void stop() {
        database.close();
    }

    private Replica replica(long seed) {
        IdentityStore store = new IdentityStore(database);
        AuditLog audit = new AuditLog(database);
        Directory directory = new Directory(store, clock, Duration.ofMinutes(5));
        // Of one seed for all threads, so it has to be one that they can share.
        Registry registry = new Registry(database, store, audit, directory, clock, new Random(seed), 50);
        directory.refresh();
        return new Replica(directory, audit, registry, new KeyCheck(directory, null, clock));
    }

    private IssuedKey firstKey() {
        return one.registry().bootstrap(false).orElseThrow();
    }

    private Caller admin() {
        return one.caller(firstKey().text());
    }

    private static KeyOrder order(String tenant, Scope... scopes) {
        return new KeyOrder(tenant, null, "a key", Set.of(scopes), null);
    }

    @Test
    void theFirstKeyAdministersAndIsMadeOnce() {
        IssuedKey first = firstKey();
        assertThat(one.caller(first.text()).scopes()).containsExactlyInAnyOrder(Scope.values());
        assertThat(one.registry().bootstrap(false)).isEmpty();
        assertThat(other.registry().bootstrap(false)).isEmpty();
        assertThat(other.registry().bootstrap(true)).isPresent();
    }

    @Test
    void ofManyReplicasThatStartAtOnceOneMakesTheFirstKey() throws Exception {
        List<Optional<IssuedKey>> made =
                atOnce(8, index -> (index % 2 == 0 ? one : other).registry().bootstrap(false));
        assertThat(made.stream().flatMap(Optional::stream)).hasSize(1);
    }

    @Test
    void nothingThatIsStoredGivesAKeyAway() {
        KeyText text = firstKey().text();
        List<Map<String, @Nullable Object>> rows =
                database.jdbc().sql("select * from api_key").query().listOfRows();
        assertThat(rows).singleElement().satisfies(row -> {
            assertThat(row).containsEntry("id", text.id());
            assertThat(row.toString()).doesNotContain(text.secret());
        });
        assertThat(one.audit().entries(0, 100).toString()).doesNotContain(text.secret());
        assertThat(text.toString()).doesNotContain(text.secret());
    }

    @Test
    void aKeyIsKnownToItsTenantWithItsScopes() {
        Caller admin = admin();
        one.registry().createTenant(admin, "acme", "ACME", 3, Tenant.DataResidency.OVERFLOW_ALLOWED);
        IssuedKey issued = one.registry().createKey(admin, order("acme", Scope.INFERENCE));
        other.directory().refresh();
        Caller caller = other.caller(issued.text());
        assertThat(caller.tenant())
                .isEqualTo(new Tenant(
                        "acme",
                        "ACME",
                        3,
                        Tenant.DataResidency.OVERFLOW_ALLOWED,
                        true,
                        caller.tenant().createdAt()));
        assertThat(caller.keyId()).isEqualTo(issued.key().id());
        assertThatThrownBy(() -> caller.require(Scope.VIEW)).hasMessageContaining("`admin:view`");
    }

    @Test
    void aRevokedKeyIsSoonRefusedEverywhere() {
        Caller admin = admin();
        KeyText text = one.registry()
                .createKey(admin, order("default", Scope.INFERENCE))
                .text();
        Rounds refresher = Rounds.of("the directory", Duration.ofMillis(250), other.directory()::refresh)
                .beginningAtOnce();
        refresher.start();
        try {
            other.caller(text);
            long startNanos = System.nanoTime();
            one.registry().revokeKey(admin, text.id());
            assertThat(one.refusal(text)).isEqualTo(Kind.INVALID);
            await().pollInterval(Duration.ofMillis(5)).until(() -> isRefused(other, text));
            // Less than a second by the quarter of a second between looks; a busy machine may take longer.
            assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(10));
        } finally {
            refresher.stop();
        }
    }

    private static boolean isRefused(Replica replica, KeyText text) {
        try {
            replica.caller(text);
            return false;
        } catch (IdentityRefusal _) {
            return true;
        }
    }

    @Test
    void bothKeysOfARotationAreValidUntilTheOverlapEnds() {
        Caller admin = admin();
        KeyText before = one.registry()
                .createKey(admin, order("default", Scope.INFERENCE))
                .text();
        KeyText after = one.registry()
                .rotateKey(admin, before.id(), Duration.ofHours(1))
                .text();
        assertThat(one.caller(before).scopes()).isEqualTo(one.caller(after).scopes());
        now.set(START.plus(Duration.ofHours(1)));
        one.directory().refresh();
        assertThat(one.refusal(before)).isEqualTo(Kind.INVALID);
        one.caller(after);
        assertThatThrownBy(() -> one.registry().rotateKey(admin, before.id(), Duration.ZERO))
                .hasMessageContaining("not valid any more");
    }

    @Test
    void anExpiredKeyIsRefused() {
        Caller admin = admin();
        KeyText text = one.registry()
                .createKey(
                        admin, new KeyOrder("default", null, "short", Set.of(Scope.INFERENCE), START.plusSeconds(10)))
                .text();
        one.caller(text);
        now.set(START.plusSeconds(10));
        assertThat(one.refusal(text)).isEqualTo(Kind.INVALID);
    }

    @Test
    void keysOfADisabledTenantOrUserAreRefused() {
        Caller admin = admin();
        one.registry().createTenant(admin, "acme", "ACME", 1, Tenant.DataResidency.LOCAL_ONLY);
        User anna = one.registry().createUser(admin, "anna@acme", "acme", "Anna", Role.VIEWER);
        KeyText text = one.registry()
                .createKey(admin, new KeyOrder("acme", anna.id(), "Anna's", Set.of(Scope.INFERENCE), null))
                .text();
        assertThat(one.caller(text).userId()).isEqualTo("anna@acme");
        one.registry()
                .updateUser(admin, anna.id(), _ -> new User(anna.id(), "acme", "Anna", null, false, anna.createdAt()));
        assertThat(one.refusal(text)).isEqualTo(Kind.INVALID);
        one.registry().updateUser(admin, anna.id(), _ -> anna);
        one.caller(text);
        one.registry().updateTenant(admin, "acme", AbstractIdentityTest::disabled);
        assertThat(one.refusal(text)).isEqualTo(Kind.INVALID);
    }

    private static Tenant disabled(Tenant tenant) {
        return new Tenant(
                tenant.id(), tenant.name(), tenant.weight(), tenant.dataResidency(), false, tenant.createdAt());
    }

    @Test
    void whatDoesNotExistOrExistsAlreadyIsToldByName() {
        Caller admin = admin();
        assertThatThrownBy(() -> one.registry().createKey(admin, order("nobody", Scope.INFERENCE)))
                .isInstanceOf(RegistryFailure.class)
                .hasMessageContaining("tenant 'nobody'");
        assertThatThrownBy(() -> one.registry().createTenant(admin, "default", "x", 1, Tenant.DataResidency.LOCAL_ONLY))
                .hasMessageContaining("already");
        assertThatThrownBy(() -> one.registry().createTenant(admin, "a b", "x", 1, Tenant.DataResidency.LOCAL_ONLY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a b'");
        assertThatThrownBy(() -> one.registry().revokeKey(admin, "nothing")).hasMessageContaining("key 'nothing'");
        // What was refused left nothing behind.
        assertThat(one.audit().entries(0, 100)).hasSize(1);
    }

    @Test
    void thereAreNoMoreKeysThanTheLimit() {
        Caller admin = admin();
        for (int i = 1; i < 50; i++) {
            one.registry().createKey(admin, order("default", Scope.INFERENCE));
        }
        assertThatThrownBy(() -> one.registry().createKey(admin, order("default", Scope.INFERENCE)))
                .hasMessageContaining("weir.identity.keys-max");
    }

    @Test
    void theAuditLogHasEveryChangeOnceAndInOrderWhoeverMakesThemAtOnce() throws Exception {
        Caller admin = admin();
        atOnce(24, index -> {
            Replica replica = index % 2 == 0 ? one : other;
            return replica.registry().createKey(admin, order("default", Scope.INFERENCE));
        });
        List<AuditEntry> entries = one.audit().entries(0, 100);
        assertThat(entries)
                .extracting(AuditEntry::seq)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 25).boxed().toList());
        assertThat(entries.subList(1, 25)).allSatisfy(entry -> {
            assertThat(entry.actor()).isEqualTo(admin.actor());
            assertThat(entry.action()).isEqualTo("key.create");
        });
        assertThat(one.audit().firstBroken()).isEmpty();
    }

    @Test
    void whatIsChangedIsKeptHoweverItIsNamed() {
        Caller admin = admin();
        String name = "n".repeat(200);
        one.registry().createTenant(admin, "t".repeat(64), "T", 1, Tenant.DataResidency.LOCAL_ONLY);
        one.registry().createKey(admin, new KeyOrder("t".repeat(64), null, name, Set.of(Scope.INFERENCE), null));
        new ChangeLog(database, new IdentityStore(database), one.audit(), clock)
                .change(admin, "cache.purge", "a\0b", _ -> Map.of(), version -> version);
        List<AuditEntry> entries = one.audit().entries(2, 100);
        assertThat(entries).extracting(AuditEntry::action).containsExactly("key.create", "cache.purge");
        assertThat(entries.getFirst().subject()).hasSize(200).startsWith("ttt");
        assertThat(entries.getFirst().detail()).contains("t".repeat(64) + '/' + name);
        assertThat(one.audit().firstBroken()).isEmpty();
    }

    @Test
    void anEntryThatWasChangedByOtherHandsShows() {
        Caller admin = admin();
        one.registry().createTenant(admin, "acme", "ACME", 1, Tenant.DataResidency.LOCAL_ONLY);
        one.registry().createTenant(admin, "umbrella", "Umbrella", 1, Tenant.DataResidency.LOCAL_ONLY);
        database.jdbc()
                .sql("update audit_entry set actor = 'nobody' where seq = 2")
                .update();
        assertThat(one.audit().firstBroken()).hasValue(2);
        database.jdbc().sql("delete from audit_entry where seq = 2").update();
        assertThat(one.audit().firstBroken()).hasValue(2);
    }

    @Test
    void thatTheLastEntriesWereTakenAwayShows() {
        Caller admin = admin();
        one.registry().createTenant(admin, "acme", "ACME", 1, Tenant.DataResidency.LOCAL_ONLY);
        assertThat(one.audit().firstBroken()).isEmpty();
        database.jdbc().sql("delete from audit_entry where seq = 2").update();
        assertThat(one.audit().firstBroken()).hasValue(2);
    }

    @Test
    void keysAreNotBelievedWhenNobodyCouldSayForTooLongWhatChanged() {
        KeyText text = firstKey().text();
        now.set(START.plus(Duration.ofMinutes(5)));
        one.caller(text);
        now.set(START.plus(Duration.ofMinutes(5)).plusMillis(1));
        assertThat(one.refusal(text)).isEqualTo(Kind.UNAVAILABLE);
    }

    private static <T> List<T> atOnce(int count, IntFunction<T> work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<T>> tasks = IntStream.range(0, count)
                    .<Callable<T>>mapToObj(index -> () -> work.apply(index))
                    .toList();
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        }
    }
}
