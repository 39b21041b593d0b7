package dev.weir.engine.request;

/**
 * How a request is to be treated beside others. Nothing of it changes the answer.
 *
 * @param tenant whose share of the engine it spends
 * @param tenantWeight how large that share is beside others'; the last request's counts for all of the tenant's
 * @param priority among the tenant's own requests, and among all when one must give way: lower goes first, as in vLLM
 * @param firstTokenMaxNanos from submission: without a first token by then the answer is worth nothing; {@link #NO_DEADLINE} for never
 * @param salt who may find what this request computed, and whose it may find
 */
public record ServiceTerms(String tenant, int tenantWeight, int priority, long firstTokenMaxNanos, CacheSalt salt) {

    public static final String TENANT_DEFAULT = "default";
    public static final int TENANT_CHARS_MAX = 128;
    public static final int WEIGHT_MAX = 1000;
    public static final int PRIORITY_MIN = -100;
    public static final int PRIORITY_MAX = 100;
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    /** Of a request that says nothing. */
    public static final ServiceTerms STANDARD = new ServiceTerms(TENANT_DEFAULT, 1, 0, NO_DEADLINE, CacheSalt.NONE);

    public ServiceTerms {
        if (tenant.isEmpty() || tenant.length() > TENANT_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "tenant must have 1 to " + TENANT_CHARS_MAX + " characters: " + tenant.length());
        }
        if (tenantWeight < 1 || tenantWeight > WEIGHT_MAX) {
            throw new IllegalArgumentException("tenantWeight must be in [1, " + WEIGHT_MAX + "]: " + tenantWeight);
        }
        if (priority < PRIORITY_MIN || priority > PRIORITY_MAX) {
            throw new IllegalArgumentException(
                    "priority must be in [" + PRIORITY_MIN + ", " + PRIORITY_MAX + "]: " + priority);
        }
        if (firstTokenMaxNanos < 1) {
            throw new IllegalArgumentException("firstTokenMaxNanos must be positive: " + firstTokenMaxNanos);
        }
    }

    public ServiceTerms withoutDeadline() {
        return new ServiceTerms(tenant, tenantWeight, priority, NO_DEADLINE, salt);
    }

    public boolean hasDeadline() {
        return firstTokenMaxNanos != NO_DEADLINE;
    }
}
