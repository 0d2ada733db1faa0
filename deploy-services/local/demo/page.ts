export interface Page {
  title(text: string): void;
  text(text: string): void;
  /** Rows under a head, each column as wide as its widest cell; the last may be cut to stay within the width. */
  table(head: string[], rows: string[][], colours?: (Colour | undefined)[]): void;
  verdict(good: boolean, text: string): void;
}

export type Colour = keyof typeof codes;

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 };
const width = 100;
const indent = '   ';

/** Lines for a terminal of 100 columns; colours where somebody looks at them. */
export function page(write: (line: string) => void, coloured: boolean): Page {
  const paint = (colour: Colour | undefined, text: string) =>
    coloured && colour ? `\x1b[${codes[colour]}m${text}\x1b[0m` : text;
  const lines = (text: string) => {
    let line = indent;
    for (const word of text.split(' ')) {
      if (line.length + word.length > width) {
        write(line.trimEnd());
        line = indent;
      }
      line += `${word} `;
    }
    write(line.trimEnd());
  };
  return {
    title(text) {
      write('');
      write(paint('bold', text));
    },
    text: lines,
    table(head, rows, colours = []) {
      const widths = head.map((title, i) =>
        Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
      );
      const line = (cells: string[], colour?: Colour) => {
        const padded = cells.map((cell, i) =>
          isNumber(cell) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
        );
        const whole = `${indent}${padded.join('  ')}`.trimEnd();
        write(paint(colour, whole.length > width ? `${whole.slice(0, width - 1)}…` : whole));
      };
      write('');
      line(head, 'dim');
      for (const [i, row] of rows.entries()) line(row, colours[i]);
    },
    verdict(good, text) {
      write('');
      write(paint(good ? 'green' : 'red', text));
    },
  };
}

const isNumber = (cell: string) => /^[+-]?[\d.]+$/.test(cell);
