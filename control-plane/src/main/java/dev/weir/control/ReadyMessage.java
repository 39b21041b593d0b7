package dev.weir.control;

import dev.weir.control.fleet.ServedModel;
import java.io.PrintStream;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * What a newcomer wants to know once Weir is ready: where it is, what it serves, what to type next.
 *
 * @param ready when it could have answered
 * @param firstToken when a first token had come back, building included where the command had to build
 * @param asksForKey whether callers need one
 */
record ReadyMessage(
        String address, Collection<ServedModel> models, StartTime ready, StartTime firstToken, boolean asksForKey) {

    void printTo(PrintStream out) {
        out.printf("%nWeir is ready at %s/v1, %s.%n", address, ready);
        out.printf("First token, through the whole path: %s.%n", firstToken);
        out.println("Models: " + models.stream().map(ServedModel::id).collect(Collectors.joining(", ")));
        out.printf(
                "Look at it in a browser: %s/ui%s%n", address, asksForKey ? ", where $WEIR_API_KEY signs you in" : "");
        models.stream()
                .findFirst()
                .ifPresent(model -> out.printf(
                        """
                Try:
                  curl -N %s/v1/chat/completions -H 'content-type: application/json' %s\\
                    -d '{"model": "%s", "stream": true, "messages": [{"role": "user", "content": "Hello! What can you do?"}]}'

                """, address, asksForKey ? "-H \"authorization: Bearer $WEIR_API_KEY\" " : "", model.id()));
        out.flush();
    }
}
