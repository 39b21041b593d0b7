package dev.weir.control.alerting;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Alerts as others read them. */
final class AlertJson {
    private AlertJson() {}

    /**
     * As Prometheus sends them to an Alertmanager ({@code POST /api/v2/alerts}).
     *
     * @param validFor after which the Alertmanager takes what is not told again for over
     */
    static byte[] forAlertmanager(List<Alert> alerts, Instant now, Duration validFor) {
        ArrayNode all = JsonMapper.shared().createArrayNode();
        for (Alert alert : alerts) {
            ObjectNode json = all.addObject();
            ObjectNode labels =
                    json.putObject("labels").put("alertname", alert.name()).put("severity", small(alert));
            alert.labels().forEach(labels::put);
            json.putObject("annotations").put("summary", alert.summary());
            json.put("startsAt", alert.startedAt().toString());
            Instant end = alert.endedAt();
            json.put("endsAt", (end == null ? now.plus(validFor) : end).toString());
        }
        return JsonMapper.shared().writeValueAsBytes(all);
    }

    /** As an Alertmanager sends them on to a webhook (version 4), so that whatever understands that understands us. */
    static byte[] forWebhook(List<Alert> alerts) {
        ObjectNode root =
                JsonMapper.shared().createObjectNode().put("version", "4").put("receiver", "weir");
        boolean firing = alerts.stream().anyMatch(alert -> alert.endedAt() == null);
        root.put("status", firing ? "firing" : "resolved");
        ArrayNode all = root.putArray("alerts");
        for (Alert alert : alerts) {
            Instant end = alert.endedAt();
            ObjectNode json = all.addObject().put("status", end == null ? "firing" : "resolved");
            ObjectNode labels =
                    json.putObject("labels").put("alertname", alert.name()).put("severity", small(alert));
            alert.labels().forEach(labels::put);
            json.putObject("annotations").put("summary", alert.summary());
            json.put("startsAt", alert.startedAt().toString());
            json.put("endsAt", end == null ? "0001-01-01T00:00:00Z" : end.toString());
        }
        return JsonMapper.shared().writeValueAsBytes(root);
    }

    private static String small(Alert alert) {
        return alert.severity().name().toLowerCase(Locale.ROOT);
    }
}
