package dev.weir.control.admin;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.NopAnnotationIntrospector;
import tools.jackson.databind.module.SimpleModule;

/**
 * Refuses an order of the administration that leaves out what it needs, or says null there, as it is read. What may be left out is marked
 * {@link Nullable}, by which the OpenAPI document says the same.
 */
public final class RequiredFields extends SimpleModule {
    private static final long serialVersionUID = 1;

    @Override
    public void setupModule(SetupContext context) {
        super.setupModule(context);
        context.appendAnnotationIntrospector(new OfRecords());
    }

    private static final class OfRecords extends NopAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        public JsonSetter.Value findSetterInfo(MapperConfig<?> config, Annotated annotated) {
            return annotated instanceof AnnotatedParameter parameter && isRequired(parameter)
                    ? JsonSetter.Value.construct(Nulls.FAIL, Nulls.FAIL)
                    : JsonSetter.Value.empty();
        }

        private static boolean isRequired(AnnotatedParameter parameter) {
            Class<?> type = parameter.getDeclaringClass();
            if (!type.isRecord() || !type.getPackage().equals(RequiredFields.class.getPackage())) {
                return false;
            }
            RecordComponent[] components = type.getRecordComponents();
            // Who also takes what nobody knows looks at all of it, and tells all that is wrong at once.
            boolean looksItself = Arrays.stream(components)
                    .anyMatch(component -> component.getAccessor().isAnnotationPresent(JsonAnySetter.class));
            return !looksItself
                    && !components[parameter.getIndex()].getAnnotatedType().isAnnotationPresent(Nullable.class);
        }
    }
}
