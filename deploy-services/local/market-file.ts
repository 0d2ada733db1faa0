import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writeWhole } from './disk.js';
import { launcherOf } from './launcher-note.js';
import { typed } from './options.js';
import { Problem } from './problem.js';
import type { ProcessName, ProfileName, ServiceName } from './topology.js';

export interface ServiceUrls {
  http: string;
  /** host:port */
  grpc: string;
  admin: string;
}

export interface RelayUrls {
  admin: string;
  /** Answers 200 when it is ready. */
  ready: string;
}

/** Where the event log is: beside the services' tables, or on topics. */
export type LogPlace = { kind: 'postgres' } | { kind: 'kafka'; broker: string; topicPrefix: string };

/**
 * What a running market is and where: written when it is ready and whenever a process is restarted. It holds
 * passwords; only its owner may read it.
 */
export interface MarketFile {
  profile: ProfileName;
  dataDir: string;
  startedAt: string;
  pids: Record<ProcessName | 'launcher', number> & { broker?: number; prometheus?: number };
  urls: Record<ServiceName, ServiceUrls> & { relay: RelayUrls; prometheus?: string };
  /** Connection strings: of a superuser, and of the role that may read everything. */
  databases: {
    admin: Record<ServiceName, string>;
    check: Record<ServiceName, string>;
    checkSandbox: string;
  };
  log: LogPlace;
  /** The launcher's own HTTP, for `npm run dev`. */
  control: { url: string; secret: string };
  /** The environment each service runs with. */
  env: Record<ServiceName, Record<string, string>>;
}

const fileIn = (dataDir: string) => path.join(dataDir, 'market.json');

export function writeMarketFile(market: MarketFile): void {
  writeWhole(fileIn(market.dataDir), `${JSON.stringify(market, null, 2)}\n`, 0o600);
}

export const removeMarketFile = (dataDir: string): void => rmSync(fileIn(dataDir), { force: true });

/** The market that runs on this data folder; undefined when none does. */
export function findMarket(dataDir: string): MarketFile | undefined {
  const file = fileIn(dataDir);
  if (!existsSync(file)) return undefined;
  const launcher = launcherOf(dataDir);
  if (!launcher || launcher.killed) return undefined; // a killed launcher leaves its file
  return JSON.parse(readFileSync(file, 'utf8')) as MarketFile;
}

export function requireMarket(dataDir: string): MarketFile {
  const market = findMarket(dataDir);
  if (market) return market;
  throw new Problem(
    `No market runs on ${dataDir}. Start one with: ${typed('npm start', dataDir)}, or name the folder of one that runs: -- --data-dir DIR`,
  );
}

export function isAlive(pid: number): boolean {
  if (pid <= 0) return false; // 0 is published for what is between two starts, and means our own group to kill
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
