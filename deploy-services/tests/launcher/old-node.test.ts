import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const bootstrap = fileURLToPath(new URL('../../local/bootstrap.mjs', import.meta.url));

test.each(['18.20.4', '20.18.3', '21.7.3', '22.11.0'])(
  'Node %s is told to be too old, in one line',
  (version) => {
    const program = `
    Object.defineProperty(process.versions, 'node', { value: '${version}' });
    const { prepare } = await import(${JSON.stringify(bootstrap)});
    prepare();
    console.log('prepared');`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      `This needs Node 20.19, 22.12 or newer; here is ${version}. See https://nodejs.org.\n`,
    );
  },
);
