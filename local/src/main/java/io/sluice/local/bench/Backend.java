package io.sluice.local.bench;

/** Flink's state backends, by Flink's names. */
enum Backend {
  hashmap,
  rocksdb
}
