/** One plan per epoch from the histograms of all shards. */
package io.sluice.job.recluster;
