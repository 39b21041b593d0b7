package dev.weir.control;

import dev.weir.control.fleet.ServedModel;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a newcomer wants to know once Weir is ready: where it is, what it serves, what to type next. */
record ReadyMessage(String address, Collection<ServedModel> models, StartTime startTime) {

    void printTo(PrintStream out) {
        out.printf(
                "%nWeir is ready at %s/v1, %s after its start%s.%n",
                address,
                seconds(startTime.sinceProcess()),
                startTime
                        .sinceCommand()
                        .map(duration -> " and " + seconds(duration) + " after the command")
                        .orElse(""));
        out.println("Models: " + models.stream().map(ServedModel::id).collect(Collectors.joining(", ")));
        models.stream().findFirst().ifPresent(model -> out.printf("""
                Try:
                  curl -N %s/v1/chat/completions -H 'content-type: application/json' \\
                    -d '{"model": "%s", "stream": true, "messages": [{"role": "user", "content": "Hello! What can you do?"}]}'

                """, address, model.id()));
        out.flush();
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
}
