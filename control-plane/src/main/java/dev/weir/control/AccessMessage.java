package dev.weir.control;

import dev.weir.control.identity.KeyText;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * How to be let in, said when Weir starts.
 *
 * @param open whether nobody is asked for a key
 * @param adminKey the administrator's key that was just made, which is shown here and never again
 */
record AccessMessage(boolean open, @Nullable KeyText adminKey) {

    void printTo(PrintStream out) {
        if (open) {
            out.println("weir: nobody is asked for a key (--insecure-no-auth); only this machine can reach Weir");
        }
        if (adminKey != null) {
            out.printf("""

                    Your administrator's key, shown this once and kept nowhere (--new-admin-key makes another):

                      export WEIR_API_KEY=%s

                    """, adminKey.reveal());
        }
        out.flush();
    }
}
