package dev.weir.control.identity;

import dev.weir.control.storage.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/** Tenants, users and keys in the database. Whoever writes holds the row that counts changes, so all changes have one order. */
public final class IdentityStore {
    private final Database database;

    public IdentityStore(Database database) {
        this.database = database;
    }

    long version() {
        return database.jdbc()
                .sql("select version from identity_version where id = 1")
                .query(Long.class)
                .single();
    }

    /** The version is read first: what is committed meanwhile is read now, and once more the next time. */
    Changes changesSince(long known) {
        long version = version();
        return new Changes(
                version,
                newer("tenant", known).query(IdentityStore::tenant).list(),
                newer("person", known).query(IdentityStore::user).list(),
                newer("api_key", known).query(IdentityStore::key).list());
    }

    private StatementSpec newer(String table, long known) {
        return database.jdbc()
                .sql("select * from " + table + " where version > ? order by id")
                .param(known);
    }

    /** Keeps everybody else from changing anything until the transaction ends; the version of the last change. */
    long lock() {
        return database.jdbc()
                .sql("select version from identity_version where id = 1 for update")
                .query(Long.class)
                .single();
    }

    /** The version of a change that begins now. */
    long nextVersion() {
        long next = lock() + 1;
        database.jdbc()
                .sql("update identity_version set version = ? where id = 1")
                .param(next)
                .update();
        return next;
    }

    List<Tenant> tenants() {
        return database.jdbc()
                .sql("select * from tenant order by id")
                .query(IdentityStore::tenant)
                .list();
    }

    Optional<Tenant> tenant(String id) {
        return database.jdbc()
                .sql("select * from tenant where id = ?")
                .param(id)
                .query(IdentityStore::tenant)
                .optional();
    }

    void insert(Tenant tenant, long version) {
        database.jdbc()
                .sql("insert into tenant (name, weight, data_residency, enabled, version, id, created_at)"
                        + " values (?, ?, ?, ?, ?, ?, ?)")
                .params(
                        tenant.name(),
                        tenant.weight(),
                        tenant.dataResidency().name(),
                        tenant.enabled(),
                        version,
                        tenant.id(),
                        stored(tenant.createdAt()))
                .update();
    }

    void update(Tenant tenant, long version) {
        database.jdbc()
                .sql("update tenant set name = ?, weight = ?, data_residency = ?, enabled = ?, version = ?"
                        + " where id = ?")
                .params(
                        tenant.name(),
                        tenant.weight(),
                        tenant.dataResidency().name(),
                        tenant.enabled(),
                        version,
                        tenant.id())
                .update();
    }

    List<User> users() {
        return database.jdbc()
                .sql("select * from person order by id")
                .query(IdentityStore::user)
                .list();
    }

    Optional<User> user(String id) {
        return database.jdbc()
                .sql("select * from person where id = ?")
                .param(id)
                .query(IdentityStore::user)
                .optional();
    }

    void insert(User user, long version) {
        database.jdbc()
                .sql("insert into person (id, tenant_id, name, role, enabled, created_at, version)"
                        + " values (?, ?, ?, ?, ?, ?, ?)")
                .param(user.id())
                .param(user.tenantId())
                .param(user.name())
                .param(user.role() == null ? null : user.role().name())
                .param(user.enabled())
                .param(stored(user.createdAt()))
                .param(version)
                .update();
    }

    void update(User user, long version) {
        database.jdbc()
                .sql("update person set name = ?, role = ?, enabled = ?, version = ? where id = ?")
                .param(user.name())
                .param(user.role() == null ? null : user.role().name())
                .param(user.enabled())
                .param(version)
                .param(user.id())
                .update();
    }

    List<ApiKey> keys() {
        return database.jdbc()
                .sql("select * from api_key order by created_at, id")
                .query(IdentityStore::key)
                .list();
    }

    Optional<ApiKey> key(String id) {
        return database.jdbc()
                .sql("select * from api_key where id = ?")
                .param(id)
                .query(IdentityStore::key)
                .optional();
    }

    long keyCount() {
        return database.jdbc()
                .sql("select count(*) from api_key")
                .query(Long.class)
                .single();
    }

    void insert(ApiKey key, long version) {
        database.jdbc()
                .sql("insert into api_key (id, tenant_id, person_id, name, salt, hash, scopes, created_at, expires_at,"
                        + " revoked_at, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .param(key.id())
                .param(key.tenantId())
                .param(key.userId())
                .param(key.name())
                .param(key.hash().salt())
                .param(key.hash().hash())
                .param(Scope.write(key.scopes()))
                .param(stored(key.createdAt()))
                .param(storedOrNull(key.expiresAt()))
                .param(storedOrNull(key.revokedAt()))
                .param(version)
                .update();
    }

    void expire(String id, @Nullable Instant expiresAt, @Nullable Instant revokedAt, long version) {
        database.jdbc()
                .sql("update api_key set expires_at = ?, revoked_at = ?, version = ? where id = ?")
                .param(storedOrNull(expiresAt))
                .param(storedOrNull(revokedAt))
                .param(version)
                .param(id)
                .update();
    }

    private static Tenant tenant(ResultSet row, int index) throws SQLException {
        return new Tenant(
                row.getString("id"),
                row.getString("name"),
                row.getInt("weight"),
                Tenant.DataResidency.valueOf(row.getString("data_residency")),
                row.getBoolean("enabled"),
                instant(row, "created_at"));
    }

    private static User user(ResultSet row, int index) throws SQLException {
        String role = row.getString("role");
        return new User(
                row.getString("id"),
                row.getString("tenant_id"),
                row.getString("name"),
                role == null ? null : Role.valueOf(role),
                row.getBoolean("enabled"),
                instant(row, "created_at"));
    }

    private static ApiKey key(ResultSet row, int index) throws SQLException {
        return new ApiKey(
                row.getString("id"),
                row.getString("tenant_id"),
                row.getString("person_id"),
                row.getString("name"),
                KeyHash.stored(row.getBytes("salt"), row.getBytes("hash")),
                Scope.read(row.getString("scopes")),
                instant(row, "created_at"),
                instantOrNull(row, "expires_at"),
                instantOrNull(row, "revoked_at"));
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    static OffsetDateTime stored(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static @Nullable OffsetDateTime storedOrNull(@Nullable Instant instant) {
        return instant == null ? null : stored(instant);
    }
}
