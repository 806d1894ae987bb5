/**
 * Replication: follows the log of one source from where its slot stands.
 *
 * The library acknowledges what it has received; here only what is on the stream is acknowledged, therefore its
 * automatic acknowledgement is off. It also acknowledges one byte more than it is told. Told the end of a commit, it
 * would skip a transaction whose commit record begins right there, after a restart; so it is told one byte less.
 * @module
 */

import type { ClientConfig } from 'pg';
import { LogicalReplicationService, type Pgoutput } from 'pg-logical-replication';
import type { Outbox } from './outbox.ts';
import { TextPgoutputPlugin } from './pgoutput.ts';
import { SLOT, slotOf } from './slot.ts';
import { lsnNumber, previousLsn } from './stream-position.ts';
import type { ChangeTranslator } from './translate.ts';

/** What replication needs. */
export interface ReplicationOptions {
  readonly connection: ClientConfig & { readonly database: string };
  readonly translator: ChangeTranslator;
  readonly outbox: Outbox;
}

/** Changes waiting above which the log is not read further, and below which it is read on. */
const HIGH_WATER = 5_000;
const LOW_WATER = 1_000;

/** One subscription to the log of a source. */
export class Replication {
  readonly #service: LogicalReplicationService;
  readonly #plugin = new TextPgoutputPlugin({ protoVersion: 1, publicationNames: [SLOT] });
  readonly #options: ReplicationOptions;
  #acknowledged = '0/0';
  #paused = false;
  /** Highest log position heard of, `0/17C0078`. */
  position = '0/0';

  constructor(options: ReplicationOptions) {
    this.#options = options;
    this.#service = new LogicalReplicationService(options.connection, {
      acknowledge: { auto: false, timeoutSeconds: 0 },
    });
  }

  /** Follows the log until {@link stop}, or until the connection fails, which it reports by throwing. */
  async run(): Promise<void> {
    const failed = new Promise<never>((_, reject) => this.#service.on('error', reject));
    this.#service.on('data', (lsn: string, message: Pgoutput.Message) => this.#take(lsn, message));
    this.#service.on('heartbeat', (lsn: string, _: number, mustAnswer: boolean) =>
      this.#answer(lsn, mustAnswer),
    );
    const ended = this.#service.subscribe(this.#plugin, slotOf(this.#options.connection.database));
    await Promise.race([ended, failed]);
  }

  /** Ends the subscription. */
  async stop(): Promise<void> {
    await this.#service.destroy();
  }

  /** Tells the source that it need not keep the log before this position. */
  acknowledge(lsn: string): void {
    if (lsnNumber(lsn) > lsnNumber(this.#acknowledged)) this.#acknowledged = lsn;
    this.#send();
  }

  /** Reads on when the outbox has room again. */
  continue(): void {
    if (!this.#paused || this.#options.outbox.waiting > LOW_WATER) return;
    this.#paused = false;
    this.#plugin.resume();
  }

  #take(lsn: string, message: Pgoutput.Message): void {
    this.position = lsn;
    const { translator, outbox } = this.#options;
    const translated = translator.translate(message);
    if (translated.kind === 'record') outbox.push(translated);
    if (translated.kind === 'commit') outbox.push({ acknowledge: translated.end });
    if (outbox.waiting < HIGH_WATER || this.#paused) return;
    this.#paused = true;
    this.#plugin.pause();
  }

  // The server has sent everything before `lsn`. With nothing waiting, all of it is on the stream: other databases
  // and tables move the log too, and the source need not keep their part for us.
  #answer(lsn: string, mustAnswer: boolean): void {
    this.position = lsn;
    const { translator, outbox } = this.#options;
    if (outbox.waiting === 0 && !translator.open) this.acknowledge(lsn);
    else if (mustAnswer) this.#send();
  }

  #send(): void {
    void this.#service.acknowledge(previousLsn(this.#acknowledged));
  }
}
