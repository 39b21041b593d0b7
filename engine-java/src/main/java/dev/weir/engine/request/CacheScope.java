package dev.weir.engine.request;

/**
 * Between which requests computed keys and values may be shared: those of one scope. Equal tokens in different scopes know nothing of each
 * other, so neither an answer nor its speed tells one tenant what another has asked.
 *
 * @param adapterId of the adapter, whose keys and values are unlike the model's
 */
public record CacheScope(CacheSalt salt, long adapterId) {

    /** Everybody who brings no salt, with the model as it is. */
    public static final CacheScope COMMON = new CacheScope(CacheSalt.NONE, GenerationRequest.NO_ADAPTER);
}
