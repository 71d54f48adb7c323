/**
 * The selection maths in plain Java: difficulty codes, histograms, exact one-dimensional k-means,
 * SeTa's window, policies as bands, and the hash that decides which samples of a band stay.
 *
 * <p>Everything here is a pure function of its arguments, down to the last bit, so that a job that
 * is restored and plans again publishes the same bytes.
 */
package io.sluice.job.selection;
