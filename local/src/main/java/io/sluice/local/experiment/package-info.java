/** {@code sluice experiment}: a grid of real trainings, resumable, with a report. */
package io.sluice.local.experiment;
