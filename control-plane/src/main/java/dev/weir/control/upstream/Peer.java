package dev.weir.control.upstream;

import dev.weir.control.completion.JsonBody;
import java.net.URI;

/** Who a request is sent to. */
public sealed interface Peer {

    /** How answers, logs and the ledger call it. */
    String name();

    URI url();

    /** An engine of our own. */
    record OfOurs(String name, URI url) implements Peer {}

    /**
     * A provider outside.
     *
     * @param body the request in the provider's words, naming the provider's model
     */
    record Outside(Provider provider, JsonBody body) implements Peer {
        @Override
        public String name() {
            return provider.ledgerName();
        }

        @Override
        public URI url() {
            return provider.url();
        }
    }
}
