package dev.weir.control.cache;

import java.time.Instant;
import java.util.function.Consumer;

/** What replicas tell each other of answers to questions that mean the same. */
interface AlikeNews extends AutoCloseable {

    /** Something that one replica learnt, and the others should know. */
    sealed interface Item {
        String tenant();

        /**
         * An answer.
         *
         * @param id by which all replicas know it
         * @param text the question
         * @param said what the answer says
         */
        record Answered(
                String id,
                String tenant,
                String partition,
                String text,
                String said,
                Instant until,
                CachedAnswer answer)
                implements Item {}

        /** Whether an answer was right for a question of that similarity. */
        record Seen(String id, String tenant, float similarity, boolean right) implements Item {}

        /** All of a tenant is forgotten. */
        record Purged(String tenant) implements Item {}
    }

    /** There is nobody to tell. */
    AlikeNews NONE = new AlikeNews() {
        @Override
        public String heardUntil() {
            return "";
        }

        @Override
        public void tell(Item item, String heardUntil) {}

        @Override
        public void listen(Consumer<Item> ear) {}

        @Override
        public void close() {}
    };

    /** How far this replica has heard, for whoever begins something and tells of it later. */
    String heardUntil();

    /** Tells all others, unless the tenant was purged since; nobody waits for it. */
    void tell(Item item, String heardUntil);

    /** From the beginning of what is still told, all that others told. */
    void listen(Consumer<Item> ear);

    @Override
    void close();
}
