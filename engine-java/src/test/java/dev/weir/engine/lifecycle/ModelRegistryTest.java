package dev.weir.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.lifecycle.ModelRegistry.LoadOrder;
import dev.weir.engine.lifecycle.Outcome.Done;
import dev.weir.engine.lifecycle.Outcome.Reason;
import dev.weir.engine.lifecycle.Outcome.Refused;
import dev.weir.engine.lifecycle.RestOrder.Policy;
import dev.weir.engine.model.TensorTypes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The verbs, over models that are nothing but their life. */
class ModelRegistryTest {

    private static final RestOrder DRAIN = new RestOrder(Policy.DRAIN, Duration.ofSeconds(7));
    private static final RestOrder REFUSE = new RestOrder(Policy.REFUSE, Duration.ofSeconds(7));
    private static final RestOrder FORCE = new RestOrder(Policy.FORCE, Duration.ofSeconds(7));

    private final FakeModels fakes = new FakeModels();
    private final AtomicLong availableBytes = new AtomicLong(100 * FakeModels.GIB);
    private final List<String> settled = new ArrayList<>();
    private final MemoryLedger memory = new MemoryLedger(availableBytes::get);
    private final ModelRegistry<FakeModels.Fake> registry = new ModelRegistry<>(
            fakes,
            new ModelRegistry.Surroundings(
                    ModelRepository.none(), memory, ModelSettings.defaults(), () -> settled.add(states()), () -> {}));
    private final ExecutorService others = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeEach
    void declare() {
        registry.declare(spec("a"));
        registry.declare(spec("b"));
    }

    @AfterEach
    void everythingIsGivenBack() {
        registry.close();
        others.close();
        assertThat(fakes.open).hasValue(0);
        assertThat(fakes.awake).hasValue(0);
        assertThat(memory.freeBytes()).isEqualTo(availableBytes.get());
    }

    private static ModelSpec spec(String name) {
        return new ModelSpec(name, Path.of("/models", name), ModelSettings.defaults());
    }

    private Outcome load(String name) {
        return registry.load(name, LoadOrder.plain());
    }

    private ModelStatus status(String name) {
        return registry.index().stream()
                .filter(status -> status.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String states() {
        return status("a").state() + " " + status("b").state();
    }

    private static void assertDone(Outcome outcome, ModelState state) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Done.class, done -> assertThat(done.status().state()).isEqualTo(state));
    }

    private static void assertRefused(Outcome outcome, Reason reason, String... words) {
        assertThat(outcome).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(reason);
            for (String word : words) {
                assertThat(refused.message()).contains(word);
            }
        });
    }

    @Test
    void loadMayBeRepeated() {
        assertDone(load("a"), ModelState.READY);
        assertDone(load("a"), ModelState.READY);
        assertThat(fakes.events()).containsExactly("open a", "wake a");
        assertThat(states()).isEqualTo("READY UNAVAILABLE");
    }

    @Test
    void loadsOfOneNameAtOnceLoadItOnce() throws Exception {
        fakes.gate = new CountDownLatch(1);
        fakes.waking = new CountDownLatch(1);
        List<Future<Outcome>> loads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            loads.add(others.submit(() -> load("a")));
        }
        fakes.waking.await();
        assertThat(status("a").state()).isEqualTo(ModelState.LOADING);
        assertThat(status("a").progress()).isEqualTo(new Progress(Progress.Phase.WARMING, 1, 2));
        fakes.gate.countDown();
        for (Future<Outcome> load : loads) {
            assertDone(load.get(), ModelState.READY);
        }
        assertThat(fakes.events()).containsExactly("open a", "wake a");
    }

    @Test
    void failureToOpenLeavesTheReason() {
        fakes.openFailure = new ModelLoadException(Reason.LOAD_FAILED, "config.json: is missing");
        assertRefused(load("a"), Reason.LOAD_FAILED, "config.json");
        assertThat(status("a").state()).isEqualTo(ModelState.UNAVAILABLE);
        assertThat(status("a").reason()).contains("config.json");
        fakes.openFailure = null;
        assertDone(load("a"), ModelState.READY);
    }

    @Test
    void failureToComeUpLeavesTheReasonAndNothingElse() {
        fakes.wakeFailure = new IllegalStateException("a bug");
        assertRefused(load("a"), Reason.LOAD_FAILED, "a bug");
        assertThat(status("a").reason()).contains("a bug");
        assertThat(fakes.open).hasValue(0);
        assertThat(memory.freeBytes()).isEqualTo(availableBytes.get());
    }

    @Test
    void modelThatDoesNotFitIsRefusedWithTheNumbersBeforeAnythingIsLoaded() {
        availableBytes.set(6 * FakeModels.GIB);
        fakes.need = new MemoryNeed(0, 9 * FakeModels.GIB, 100 << 20, 1 << 20);
        assertRefused(load("a"), Reason.DOES_NOT_FIT, "a needs 9.1 GiB", "6.0 GiB free", "quantize");
        assertThat(fakes.events()).containsExactly("open a", "close a");
    }

    @Test
    void mappedWeightsOfLoadedModelsAreNotFreeThoughTheSystemSaysSo() {
        availableBytes.set(5 * FakeModels.GIB);
        fakes.need = new MemoryNeed(0, 3 * FakeModels.GIB, 0, 0);
        assertDone(load("a"), ModelState.READY); // the reading stays, as the system's does for mapped pages
        assertRefused(load("b"), Reason.DOES_NOT_FIT, "2.0 GiB free", "loaded are a (3.0 GiB)");
        assertDone(registry.unload("a", DRAIN), ModelState.UNAVAILABLE);
        assertDone(load("b"), ModelState.READY);
    }

    @Test
    void whatLoadsAtTheSameTimeCountsAsTaken() throws Exception {
        availableBytes.set(5 * FakeModels.GIB);
        fakes.need = new MemoryNeed(3 * FakeModels.GIB, 0, 0, 0);
        fakes.gate = new CountDownLatch(1);
        fakes.waking = new CountDownLatch(1);
        Future<Outcome> first = others.submit(() -> load("a"));
        fakes.waking.await();
        assertRefused(load("b"), Reason.DOES_NOT_FIT, "2.0 GiB free", "what loads now: a (3.0 GiB)");
        fakes.gate.countDown();
        assertDone(first.get(), ModelState.READY);
        availableBytes.set(2 * FakeModels.GIB); // now the system's reading knows
        assertRefused(load("b"), Reason.DOES_NOT_FIT, "2.0 GiB free");
    }

    @Test
    void unloadHidesTheModelThenWaitsForThoseWhoFoundItThenDrains() {
        load("a");
        fakes.happened.clear();
        assertDone(registry.unload("a", DRAIN), ModelState.UNAVAILABLE);
        assertThat(settled).containsExactly("UNLOADING UNAVAILABLE");
        assertThat(fakes.events()).containsExactly("rest a PT7S KEEP", "close a");
        assertDone(registry.unload("a", DRAIN), ModelState.UNAVAILABLE);
        assertDone(load("a"), ModelState.READY);
    }

    @Test
    void unloadThatRefusesLeavesBusyModelsReady() {
        load("a");
        fakes.activeRequests = 3;
        assertRefused(registry.unload("a", REFUSE), Reason.IN_USE, "3 requests");
        assertThat(status("a").progress()).isNull();
        assertThat(status("a").state()).isEqualTo(ModelState.READY);
        fakes.activeRequests = 0;
        assertDone(registry.unload("a", REFUSE), ModelState.UNAVAILABLE);
    }

    @Test
    void forcedUnloadHasNoPatienceAndSaysWhatItCost() {
        load("a");
        fakes.activeRequests = 3;
        assertThat(registry.unload("a", FORCE))
                .isInstanceOfSatisfying(
                        Done.class, done -> assertThat(done.endedEarly()).isTrue());
        assertThat(fakes.events()).contains("rest a PT0S KEEP");
    }

    @Test
    void sleepKeepsTheModelOpenAndGivesItsMemoryBack() {
        load("a");
        assertDone(registry.sleep("a", DRAIN), ModelState.SLEEPING);
        assertDone(registry.sleep("a", DRAIN), ModelState.SLEEPING);
        assertThat(fakes.open).hasValue(1);
        assertThat(fakes.awake).hasValue(0);
        assertThat(memory.freeBytes()).isEqualTo(availableBytes.get());
        assertThat(fakes.events()).containsOnlyOnce("rest a PT7S DROP");
        assertDone(registry.wake("a"), ModelState.READY);
        assertDone(registry.wake("a"), ModelState.READY);
        assertThat(fakes.events()).containsOnlyOnce("open a");
        registry.sleep("a", DRAIN);
        assertDone(load("a"), ModelState.READY);
    }

    @Test
    void modelThatCannotWakeSleepsOnAndSaysWhy() {
        load("a");
        registry.sleep("a", DRAIN);
        availableBytes.set(FakeModels.GIB);
        assertRefused(registry.wake("a"), Reason.DOES_NOT_FIT, "needs 2.0 GiB");
        assertThat(status("a").state()).isEqualTo(ModelState.SLEEPING);
        assertThat(status("a").reason()).contains("could not wake", "1.0 GiB free");
        availableBytes.set(100 * FakeModels.GIB);
        assertDone(registry.wake("a"), ModelState.READY);
    }

    @Test
    void onlyLoadedModelsSleepAndWake() {
        assertRefused(registry.sleep("a", DRAIN), Reason.WRONG_STATE, "not loaded");
        assertRefused(registry.wake("a"), Reason.WRONG_STATE, "not loaded");
        assertRefused(registry.wake("nobody"), Reason.UNKNOWN_MODEL, "nobody");
        assertRefused(registry.unload("nobody", DRAIN), Reason.UNKNOWN_MODEL, "nobody");
    }

    @Test
    void loadWithOtherSettingsIsRefusedWhileTheModelIsThere() {
        load("a");
        ModelSettings small =
                new ModelSettings(TensorTypes.asStored(), OptionalLong.of(1 << 20), OptionalInt.empty(), null);
        LoadOrder order = new LoadOrder(Optional.empty(), Optional.of(small));
        assertRefused(registry.load("a", order), Reason.WRONG_STATE, "unload it first");
        registry.unload("a", DRAIN);
        assertDone(registry.load("a", order), ModelState.READY);
        assertDone(registry.load("a", order), ModelState.READY);
    }

    @Test
    void loadReplacesAModelWhoseEngineFailed() {
        load("a");
        fakes.alive = false;
        assertThat(status("a").state()).isEqualTo(ModelState.UNAVAILABLE);
        assertThat(status("a").reason()).contains("failed");
        fakes.alive = true;
        fakes.happened.clear();
        assertDone(load("a"), ModelState.READY);
        assertThat(fakes.events()).isEmpty();
        fakes.alive = false;
        load("a");
        fakes.alive = true;
        assertThat(fakes.events()).containsExactly("close a", "open a", "wake a");
    }

    @Test
    void aliasMovesAndHoldsItsModelInPlace() {
        load("a");
        load("b");
        assertDone(registry.alias("chat", "a", Optional.empty()), ModelState.READY);
        assertThat(status("a").aliases()).containsExactly("chat");
        assertRefused(registry.unload("a", DRAIN), Reason.IN_USE, "chat");
        assertRefused(registry.alias("chat", "b", Optional.of("b")), Reason.WRONG_STATE, "points to a");
        assertDone(registry.alias("chat", "b", Optional.of("a")), ModelState.READY);
        assertThat(registry.aliases()).containsExactlyEntriesOf(Map.of("chat", "b"));
        assertDone(registry.unload("a", DRAIN), ModelState.UNAVAILABLE);
        assertDone(registry.unload("b", FORCE), ModelState.UNAVAILABLE);
        assertThat(registry.removeAlias("chat")).isTrue();
        assertThat(registry.removeAlias("chat")).isFalse();
    }

    @Test
    void aliasIsNoModelsNameAndPointsToOneThatIsThere() {
        load("a");
        assertRefused(registry.alias("b", "a", Optional.empty()), Reason.BAD_NAME, "b");
        assertRefused(registry.alias("a b", "a", Optional.empty()), Reason.BAD_NAME);
        assertRefused(registry.alias("chat", "b", Optional.empty()), Reason.WRONG_STATE, "UNAVAILABLE");
        assertRefused(registry.alias("chat", "nobody", Optional.empty()), Reason.UNKNOWN_MODEL, "nobody");
        registry.alias("chat", "a", Optional.empty());
        assertRefused(load("chat"), Reason.BAD_NAME, "alias of a");
        assertRefused(load("../etc"), Reason.BAD_NAME);
    }

    @Test
    void shutdownDrainsEveryModelAndRefusesFurtherVerbs() throws Exception {
        load("a");
        load("b");
        registry.drain(Duration.ofSeconds(3));
        assertThat(fakes.events()).contains("rest a PT3S KEEP", "rest b PT3S KEEP");
        assertRefused(load("a"), Reason.SHUTTING_DOWN);
    }
}
