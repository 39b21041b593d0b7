package dev.weir.control.accounting;

import dev.weir.control.configuration.Section;
import java.util.Set;

/**
 * What of feedback is kept; {@code feedback} of the configuration.
 *
 * @param commentTenants whose people's own words are kept; nobody's, where nothing is said
 */
public record FeedbackRules(Set<String> commentTenants) {
    public FeedbackRules {
        commentTenants = Set.copyOf(commentTenants);
    }

    public static FeedbackRules read(Section root) {
        return new FeedbackRules(Set.copyOf(root.section("feedback").texts("comments-of")));
    }

    /** What may be kept of a tenant's feedback. */
    public Feedback kept(String tenant, Feedback feedback) {
        return commentTenants.contains(tenant) ? feedback : feedback.wordless();
    }
}
