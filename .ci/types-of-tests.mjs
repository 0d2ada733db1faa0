// Checks the types of every folder's tests. `tsc -b` leaves them out, since they are not shipped, and vitest strips
// types without looking at them: a test may otherwise hold on to a shape that is long gone.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const parts = ['src', 'test', 'local', 'tests'];
const folders = readdirSync(root).filter((name) => /^(shared-sdk|service-.*|deploy-services)$/.test(name));
const place = mkdtempSync(path.join(tmpdir(), 'market-types-'));
let failed = false;

for (const folder of folders) {
  const config = path.join(place, `${folder}.json`);
  const content = {
    extends: path.join(root, folder, 'tsconfig.json'),
    compilerOptions: {
      noEmit: true,
      incremental: false,
      tsBuildInfoFile: null,
      rootDir: root,
      typeRoots: [path.join(root, 'node_modules/@types')],
    },
    include: parts.map((part) => path.join(root, folder, part)).filter((part) => existsSync(part)),
  };
  writeFileSync(config, JSON.stringify(content));
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', config], { cwd: root, stdio: 'inherit' });
  console.log(`${folder}: the types of its tests ${status === 0 ? 'hold' : 'do not hold'}`);
  failed ||= status !== 0;
}
rmSync(place, { recursive: true, force: true });
process.exitCode = failed ? 1 : 0;
