package dev.weir.control;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.io.Resource;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.ValueConstants;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes the OpenAPI document of endpoints from their annotations and the records that they take and give. */
final class AdminDocument {
    private static final Pattern PATH_VARIABLE = Pattern.compile("\\{\\*?([a-zA-Z]+)}");

    private final Map<String, ObjectNode> paths = new TreeMap<>();
    private final Map<String, ObjectNode> schemas = new TreeMap<>();

    static ObjectNode of(Collection<Class<?>> controllers) {
        AdminDocument document = new AdminDocument();
        controllers.forEach(document::add);
        ObjectNode root = object().put("openapi", "3.1.0");
        root.putObject("info").put("title", "Weir's administration").put("version", "1");
        ObjectNode scheme = object().put("type", "http").put("scheme", "bearer");
        root.putArray("security").addObject().putArray("key");
        root.set("paths", all(document.paths));
        ObjectNode components = root.putObject("components");
        components.putObject("securitySchemes").set("key", scheme);
        document.schemas.put("Error", error());
        components.set("schemas", all(document.schemas));
        return root;
    }

    private void add(Class<?> controller) {
        Arrays.stream(controller.getDeclaredMethods())
                .sorted((one, other) -> one.getName().compareTo(other.getName()))
                .forEach(this::add);
    }

    private void add(Method method) {
        RequestMapping mapping = AnnotatedElementUtils.findMergedAnnotation(method, RequestMapping.class);
        if (mapping == null) {
            return;
        }
        for (String path : mapping.path()) {
            ObjectNode operations =
                    paths.computeIfAbsent(PATH_VARIABLE.matcher(path).replaceAll("{$1}"), _ -> object());
            Arrays.stream(mapping.method())
                    .forEach(verb -> operations.set(
                            verb.asHttpMethod().name().toLowerCase(Locale.ROOT), operation(method, mapping)));
        }
    }

    private ObjectNode operation(Method method, RequestMapping mapping) {
        ObjectNode operation = object().put("operationId", method.getName());
        for (Parameter parameter : method.getParameters()) {
            if (parameter.isAnnotationPresent(PathVariable.class)) {
                parameter(operation, parameter, "path", true);
            } else if (parameter.isAnnotationPresent(RequestParam.class)) {
                boolean defaulted = !parameter
                        .getAnnotation(RequestParam.class)
                        .defaultValue()
                        .equals(ValueConstants.DEFAULT_NONE);
                parameter(operation, parameter, "query", !defaulted && parameter.getType() != Optional.class);
            } else if (parameter.isAnnotationPresent(RequestBody.class)) {
                String type = parameter.getType() == String.class ? "text/plain" : "application/json";
                operation
                        .putObject("requestBody")
                        .put("required", true)
                        .putObject("content")
                        .putObject(type)
                        .set("schema", schema(parameter.getAnnotatedType()));
            }
        }
        ResponseStatus status = method.getAnnotation(ResponseStatus.class);
        ObjectNode responses = operation.putObject("responses");
        ObjectNode good = responses
                .putObject(
                        status == null ? "200" : Integer.toString(status.value().value()))
                .put("description", "done");
        AnnotatedType answer = unwrapped(method.getAnnotatedReturnType());
        if (answer.getType() != void.class && answer.getType() != Void.class) {
            String type = mapping.produces().length == 0 ? "application/json" : mapping.produces()[0];
            good.putObject("content").putObject(type).set("schema", schema(answer));
        }
        responses
                .putObject("default")
                .put("description", "refused")
                .putObject("content")
                .putObject("application/json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/Error");
        return operation;
    }

    private void parameter(ObjectNode operation, Parameter parameter, String in, boolean required) {
        operation
                .withArray("parameters")
                .addObject()
                .put("name", parameter.getName())
                .put("in", in)
                .put("required", required)
                .set("schema", schema(unwrapped(parameter.getAnnotatedType())));
    }

    private static AnnotatedType unwrapped(AnnotatedType type) {
        List<Type> wrappers = List.of(Mono.class, Flux.class, ResponseEntity.class, Optional.class);
        return type instanceof AnnotatedParameterizedType generic
                        && wrappers.contains(((ParameterizedType) generic.getType()).getRawType())
                ? unwrapped(generic.getAnnotatedActualTypeArguments()[0])
                : type;
    }

    private ObjectNode schema(AnnotatedType annotated) {
        if (annotated instanceof AnnotatedParameterizedType generic) {
            Class<?> raw = (Class<?>) ((ParameterizedType) generic.getType()).getRawType();
            AnnotatedType[] arguments = generic.getAnnotatedActualTypeArguments();
            if (raw == Map.class) {
                ObjectNode map = object().put("type", "object");
                map.set("additionalProperties", schema(arguments[1]));
                return map;
            }
            if (Collection.class.isAssignableFrom(raw)) {
                ObjectNode list = object().put("type", "array");
                list.set("items", schema(arguments[0]));
                return list;
            }
            throw new IllegalArgumentException("the document knows no way to write " + generic);
        }
        return schema((Class<?>) annotated.getType());
    }

    private ObjectNode schema(Class<?> type) {
        if (type == String.class) {
            return object().put("type", "string");
        }
        if (type == Instant.class) {
            return object().put("type", "string").put("format", "date-time");
        }
        if (type == boolean.class || type == Boolean.class) {
            return object().put("type", "boolean");
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return object().put("type", "integer");
        }
        if (type == double.class || type == Double.class || type == BigDecimal.class) {
            return object().put("type", "number");
        }
        if (type.isEnum()) {
            ObjectNode choice = object().put("type", "string");
            Arrays.stream(type.getEnumConstants())
                    .forEach(constant -> choice.withArray("enum").add(constant.toString()));
            return choice;
        }
        if (type == Resource.class || type == JsonNode.class) {
            return object(); // anything
        }
        if (type.isRecord()) {
            describe(type);
            return object().put("$ref", "#/components/schemas/" + type.getSimpleName());
        }
        throw new IllegalArgumentException("the document knows no way to write " + type);
    }

    private void describe(Class<?> type) {
        if (schemas.containsKey(type.getSimpleName())) {
            return;
        }
        ObjectNode schema = object().put("type", "object");
        schemas.put(type.getSimpleName(), schema);
        ObjectNode properties = schema.putObject("properties");
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.getAccessor().isAnnotationPresent(JsonAnySetter.class)) {
                continue; // what is refused
            }
            properties.set(component.getName(), schema(component.getAnnotatedType()));
            if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                schema.withArray("required").add(component.getName());
            }
        }
    }

    private static ObjectNode error() {
        ObjectNode schema = object().put("type", "object");
        ObjectNode fields = schema.putObject("properties")
                .putObject("error")
                .put("type", "object")
                .putObject("properties");
        for (String name : List.of("message", "type", "param", "code")) {
            fields.putObject(name).put("type", "string");
        }
        return schema;
    }

    private static ObjectNode all(Map<String, ObjectNode> nodes) {
        ObjectNode all = object();
        new LinkedHashMap<>(nodes).forEach(all::set);
        return all;
    }

    private static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }
}
