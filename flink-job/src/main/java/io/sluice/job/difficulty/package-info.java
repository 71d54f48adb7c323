/**
 * The rolling difficulty of every sample, by shard: pages of losses, and the ledger of who has
 * ended which epoch. A shard closes an epoch on its own and says what it then holds.
 */
package io.sluice.job.difficulty;
