package dev.weir.control.identity;

/** What is kept in memory of what the database has, so that requests need not ask it. */
public interface Mirror {
    /** Learns what changed since the last time; what was changed before this is called is known when it returns. */
    void refresh();
}
