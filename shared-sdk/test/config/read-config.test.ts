import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  addresses,
  ConfigError,
  flag,
  integer,
  oneOf,
  port,
  ratio,
  readConfig,
  seconds,
  secret,
  serviceVariables,
  text,
  url,
} from '../../src/config/index.js';

const shape = {
  PORT: port(),
  WORKERS: integer({ min: 1, max: 8, default: 2 }),
  DEADLINE: seconds(900),
  SAMPLE: ratio(),
  VERBOSE: flag(false),
  FORMAT: oneOf(['text', 'json'], 'text'),
  PEER: url({ protocols: ['http:', 'https:'] }),
  NAME: text('market').optional(),
  KEY: secret(),
};
const right = { PORT: '8080', SAMPLE: '0.5', PEER: 'http://127.0.0.1:1', KEY: 'k'.repeat(16) };

const problemsOf = (env: Record<string, string>, of: Parameters<typeof readConfig>[0] = shape): string[] => {
  try {
    readConfig(of, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

function fileWith(content: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'secret');
  writeFileSync(file, content);
  return file;
}

describe('readConfig', () => {
  it('lists every wrong and missing variable at once, with an example', () => {
    const problems = problemsOf({
      PORT: '80 80',
      WORKERS: '9',
      DEADLINE: '1h',
      VERBOSE: 'yes',
      FORMAT: 'xml',
      PEER: 'x',
    });
    expect(problems).toEqual([
      'PORT must be a whole number from 0 to 65535 (for example: 0)',
      'WORKERS must be a whole number from 1 to 8 (for example: 2)',
      'DEADLINE must be a number of seconds from 0 to 2147483 (for example: 900)',
      'SAMPLE is missing (for example: 0.1)',
      'VERBOSE must be true or false (for example: false)',
      'FORMAT must be one of text, json (for example: text)',
      'PEER is not a URL (for example: http://127.0.0.1:8080)',
      'KEY is missing (for example: the output of: openssl rand -hex 32)',
    ]);
  });

  it('never prints a value', () => {
    const env = { ...right, PEER: 'ftp://user:hunter2@host', KEY: 'hunter2' };
    const problems = problemsOf(env).join('\n');
    expect(problems).toContain('PEER must start with http:// or https://');
    expect(problems).toContain('KEY must have at least 16 characters');
    expect(problems).not.toContain('hunter2');
  });

  it.each(['-1', '1.5', '1e3', '0x10', ' 1', 'NaN', '99999999999999999999'])(
    'refuses %j as a whole number',
    (value) => {
      expect(problemsOf({ N: value }, { N: integer() })).toEqual([
        'N must be a whole number of at least 0 (for example: 0)',
      ]);
    },
  );

  it.each(['0', '0.099', '86400.001', '2147484', '999999999', '-1', '1e3', '1.2345'])(
    'refuses %j as seconds from 0.1 to 86400',
    (value) => {
      expect(problemsOf({ S: value }, { S: seconds(5, { min: 0.1, max: 86_400 }) })).toEqual([
        'S must be a number of seconds from 0.1 to 86400 (for example: 5)',
      ]);
    },
  );

  it('takes as many seconds as a timer can wait, and more where none does', () => {
    expect(readConfig({ S: seconds() }, { S: '2147483' }).S).toBe(2_147_483);
    expect(problemsOf({ S: '2147483.648' }, { S: seconds() })).toHaveLength(1);
    expect(readConfig({ S: seconds(1, { max: 1e9 }) }, { S: '7776000' }).S).toBe(7_776_000);
    expect(readConfig({ S: seconds(5, { min: 0.1 }) }, { S: '0.1' }).S).toBe(0.1);
  });

  it('takes an empty string for missing', () => {
    expect(problemsOf({ ...right, KEY: '' })).toEqual([expect.stringContaining('KEY is missing')]);
    expect(readConfig(shape, { ...right, DEADLINE: '' }).DEADLINE).toBe(900);
  });

  it('refuses a development secret in production, also an optional one', () => {
    const env = { KEY: 'development-secret', NODE_ENV: 'production' };
    expect(problemsOf(env, { KEY: secret() })[0]).toContain('KEY is a development secret');
    expect(problemsOf(env, { KEY: secret().optional() })[0]).toContain('KEY is a development secret');
    expect(problemsOf({ ...env, NODE_ENV: 'development' }, { KEY: secret() })).toEqual([]);
  });

  it('reads a value from NAME_FILE, without the line break at its end', () => {
    const { KEY, ...others } = right;
    expect(readConfig(shape, { ...others, KEY_FILE: fileWith(`${KEY}\n`) }).KEY).toBe(KEY);
  });

  it('refuses a value given twice, an unreadable file and an empty one', () => {
    const { KEY, ...others } = right;
    expect(problemsOf({ ...right, KEY_FILE: fileWith(KEY) })[0]).toContain('KEY is given twice');
    expect(problemsOf({ ...others, KEY_FILE: '/nowhere/at/all' })[0]).toContain('KEY_FILE: ENOENT');
    expect(problemsOf({ ...others, KEY_FILE: fileWith('\n') })[0]).toContain('KEY is missing');
  });

  it('gives parsed values and defaults', () => {
    expect(readConfig(shape, { ...right, VERBOSE: 'true', UNRELATED: 'x' })).toEqual({
      PORT: 8080,
      WORKERS: 2,
      DEADLINE: 900,
      SAMPLE: 0.5,
      VERBOSE: true,
      FORMAT: 'text',
      PEER: 'http://127.0.0.1:1',
      NAME: undefined,
      KEY: right.KEY,
    });
  });
});

describe('addresses', () => {
  it.each(['10.0.0.7', '10.0.0.0/8, ::1', 'fd00::/8'])('takes %s', (value) => {
    expect(addresses().parse(value)).toEqual(value.split(/, ?/));
  });

  it.each(['', 'a-host', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.1,', '::1/129'])('refuses "%s"', (value) => {
    expect(addresses().safeParse(value).success).toBe(false);
  });
});

describe('serviceVariables', () => {
  it('asks for four addresses and has a default for the rest, none of them a secret', () => {
    const missing = problemsOf({}, serviceVariables).map((line) => line.split(' ')[0]);
    expect(missing).toEqual(['DATABASE_URL', 'EVENTS_URL', 'AUTH_ISSUER', 'AUTH_JWKS_URL']);
  });
});
