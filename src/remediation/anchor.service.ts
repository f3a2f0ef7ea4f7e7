/**
 * Anchors: the ends of the trail's chains, kept in `trail-anchors` of the state directory, where the database cannot reach. One
 * JSON line each: `{"chain":5,"number":"17","hash":"<hex>"}`. The newest of each chain counts; `audit:verify` compares.
 */
import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { Env } from '../platform/env.js';
import { ENV } from '../platform/platform.tokens.js';
import type { TrailHead } from '../store/trail.js';
import { TrailStore } from '../store/trail.store.js';

const keepEveryMs = 60_000;
const line = /^\{"chain":(\d{1,3}),"number":"(\d{1,18})","hash":"([0-9a-f]{64})"\}$/;

@Injectable()
export class AnchorService {
  private kept: Map<number, bigint> | undefined;
  private keptAt = 0;

  constructor(
    private readonly trail: TrailStore,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Writes down the ends that are new; at most once a minute. */
  async keep(): Promise<void> {
    if (Date.now() - this.keptAt < keepEveryMs) return;
    this.kept ??= new Map((await readAnchors(this.env.stateDir)).map(({ chain, number }) => [chain, number]));
    const news = (await this.trail.heads()).filter(({ chain, number }) => number > (this.kept!.get(chain) ?? 0n));
    const lines = news.map(({ chain, number, hash }) => {
      return `${JSON.stringify({ chain, number: String(number), hash: hash.toString('hex') })}\n`;
    });
    if (lines.length > 0) await appendFile(anchorFile(this.env.stateDir), lines.join(''), { mode: 0o600 });
    for (const { chain, number } of news) this.kept.set(chain, number);
    if (news.length > 0) this.keptAt = Date.now();
  }
}

/** The newest of each chain; none where there is no file. A line that a crash cut short is left out. */
export async function readAnchors(stateDir: string): Promise<TrailHead[]> {
  const text = await readFile(anchorFile(stateDir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const newest = new Map<number, TrailHead>();
  for (const [, chain, number, hash] of text.split('\n').flatMap((each) => [line.exec(each) ?? []])) {
    if (!chain || !number || !hash) continue;
    newest.set(Number(chain), { chain: Number(chain), number: BigInt(number), hash: Buffer.from(hash, 'hex') });
  }
  return [...newest.values()];
}

function anchorFile(stateDir: string): string {
  return path.join(stateDir, 'trail-anchors');
}
