package dev.weir.control.rollout.journal;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weir.control.rollout.Harm;
import dev.weir.control.rollout.RolloutEvent;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** How plans, events and decisions are written down. The names are data: they may be added to, never changed. */
final class EventJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addMixIn(RolloutEvent.class, Events.class)
            .addMixIn(Harm.class, Harms.class)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            // What has been added since something was written down was nothing then.
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = RolloutEvent.Observed.class, name = "observed"),
        @JsonSubTypes.Type(value = RolloutEvent.TimePassed.class, name = "time-passed"),
        @JsonSubTypes.Type(value = RolloutEvent.VersionsProbed.class, name = "versions-probed"),
        @JsonSubTypes.Type(value = RolloutEvent.Commanded.class, name = "commanded")
    })
    private interface Events {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Harm.Rise.class, name = "rise"),
        @JsonSubTypes.Type(value = Harm.QualityDrop.class, name = "quality-drop"),
        @JsonSubTypes.Type(value = Harm.Exceedance.class, name = "exceedance")
    })
    private interface Harms {}

    private EventJson() {}

    static String write(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    static <T> T read(String json, Class<T> type) {
        return MAPPER.readValue(json, type);
    }
}
