import { expect, test } from 'vitest';
import { fill, properties } from '../../local/stack/fill.js';

const words = { broker: 9_092, controller: 9_093 };

test.each(['/home/jürgen/Märkte 日本/🛒', 'C:\\users\\june'])(
  'a folder is told to Java so that it finds it, whatever is in its name: %s',
  (folder) => {
    const text = fill('broker.properties', { ...words, folder });
    // As java.util.Properties reads it: Latin-1, a backslash begins an escape.
    expect(text).toMatch(/^[\n -~]*$/);
    expect(text.replace(/\\u[0-9a-f]{4}/g, '')).not.toContain('\\');
    expect(properties(text)['log.dirs']).toBe(`${folder}/kafka`);
  },
);

test('a word that nobody has filled in is an error, and not a broker on port %broker%', () => {
  expect(() => fill('broker.properties', { folder: '/tmp' })).toThrow(
    'conf/broker.properties asks for %broker%',
  );
});
