package dev.weir.control;

import dev.weir.control.admin.CacheEndpoints;
import dev.weir.control.cache.ResponseCache;
import dev.weir.control.configuration.LiveConfiguration;
import dev.weir.control.identity.ChangeLog;
import dev.weir.control.ingress.CacheStation;
import dev.weir.control.storage.Database;
import dev.weir.control.storage.Redis;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires what knows answers. */
@Configuration(proxyBeanMethods = false)
class CacheStations {

    @Bean
    ResponseCache responseCache(
            LiveConfiguration<Policy> policy, ObjectProvider<Redis> redis, WeirConfig config, InstantSource clock) {
        return new ResponseCache(() -> policy.current().value().cache(), redis.getIfAvailable(), config.cache(), clock);
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
