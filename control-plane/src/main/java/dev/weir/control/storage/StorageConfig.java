package dev.weir.control.storage;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where things are kept.
 *
 * @param directory of the embedded database and of the ledger's spool
 * @param url JDBC URL of a PostgreSQL database that replicas share; without one, an embedded database in the directory
 * @param connectionsMax to the database, at the same time
 * @param connectionWaitMax for one of them
 * @param databaseAnswerMax until a connection over which no answer comes counts as lost; longer than any statement takes
 * @param redis URL of the Redis where replicas share counters; without one, they are counted in this process alone
 * @param redisAnswerMax until an unanswered question to Redis counts as refused
 */
public record StorageConfig(
        @DefaultValue(".weir") Path directory,
        @Nullable String url,
        @Nullable String user,
        @Nullable Password password,
        @DefaultValue("8") int connectionsMax,
        @DefaultValue("5s") Duration connectionWaitMax,
        @DefaultValue("1m") Duration databaseAnswerMax,
        @Nullable RedisUrl redis,
        @DefaultValue("2s") Duration redisAnswerMax) {

    /** Never printed. */
    public record Password(String value) {
        @Override
        public String toString() {
            return "Password";
        }
    }

    /** May contain a password, so it is never printed either. */
    public record RedisUrl(String value) {
        public RedisUrl {
            if (!value.matches("rediss?(-sentinel)?://.*")) {
                throw new IllegalArgumentException(
                        "weir.storage.redis must begin with redis://, rediss:// or redis-sentinel://");
            }
        }

        @Override
        public String toString() {
            return "RedisUrl";
        }
    }

    public StorageConfig {
        if (url != null && !url.startsWith("jdbc:postgresql:") && !url.startsWith("jdbc:h2:")) {
            throw new IllegalArgumentException("weir.storage.url must begin with jdbc:postgresql: (or jdbc:h2:)");
        }
        if (connectionsMax < 1) {
            throw new IllegalArgumentException("weir.storage.connections-max is at least 1: " + connectionsMax);
        }
        requirePositive("connection-wait-max", connectionWaitMax);
        requirePositive("database-answer-max", databaseAnswerMax);
        requirePositive("redis-answer-max", redisAnswerMax);
    }

    /** What is allowed and yet likely a mistake. */
    public Optional<String> warning() {
        return url != null && url.startsWith("jdbc:postgresql:") && redis == null
                ? Optional.of(
                        "weir.storage.url is a database that replicas share, but weir.storage.redis names no Redis:"
                                + " with several replicas each counts limits by itself, so callers get each limit once per"
                                + " replica. Name a Redis, or run one replica.")
                : Optional.empty();
    }

    private static void requirePositive(String name, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException("weir.storage." + name + " must be longer than nothing: " + value);
        }
    }
}
