package dev.weir.engine.model;

/** A conversation that a chat template cannot turn into a prompt. One line. */
public final class ChatTemplateException extends RuntimeException {

    private static final long serialVersionUID = 1;
    private final boolean refusedByTemplate;

    /**
     * One line on what failed.
     *
     * @param refusedByTemplate the template itself refused the conversation ({@code raise_exception}), in its author's words; otherwise
     *     it stumbled over it
     */
    public ChatTemplateException(String message, boolean refusedByTemplate) {
        super(message.replaceAll("\\p{Cntrl}", " "));
        this.refusedByTemplate = refusedByTemplate;
    }

    public boolean refusedByTemplate() {
        return refusedByTemplate;
    }
}
