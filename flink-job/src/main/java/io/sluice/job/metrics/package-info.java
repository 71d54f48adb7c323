/** Every metric of the job. */
package io.sluice.job.metrics;
