package dev.weir.control.identity;

import dev.weir.control.digest.Sha256;
import dev.weir.control.storage.Database;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was changed, by whom, in the order in which it was: only ever written to.
 *
 * <p>Every entry carries a hash over itself and over the entry before it. Who changes or removes one with other means than Weir has to
 * change all that follow, and whoever noted the last hash somewhere else still sees it.
 */
public final class AuditLog {
    private static final int PAGE_ENTRIES_MAX = 1000;
    private static final int SUBJECT_CHARS_MAX = 200;

    private final Database database;

    public AuditLog(Database database) {
        this.database = database;
    }

    /** Writes an entry as part of the change itself; {@code seq} is the version that the change has taken. */
    void append(long seq, Instant at, String actor, String action, String named, Map<String, ?> detail) {
        String previous = seq == 1 ? "" : entries(seq - 2, 1).getFirst().hash();
        String subject = fitting(named);
        Map<String, Object> all = new TreeMap<>(detail);
        if (!subject.equals(named)) {
            all.put("subject", named);
        }
        String json = JsonMapper.shared().writeValueAsString(all);
        database.jdbc()
                .sql("insert into audit_entry (seq, at, actor, action, subject, detail, hash)"
                        + " values (?, ?, ?, ?, ?, ?, ?)")
                .param(seq)
                .param(IdentityStore.stored(at))
                .param(actor)
                .param(action)
                .param(subject)
                .param(json)
                .param(HexFormat.of().parseHex(hash(previous, seq, at, actor, action, subject, json)))
                .update();
    }

    /** Whoever changes something may name it at any length and in any character, and that it was changed is kept all the same. */
    private static String fitting(String subject) {
        String text = subject.replace('\0', '\uFFFD');
        return text.length() <= SUBJECT_CHARS_MAX ? text : text.substring(0, SUBJECT_CHARS_MAX);
    }

    /** The entries that follow one, in order, at most so many. */
    public List<AuditEntry> entries(long afterSeq, int countMax) {
        return database.jdbc()
                .sql("select * from audit_entry where seq > ? order by seq limit ?")
                .param(afterSeq)
                .param(Math.clamp(countMax, 1, PAGE_ENTRIES_MAX))
                .query(AuditLog::entry)
                .list();
    }

    /** The number of the last entry; 0 where there is none. */
    public long newestSeq() {
        return database.jdbc()
                .sql("select coalesce(max(seq), 0) from audit_entry")
                .query(Long.class)
                .single();
    }

    /** The first entry that is not as it was written or not where it was, if there is one. */
    public OptionalLong firstBroken() {
        String previous = "";
        long last = 0;
        // Read first: what is changed meanwhile may be read or not.
        long known = new IdentityStore(database).version();
        for (List<AuditEntry> page = entries(0, PAGE_ENTRIES_MAX);
                !page.isEmpty();
                page = entries(last, PAGE_ENTRIES_MAX)) {
            for (AuditEntry entry : page) {
                String expected = hash(
                        previous,
                        entry.seq(),
                        entry.at(),
                        entry.actor(),
                        entry.action(),
                        entry.subject(),
                        entry.detail());
                if (entry.seq() != last + 1 || !entry.hash().equals(expected)) {
                    return OptionalLong.of(last + 1);
                }
                previous = expected;
                last = entry.seq();
            }
        }
        return last < known ? OptionalLong.of(last + 1) : OptionalLong.empty();
    }

    /** Lengths stand between the parts, or two different entries could read the same. */
    private static String hash(
            String previous, long seq, Instant at, String actor, String action, String subject, String detail) {
        Sha256 hash = new Sha256();
        for (String part : List.of(previous, Long.toString(seq), at.toString(), actor, action, subject, detail)) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            hash.add(bytes.length + ":").add(bytes);
        }
        return hash.hex();
    }

    private static AuditEntry entry(ResultSet row, int index) throws SQLException {
        return new AuditEntry(
                row.getLong("seq"),
                IdentityStore.instant(row, "at"),
                row.getString("actor"),
                row.getString("action"),
                row.getString("subject"),
                row.getString("detail"),
                HexFormat.of().formatHex(row.getBytes("hash")));
    }
}
