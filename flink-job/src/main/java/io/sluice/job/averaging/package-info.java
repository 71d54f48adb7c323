/**
 * One model of several agents: from the bytes of {@code <run>.model-updates} to the mean of the
 * ranks' parameters, chunk by chunk. A chunk's mean is published as soon as all ranks have sent it,
 * and nothing of them is held longer.
 */
package io.sluice.job.averaging;
