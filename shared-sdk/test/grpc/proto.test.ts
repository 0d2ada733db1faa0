import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const sdk = fileURLToPath(new URL('../..', import.meta.url));

test('the protos keep the rules of buf: names, comments, a message of its own for each request and answer', () => {
  const buf = path.join(
    path.dirname(createRequire(import.meta.url).resolve('@bufbuild/buf/package.json')),
    'bin',
    'buf',
  );
  expect(execFileSync(process.execPath, [buf, 'lint'], { cwd: sdk, encoding: 'utf8' })).toBe('');
});

test('what is committed is what "npm run proto" makes of the protos', () => {
  const fresh = mkdtempSync(path.join(tmpdir(), 'proto-test-'));
  execFileSync(process.execPath, ['scripts/proto.mjs', fresh], { cwd: sdk });
  const committed = readdirSync(path.join(sdk, 'src/grpc/generated'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join('src/grpc/generated', name));
  const made = readdirSync(path.join(fresh, 'src/grpc/generated'), { recursive: true, encoding: 'utf8' });
  expect(made.filter((name) => name.endsWith('.ts'))).toHaveLength(committed.length);
  for (const file of ['proto/market.binpb', ...committed]) {
    const [before, now] = [sdk, fresh].map((root) => readFileSync(path.join(root, file)));
    expect(now?.equals(before as Buffer), `${file} is stale: run "npm run proto"`).toBe(true);
  }
  rmSync(fresh, { recursive: true });
});
