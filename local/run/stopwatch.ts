/**
 * Stopwatch: from commit in PostgreSQL to the moment the API shows it, measured from outside.
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Probe } from '../sources/shop/probes.ts';
import { fetchProfile } from './api.ts';
import type { Endpoints } from './endpoints.ts';

/** Percentiles in milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Nothing arrives sooner than the pollers look twice; asking then would only take processor time from the pipeline. */
const FIRST_LOOK_MS = 60;
const POLL_MS = 25;
const PATIENCE_MS = 30_000;

/** Follows probe purchases until the API shows them. */
export class Stopwatch {
  readonly #endpoints: Endpoints;
  readonly #running: Promise<void>[] = [];
  readonly #waits: number[] = [];
  /** Probes that never arrived. */
  missed = 0;

  constructor(endpoints: Endpoints) {
    this.#endpoints = endpoints;
  }

  /** Starts to follow a probe. */
  follow = (probe: Probe): void => {
    this.#running.push(this.#follow(probe));
  };

  /** Waits for every probe and gives the percentiles. */
  async percentiles(): Promise<Percentiles> {
    await Promise.all(this.#running);
    const sorted = [...this.#waits].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }

  async #follow({ namespace, value, committedAt, orderCount }: Probe): Promise<void> {
    await sleep(FIRST_LOOK_MS);
    while (Date.now() - committedAt < PATIENCE_MS) {
      const profile = await fetchProfile(this.#endpoints, `${namespace}:${value}`);
      if (profile && profile.orderCount >= orderCount) {
        this.#waits.push(Date.now() - committedAt);
        return;
      }
      await sleep(POLL_MS);
    }
    this.missed += 1;
  }
}
