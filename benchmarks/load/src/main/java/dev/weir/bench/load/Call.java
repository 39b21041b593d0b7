package dev.weir.bench.load;

import dev.weir.bench.workload.Message;
import java.util.List;

/** One request, with the whole conversation up to it. */
public record Call(List<Message> messages, int outputTokensMax) {
    public Call {
        messages = List.copyOf(messages);
    }
}
