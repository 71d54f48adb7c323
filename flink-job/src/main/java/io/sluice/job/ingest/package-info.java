/** From the bytes of {@code <run>.loss-events} to events by shard; what is refused, and why. */
package io.sluice.job.ingest;
