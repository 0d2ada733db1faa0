/** The part of a Markdown text below a heading that matches, up to the next heading of the same level or higher. */
export function section(markdown: string, title: RegExp): string {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => /^##? /.test(line) && title.test(line));
  if (start < 0) return '';
  const length = lines.slice(start + 1).findIndex((line) => /^##? /.test(line));
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join('\n');
}

/** The names in the first cells of a table: | `NAME` | ... | */
export const namesInTable = (markdown: string): string[] =>
  [...markdown.matchAll(/^\| *`([A-Z][A-Z0-9_]*)`/gm)].map((match) => match[1] as string);

/** The variables of an .env file; one that is commented out counts, since that is how an optional one is shown. */
export const namesInEnvFile = (text: string): string[] =>
  [...text.matchAll(/^(?:# ?)?([A-Z][A-Z0-9_]*)=/gm)].map((match) => match[1] as string);

/** The codes of an error catalogue, whether they are its keys or strings in it. */
export const codesIn = (source: string): string[] => [
  ...new Set(
    [...source.matchAll(/(?<=['"]|^\s+)([A-Z][A-Z_]{3,})(?=['"]|:)/gm)].map((match) => match[1] as string),
  ),
];

/** `npm run x`, `npm test`, `npm start` in a document, as names of scripts. */
export const scriptsIn = (markdown: string): string[] =>
  [...markdown.matchAll(/\bnpm (?:run ([\w:-]+)|(test|start)\b)/g)].map(
    (match) => (match[1] ?? match[2]) as string,
  );
