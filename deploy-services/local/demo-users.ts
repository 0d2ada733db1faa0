import { catalogue } from './catalogue/index.js';

export interface DemoUser {
  loginId: string;
  password: string;
  role: 'buyer' | 'seller';
}

/**
 * Known to everybody who reads this, and therefore of use only on a machine that nobody else reaches: the seeding
 * that makes these accounts is a part of the local market alone.
 */
const demoUser = (loginId: string, role: DemoUser['role']): DemoUser => ({
  loginId,
  password: `${loginId}-only-on-this-machine`,
  role,
});

export const sellers: DemoUser[] = catalogue.map(({ seller }) => demoUser(seller, 'seller'));
export const buyers: DemoUser[] = ['alice', 'bob'].map((loginId) => demoUser(loginId, 'buyer'));
