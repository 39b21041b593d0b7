/**
 * Station 12, the ledger: tokens and money per tenant, user and feature, idempotent by request id, so that a retry is never billed
 * twice.
 *
 * <p>Nothing is booked yet; {@code telemetry} counts requests.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion", "identity"})
package dev.weir.control.accounting;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
