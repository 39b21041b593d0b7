package dev.weir.control.configuration;

/**
 * One thing that is wrong with a configuration.
 *
 * @param line where it stands, from 1
 * @param path the key, from the top
 * @param message what is wrong, and what would be right
 */
public record Problem(int line, String path, String message) {
    @Override
    public String toString() {
        return "line " + line + ": " + (path.isEmpty() ? "" : path + " ") + message;
    }
}
