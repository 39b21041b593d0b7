package dev.weir.engine.sampling.constraint.schema;

import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The texts of a {@code format}, as regular expressions. Each describes valid values only; of formats with very many forms (host names, mail
 * addresses, URIs) it is the part that is in use.
 */
final class Formats {

    private static final String DATE = date();
    private static final String HOUR = "([01][0-9]|2[0-3])";
    /** As far from Greenwich as anybody lives; without -00:00, which says that nobody knows and which many readers refuse. */
    private static final String OFFSET =
            "(Z|\\+(0[0-9]|1[0-4]):[0-5][0-9]|-(0[1-9]|1[0-4]):[0-5][0-9]|-00:(0[1-9]|[1-5][0-9]))";

    private static final String TIME = HOUR + ":[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?" + OFFSET;
    private static final String LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,28}[A-Za-z0-9])?";
    private static final String HOSTNAME = LABEL + "(\\." + LABEL + "){0,6}";
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final String IPV4 = OCTET + "(\\." + OCTET + "){3}";
    private static final String PATH_CHARACTER = "([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";
    private static final String URI = "[a-z][a-z0-9+.-]{1,15}://" + HOSTNAME + "(:[1-9][0-9]{0,3})?(/" + PATH_CHARACTER
            + "*)*(\\?(" + PATH_CHARACTER + "|[/?])*)?(#(" + PATH_CHARACTER + "|[/?])*)?";

    private static final Map<String, String> PATTERNS = Map.ofEntries(
            Map.entry("date", DATE),
            Map.entry("time", TIME),
            Map.entry("date-time", "(" + DATE + ")T" + TIME),
            Map.entry("duration", duration()),
            Map.entry("uuid", "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"),
            Map.entry("ipv4", IPV4),
            Map.entry("ipv6", ipv6()),
            Map.entry("hostname", HOSTNAME),
            Map.entry(
                    "email",
                    "[A-Za-z0-9_+-]{1,20}(\\.[A-Za-z0-9_+-]{1,20}){0,1}@" + LABEL + "(\\." + LABEL
                            + "){0,2}\\.[A-Za-z]{2,6}"),
            Map.entry("uri", URI),
            Map.entry("json-pointer", "(/([A-Za-z0-9._-]|~[01])*)*"));

    private Formats() {}

    /** The pattern that a value matches as a whole. */
    static Optional<String> pattern(String format) {
        return Optional.ofNullable(PATTERNS.get(format));
    }

    static String names() {
        return String.join(", ", new TreeSet<>(PATTERNS.keySet()));
    }

    /** Days that exist: the 29th of February in leap years only. */
    private static String date() {
        String day28 = "(0[1-9]|1[0-9]|2[0-8])";
        String most = "[0-9]{4}-((0[1-9]|1[0-2])-" + day28 + "|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)";
        String leap = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29";
        return "(" + most + "|" + leap + ")";
    }

    private static String duration() {
        String time = "T(\\d{1,4}H(\\d{1,4}M)?(\\d{1,4}S)?|\\d{1,4}M(\\d{1,4}S)?|\\d{1,4}S)";
        String days = "\\d{1,4}D";
        String months = "\\d{1,4}M(" + days + ")?";
        String years = "\\d{1,4}Y(" + months + ")?";
        return "P((" + years + "|" + months + "|" + days + ")(" + time + ")?|" + time + "|\\d{1,4}W)";
    }

    /** Eight groups, or fewer around one gap. */
    private static String ipv6() {
        String group = "[0-9A-Fa-f]{1,4}";
        StringBuilder forms = new StringBuilder("((" + group + ":){7}" + group + "|::");
        for (int before = 0; before <= 7; before++) {
            for (int after = 0; before + after <= 7; after++) {
                if (before + after == 0) {
                    continue;
                }
                forms.append('|');
                forms.append(before == 0 ? ":" : "(" + group + ":){" + before + "}");
                forms.append(after == 0 ? ":" : "(:" + group + "){" + after + "}");
            }
        }
        return forms.append(')').toString();
    }
}
