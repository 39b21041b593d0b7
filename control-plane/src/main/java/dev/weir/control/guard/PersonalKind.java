package dev.weir.control.guard;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Kinds of personal data that can be told by their form. Where forms overlap the first kind counts. None spans a line, or white space other
 * than single spaces between digits and capitals, on which {@link StreamedRedaction} stands.
 */
public enum PersonalKind {
    SECRET(
            "(?<![\\w-])(?:(?:sk|wk|pk)-[A-Za-z0-9_-]{20,200}|gh[pousr]_[A-Za-z0-9]{36,255}|AKIA[A-Z0-9]{16}|xox[abprs]-[A-Za-z0-9-]{10,200}"
                    + "|AIza[A-Za-z0-9_-]{35}|eyJ[A-Za-z0-9_-]{10,500}\\.[A-Za-z0-9_-]{10,1000}\\.[A-Za-z0-9_-]{10,500})(?![\\w-])"),
    EMAIL(
            "(?<![\\w.%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])"),
    IBAN("(?<![A-Za-z0-9])[A-Z]{2}\\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])"),
    CARD("(?<!\\d[ -]{0,1})[2-6](?:[ -]?\\d){12,18}(?![ -]?\\d)"),
    NATIONAL_ID("(?<![\\w-])(?!000|666|9\\d\\d)\\d{3}-(?!00)\\d{2}-(?!0000)\\d{4}(?![\\w-])"),
    IP_ADDRESS(
            "(?<![\\w.])(?!0\\.|127\\.|255\\.)(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?!\\.?\\w)"),
    PHONE("(?<![\\w+])(?:\\+|00[1-9])\\d(?:[ ().-]{0,2}\\d){6,13}(?![\\w])"
            + "|(?<![\\w+.-])(?:\\(\\d{3}\\) ?|\\d{3}[ .-])\\d{3}[ .-]\\d{4}(?![\\w-])"
            + "|(?<![\\w+.,-])0\\d{2,4}[ /-]\\d{3,4}[ -]?\\d{3,5}(?![\\w])");

    private static final int IBAN_CHARS_MIN = 15;
    private static final BigInteger IBAN_MODULUS = BigInteger.valueOf(97);

    private final Pattern form;

    PersonalKind(String form) {
        this.form = Pattern.compile(form);
    }

    Pattern form() {
        return form;
    }

    /** As configuration, metrics and the ledger say it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What stands in its place. */
    String placeholder() {
        return "[" + name() + "]";
    }

    /** How much of what has the form is in truth of the kind, by its check digits; 0 where nothing is. */
    int genuineChars(String found) {
        return switch (this) {
            case CARD -> isLuhn(found) ? found.length() : 0;
            case IBAN -> ibanChars(found);
            case SECRET, EMAIL, NATIONAL_ID, IP_ADDRESS, PHONE -> found.length();
        };
    }

    private static boolean isLuhn(String found) {
        int sum = 0;
        boolean twice = false;
        for (int i = found.length() - 1; i >= 0; i--) {
            if (Character.isDigit(found.charAt(i))) {
                int digit = (found.charAt(i) - '0') * (twice ? 2 : 1);
                sum += digit > 9 ? digit - 9 : digit;
                twice = !twice;
            }
        }
        return sum % 10 == 0;
    }

    /** Words in capitals may follow an IBAN, which its form cannot tell. */
    private static int ibanChars(String found) {
        int end = found.length();
        while (end >= IBAN_CHARS_MIN) {
            if (isIban(found.substring(0, end).replace(" ", ""))) {
                return end;
            }
            end = found.lastIndexOf(' ', end - 1);
        }
        return 0;
    }

    /** ISO 13616: the country and check digits go to the end, letters become numbers, and 1 remains of 97. */
    private static boolean isIban(String iban) {
        if (iban.length() < IBAN_CHARS_MIN) {
            return false;
        }
        StringBuilder digits = new StringBuilder();
        (iban.substring(4) + iban.substring(0, 4))
                .chars()
                .forEach(letter -> digits.append(Character.digit(letter, 36)));
        return new BigInteger(digits.toString()).mod(IBAN_MODULUS).equals(BigInteger.ONE);
    }
}
