package dev.weir.control.identity;

import java.util.List;

/** What is newer than some version. */
record Changes(long version, List<Tenant> tenants, List<User> users, List<ApiKey> keys) {}
