package dev.weir.control.ingress;

import java.util.Optional;

/** Which calls are copied to another version, whose answers nobody gets. */
public interface Shadows {

    /**
     * Who answers a copy.
     *
     * @param arm that the copy's row in the ledger has
     */
    record Shadow(String model, String arm) {}

    /** Who answers a copy of a call that fell on this arm; empty where nobody does. */
    Optional<Shadow> of(String arm);

    /** A copy of the call is on its way; its row in the ledger names the call. */
    void begun(String callId);
}
