package dev.weir.control.identity;

import java.util.List;

/** What is kept in memory of what the database has, so that requests need not ask it. */
public interface Mirror {
    /** Learns what changed since the last time; what was changed before this is called is known when it returns. */
    void refresh();

    /** Refreshes each, whatever becomes of the others: that one cannot read what it finds must not let revoked keys live on. */
    static void refreshAll(List<? extends Mirror> mirrors) {
        RuntimeException first = null;
        for (Mirror mirror : mirrors) {
            try {
                mirror.refresh();
            } catch (RuntimeException failure) {
                first = first == null ? failure : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
