package dev.weir.control.upstream;

/** A request asks for something that a provider cannot give. It is not sent there: an answer to less than was asked would be worse than none. */
public final class Untranslatable extends RuntimeException {
    private static final long serialVersionUID = 1;

    Untranslatable(String reason) {
        super(reason, null, false, false);
    }
}
