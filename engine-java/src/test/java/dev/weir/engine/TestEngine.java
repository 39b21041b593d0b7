package dev.weir.engine;

import dev.weir.engine.EngineConfig.AdapterSettings;
import dev.weir.engine.EngineConfig.ModelSource;
import dev.weir.engine.device.ComputeDevice;
import dev.weir.engine.ffi.NativeLibrary;
import dev.weir.engine.http.HttpLimits;
import dev.weir.engine.http.HttpServer;
import dev.weir.engine.http.TrustedProxy;
import dev.weir.engine.lifecycle.ModelSettings;
import dev.weir.engine.model.TensorTypes;
import dev.weir.engine.scheduling.SchedulingPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A whole engine over a tiny model, on a port of its own, with clock, ids and seeds that a test can foresee. */
public final class TestEngine implements AutoCloseable {

    /** What {@code created} shows. */
    public static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");

    /** Whoever brings it is believed about tenants. */
    public static final String PROXY_SECRET = "a secret of the tests";

    private final Engine engine;

    private TestEngine(Engine engine) {
        this.engine = engine;
    }

    /** What a test may choose of an engine. */
    public record Setup(
            HttpLimits limits,
            ModelSettings settings,
            EngineConfig.Administration administration,
            AdapterSettings adapters,
            SchedulingPolicy scheduling,
            @Nullable LongSupplier availableBytes) {

        public static Setup defaults() {
            return new Setup(
                    HttpLimits.defaults(),
                    ModelSettings.defaults(),
                    EngineConfig.Administration.none(),
                    AdapterSettings.none(),
                    SchedulingPolicy.defaults(),
                    null);
        }

        public Setup with(ModelSettings changed) {
            return new Setup(limits, changed, administration, adapters, scheduling, availableBytes);
        }

        public Setup with(HttpLimits changed) {
            return new Setup(changed, settings, administration, adapters, scheduling, availableBytes);
        }

        public Setup with(EngineConfig.Administration changed) {
            return new Setup(limits, settings, changed, adapters, scheduling, availableBytes);
        }

        public Setup with(AdapterSettings changed) {
            return new Setup(limits, settings, administration, changed, scheduling, availableBytes);
        }

        public Setup with(SchedulingPolicy changed) {
            return new Setup(limits, settings, administration, adapters, changed, availableBytes);
        }

        public Setup withAvailableBytes(LongSupplier changed) {
            return new Setup(limits, settings, administration, adapters, scheduling, changed);
        }
    }

    /** Serves fixtures under their own names. */
    public static TestEngine start(String... models) {
        return start(Setup.defaults(), models);
    }

    /** Serves fixtures loaded in another way. */
    public static TestEngine start(ModelSettings settings, String... models) {
        return start(Setup.defaults().with(settings), models);
    }

    /** Serves fixtures within other limits and with a KV cache of a chosen size. */
    public static TestEngine start(HttpLimits limits, OptionalLong kvCacheBytes, String... models) {
        ModelSettings settings = new ModelSettings(TensorTypes.asStored(), kvCacheBytes, OptionalInt.empty(), null);
        return start(Setup.defaults().with(limits).with(settings), models);
    }

    public static TestEngine start(Setup setup, String... models) {
        return start(
                setup,
                Stream.of(models)
                        .map(name -> new ModelSource(TestModels.fixture(name), name))
                        .toList());
    }

    /** Serves models from anywhere. */
    public static TestEngine start(Setup setup, List<ModelSource> models) {
        AtomicLong number = new AtomicLong();
        AtomicLong seed = new AtomicLong(1000);
        HttpServer.Sources sources = new HttpServer.Sources(
                () -> "%04d".formatted(number.incrementAndGet()),
                seed::incrementAndGet,
                Clock.fixed(NOW, ZoneOffset.UTC));
        EngineConfig config = new EngineConfig(
                models,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                setup.settings(),
                32,
                64,
                setup.scheduling(),
                TrustedProxy.withSecret(PROXY_SECRET),
                setup.adapters(),
                2,
                ComputeDevice.cpu(),
                Duration.ofSeconds(10),
                setup.administration());
        try {
            return new TestEngine(Engine.start(
                    config,
                    new Engine.Environment(
                            setup.limits(),
                            sources,
                            Clock.fixed(NOW, ZoneOffset.UTC),
                            System::nanoTime,
                            setup.availableBytes()),
                    _ -> {}));
        } catch (StartupException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    public InetSocketAddress address() {
        return engine.address();
    }

    public int ownedBlocks() {
        return engine.ownedBlocks();
    }

    /** Models and sessions in the engine's native library. */
    public NativeLibrary.LiveHandles liveHandles() {
        return engine.liveHandles();
    }

    /** As SIGTERM does it. */
    public void drain(Duration patience) throws InterruptedException {
        engine.drain(patience);
    }

    @Override
    public void close() {
        engine.close();
    }
}
