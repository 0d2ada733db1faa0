import { expect, test } from 'vitest';
import { addressBlock } from '../../src/domain/address-block.js';

test('all addresses of one IPv6 /64 are one party', () => {
  const block = addressBlock('2001:db8:0:7::1');
  expect(addressBlock('2001:0DB8:0000:0007:ffff:ffff:ffff:ffff')).toBe(block);
  expect(addressBlock('2001:db8:0:7:a::%eth0')).toBe(block);
  expect(addressBlock('2001:db8:0:8::1')).not.toBe(block);
});

test('zeros that are left out count', () => {
  expect(addressBlock('::1')).toBe('0:0:0:0');
  expect(addressBlock('2001:db8::5:6:7:8')).toBe('2001:db8:0:0');
  expect(addressBlock('1:2:3:4:5:6:7::')).toBe('1:2:3:4');
});

test('an IPv4 address stands for itself, also when written as IPv6', () => {
  expect(addressBlock('192.0.2.7')).toBe('192.0.2.7');
  expect(addressBlock('::ffff:192.0.2.7')).toBe('192.0.2.7');
});
