/**
 * The pgoutput plugin, with column values left as text and with back-pressure.
 *
 * The library parses values by type, which turns times into a Date and loses microseconds; and it reads as fast as the
 * server sends, whatever the reader can take.
 * @module
 */

import type { Client } from 'pg';
import { type Pgoutput, PgoutputPlugin } from 'pg-logical-replication';

const asText = (text: unknown): unknown => text;

/** A pgoutput decoder whose values are PostgreSQL's text. */
export class TextPgoutputPlugin extends PgoutputPlugin {
  #socket: { pause(): void; resume(): void } | undefined;

  override parse(buffer: Buffer): Pgoutput.Message {
    const message = super.parse(buffer);
    if (message.tag === 'relation') {
      for (const column of message.columns) column.parser = asText;
    }
    return message;
  }

  override start(client: Client, slotName: string, lastLsn: string): Promise<unknown> {
    // The driver's types keep its socket to itself.
    this.#socket = (client as unknown as { connection: { stream: never } }).connection.stream;
    return super.start(client, slotName, lastLsn);
  }

  /** Stops reading from the server. */
  pause(): void {
    this.#socket?.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#socket?.resume();
  }
}
