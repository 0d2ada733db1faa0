import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/index.js';
import { uuidv7 } from '../../src/db/index.js';
import { startConsumers } from '../../src/events/index.js';
import { kafkaAddress } from '../../src/events/kafka/address.js';
import { messageOf } from '../../src/events/kafka/record.js';
import { parser } from '../../src/events/parse.js';
import { quiet } from '../fixtures/log.js';
import { tallyConsumer, things } from '../fixtures/tally.js';

const place = { topic: 'thing', partition: 2 };
const record = (more: object = {}) =>
  ({
    key: Buffer.from('a'),
    value: Buffer.from('{"label":"1"}'),
    headers: {
      id: Buffer.from(uuidv7()),
      eventType: Buffer.from('Counted'),
      version: Buffer.from('3'),
      occurredAt: Buffer.from('2026-11-22T10:00:00.123456Z'),
      traceparent: Buffer.from('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
    },
    offset: '17',
    timestamp: '1763800000000',
    attributes: 0,
    ...more,
  }) as never;
const parked = (more: object) => {
  const message = messageOf(place, record(more));
  return (
    message && parser({ schemas: [things] })([message]).poison.map(({ reason, error }) => [reason, error])
  );
};

describe('a record', () => {
  it('without a value is a message that fits no schema, as it is in the embedded log', () => {
    expect(messageOf(place, record({ value: null }))?.payload).toBeNull();
  });

  it('without a value and a type is a tombstone, and no message', () => {
    expect(messageOf(place, record({ value: null, headers: {} }))).toBeUndefined();
  });

  it('that says no type is parked: another program may have put it there', () => {
    expect(parked({ headers: undefined })).toEqual([
      ['BAD_TYPE', 'the record does not say its type: no outbox has sent it'],
    ]);
  });

  it('without an id is parked under its place, so that two of them are two', () => {
    const headers = { eventType: Buffer.from('Counted') };
    expect(parked({ headers })).toEqual([['BAD_ID', 'the id is no UUIDv7']]);
    expect(messageOf(place, record({ headers }))?.id).toBe('thing/2/17');
  });

  it('that is no JSON is parked as it came', () => {
    expect(parked({ value: Buffer.from('{"label":') })?.[0]?.[0]).toBe('BAD_PAYLOAD');
    expect(messageOf(place, record({ value: Buffer.from('{"label":') }))?.payload).toBe('{"label":');
  });

  it('of Debezium’s router is the message that its outbox row was', () => {
    expect(messageOf(place, record())).toMatchObject({
      topic: 'thing',
      partition: 2,
      position: 17,
      key: 'a',
      type: 'Counted',
      version: 3,
      occurredAt: '2026-11-22T10:00:00.123Z',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      payload: { label: '1' },
    });
  });

  it('of a time that no calendar has is read all the same', () => {
    for (const timestamp of ['9223372036854775807', '-9223372036854775808'])
      expect(messageOf(place, record({ headers: {}, timestamp }))?.occurredAt).toBe(
        '1970-01-01T00:00:00.000Z',
      );
    expect(messageOf(place, record({ headers: {} }))?.occurredAt).toBe('2025-11-22T08:26:40.000Z');
  });

  it('of a row without a trace carries none', () => {
    expect(messageOf(place, record({ headers: { traceparent: null } }))?.traceparent).toBeNull();
  });
});

describe('EVENTS_URL', () => {
  it.each([
    ['kafka://h?tsl=true', 'tsl'],
    ['kafka://h?tls=yes', 'tls'],
    ['kafka://u:p@h?sasl=md5', 'sasl'],
    ['kafka://h?broker=other', 'host:port'],
    ['kafka://', 'names no broker'],
    ['kafka://h?ca=/nowhere/at/all', 'ca cannot be read: ENOENT'],
    ['kafka://:p@h', 'has a password and no user'],
    ['kafka://h?sasl=plain', 'says how to sign in (sasl) and no user'],
    ['kafka://u:%zz@h', 'must be percent-encoded'],
  ])('%s is refused: a setting that is not understood is not passed over', (url, complaint) => {
    expect(() => kafkaAddress(url)).toThrow(ConfigError);
    expect(() => kafkaAddress(url)).toThrow(complaint);
  });

  it('is read when consumers are started, and a wrong one ends the start', () => {
    const started = () =>
      startConsumers({
        url: 'kafka://127.0.0.1:9?tsl=true',
        db: undefined as never,
        consumers: [tallyConsumer()],
        logger: quiet,
      });
    expect(started).toThrow(ConfigError);
  });

  it('names one broker or several', () => {
    expect(kafkaAddress('kafka://one')).toEqual({ brokers: ['one:9092'] });
    expect(kafkaAddress('kafka://one:1?broker=two:2&broker=three:3').brokers).toEqual([
      'one:1',
      'two:2',
      'three:3',
    ]);
  });

  it('has a user and a password, with any characters, for SASL', () => {
    expect(kafkaAddress('kafka://me:p%40ss%2Fword@one:1').sasl).toEqual({
      mechanism: 'scram-sha-512',
      username: 'me',
      password: 'p@ss/word',
    });
  });

  it('asks for TLS, with a certificate authority of one’s own', () => {
    const ca = path.join(tmpdir(), `ca-${process.pid}.pem`);
    writeFileSync(ca, 'PEM');
    expect(kafkaAddress('kafka://one:1?tls=true').ssl).toBe(true);
    expect(kafkaAddress(`kafka://one:1?ca=${ca}`).ssl).toEqual({ ca: 'PEM' });
    expect(kafkaAddress('kafka://one:1').ssl).toBeUndefined();
  });
});
