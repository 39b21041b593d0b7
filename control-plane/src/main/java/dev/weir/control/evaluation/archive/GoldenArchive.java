package dev.weir.control.evaluation.archive;

import dev.weir.control.digest.Sha256;
import dev.weir.control.evaluation.EvaluationFailure;
import dev.weir.control.evaluation.golden.CaseJson;
import dev.weir.control.evaluation.golden.GoldenCase;
import dev.weir.control.evaluation.golden.GoldenSet;
import dev.weir.control.storage.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Golden sets by name and version. Blocking: to be called where waiting is allowed. */
public final class GoldenArchive {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final int NOTE_CHARS_MAX = 1000;
    private static final int HASH_CHARS_MIN = 6;
    private static final String COLUMNS = "set_name, number, hash, case_count, author, note, created_at";

    private final Database database;
    private final InstantSource clock;

    public GoldenArchive(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Adds a version; one that is there already is not added again. */
    public GoldenVersion add(String name, GoldenSet set, String author, String note) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a set's name has 1 to 128 letters, digits, dots, hyphens and underscores: '" + name + "'");
        }
        if (note.length() > NOTE_CHARS_MAX) {
            throw new IllegalArgumentException("a note has at most " + NOTE_CHARS_MAX + " characters");
        }
        return database.inTransaction(() -> {
            Optional<GoldenVersion> same = find(name, set.hash());
            if (same.isPresent()) {
                return same.get();
            }
            keepCases(set);
            int number = versions(name).stream()
                            .mapToInt(GoldenVersion::number)
                            .max()
                            .orElse(0)
                    + 1;
            GoldenVersion added = new GoldenVersion(
                    name,
                    number,
                    set.hash(),
                    set.cases().size(),
                    author,
                    note,
                    clock.instant().truncatedTo(ChronoUnit.MILLIS));
            database.jdbc()
                    .sql("insert into golden_version (" + COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?)")
                    .params(
                            name,
                            number,
                            added.hash(),
                            added.caseCount(),
                            author,
                            note,
                            added.createdAt().atOffset(ZoneOffset.UTC))
                    .update();
            return added;
        });
    }

    private void keepCases(GoldenSet set) {
        boolean known = database.jdbc()
                .sql("select 1 from golden_member where version_hash = ? fetch first 1 rows only")
                .param(set.hash())
                .query(Integer.class)
                .optional()
                .isPresent();
        if (known) {
            return;
        }
        Set<String> kept = new HashSet<>(database.jdbc()
                .sql("select content_hash from golden_case")
                .query(String.class)
                .list());
        List<@Nullable Object[]> cases = new ArrayList<>();
        List<@Nullable Object[]> members = new ArrayList<>();
        for (GoldenCase golden : set.cases()) {
            String body = CaseJson.write(golden);
            String hash = Sha256.hexOf(body);
            if (kept.add(hash)) {
                cases.add(new @Nullable Object[] {hash, body});
            }
            members.add(new @Nullable Object[] {set.hash(), golden.id(), hash});
        }
        database.batch("insert into golden_case (content_hash, body) values (?, ?)", cases);
        database.batch("insert into golden_member (version_hash, case_id, content_hash) values (?, ?, ?)", members);
    }

    /** The latest version of each set. */
    public List<GoldenVersion> latest() {
        return database.jdbc()
                .sql("select " + COLUMNS + " from golden_version v where number ="
                        + " (select max(number) from golden_version w where w.set_name = v.set_name) order by set_name")
                .query((row, _) -> version(row))
                .list();
    }

    /** All versions of a set, the latest first. */
    public List<GoldenVersion> versions(String name) {
        return database.jdbc()
                .sql("select " + COLUMNS + " from golden_version where set_name = ? order by number desc")
                .param(name)
                .query((row, _) -> version(row))
                .list();
    }

    /** A version by the beginning of its hash, by its number, or {@code latest}. */
    public GoldenVersion version(String name, String which) {
        List<GoldenVersion> all = versions(name);
        List<GoldenVersion> found = all.stream()
                .filter(version -> which.equals(Integer.toString(version.number()))
                        || (which.length() >= HASH_CHARS_MIN && version.hash().startsWith(which)))
                .toList();
        if (which.equals("latest") && !all.isEmpty()) {
            return all.getFirst();
        }
        if (found.size() != 1) {
            throw EvaluationFailure.notFound("version of the golden set " + name, which);
        }
        return found.getFirst();
    }

    /** The cases of a version. */
    public GoldenSet cases(String hash) {
        List<GoldenCase> cases = database.jdbc()
                .sql("select c.body from golden_member m join golden_case c on c.content_hash = m.content_hash"
                        + " where m.version_hash = ? order by m.case_id")
                .param(hash)
                .query((row, _) -> CaseJson.read(row.getString("body")))
                .list();
        if (cases.isEmpty()) {
            throw EvaluationFailure.notFound("golden set", hash);
        }
        return GoldenSet.of(cases);
    }

    private Optional<GoldenVersion> find(String name, String hash) {
        return versions(name).stream()
                .filter(version -> version.hash().equals(hash))
                .findFirst();
    }

    private static GoldenVersion version(ResultSet row) throws SQLException {
        return new GoldenVersion(
                row.getString("set_name"),
                row.getInt("number"),
                row.getString("hash"),
                row.getInt("case_count"),
                row.getString("author"),
                row.getString("note"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
