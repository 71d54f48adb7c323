/** What the system costs: benches that run the production job and client on a real broker. */
package io.sluice.local.bench;
