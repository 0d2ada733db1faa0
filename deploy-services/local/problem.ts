/** Something that the person at the terminal can mend: printed as one line, without a stack. */
export class Problem extends Error {}
