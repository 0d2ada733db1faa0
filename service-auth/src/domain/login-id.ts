/** Letters, digits and single separators inside; ASCII only, since look-alike letters would let one pose as another. */
export const loginIdShape = /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/;
export const loginIdLength = { min: 3, max: 32 };

/**
 * What a login id is known by. It is shown as it was typed at sign-up, but `Alice` and `alice` are one account: two
 * would invite mix-ups and impersonation. Made here, not by lower() in SQL, whose answer depends on the database's locale.
 */
export const loginKey = (loginId: string): string => loginId.toLowerCase();
