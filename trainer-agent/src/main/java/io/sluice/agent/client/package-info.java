/**
 * The trainer's side of the protocol, free of any training framework: join, await a selection,
 * report losses, end the epoch. {@link io.sluice.agent.client.SelectionClient} is the way in;
 * docs/protocol.md tells what it says to the job.
 */
package io.sluice.agent.client;
