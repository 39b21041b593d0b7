package dev.weir.control.evaluation.exchange;

import java.util.Optional;

/** The files that a file refers to, where there are any to be had. */
@FunctionalInterface
public interface Attachments {
    /** Of a text that came alone. */
    Attachments NONE = _ -> Optional.empty();

    /** The text of a file, by its path relative to the one that refers to it. */
    Optional<String> text(String path);
}
