import { describe, expect, test } from 'vitest';
import { codesIn, namesInEnvFile, namesInTable, scriptsIn, section } from './documents.js';
import { folders, read, services } from './folders.js';

const readme = (folder: string) => read(`${folder}/README.md`);
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();
/** Those of the command `migrate` are read by the SDK's `run`. */
const notForMigrating = (name: string) => !name.endsWith('MIGRATE_DATABASE_URL');
/** NAME_FILE gives NAME: a document may show either. */
const asVariable = (known: string[]) => (name: string) =>
  known.includes(name) ? name : name.replace(/_FILE$/, '');

describe('documents are read rightly: it finds', () => {
  const text =
    '# A\n## Errors\n| code |\n|---|\n| `NOT_FOUND` | 404 |\n### more\n| `FORBIDDEN` | 403 |\n## Else\n| `X` |';
  test('the table of a section and of no other', () => {
    expect(namesInTable(section(text, /errors/i))).toEqual(['NOT_FOUND', 'FORBIDDEN']);
  });
  test('variables that are set and those that are commented out', () => {
    expect(namesInEnvFile('# About A=\nA=1\n# B_2=2\n#C=\n')).toEqual(['A', 'B_2', 'C']);
  });
  test('codes that are keys and codes that are strings', () => {
    expect(codesIn(`const a = {\n  NOT_FOUND: 'x',\n};\nf('FORBIDDEN', 'Not a CODE');`)).toEqual([
      'NOT_FOUND',
      'FORBIDDEN',
    ]);
  });
  test('commands', () => {
    expect(scriptsIn('`npm test`, `npm run build -- x`, npm ci')).toEqual(['test', 'build']);
  });
});

describe.each(services)('%s', (service) => {
  test('documents every environment variable that it reads, and no other', async () => {
    const { variables } = await import(`../../../${service}/src/config.ts`);
    const known = Object.keys(variables);
    const documented = namesInTable(section(readme(service), /configuration|environment/i))
      .filter(notForMigrating)
      .map(asVariable(known));
    expect(sorted(documented)).toEqual(sorted(known));
    const example = namesInEnvFile(read(`${service}/.env.example`))
      .filter(notForMigrating)
      .map(asVariable(known));
    expect(sorted(example)).toEqual(sorted(known));
  });

  test('documents every error of its own, and no other', () => {
    const documented = namesInTable(section(readme(service), /errors/i));
    expect(sorted(documented)).toEqual(sorted(codesIn(read(`${service}/src/domain/errors.ts`))));
  });
});

describe.each(['.', ...folders])('%s', (folder) => {
  test('has the commands that its README names', () => {
    const { scripts } = JSON.parse(read(`${folder}/package.json`));
    // A folder's README may name commands of the checkout too.
    const known = [...Object.keys(scripts), ...Object.keys(JSON.parse(read('package.json')).scripts)];
    expect(scriptsIn(readme(folder)).filter((name) => !known.includes(name))).toEqual([]);
  });
});
