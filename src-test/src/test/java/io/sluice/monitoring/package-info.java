/** Metrics, the dashboard and alerts made of them, and what docs/monitoring.md says of both. */
package io.sluice.monitoring;
