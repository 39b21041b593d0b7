package dev.weir.control.completion;

/**
 * Whose share of an engine a request spends.
 *
 * @param weight how large that share is, beside others'
 */
public record Share(String tenant, int weight) {
    public Share {
        if (tenant.isBlank() || weight < 1) {
            throw new IllegalArgumentException(
                    "a share belongs to a tenant and weighs at least 1: " + tenant + ", " + weight);
        }
    }
}
