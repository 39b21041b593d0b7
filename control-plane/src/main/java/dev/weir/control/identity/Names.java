package dev.weir.control.identity;

/** What ids and names may look like. */
final class Names {
    private static final int NAME_CHARS_MAX = 200;

    private Names() {}

    /** Ids stand in URLs, headers and logs. */
    static void requireId(String what, String id, int charsMax) {
        if (id.isEmpty() || id.length() > charsMax || !id.matches("[A-Za-z0-9][A-Za-z0-9._@:|+-]*")) {
            throw new IllegalArgumentException("the id of a " + what + " has 1 to " + charsMax
                    + " of the characters A-Z a-z 0-9 . _ @ : | + - and begins with a letter or digit: '" + id + "'");
        }
    }

    static void requireName(String name) {
        if (name.isBlank() || name.length() > NAME_CHARS_MAX || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "a name has 1 to " + NAME_CHARS_MAX + " characters, none of them a control character");
        }
    }
}
