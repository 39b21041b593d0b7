package dev.weir.control.cache;

import dev.weir.control.cache.AlikeNews.Item.Answered;
import dev.weir.control.cache.AlikeNews.Item.Purged;
import dev.weir.control.cache.AlikeNews.Item.Seen;
import dev.weir.control.storage.Redis;
import dev.weir.control.storage.RedisScript;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * News through one Redis stream, which every replica reads from its beginning, so that a new one knows what the others know. It keeps about as
 * many items as a replica keeps entries. Purges are items like others; what was begun before one and is told after it is refused, by one
 * script that knows when each tenant was last purged. What was learnt with another encoder says nothing about this one's vectors, and is left out.
 */
final class RedisAlikeNews implements AlikeNews {
    private static final Logger log = LoggerFactory.getLogger(RedisAlikeNews.class);
    private static final RedisScript TELL = RedisScript.ofResource(RedisAlikeNews.class, "tell.lua");
    private static final RedisScript HEAR = RedisScript.ofResource(RedisAlikeNews.class, "hear.lua");
    private static final List<String> KEYS = List.of("{weir-cache-alike}:news", "{weir-cache-alike}:purged");
    private static final Duration HEAR_EVERY = Duration.ofMillis(200);
    private static final int ITEMS_AT_A_TIME = 500;
    private static final String BEGINNING = "0-0";
    private static final String ENCODER = "encoder";

    private final Redis redis;
    private final String self;
    private final String encoder;
    private final int itemsMax;
    private final Scheduler timer;
    private final Disposable.Swap listening = Disposables.swap();
    private volatile String heardUntil = BEGINNING;

    /**
     * News of and for this replica.
     *
     * @param self tells its own from others'
     * @param encoder the fingerprint of the one with which questions are compared here
     */
    RedisAlikeNews(Redis redis, String self, String encoder, int itemsMax, Scheduler timer) {
        this.redis = redis;
        this.self = self;
        this.encoder = encoder;
        this.itemsMax = itemsMax;
        this.timer = timer;
        List.of(TELL, HEAR).forEach(redis::load);
    }

    @Override
    public String heardUntil() {
        return heardUntil;
    }

    @Override
    public void tell(Item item, String since) {
        boolean purge = item instanceof Purged;
        redis.run(
                        TELL,
                        KEYS,
                        List.of(item.tenant(), since, self, json(item), Integer.toString(itemsMax), purge ? "1" : "0"))
                .subscribe(
                        _ -> {},
                        failure -> log.warn("other replicas are not told of an answer: {}", failure.getMessage()));
    }

    @Override
    public void listen(Consumer<Item> ear) {
        listening.update(Flux.interval(Duration.ZERO, HEAR_EVERY, timer)
                .onBackpressureDrop()
                .concatMap(_ -> hear(ear), 1)
                .subscribe());
    }

    /** All that there is now, some at a time. */
    private Mono<Void> hear(Consumer<Item> ear) {
        return redis.run(HEAR, KEYS.subList(0, 1), List.of(heardUntil, Integer.toString(ITEMS_AT_A_TIME)))
                .publishOn(timer)
                .flatMap(found -> {
                    // Three for each item: where it stands, who told it, what it is.
                    for (int i = 0; i + 2 < found.size(); i += 3) {
                        if (!found.get(i + 1).toString().equals(self)) {
                            take(found.get(i + 2).toString(), ear);
                        }
                        heardUntil = found.get(i).toString();
                    }
                    return found.size() == 3 * ITEMS_AT_A_TIME ? hear(ear) : Mono.<Void>empty();
                })
                .onErrorResume(failure -> {
                    log.debug("other replicas cannot be heard: {}", failure.getMessage());
                    return Mono.empty();
                });
    }

    private void take(String text, Consumer<Item> ear) {
        try {
            JsonNode json = JsonMapper.shared().readTree(text);
            Item item = item(json);
            if (item instanceof Purged || json.path(ENCODER).asString("").equals(encoder)) {
                ear.accept(item);
            }
        } catch (JacksonException | IllegalArgumentException strange) {
            log.warn("an item of another replica is not understood and left out: {}", strange.getClass());
        }
    }

    private String json(Item item) {
        ObjectNode json = JsonMapper.shared()
                .createObjectNode()
                .put("tenant", item.tenant())
                .put(ENCODER, encoder);
        switch (item) {
            case Answered told ->
                json.put("kind", "answered")
                        .put("id", told.id())
                        .put("partition", told.partition())
                        .put("text", told.text())
                        .put("said", told.said())
                        .put("until", told.until().toEpochMilli())
                        .put("answer", told.answer().text());
            case Seen seen ->
                json.put("kind", "seen")
                        .put("id", seen.id())
                        .put("similarity", seen.similarity())
                        .put("right", seen.right());
            case Purged _ -> json.put("kind", "purged");
        }
        return json.toString();
    }

    private static Item item(JsonNode json) {
        String tenant = json.path("tenant").asString();
        String id = json.path("id").asString("");
        return switch (json.path("kind").asString()) {
            case "answered" ->
                new Answered(
                        id,
                        tenant,
                        json.path("partition").asString(),
                        json.path("text").asString(),
                        json.path("said").asString(),
                        Instant.ofEpochMilli(json.path("until").asLong()),
                        CachedAnswer.ofText(json.path("answer").asString()));
            case "seen" ->
                new Seen(
                        id,
                        tenant,
                        (float) json.path("similarity").asDouble(),
                        json.path("right").asBoolean());
            case "purged" -> new Purged(tenant);
            case String other -> throw new IllegalArgumentException("no kind of news: " + other);
        };
    }

    @Override
    public void close() {
        listening.dispose();
    }
}
