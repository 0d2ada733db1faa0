// Proves that every folder installs, builds and lints alone, as if it were a repository of its own: copies each to a
// temporary folder outside of the workspace, with the SDK as a packed tarball. Slow, so not a part of `npm test`.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const sdk = '@msa-event-market/shared-sdk';
const npm = (cwd, ...args) =>
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });

const place = mkdtempSync(path.join(tmpdir(), 'market-alone-'));
try {
  npm(path.join(root, 'shared-sdk'), 'run', 'build');
  const [{ filename }] = JSON.parse(
    npm(path.join(root, 'shared-sdk'), 'pack', '--json', '--pack-destination', place),
  );

  const named = process.argv.slice(2);
  const all = readdirSync(root).filter((name) => /^(shared-sdk|service-.*|deploy-services)$/.test(name));
  for (const folder of named.length > 0 ? named : all) {
    const started = Date.now();
    buildAlone(folder, path.join(place, filename));
    console.log(`${folder} builds and lints alone (${Math.round((Date.now() - started) / 1000)} s)`);
  }
} finally {
  rmSync(place, { recursive: true, force: true });
}

function buildAlone(folder, tarball) {
  const copy = path.join(place, folder);
  cpSync(path.join(root, folder), copy, {
    recursive: true,
    filter: (file) => !['node_modules', 'dist', '.market'].includes(path.basename(file)),
  });
  cpSync(path.join(root, '.npmrc'), path.join(copy, '.npmrc'));
  const manifest = path.join(copy, 'package.json');
  const content = JSON.parse(readFileSync(manifest, 'utf8'));
  if (content.dependencies[sdk]) content.dependencies[sdk] = `file:${tarball}`;
  writeFileSync(manifest, `${JSON.stringify(content, null, 2)}\n`);
  // Install scripts only prepare what tests need (a PostgreSQL server); a build must not depend on them.
  npm(copy, 'install', '--prefer-offline', '--ignore-scripts');
  npm(copy, 'run', 'build');
  npm(copy, 'run', 'lint');
}
