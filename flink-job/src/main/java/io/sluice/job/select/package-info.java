/** Difficulty codes and a plan in, chunks of selected samples out. */
package io.sluice.job.select;
