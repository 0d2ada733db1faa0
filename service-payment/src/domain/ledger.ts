/** `provider`: what the provider holds for us. `sales`: what buyers have paid; a credit, so its balance is negative. */
export const accounts = ['provider', 'sales'] as const;
export type Account = (typeof accounts)[number];
