package dev.weir.models.evaluation;

import dev.weir.models.domain.Message;
import java.io.IOException;
import java.util.List;

/** Something that completes chats. Called by several threads at once. */
@FunctionalInterface
public interface Answerer {
    String answer(String model, List<Message> messages) throws IOException, InterruptedException;
}
