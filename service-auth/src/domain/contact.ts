/** An optional +, then groups of digits parted by single spaces or hyphens: `+44 20 7946 0958`, `010-1234-5678`. */
export const phoneShape = /^\+?[0-9]+(?:[ -][0-9]+)*$/;
export const phoneLength = { min: 7, max: 20 };

/** The longest address that SMTP can carry. */
export const emailLength = { max: 254 };
