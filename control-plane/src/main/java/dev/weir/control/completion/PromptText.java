package dev.weir.control.completion;

/**
 * One text of a prompt.
 *
 * @param role who says it: {@code system}, {@code user}, {@code assistant}, {@code tool} and the like
 */
public record PromptText(String role, String text) {
    /** Whether it came from outside: the application's own instructions and the model's own words did not. */
    public boolean isFromOutside() {
        return !role.equals("system") && !role.equals("developer") && !role.equals("assistant");
    }

    /** Says how long it is and never what is in it. */
    @Override
    public String toString() {
        return "PromptText[" + role + ", " + text.length() + " chars]";
    }
}
