package io.sluice.job.difficulty;

/**
 * A sample and how hard it is.
 *
 * @param code its difficulty code
 */
public record HardSample(long id, int code) {}
