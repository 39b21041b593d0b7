package dev.weir.engine.http;

import tools.jackson.databind.node.ObjectNode;

/**
 * What every chunk of an answer says alike.
 *
 * @param objectName of a whole answer
 * @param chunkName of a part of a stream
 */
record AnswerHead(String id, String objectName, String chunkName, long createdSeconds, String model) {

    ObjectNode open(boolean chunk) {
        ObjectNode json = Json.object();
        json.put("id", id)
                .put("object", chunk ? chunkName : objectName)
                .put("created", createdSeconds)
                .put("model", model);
        return json;
    }
}
