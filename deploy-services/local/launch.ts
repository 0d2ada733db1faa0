import { mkdirSync } from 'node:fs';
import { takeFolder } from './launcher-note.js';
import { type MarketFile, removeMarketFile, writeMarketFile } from './market-file.js';
import { typed } from './options.js';
import { claimDataFolder } from './profile-note.js';
import { type RunOptions, runMarket } from './run-market.js';

export type LaunchOptions = Omit<RunOptions, 'lastWasKilled' | 'onChange'>;

export interface Market {
  file: MarketFile;
  stop(): Promise<void>;
}

/** Runs the market of a data folder, which it takes for itself, and tells where it is in `market.json`. */
export async function launch(options: LaunchOptions): Promise<Market> {
  const { dataDir, profile } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  const { lastWasKilled, release } = takeFolder(dataDir, `see ${typed('npm run status', dataDir)}`);
  const letGo = () => {
    removeMarketFile(dataDir);
    release();
  };
  try {
    removeMarketFile(dataDir); // of a killed launcher: nobody is to look there now
    claimDataFolder(dataDir, profile);
    const { file, stop } = await runMarket({ ...options, lastWasKilled, onChange: writeMarketFile });
    return {
      file,
      async stop() {
        await stop();
        letGo();
      },
    };
  } catch (error) {
    letGo();
    throw error;
  }
}
