/** What makes a main class a command: arguments, signals, errors for people, exit codes. */
package io.sluice.agent.cli;
