/** The selection job: its graph, its settings, its entry point. */
package io.sluice.job;
