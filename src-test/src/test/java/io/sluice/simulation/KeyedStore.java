package io.sluice.simulation;

import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * The keyed state of one operator, in memory. Like Flink's heap backend it hands out the objects
 * themselves; like the one on disk, copies made by the serializers. What survives a failure is
 * bytes that the serializers wrote.
 */
final class KeyedStore {

  /** By name of the state and key: what it held, by place or map key. */
  record Snapshot(Map<String, Map<Integer, Map<Object, byte[]>>> states) {

    static final Snapshot EMPTY = new Snapshot(Map.of());
  }

  private static final ExecutionConfig CONFIG = new ExecutionConfig();
  private static final Object ONLY = 0;

  private final boolean onDisk;
  private final Snapshot restored;
  private final Map<String, Table<?>> tables = new TreeMap<>();
  private int key;

  /**
   * @param onDisk whether to keep bytes, so that a change that is not written is lost
   */
  KeyedStore(boolean onDisk, Snapshot restored) {
    this.onDisk = onDisk;
    this.restored = restored;
  }

  void turnTo(int currentKey) {
    key = currentKey;
  }

  Snapshot snapshot() {
    Map<String, Map<Integer, Map<Object, byte[]>>> states = new TreeMap<>(restored.states());
    tables.forEach((name, table) -> states.put(name, table.write()));
    return new Snapshot(states);
  }

  <T> ValueState<T> value(ValueStateDescriptor<T> descriptor) {
    Table<T> table = table(descriptor, serializer(descriptor));
    return new ValueState<>() {
      @Override
      public T value() {
        return table.get(ONLY);
      }

      @Override
      public void update(T value) {
        table.put(ONLY, value);
      }

      @Override
      public void clear() {
        table.clear();
      }
    };
  }

  <T> ListState<T> list(ListStateDescriptor<T> descriptor) {
    Table<T> table = tableOf(descriptor);
    return new ListState<>() {
      @Override
      public Iterable<T> get() {
        return table.all();
      }

      @Override
      public void add(T value) {
        table.put(table.current().size(), value);
      }

      @Override
      public void addAll(List<T> values) {
        values.forEach(this::add);
      }

      @Override
      public void update(List<T> values) {
        clear();
        addAll(values);
      }

      @Override
      public void clear() {
        table.clear();
      }
    };
  }

  <K, V> MapState<K, V> map(MapStateDescriptor<K, V> descriptor) {
    serializer(descriptor);
    return new TestingMapState<>(table(descriptor, descriptor.getValueSerializer()));
  }

  /** The elements of a list state under all keys. */
  <T> List<T> all(ListStateDescriptor<T> descriptor) {
    Table<T> table = tableOf(descriptor);
    List<T> all = new ArrayList<>();
    table.byKey.values().forEach(held -> held.values().forEach(one -> all.add(table.read(one))));
    return all;
  }

  /** How many values some states hold under all keys; without those that hold none. */
  Map<String, Integer> sizes(String... names) {
    Map<String, Integer> sizes = new TreeMap<>();
    for (String name : names) {
      Table<?> table = tables.get(name);
      int size = table.byKey.values().stream().mapToInt(Map::size).sum();
      if (size > 0) {
        sizes.put(name, size);
      }
    }
    return sizes;
  }

  private <T> Table<T> tableOf(ListStateDescriptor<T> descriptor) {
    serializer(descriptor);
    return table(descriptor, descriptor.getElementSerializer());
  }

  private static <T> TypeSerializer<T> serializer(StateDescriptor<?, T> descriptor) {
    descriptor.initializeSerializerUnlessSet(CONFIG);
    return descriptor.getSerializer();
  }

  @SuppressWarnings("unchecked") // a name stands for one state
  private <T> Table<T> table(StateDescriptor<?, ?> descriptor, TypeSerializer<T> serializer) {
    return (Table<T>)
        tables.computeIfAbsent(
            descriptor.getName(),
            name -> new Table<>(serializer, restored.states().getOrDefault(name, Map.of())));
  }

  /** One state: by key, its values by place or map key; bytes where the store is on disk. */
  private final class Table<T> {
    private final TypeSerializer<T> serializer;
    private final Map<Integer, Map<Object, Object>> byKey = new TreeMap<>();

    Table(TypeSerializer<T> serializer, Map<Integer, Map<Object, byte[]>> restored) {
      this.serializer = serializer;
      restored.forEach(
          (restoredKey, values) -> {
            Map<Object, Object> held = new LinkedHashMap<>();
            values.forEach(
                (place, bytes) -> held.put(place, onDisk ? bytes : Bytes.read(serializer, bytes)));
            byKey.put(restoredKey, held);
          });
    }

    Map<Object, Object> current() {
      return byKey.computeIfAbsent(key, fresh -> new LinkedHashMap<>());
    }

    T get(Object place) {
      Object held = current().get(place);
      return held == null ? null : read(held);
    }

    void put(Object place, T value) {
      current().put(place, onDisk ? Bytes.write(serializer, value) : value);
    }

    List<T> all() {
      return current().values().stream().map(this::read).toList();
    }

    void clear() {
      byKey.remove(key);
    }

    @SuppressWarnings("unchecked") // only put and restore fill it
    T read(Object held) {
      return onDisk ? Bytes.read(serializer, (byte[]) held) : (T) held;
    }

    Map<Integer, Map<Object, byte[]>> write() {
      Map<Integer, Map<Object, byte[]>> states = new TreeMap<>();
      byKey.forEach(
          (heldKey, values) -> {
            Map<Object, byte[]> bytes = new LinkedHashMap<>();
            values.forEach(
                (place, held) ->
                    bytes.put(place, onDisk ? (byte[]) held : Bytes.write(serializer, read(held))));
            states.put(heldKey, bytes);
          });
      return states;
    }
  }

  private static final class TestingMapState<K, V> implements MapState<K, V> {
    private final KeyedStore.Table<V> table;

    TestingMapState(KeyedStore.Table<V> table) {
      this.table = table;
    }

    @Override
    public V get(K place) {
      return table.get(place);
    }

    @Override
    public void put(K place, V value) {
      table.put(place, value);
    }

    @Override
    public void putAll(Map<K, V> values) {
      values.forEach(this::put);
    }

    @Override
    public void remove(K place) {
      table.current().remove(place);
    }

    @Override
    public boolean contains(K place) {
      return table.current().containsKey(place);
    }

    @Override
    public Iterable<Map.Entry<K, V>> entries() {
      List<Map.Entry<K, V>> entries = new ArrayList<>();
      keys().forEach(place -> entries.add(new SimpleEntry<>(place, get(place))));
      return entries;
    }

    @Override
    @SuppressWarnings("unchecked") // only put and restore fill it
    public Iterable<K> keys() {
      return (List<K>) List.copyOf(table.current().keySet());
    }

    @Override
    public Iterable<V> values() {
      return table.all();
    }

    @Override
    public Iterator<Map.Entry<K, V>> iterator() {
      return entries().iterator();
    }

    @Override
    public boolean isEmpty() {
      return table.current().isEmpty();
    }

    @Override
    public void clear() {
      table.clear();
    }
  }
}
