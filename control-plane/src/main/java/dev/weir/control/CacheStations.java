package dev.weir.control;

import dev.weir.control.admin.CacheEndpoints;
import dev.weir.control.cache.ResponseCache;
import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.embedding.EncoderReader;
import dev.weir.control.embedding.EngineEncoder;
import dev.weir.control.embedding.HashedEncoder;
import dev.weir.control.embedding.SentenceEncoder;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.ingress.CacheStation;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.EventLoops;
import dev.weir.control.storage.Redis;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Scheduler;

/** Wires what knows answers. */
@Configuration(proxyBeanMethods = false)
class CacheStations {
    private static final Path HOME = Path.of(System.getProperty("weir.home", "."));

    /** Where {@code ./weir onnx} builds it. */
    private static final Path ONNX = Path.of("control-plane", "onnx", "target", "weir-onnx.jar");

    /** What an encoder in ONNX has beside it, and ours has not. */
    private static final String TOKENIZER = "tokenizer.json";

    /** Absent where there is none: meanings are not compared then, and answers say so. */
    @Bean
    Encoder encoder(WeirConfig config) {
        String named = config.cache().encoder();
        String model = config.cache().encoderModel();
        if (named != null && model != null) {
            return new Encoder(
                    new EngineEncoder(URI.create(named), model, config.cache().encoderAnswerMax()));
        }
        Path directory = named != null ? Path.of(named) : HOME.resolve(Path.of("models", "demo", "weir-demo-encoder"));
        try {
            return new Encoder(
                    Files.exists(directory.resolve(TOKENIZER))
                            ? EncoderReader.in(HOME.resolve(ONNX)).read(directory)
                            : HashedEncoder.read(directory));
        } catch (IOException missing) {
            if (named != null) {
                throw new StartFailure("weir.cache.encoder cannot be used: " + missing.getMessage());
            }
            return new Encoder(null);
        }
    }

    /** Beans cannot be null. */
    record Encoder(@Nullable SentenceEncoder sentences) {}

    @Bean
    ResponseCache responseCache(
            LiveConfiguration<Policy> policy,
            ObjectProvider<Redis> redis,
            EventLoops loops,
            Encoder encoder,
            WeirConfig config,
            InstantSource clock,
            Scheduler timer) {
        return new ResponseCache(
                number -> policy.at(number).value().cache(),
                redis.getIfAvailable(),
                loops,
                encoder.sentences(),
                config.cache(),
                clock,
                () -> ThreadLocalRandom.current().nextDouble(),
                UUID.randomUUID().toString(),
                timer);
    }

    @Bean
    CacheStation cacheStation(ResponseCache cache, MeterRegistry meters) {
        return new CacheStation(cache, meters);
    }

    @Bean
    CacheEndpoints cacheEndpoints(Database database, ChangeLog changes, ResponseCache cache) {
        return new CacheEndpoints(database, changes, cache);
    }
}
