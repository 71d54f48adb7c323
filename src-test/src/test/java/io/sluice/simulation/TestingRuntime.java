package io.sluice.simulation;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.groups.OperatorMetricGroup;
import org.apache.flink.streaming.api.TimerService;

/** What a function of the job asks Flink for: keyed state and metrics, and nothing else. */
final class TestingRuntime {

  /** Its timers are set and never fire: nothing may depend on one. */
  static final TimerService TIMERS =
      proxy(
          TimerService.class,
          (self, method, arguments) ->
              switch (method.getName()) {
                case "currentProcessingTime" -> 0L;
                case "registerProcessingTimeTimer" -> null;
                default -> throw new UnsupportedOperationException(method.getName());
              });

  private TestingRuntime() {}

  /**
   * @param store where its state lives
   * @param operator first word of its counters' names
   */
  static RuntimeContext of(KeyedStore store, String operator, Counters counters) {
    OperatorMetricGroup metrics = metrics(operator, counters);
    return proxy(
        RuntimeContext.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "getState" -> store.value((ValueStateDescriptor<?>) arguments[0]);
              case "getListState" -> store.list((ListStateDescriptor<?>) arguments[0]);
              case "getMapState" -> store.map((MapStateDescriptor<?, ?>) arguments[0]);
              case "getMetricGroup" -> metrics;
              default -> throw new UnsupportedOperationException(method.getName());
            });
  }

  private static OperatorMetricGroup metrics(String scope, Counters counters) {
    return proxy(
        OperatorMetricGroup.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "addGroup" ->
                  metrics(scope + "." + String.join(".", texts(arguments)), counters);
              case "counter" -> counter(scope + "." + arguments[0], counters);
              case "gauge" -> arguments[1];
              default -> throw new UnsupportedOperationException(method.getName());
            });
  }

  private static String[] texts(Object[] arguments) {
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    return texts;
  }

  private static Counter counter(String name, Counters counters) {
    return new Counter() {
      @Override
      public void inc() {
        inc(1);
      }

      @Override
      public void inc(long more) {
        counters.add(name, more);
      }

      @Override
      public void dec() {
        inc(-1);
      }

      @Override
      public void dec(long less) {
        inc(-less);
      }

      @Override
      public long getCount() {
        return counters.get(name);
      }
    };
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
