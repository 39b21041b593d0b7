package dev.weir.control.cache;

import dev.weir.control.storage.EventLoops;
import dev.weir.control.storage.Redis;
import dev.weir.control.storage.TestDatabases;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

class RedisAnswersTest extends AbstractAnswersTest {
    private final Redis redis = new Redis(TestDatabases.redis(), Duration.ofSeconds(10), EventLoops.NONE);
    private final AnswerStore store = new RedisAnswers(redis);

    @Override
    AnswerStore store() {
        return store;
    }

    @AfterEach
    void disconnect() {
        redis.close();
    }
}
