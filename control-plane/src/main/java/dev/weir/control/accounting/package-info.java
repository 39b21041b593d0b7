/**
 * Station 12, the ledger: one row for every call that an engine was asked, with its tokens and its money.
 *
 * <p>A {@link dev.weir.control.accounting.Call} accompanies a request and becomes a {@link dev.weir.control.accounting.LedgerEntry} when it is
 * over, however it ends. {@link dev.weir.control.accounting.Ledger} takes entries without waiting and writes them a few times a second, many at
 * a time; what the database does not take goes to a file of its own ({@link dev.weir.control.accounting.Spool}) and from there to the
 * database once it answers again. An entry's id is made by us and is the row's key, so writing it twice is writing it once.
 *
 * <p>Money is counted in billionths of the currency that prices are given in: sums are exact.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"completion", "configuration", "identity", "storage"})
package dev.weir.control.accounting;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
