/** One agent of a run: data, model and the selection protocol put together; its command. */
package io.sluice.agent;
