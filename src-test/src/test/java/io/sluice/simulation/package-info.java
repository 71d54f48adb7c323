/** The job's functions in a deterministic Flink of one thread, against agents that fail by seed. */
package io.sluice.simulation;
