package dev.weir.control;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * What is started once for all classes that want it, and closed after the last of them. Where it cannot be started because something is
 * missing, they are skipped.
 */
abstract class SharedStack<T extends AutoCloseable> implements BeforeAllCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(SharedStack.class);

    private final Class<T> type;

    SharedStack(Class<T> type) {
        this.type = type;
    }

    abstract T start() throws Exception;

    @Override
    public final void beforeAll(ExtensionContext context) {
        of(context);
    }

    @Override
    public final boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == type;
    }

    @Override
    public final Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return of(context);
    }

    private T of(ExtensionContext context) {
        return context.getRoot().getStore(NAMESPACE).computeIfAbsent(type, _ -> started(), type);
    }

    private T started() {
        try {
            return start();
        } catch (RuntimeException skippedOrFailed) {
            throw skippedOrFailed;
        } catch (Exception failure) {
            throw new IllegalStateException(type.getSimpleName() + " does not start", failure);
        }
    }
}
