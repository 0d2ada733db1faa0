import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors/index.js';
import { createLogger } from '../../src/logging/index.js';
import { formatLine } from '../../src/logging/text-format.js';
import { runInTrace } from '../../src/tracing/index.js';

const canary = 'canary-7f3a';

function recorded(format: 'json' | 'text' = 'json', level = 'info') {
  let written = '';
  const logger = createLogger({
    name: 'order',
    format,
    level,
    output: { write: (line) => (written += line) },
  });
  return {
    logger,
    text: () => written,
    lines: () =>
      written
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}

const secretNames = [
  'password',
  'newPassword',
  'Authorization',
  'refreshToken',
  'Set-Cookie',
  'api_key',
  'clientSecret',
];

describe.each(['json', 'text'] as const)('a %s line', (format) => {
  it('never holds a secret, whatever its depth and spelling', () => {
    const { logger, text } = recorded(format);
    const place = fc.array(fc.constantFrom('user', 'request', 'headers', 'list'), { maxLength: 8 });
    fc.assert(
      fc.property(place, fc.constantFrom(...secretNames), (path, name) => {
        const fields = path.reduceRight<object>(
          (inner, key) => ({ [key]: key === 'list' ? [inner] : inner }),
          {
            [name]: canary,
          },
        );
        logger.info(fields, 'logged');
        logger
          .child(fields)
          .child({ [name]: canary })
          .info('logged by a child');
      }),
      { seed: 1, numRuns: 200 },
    );
    expect(text()).toContain('logged by a child');
    expect(text()).not.toContain(canary);
  });

  it('shows of an error where it happened, not the values it carries', () => {
    const { logger, text } = recorded(format);
    const database = Object.assign(new Error('duplicate key'), {
      code: '23505',
      constraint: 'users_login_id_key',
      detail: `Key (login_id)=(${canary}) already exists.`,
      where: canary,
      config: { headers: { cookie: canary } },
    });
    logger.error(new AppError('CONFLICT_USER', 'exists', 'Taken.', { cause: database }));
    logger.error({ problem: database }, 'also under another name');
    expect(text()).toContain('CONFLICT_USER');
    expect(text()).toContain('users_login_id_key');
    expect(text()).not.toContain(canary);
  });

  it('masks a password inside an address', () => {
    const { logger, text } = recorded(format);
    logger.error({ url: `postgres://orders:${canary}@db/market` }, 'address');
    logger.error(new Error(`connect kafka://user:${canary}@log:9092 failed`));
    expect(text()).toContain('postgres://orders:[redacted]@db/market');
    expect(text()).not.toContain(canary);
  });

  it('survives circles, big integers and bytes', () => {
    const { logger, text } = recorded(format);
    const circle: Record<string, unknown> = { big: 2n ** 70n, bytes: Buffer.from(canary) };
    circle.self = circle;
    logger.info(circle, 'odd');
    expect(text()).toContain('1180591620717411303424');
    expect(text()).toContain('[11 bytes]');
  });
});

describe('a text line', () => {
  it('cannot be forged by a line break or a terminal sequence', () => {
    const { logger, text } = recorded('text');
    logger.info({ agent: 'x\n12:00:00.000 INFO  order: paid\u001b[2J' }, 'a\r\nb\u009b');
    expect(text().trim().split('\n')).toHaveLength(1);
    expect(text()).not.toContain('\u001b');
    expect(text()).not.toContain('\u009b');
  });

  it('reads from left to right: when, how bad, who, what, which', () => {
    const { logger, text } = recorded('text');
    logger.warn({ orderId: '7', note: 'two words' }, 'placed');
    expect(text()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}order: placed orderId=7 note="two words"\n$/);
  });

  it('puts the stack of an error and of its cause below', () => {
    const { logger, text } = recorded('text');
    logger.error(new Error('outer', { cause: new Error('inner') }), 'failed');
    expect(text()).toMatch(/ERROR order: failed\n {4}Error: outer\n.*caused by:\n {4}Error: inner\n/s);
  });
});

describe('a JSON line', () => {
  it('carries the trace and the request it belongs to, and neither outside of one', () => {
    const { logger, lines } = recorded();
    logger.info('outside');
    runInTrace(
      `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      'request',
      () => logger.info('inside'),
      undefined,
      {
        requestId: 'r-1',
      },
    );
    const [outside, inside] = lines();
    expect(outside).not.toHaveProperty('traceId');
    expect(inside).toMatchObject({ name: 'order', level: 'info', traceId: 'a'.repeat(32), requestId: 'r-1' });
  });

  it('below the level is not written', () => {
    const { logger, text } = recorded('json', 'warn');
    logger.info('quiet');
    expect(text()).toBe('');
  });
});

describe('a line for people', () => {
  const line = (fields: object) =>
    formatLine(
      JSON.stringify({ level: 'info', time: '2026-01-02T03:04:05.678Z', name: 'order', ...fields }),
      false,
    );

  it('says what a request was and how it went, and by which trace to find the rest', () => {
    const request = {
      msg: 'request',
      method: 'POST',
      path: '/v1/orders',
      status: 201,
      ms: 7.3,
      userId: 'u1',
      traceId: 'abc',
      requestId: 'r1',
    };
    expect(line(request)).toBe('03:04:05.678 INFO  order: POST /v1/orders 201 7.3 ms userId=u1 trace=abc\n');
    expect(line({ ...request, msg: 'request failed', status: 500 })).toContain('500 7.3 ms failed');
  });

  it('shows of an outage what was away, and of a fault where it is', () => {
    const stack = 'Error: x\n    at ours.ts:1';
    const away = { type: 'Error', message: 'connect ECONNREFUSED 127.0.0.1:1', code: 'ECONNREFUSED', stack };
    const cause = {
      type: 'AppError',
      kind: 'unavailable',
      code: 'STORE_DOWN',
      message: 'no answer',
      stack,
      cause: away,
    };
    expect(line({ msg: 'failed', err: cause })).toContain(
      'failed\n    AppError: no answer\n    Error: connect ECONNREFUSED 127.0.0.1:1\n',
    );
    const full = { type: 'error', message: 'No space left on device', code: '53100', stack };
    expect(line({ msg: 'failed', err: { ...cause, cause: full } })).toContain(
      'failed\n    AppError: no answer\n    error: No space left on device\n',
    );
    const ofGrpc = { type: 'Error', message: '14 UNAVAILABLE: No connection', code: 14, stack };
    expect(line({ msg: 'failed', err: { ...cause, cause: ofGrpc } })).toContain(
      'failed\n    AppError: no answer\n    Error: 14 UNAVAILABLE: No connection\n',
    );
    expect(line({ msg: 'failed', err: { type: 'TypeError', message: 'x', stack } })).toContain(
      'at ours.ts:1',
    );
  });

  it('shows any other line as its message and its fields', () => {
    expect(line({ msg: 'started', http: 'http://127.0.0.1:1', method: 'x' })).toBe(
      '03:04:05.678 INFO  order: started http=http://127.0.0.1:1 method=x\n',
    );
  });
});
